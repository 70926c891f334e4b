import AccordCore
import AccordSQLite
import AccordTables

/// What came of the project's side of one record.
indirect enum ProjectOutcome: Sendable {
    /// Done; this is what is stored now, or nil where the record is gone.
    case done(ProjectRecord?, id: String)
    case skipped(String)
    case refused(Quarantine)
    /// The service knows no such record: the next run reads the project whole, to see what became of it.
    case vanished(Quarantine)
    /// It may or may not have happened: the intent stays, and the next run looks.
    case unknown(String)
    /// Certainly nothing happened, and nothing more can be sent in this run.
    case stopped(TableError)
    /// The record was created, and what was to follow was not done.
    case created(ProjectRecord, then: ProjectOutcome)
    /// The record was deleted, and the one that was to take its place certainly not created.
    case deleted(then: ProjectOutcome)

    var isDone: Bool {
        if case .done = self { true } else { false }
    }

    /// Why nothing more can be sent, if that is so.
    var stop: TableError? {
        switch self {
        case .stopped(let error): error
        case .created(_, let then), .deleted(let then): then.stop
        case .done, .skipped, .refused, .vanished, .unknown: nil
        }
    }

    var hasVanished: Bool {
        switch self {
        case .vanished: true
        case .created(_, let then), .deleted(let then): then.hasVanished
        case .done, .skipped, .refused, .unknown, .stopped: false
        }
    }
}

/// What is remembered of it.
extension Executor {
    mutating func settle(_ entry: Entry, _ outcome: ProjectOutcome) throws -> Settlement {
        var closing = Settlement(pair: pair.name, sourceKey: entry.sourceKey, projectID: entry.projectID, link: .keep)
        closing.closesIntent = true
        switch outcome {
        case .done(let answer, let id):
            count(entry.operations.filter { $0.side == .project })
            if let answer, entry.sends { return asked(entry, answer) }
            tally.writes += 1
            return try settled(entry, answer, id: id, closing: closing)
        case .skipped(let reason):
            skip(entry, reason)
        case .refused(let quarantine):
            tally.quarantined += 1
            closing.quarantine = quarantineItem(entry, quarantine, operation: entry.operationFingerprint)
        case .vanished(let quarantine):
            tally.quarantined += 1
            closing.quarantine = quarantineItem(entry, quarantine, operation: nil)
        case .unknown(let reason):
            tally.unknown += 1
            skip(entry, reason)
            closing.closesIntent = false
        case .stopped(let error):
            fail(error)
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
            count(entry.operations.filter { $0.kind == .delete })
        }
        return closing
    }

    /// The new record is linked, whatever became of the rest: the next plan sees what is still to be done.
    private mutating func created(_ entry: Entry, _ answer: ProjectRecord, _ rest: Settlement) throws -> Settlement {
        guard let key = entry.sourceKey else { return rest }
        var half = entry
        half.operations = entry.operations.filter { $0.kind == .create }
        let pending = entry.operations.filter { $0.kind != .create }
        var settlement = settler.done(
            half, side: .project, stored: answer.record, pending: pending,
            written: Settlement.Written(sourceKey: key, projectID: answer.record.key))
        for change in pending.filter({ $0.kind == .update && $0.side == .project }).flatMap(\.changes) {
            settlement.projectBase[change.field] = answer.record[change.field]
        }
        settlement.mirror = .stored(try pair.mirrored(answer, store))
        settlement.quarantine = rest.quarantine
        settlement.closesIntent = true
        count(half.operations)
        tally.writes += 1
        return settlement
    }

    private func settled(
        _ entry: Entry, _ answer: ProjectRecord?, id: String, closing: Settlement
    ) throws -> Settlement {
        guard let key = entry.sourceKey else { return closing }
        let pending = entry.operations.filter { $0.side == .source }
        let written = Settlement.Written(sourceKey: key, projectID: id, sourceFingerprint: entry.sourceFingerprint)
        var settlement = settler.done(
            entry, side: .project, stored: answer?.record ?? Record(key: id, values: [:]), pending: pending,
            written: written)
        if let answer {
            settlement.mirror = .stored(try pair.mirrored(answer, store))
            if entry.operations.contains(where: { $0.kind == .archive }) { settlement.link = .state(.archived) }
            if let kept = storedDifferently(entry, answer.record) {
                settlement.quarantine = quarantineItem(entry, kept, operation: entry.operationFingerprint)
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
                pair.resource.field(change.field)?.read.isEmpty != true
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
