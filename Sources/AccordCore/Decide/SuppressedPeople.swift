/// Opts out whoever gets an address in the project that is on the suppression list, whatever the source says of them.
struct SuppressedPeople: Sendable {
    private let list: SuppressionList
    /// The field that holds the opt-out; nil if nobody can opt out.
    private let optOut: String?
    private let addresses: Set<String>
    /// Whether the table takes an opt-out, as far as its schema says.
    let canOptOut: Bool

    static let cannotOptOut =
        "its new address is on the suppression list, and the service takes no opt-outs: it would get messages"

    init(_ list: SuppressionList, _ schema: TableSchema) {
        self.list = list
        optOut = schema.field(.optOut)?.name
        addresses = Set(schema.fields.filter(\.type.isAddress).map(\.name))
        canOptOut = schema.writes?.kinds.contains(.unsubscribe) ?? true
    }

    /// What opts out the person whom some operations give an address that is on the list; nil if none does, or if the
    /// person opted out already.
    ///
    /// - Parameter project: nil for a record that is created.
    func optOut(by operations: [Operation], _ source: Record, _ project: Record? = nil) -> Operation? {
        guard let optOut, !list.isEmpty, !OptOut.isOut(project?[optOut] ?? .null),
            !operations.contains(where: { $0.side == .project && $0.kind == .unsubscribe })
        else { return nil }
        let changes = operations.lazy.filter { $0.side == .project }.flatMap(\.changes)
        let isListed = changes.contains { change in
            addresses.contains(change.field) && !change.after.isNull && list.contains(change.after.description)
        }
        guard isListed else { return nil }
        let change = FieldChange(
            field: optOut, before: project?[optOut] ?? .null, after: .boolean(true), origin: source[optOut],
            rule: .optOut)
        return Operation(side: .project, kind: .unsubscribe, changes: [change], reason: .onSuppressionList)
    }
}
