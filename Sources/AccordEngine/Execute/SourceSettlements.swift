import AccordCore
import AccordState
import AccordTables

/// What came of changes of the source, as it is remembered.
struct SourceSettlements {
    let execution: Execution
    let mapper: RecordMapper
    /// The project's records, by id.
    let project: [String: MirrorRecord]

    private var builder: SettlementBuilder { execution.builder }

    /// - Parameter outcome: nil if the change was certainly not made.
    func settlements(_ change: SourceChange, _ outcome: WriteOutcome?, _ tally: inout Tally) -> [Settlement] {
        let entry = change.entry
        var closed = builder.closed(entry)
        switch outcome {
        case nil: return [closed]
        case .stored(let record): return stored(record.decoded(), change, &tally)
        case .storedUnseen where change.operation.kind == .delete, .gone where change.operation.kind == .delete:
            count(change, &tally)
            closed.link = .remove
            return [closed]
        case .storedUnseen where change.operation.kind == .create:
            return unknown(change, "it was created, and the answer does not say as what", &tally)
        case .storedUnseen:
            tally.leavesOpen = true
            count(change, &tally)
            return [done(change, change.expected, key: entry.sourceKey ?? change.expected.key, fingerprint: nil)]
        case .gone: tally.skip(entry, "its row is not there any more")
        // The next plan sees what is there by now.
        case .refused(.expectationFailed(_, let reason)): tally.skip(entry, reason)
        case .refused(let error):
            tally.quarantined += 1
            // What the project took is done: the next plan has only this half.
            var half = entry
            half.operations = [change.operation]
            closed.quarantine = execution.attention.item(
                entry, Quarantine(.refused, error.what), operation: half.operationFingerprint)
        case .unknown(let error): return unknown(change, error.description, &tally)
        }
        return [closed]
    }

    /// The intent stays, and the next run looks what became of it.
    private func unknown(_ change: SourceChange, _ reason: String, _ tally: inout Tally) -> [Settlement] {
        tally.unknown += 1
        tally.skip(change.entry, reason)
        var open = builder.closed(change.entry)
        open.closesIntent = false
        return [open]
    }

    private func stored(_ record: TableRecord, _ change: SourceChange, _ tally: inout Tally) -> [Settlement] {
        let entry = change.entry
        count(change, &tally)
        let row = mapper.rows.row(of: record)
        guard let key = mapper.key(of: row), entry.projectID != nil else {
            var closed = builder.closed(entry)
            closed.link = .remove
            return [closed]
        }
        var stored = mapper.map(row).record
        for change in change.operation.changes where stored.unknown.contains(change.field) && change.isOptOut {
            // That it was done says what it is of.
            stored[change.field] = change.after
        }
        // Other cells may have been changed since the plan saw the row, or while it was written: then nothing proves it
        // settled.
        let isAsPlanned = change.before == nil || change.before == entry.sourceFingerprint
        let isAsWritten =
            !row.isTyped
            || record.problem == nil && stored.unknown.isEmpty
                && execution.pair.mapping.fields.allSatisfy { stored[$0.name].means(change.expected[$0.name]) }
        if !isAsWritten { tally.leavesOpen = true }
        let settlement = done(
            change, stored, key: key, fingerprint: isAsPlanned && isAsWritten ? record.fingerprint : nil)
        // The intent is known by the key that the record had before.
        return entry.sourceKey.map { $0 != key } ?? false ? [builder.closed(entry), settlement] : [settlement]
    }

    private func done(
        _ change: SourceChange, _ stored: Record, key: String, fingerprint: Fingerprint?
    ) -> Settlement {
        let id = change.entry.projectID ?? ""
        return builder.done(
            change.entry, side: .source, stored: stored, pending: [],
            written: Settlement.Written(sourceKey: key, projectID: id, sourceFingerprint: fingerprint),
            project: project[id]?.record)
    }

    private func count(_ change: SourceChange, _ tally: inout Tally) {
        tally.count(change.entry.operations.filter { $0.side == .source })
    }
}

extension FieldChange {
    fileprivate var isOptOut: Bool { rule == .optOut }
}
