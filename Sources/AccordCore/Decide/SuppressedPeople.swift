/// Opts out whoever would get messages by what a plan does, and opted out as far as something else than the record's own row
/// says: who gets an address, comes back from the archive, is subscribed again, or has the name of somebody who vanished.
package struct SuppressedPeople: Sendable {
    private let schema: TableSchema
    private let optOuts: OptOuts
    /// The field that holds the opt-out; nil if nobody can opt out.
    private let optOut: String?
    private let addresses: Set<String>
    /// Whether the table takes an opt-out, as far as its schema says.
    let canOptOut: Bool

    static let cannotOptOut =
        "the person of its new address opted out, and the service takes no opt-outs: it would get messages"

    package init(_ optOuts: OptOuts, _ schema: TableSchema) {
        self.schema = schema
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
        guard let optOut, let reason = reason(toOptOutBy: operations, project) else { return nil }
        let change = FieldChange(
            field: optOut, before: project?[optOut] ?? .null, after: .boolean(true), origin: source[optOut],
            rule: .optOut)
        return Operation(side: .project, kind: .unsubscribe, changes: [change], reason: reason)
    }

    /// What opts out the person of a new record who opted out in the one that it takes the place of; nil if some operations do so
    /// anyway.
    func optOutAgain(by operations: [Operation], _ source: Record) -> Operation? {
        guard let optOut, !isOut(operations) else { return nil }
        let change = FieldChange(
            field: optOut, before: .null, after: .boolean(true), origin: source[optOut], rule: .optOut)
        return Operation(side: .project, kind: .unsubscribe, changes: [change], reason: .optedOutBefore)
    }

    /// Why it is in doubt whether the person opted out whom some operations give an address, or subscribe again; nil if it
    /// is known.
    ///
    /// - Parameter project: nil for a record that is created.
    func doubt(of operations: [Operation], _ project: Record? = nil) -> String? {
        guard let optOut, !optOuts.isEmpty, !isOut(operations) else { return nil }
        let given = given(by: operations, project)
        if operations.contains(where: { $0.side == .project && $0.isResubscription }) {
            let names = given + (project.map(schema.names(of:)) ?? [])
            if optOuts.contains(names) || optOuts.contains(id: project?.key) || optOuts.isSuppressed(given) {
                return
                    "its row subscribes them again, and another row, or the suppression list, says that they opted out"
            }
            return optOuts.doubt(of: names, id: project?.key)
        }
        if OptOut.isOut(project?[optOut] ?? .null) { return nil }
        return given.isEmpty ? nil : optOuts.doubt(of: given, id: project?.key)
    }

    /// Why some operations of a plan may not be sent any more: they would make somebody get messages who opted out by now,
    /// or may have; nil if they may.
    ///
    /// - Parameter project: nil for a record that is created.
    package func objection(to operations: [Operation], _ project: Record?) -> String? {
        switch reason(toOptOutBy: operations, project) {
        case nil: doubt(of: operations, project)
        case .onSuppressionList: "they are on the suppression list by now"
        case _?: "another row says by now that they opted out"
        }
    }

    private func reason(toOptOutBy operations: [Operation], _ project: Record?) -> Reason? {
        guard let optOut, !optOuts.isEmpty, !OptOut.isOut(project?[optOut] ?? .null), !isOut(operations) else {
            return nil
        }
        let given = given(by: operations, project)
        if optOuts.isSuppressed(given) { return .onSuppressionList }
        if optOuts.contains(given) || !given.isEmpty && optOuts.contains(id: project?.key) { return .optedOutElsewhere }
        guard let created = operations.first(where: { $0.side == .project && $0.kind == .create }) else { return nil }
        let title = schema.title(of: Record(key: "", values: created.values))
        return optOuts.hasVanished(called: title) ? .optedOutAndGone : nil
    }

    private func isOut(_ operations: [Operation]) -> Bool {
        operations.contains { $0.side == .project && $0.kind == .unsubscribe }
    }

    /// The addresses that some operations give a record of the project; of one that comes back, its own as well.
    private func given(by operations: [Operation], _ project: Record?) -> [FieldValue] {
        let comesBack = operations.contains { $0.side == .project && $0.kind == .unarchive }
        let own = comesBack ? project.map(schema.names(of:)) ?? [] : []
        return own
            + operations.lazy.filter { $0.side == .project }.flatMap(\.changes)
            .filter { addresses.contains($0.field) && !$0.after.isNull }
            .map { FieldValue(field: $0.field, value: $0.after) }
    }
}
