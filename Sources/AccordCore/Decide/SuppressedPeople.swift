/// Opts out whoever gets an address in the project of which is known that its person opted out: by the suppression list, or
/// by another row, whatever the record's own row says.
struct SuppressedPeople: Sendable {
    private let optOuts: OptOuts
    /// The field that holds the opt-out; nil if nobody can opt out.
    private let optOut: String?
    private let addresses: Set<String>
    /// Whether the table takes an opt-out, as far as its schema says.
    let canOptOut: Bool

    static let cannotOptOut =
        "the person of its new address opted out, and the service takes no opt-outs: it would get messages"

    init(_ optOuts: OptOuts, _ schema: TableSchema) {
        self.optOuts = optOuts
        optOut = schema.field(.optOut)?.name
        addresses = Set(schema.fields.filter(\.type.isAddress).map(\.name))
        canOptOut = schema.writes?.kinds.contains(.unsubscribe) ?? true
    }

    /// What opts out the person whom some operations give such an address; nil if none does, or if the person opted out
    /// already.
    ///
    /// - Parameter project: nil for a record that is created.
    func optOut(by operations: [Operation], _ source: Record, _ project: Record? = nil) -> Operation? {
        guard let optOut, !optOuts.isEmpty, !OptOut.isOut(project?[optOut] ?? .null), !isOut(operations) else {
            return nil
        }
        let given = given(by: operations)
        let reason: Reason
        if optOuts.isSuppressed(given) {
            reason = .onSuppressionList
        } else if optOuts.contains(given) {
            reason = .optedOutElsewhere
        } else {
            return nil
        }
        let change = FieldChange(
            field: optOut, before: project?[optOut] ?? .null, after: .boolean(true), origin: source[optOut],
            rule: .optOut)
        return Operation(side: .project, kind: .unsubscribe, changes: [change], reason: reason)
    }

    /// Why it is not known whether the person opted out to whom some creates give an address; nil if it is known.
    func doubt(of creates: [Operation]) -> String? {
        guard optOut != nil, !optOuts.isEmpty, !isOut(creates) else { return nil }
        return optOuts.doubt(of: given(by: creates))
    }

    private func isOut(_ operations: [Operation]) -> Bool {
        operations.contains { $0.side == .project && $0.kind == .unsubscribe }
    }

    /// The addresses that some operations give a record of the project.
    private func given(by operations: [Operation]) -> [FieldValue] {
        operations.lazy.filter { $0.side == .project }.flatMap(\.changes)
            .filter { addresses.contains($0.field) && !$0.after.isNull }
            .map { FieldValue(field: $0.field, value: $0.after) }
    }
}
