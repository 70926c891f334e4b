import AccordCore
import AccordState

/// Turns what was done to a record into what is remembered of it.
///
/// A base moves to what its side **holds now**, and only for fields on which the two sides have come to agree.
public struct SettlementBuilder: Sendable {
    let pair: Pair
    let run: Int64
    /// Unix seconds.
    let at: Int64

    /// What an entry settles before anything is sent: its link, and the fields that both sides agree on already.
    /// Nil if it says nothing about a link.
    func agreed(_ entry: Entry) -> Settlement? {
        guard let key = entry.sourceKey, let id = entry.projectID else { return nil }
        var settlement = Settlement(pair: pair.name, sourceKey: key, projectID: id, fields: fields)
        if entry.quarantine != nil {
            // What once proved the row settled proves nothing any more: it is looked at in every run.
            settlement.link = .keep
            return settlement
        }
        switch entry.link {
        case .none: settlement.link = .keep
        case .new: settlement.link = .upsert(.active)
        case .moved: settlement.link = .upsert(entry.unarchives ? .archived : .active)
        case .state(let state): settlement.link = .state(state)
        case .removed: settlement.link = .remove
        }
        for agreement in entry.agreements {
            settlement.sourceBase[agreement.field] = agreement.source
            settlement.projectBase[agreement.field] = agreement.project
        }
        // A record that was not found, and may be there, is as open as it was.
        if entry.operations.isEmpty && entry.conflicts.isEmpty && !entry.isWithheld {
            close(&settlement, entry, entry.sourceFingerprint)
        }
        if case .new(let reason) = entry.link {
            settlement.ledger = [ledger(entry, side: .source, action: "link", changes: [], reason: reason)]
        }
        return settlement
    }

    /// Of an entry that is not as the plan saw it any more: nothing is agreed, and what once proved the row of its link
    /// settled proves nothing any more. Nil if it says nothing about a link.
    func open(_ entry: Entry) -> Settlement? {
        guard let key = entry.sourceKey, let id = entry.projectID else { return nil }
        switch entry.link {
        case .none, .state, .removed:
            return Settlement(pair: pair.name, sourceKey: key, projectID: id, link: .keep)
        // The link that there is has the row, and another record.
        case .new: return Settlement(pair: pair.name, sourceKey: key, projectID: nil, link: .keep)
        // Or the record, and another row.
        case .moved(let before): return Settlement(pair: pair.name, sourceKey: before, projectID: id, link: .keep)
        }
    }

    /// What one side's operations settle, once they were done.
    ///
    /// - Parameters:
    ///   - side: the side that was written.
    ///   - stored: what that side holds now.
    ///   - pending: operations of the same entry, on the other side, that are still to come. A field that they write
    ///     too is settled by them: else a set of which only one half was carried would look agreed.
    ///   - project: what the project holds, where the source was written.
    public func done(
        _ entry: Entry, side: Side, stored: Record, pending: [Operation], written: Settlement.Written,
        project: Record? = nil
    ) -> Settlement {
        var settlement = Settlement(
            pair: pair.name, sourceKey: written.sourceKey, projectID: written.projectID, fields: fields)
        // An opt-out of a record that is set aside changes nothing else of it.
        if entry.quarantine != nil { settlement.link = .keep }
        let operations = entry.operations.filter { $0.side == side }
        if let project, operations.contains(where: { $0.side == .source && $0.kind == .create }) {
            // A row made anew: nothing that an earlier one held counts. What does not flow here was not compared.
            for field in pair.mapping.fields {
                settlement.sourceBase[field.name] = stored[field.name]
                settlement.projectBase[field.name] = field.direction == .toProject ? project[field.name] : .null
            }
        }
        let open = Set(pending.flatMap { $0.changes.map(\.field) })
        let earlier = entry.operations.filter { $0.side != side }.flatMap(\.changes)
        // What the answer does not hold, and no answer before it did, is nothing to agree on: it is met when it is seen.
        let changes = operations.flatMap(\.changes)
        let seen = changes.filter { !stored.unknown.contains($0.field) }
        for change in seen where !open.contains(change.field) {
            // Where the other side was written too, it holds what that operation put there.
            let origin = earlier.first { $0.field == change.field }?.after ?? change.origin
            let held = stored[change.field]
            (settlement.sourceBase[change.field], settlement.projectBase[change.field]) =
                side == .source ? (held, origin) : (origin, held)
        }
        if side == .project {
            for field in FilledFields.of(entry, pair.mapping, pair.schema)
            where !open.contains(field) && !stored.unknown.contains(field) {
                (settlement.sourceBase[field], settlement.projectBase[field]) = (.null, stored[field])
            }
        }
        if pending.isEmpty {
            settlement.closesIntent = true
            if entry.conflicts.isEmpty && entry.quarantine == nil {
                close(&settlement, entry, seen.count == changes.count ? written.sourceFingerprint : nil)
            }
        }
        if let person = side == .project ? stored : project { remember(person, operations, in: &settlement) }
        settlement.ledger = operations.map {
            ledger(entry, written, side: side, action: $0.kind.rawValue, changes: $0.changes, reason: $0.reason)
        }
        return settlement
    }

    /// Who opted out stays so, whatever becomes of the record; who is subscribed again is free.
    private func remember(_ person: Record, _ operations: [Operation], in settlement: inout Settlement) {
        let isReleased = operations.contains(where: \.isResubscription)
        guard isReleased || operations.contains(where: \.isOptOut) || pair.schema.isOut(person) else { return }
        // Those that they had until now are theirs, too.
        let before = Record(
            key: "",
            values: Dictionary(operations.flatMap(\.changes).map { ($0.field, $0.before) }, uniquingKeysWith: { $1 }))
        let addresses = pair.schema.addresses(of: person) + pair.schema.addresses(of: before)
        if isReleased {
            settlement.releases = addresses
        } else {
            for address in addresses { settlement.suppresses[address] = at }
        }
    }

    /// The journal's intent is done with, and nothing else is known.
    func closed(_ entry: Entry) -> Settlement {
        var closing = Settlement(
            pair: pair.name, sourceKey: entry.sourceKey, projectID: entry.projectID, link: .keep)
        closing.closesIntent = true
        return closing
    }

    private var fields: Set<String> { Set(pair.mapping.fields.map(\.name)) }

    /// Nothing of the record is open any more.
    private func close(_ settlement: inout Settlement, _ entry: Entry, _ fingerprint: Fingerprint?) {
        settlement.sourceFingerprint = fingerprint
        settlement.settlesProject = entry.bucket != .leftAlone
    }

    private func ledger(
        _ entry: Entry, _ written: Settlement.Written? = nil, side: Side, action: String, changes: [FieldChange],
        reason: Reason
    ) -> LedgerRow {
        LedgerRow(
            run: run, at: at, pair: pair.name, sourceKey: written?.sourceKey ?? entry.sourceKey,
            projectID: written?.projectID ?? entry.projectID, side: side, action: action,
            // What a create wrote is what the bases hold: only changes are spelled out.
            changes: action == "create" ? [] : changes, reason: reason)
    }
}
