import AccordCore
import AccordTables

/// A project record as the answers to what was written make it known.
struct ProjectRecordNow {
    /// It was deleted.
    private(set) var isGone = false
    private var record: Record
    /// Fields that no answer held until now. What is sent is in no answer yet.
    private var unseen: Set<String>
    private var isArchived: Bool
    /// What the last answer holds, if that is all that is known.
    private var stored: MirrorRecord?

    /// Follows the changes that were made, in their order.
    ///
    /// Where a new record takes the place of another one, it is the new one.
    init(_ write: RecordWrite<MirrorRecord?>, _ form: MirrorForm) throws {
        let basis = write.entry.replaces ? nil : write.basis
        record = basis?.record ?? Record(key: "", values: [:])
        unseen = basis?.unknown ?? form.answered
        isArchived = basis?.archived ?? false
        let operations = write.entry.operations.filter { $0.side == .project }
        for (operation, answer) in zip(operations, write.answers)
        where operation.kind != .delete || !write.entry.replaces {
            try follow(operation, answer, form)
        }
    }

    private mutating func follow(_ operation: Operation, _ answer: TableRecord?, _ form: MirrorForm) throws {
        for change in operation.changes { record[change.field] = change.after }
        if operation.kind == .unsubscribe || operation.kind == .resubscribe {
            // That it was done says what it is of.
            unseen.subtract(operation.changes.map(\.field))
        }
        stored = nil
        if let answer {
            let now = try form.record(answer, id: answer.key ?? record.key, over: record, unseen: unseen)
            (stored, record, unseen, isArchived) = (now, now.record, now.unknown, answer.archived ?? isArchived)
        }
        isGone = operation.kind == .delete
        switch operation.kind {
        case .delete:
            (record, isArchived, stored) = (Record(key: "", values: [:]), false, nil)
            unseen = form.answered
        case .archive: isArchived = true
        case .unarchive: isArchived = false
        // Where the service does not say at what moment, that it happened is all that is known until the next read.
        case .unsubscribe where answer == nil: set(operation, .boolean(true))
        case .resubscribe where answer == nil: set(operation, .null)
        case .create, .update, .unsubscribe, .resubscribe, .send: break
        }
    }

    private mutating func set(_ operation: Operation, _ value: Value) {
        for change in operation.changes { record[change.field] = value }
    }

    /// - Parameter schema: of the table.
    func record(_ schema: TableSchema) -> MirrorRecord {
        if let stored, stored.archived == isArchived { return stored }
        return MirrorRecord(
            id: record.key,
            values: unseen.isEmpty ? record.values : record.values.filter { !unseen.contains($0.key) },
            unknown: unseen, modified: record.modified, archived: isArchived, by: schema)
    }
}
