import AccordCore
import AccordState
import AccordTables

/// What came of a record's operations in the project, as it is remembered.
extension ProjectHalf {
    mutating func settle(_ entry: Entry, _ outcome: RecordOutcome) throws -> Settlement {
        var closing = builder.closed(entry)
        switch outcome {
        case .done(let stored, let id):
            tally.count(entry.operations.filter { $0.side == .project })
            tally.writes += 1
            return settled(entry, stored, id: id, closing: closing)
        case .sent(let answer):
            tally.count(entry.operations.filter { $0.side == .project })
            return pair.sender?.settlement(entry, answer: answer, builder) ?? closing
        case .skipped(let reason):
            tally.skip(entry, reason)
        case .refused(let quarantine):
            tally.quarantined += 1
            closing.quarantine = attention.item(entry, quarantine, operation: entry.operationFingerprint)
        case .vanished(let quarantine):
            tally.quarantined += 1
            closing.quarantine = attention.item(entry, quarantine, operation: nil)
        case .unknown(let reason, _):
            tally.unknown += 1
            tally.skip(entry, reason)
            closing.closesIntent = false
        case .stopped(let error):
            tally.fail(error)
        case .unsent:
            break
        case .created(let record, let then):
            return try created(entry, record, settle(entry, then))
        case .deleted(let then):
            // Its row has no record any more: the next plan creates one, or says why it cannot.
            closing = try settle(entry, then)
            closing.link = .remove
            closing.mirror = .gone
            var rest = entry
            rest.operations.removeAll { $0.kind == .delete }
            rest.projectID = nil
            closing.quarantine?.operationFingerprint = rest.operationFingerprint
            tally.count(entry.operations.filter { $0.kind == .delete })
        }
        return closing
    }

    /// The new record is linked, whatever became of the rest: the next plan sees what is still to be done.
    private mutating func created(_ entry: Entry, _ stored: MirrorRecord, _ rest: Settlement) -> Settlement {
        guard let key = entry.sourceKey else { return rest }
        var half = entry
        half.operations = entry.operations.filter { $0.kind == .create }
        let pending = entry.operations.filter { $0.kind != .create }
        var settlement = builder.done(
            half, side: .project, stored: stored.record, pending: pending,
            written: Settlement.Written(sourceKey: key, projectID: stored.id))
        for change in pending.filter({ $0.kind == .update && $0.side == .project }).flatMap(\.changes) {
            settlement.projectBase[change.field] = stored.record[change.field]
        }
        settlement.mirror = .stored(stored)
        settlement.quarantine = rest.quarantine
        settlement.closesIntent = true
        tally.count(half.operations)
        tally.writes += 1
        return settlement
    }

    private mutating func settled(
        _ entry: Entry, _ stored: MirrorRecord?, id: String, closing: Settlement
    ) -> Settlement {
        guard let key = entry.sourceKey else { return closing }
        let pending = entry.operations.filter { $0.side == .source }
        let written = Settlement.Written(sourceKey: key, projectID: id, sourceFingerprint: entry.sourceFingerprint)
        var settlement = builder.done(
            entry, side: .project, stored: stored?.record ?? Record(key: id, values: [:]), pending: pending,
            written: written)
        if let stored {
            settlement.mirror = .stored(stored)
            if settlement.sourceFingerprint == nil { tally.leavesOpen = true }
            if entry.operations.contains(where: { $0.kind == .archive }) { settlement.link = .state(.archived) }
            if let kept = storedDifferently(entry, stored.record) {
                settlement.quarantine = attention.item(entry, kept, operation: entry.operationFingerprint)
                tally.quarantined += 1
            }
        } else {
            settlement.mirror = .gone
            settlement.link = .remove
        }
        return settlement
    }

    /// A field that the service took and stored with another meaning.
    private func storedDifferently(_ entry: Entry, _ stored: Record) -> Quarantine? {
        for change in entry.operations.filter({ $0.side == .project }).flatMap(\.changes) {
            guard pair.mapping.field(change.field)?.isOptOut != true,
                pair.schema.field(change.field)?.isReadable != false, !stored.unknown.contains(change.field)
            else { continue }
            if !stored[change.field].means(change.after) {
                return Quarantine(
                    .storedDifferently,
                    "\(change.field): \"\(change.after)\" was sent, and the project stored \"\(stored[change.field])\"")
            }
        }
        return nil
    }
}
