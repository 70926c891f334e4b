import AccordCore
import AccordState
import AccordTables

/// What came of one record's operations on a table that is written record by record.
indirect enum RecordOutcome: Sendable {
    /// Done; this is what is stored now, or nil where the record is gone.
    case done(MirrorRecord?, id: String)
    /// A message was sent, and this is what the service says of it.
    case sent(Record)
    case skipped(String)
    case refused(Quarantine)
    /// The service knows no such record: the next run reads the project whole, to see what became of it.
    case vanished(Quarantine)
    /// It may or may not have happened, or a part of it did: the intent stays, and the next run looks.
    case unknown(String, stop: TableError? = nil)
    /// Certainly nothing happened, and nothing more can be sent in this run.
    case stopped(TableError)
    /// It was never sent: somebody stopped the run.
    case unsent
    /// The record was created, and what was to follow was not done.
    case created(MirrorRecord, then: RecordOutcome)
    /// The record was deleted, and the one that was to take its place certainly not created.
    case deleted(then: RecordOutcome)

    var isDone: Bool {
        switch self {
        case .done, .sent: true
        default: false
        }
    }

    /// Why nothing more can be sent, if that is so.
    var stop: TableError? {
        switch self {
        case .stopped(let error): error
        case .unknown(_, let error): error
        case .created(_, let then), .deleted(let then): then.stop
        default: nil
        }
    }

    var hasVanished: Bool {
        switch self {
        case .vanished: true
        case .created(_, let then), .deleted(let then): then.hasVanished
        default: false
        }
    }
}

/// Writes the project's half of records: each record's operations in their order.
struct ProjectRecordWriter: Sendable {
    let pair: Pair
    let table: RecordWriter
    let store: any StateStore
    let time: any TimeSource
    let form: MirrorForm

    func write(_ entry: Entry, _ known: Knowledge) async -> RecordOutcome {
        var progress = Progress()
        do {
            if entry.sends { return try await sendMessage(entry) }
            if let reason = try Expectations(pair: pair).unmetInProject(entry, known) { return .skipped(reason) }
            return try await operations(of: entry, known, &progress)
        } catch {
            let outcome = outcome(of: error)
            if let created = progress.created { return .created(created, then: outcome) }
            if case .unknown = outcome { return outcome }
            if progress.isDeleted { return .deleted(then: outcome) }
            return progress.isBegun ? ProjectRecordWriter.partlyMade(outcome) : outcome
        }
    }

    /// What became of a record of which some operations were made, and this came of the next.
    private static func partlyMade(_ outcome: RecordOutcome) -> RecordOutcome {
        func unknown(_ reason: String, stop: TableError? = nil) -> RecordOutcome {
            .unknown("a part of it was made, and then: \(reason)", stop: stop)
        }
        return switch outcome {
        case .refused(let quarantine): unknown(quarantine.message)
        case .stopped(let error): unknown(error.what, stop: error)
        default: outcome
        }
    }

    /// How far the operations of one record have come.
    private struct Progress {
        /// One of its operations was made.
        var isBegun = false
        /// The record that was created.
        var created: MirrorRecord?
        /// The record is gone, and another takes its place.
        var isDeleted = false
    }

    /// What ends the operations of a record.
    private struct Ended: Error {
        var outcome: RecordOutcome
    }

    private func outcome(of error: any Error) -> RecordOutcome {
        switch error {
        case let ended as Ended: ended.outcome
        case let error as TableError where error.isFinal: .stopped(error)
        case let error as any ExplainedError: .unknown(error.description)
        default: .unknown("\(error)")
        }
    }

    private func sendMessage(_ entry: Entry) async throws -> RecordOutcome {
        guard let sender = pair.sender else { return .skipped("nobody is asked by this pair") }
        switch try await sender.send(entry, of: pair, now: Int64(time.unixTime)) {
        case .sent(let answer): return .sent(answer)
        case .objected(let reason): return .skipped(reason)
        case .refused(let quarantine): return .refused(quarantine)
        case .unknown(let reason): return .unknown(reason)
        }
    }

    private func operations(
        of entry: Entry, _ known: Knowledge, _ progress: inout Progress
    ) async throws -> RecordOutcome {
        let mirror = try entry.projectID.flatMap { (id) throws(Needs) in try known.record(id) }
        var record = mirror?.record ?? Record(key: "", values: [:])
        // What is sent is in no answer yet: a new record is known by what its answers hold of it.
        var unseen = mirror?.unknown ?? form.answered
        var isArchived = mirror?.archived ?? false
        var stored: MirrorRecord?
        for operation in entry.operations where operation.side == .project {
            for change in operation.changes { record[change.field] = change.after }
            let answer = try await write(operation, record)
            progress.isBegun = true
            if operation.kind == .unsubscribe || operation.kind == .resubscribe {
                // That it was done says what it is of.
                unseen.subtract(operation.changes.map(\.field))
            }
            stored = nil
            if let answer {
                stored = try form.record(answer, over: record, unseen: unseen)
                unseen = stored?.unknown ?? unseen
                (record, isArchived) = (stored?.record ?? record, answer.isArchived)
            }
            switch operation.kind {
            case .create: progress.created = stored
            case .delete where !entry.replaces: return .done(nil, id: record.key)
            case .delete:
                try store.markGone(pair.name, ids: [record.key])
                (record, isArchived, stored) = (Record(key: "", values: [:]), false, nil)
                unseen = form.answered
                progress.isDeleted = true
            case .archive: isArchived = true
            case .unarchive: isArchived = false
            // Where the service does not say at what moment, that it happened is all that is known until the next read.
            case .unsubscribe where answer == nil: set(operation, .boolean(true), in: &record)
            case .resubscribe where answer == nil: set(operation, .null, in: &record)
            case .update, .unsubscribe, .resubscribe, .send: break
            }
        }
        // The last answer is all that is known.
        if let stored, stored.archived == isArchived { return .done(stored, id: stored.id) }
        let last = MirrorRecord(
            id: record.key, values: unseen.isEmpty ? record.values : record.values.filter { !unseen.contains($0.key) },
            unknown: unseen, modified: record.modified ?? mirror?.modified, archived: isArchived,
            lookedUpBy: pair.schema.lookedUpBy)
        return .done(last, id: record.key)
    }

    private func set(_ operation: Operation, _ value: Value, in record: inout Record) {
        for change in operation.changes { record[change.field] = value }
    }

    // MARK: - One operation

    /// - Returns: the record as the service has it now, where it says so.
    private func write(_ operation: Operation, _ record: Record) async throws -> TableRecord? {
        let cells = operation.kind == .create || operation.kind == .update ? operation.changes : []
        let change = TableChange(
            kind: operation.kind, key: operation.kind == .create ? nil : record.key,
            cells: Dictionary(
                cells.map { ($0.field, CellChange(after: $0.after.isNull ? .empty : .value($0.after))) },
                uniquingKeysWith: { _, last in last }), known: record)
        switch try await table.write(change) {
        case .stored(let record): return record
        case .storedUnseen: return nil
        // What somebody else deleted before is gone as well.
        case .gone where operation.kind == .delete: return nil
        case .gone(let error):
            throw Ended(outcome: .vanished(Quarantine(.refused, error?.what ?? "no such record")))
        case .refused(let error): throw Ended(outcome: .refused(Quarantine(.refused, error.what)))
        case .unknown(let error): throw Ended(outcome: .unknown(error.description))
        }
    }
}
