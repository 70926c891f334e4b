import AccordCore
import AccordState
import AccordTables

/// The source's half of a plan: the operation of each record as its table's columns and the row's own style have it.
struct SourceHalf: Half {
    let execution: Execution
    /// The rows of the records as they are now.
    let rows: SourceRows.Found
    /// Of a source that is written record by record, which may have operations of their own for an opt-out; nil for one
    /// that is written as a whole: each record is one change of it.
    let schema: TableSchema?

    /// What a record that was written is held against.
    struct Basis: Sendable {
        /// The row's fingerprint as it was right before it was written; nil for a new row.
        var before: Fingerprint?
        /// What the record says once all of it is written.
        var expected: Record
    }

    /// Why a row is not written.
    static let leftOut = "the mapping leaves its row out by now"

    static func unmet(_ entry: Entry, _ reason: String) -> RecordWrite<Basis> {
        RecordWrite(entry, Basis(before: nil, expected: Record(key: "", values: [:])), unmet: reason)
    }

    var side: Side { .source }
    private var pair: Pair { execution.pair }
    private var store: any StateStore { execution.store }

    func isFree(_ key: String) throws -> Bool { try store.link(pair.name, sourceKey: key) == nil }

    /// The rows were read for this.
    func refresh() async throws {}

    // MARK: - What is written

    private struct Unwritable: Error { var reason: String }

    func writes(of entries: [Entry]) throws -> [RecordWrite<Basis>] {
        var loader = try KnowledgeLoader(pair: pair, store: store)
        try loader.load(Needs(projectIDs: Set(entries.compactMap(\.projectID))))
        return try entries.compactMap { entry in
            guard let operation = entry.sourceOperation else { return nil }
            do {
                let unmet = try loader.decide { (known) throws(Needs) in
                    try Expectations(pair: pair).unmet(operation, of: entry, known)
                }
                if let unmet { throw Unwritable(reason: unmet) }
                let link = try loader.decide { (known) throws(Needs) in
                    try entry.projectID.flatMap { (id) throws(Needs) in try known.link(projectID: id) }
                }
                return try write(operation, of: entry, link?.link)
            } catch let problem as Unwritable {
                return SourceHalf.unmet(entry, problem.reason)
            } catch let problem as FieldProblem {
                return SourceHalf.unmet(entry, "\(problem)")
            }
        }
    }

    private func write(_ operation: Operation, of entry: Entry, _ link: Link?) throws -> RecordWrite<Basis> {
        if operation.kind == .create { return try create(operation, of: entry) }
        if let key = entry.sourceKey, rows.duplicates.contains(key) {
            throw Unwritable(reason: "another row has its key by now")
        }
        guard let key = entry.sourceKey, let (row, record) = rows.byKey[key] else {
            throw Unwritable(reason: "its row is not there any more")
        }
        if rows.mapper.leavesOut(row) { throw Unwritable(reason: SourceHalf.leftOut) }
        var expected = rows.mapper.map(row).record
        let known = Record(key: record.key ?? key, values: record.values)
        var change = TableChange(kind: operation.kind, key: known.key, row: RowPlace(of: record), known: known)
        func write(_ changes: [TableChange]) -> RecordWrite<Basis> {
            RecordWrite(
                entry, Basis(before: record.fingerprint, expected: expected), changes: changes, known: known)
        }
        guard operation.kind != .delete else {
            guard record.fingerprint == entry.sourceFingerprint else {
                throw Unwritable(reason: "its row changed meanwhile")
            }
            return write([change])
        }
        if let reason = Expectations(pair: pair).otherRow(expected, record.fingerprint, entry, link) {
            throw Unwritable(reason: reason)
        }
        for change in operation.changes where !Expectations.says(expected[change.field], change.before, change) {
            throw Unwritable(
                reason: "\(change.field) is \"\(expected[change.field])\" by now, not \"\(change.before)\"")
        }
        for (column, cell) in try rows.mapper.cells(of: operation, entry, over: row) {
            change.cells[column] = CellChange(
                before: row.header.index(of: column).map(row.cell) ?? .absent, after: cell)
        }
        for (field, value) in operation.values { expected[field] = value }
        return write(steps(change))
    }

    private func create(_ operation: Operation, of entry: Entry) throws -> RecordWrite<Basis> {
        let record = rows.mapper.newRecord(entry, operation)
        let cells = try rows.mapper.cells(of: operation, entry).mapValues { CellChange(after: $0) }
        let change = TableChange(kind: .create, key: nil, cells: cells)
        return RecordWrite(
            entry, Basis(before: nil, expected: record), changes: steps(change),
            known: Record(key: record.key, values: [:]))
    }

    /// A table that has operations of their own for an opt-out takes it in no other: before an update, after a create.
    private func steps(_ change: TableChange) -> [TableChange] {
        guard let schema, let field = schema.field(.optOut)?.name, let cell = change.cells[field],
            schema.writes?.kinds.contains(.unsubscribe) == true
        else { return [change] }
        var (rest, optOut) = (change, change)
        rest.cells[field] = nil
        let isOut = OptOut.isOut(cell.after.value)
        optOut.kind = isOut ? .unsubscribe : .resubscribe
        optOut.cells = [:]
        if change.kind == .create { return isOut ? [rest, optOut] : [rest] }
        return rest.cells.isEmpty ? [optOut] : [optOut, rest]
    }

    // MARK: - What is remembered

    func settlements(of writes: [RecordWrite<Basis>], _ tally: inout Tally) throws -> [Settlement] {
        let project = try store.projectRecords(pair.name, Set(writes.compactMap(\.entry.projectID)))
        return try writes.flatMap { write -> [Settlement] in
            let record = write.entry.projectID.flatMap { project[$0]?.record }
            if case .made = write.end { return made(write, record, &tally) }
            let closing = try notMade(write, &tally)
            return write.isCreated ? made(write, record, &tally, quarantine: closing.quarantine) : [closing]
        }
    }

    /// - Parameter quarantine: of a record that was created, and what was to follow was not done.
    private func made(
        _ write: RecordWrite<Basis>, _ project: Record?, _ tally: inout Tally, quarantine: [QuarantineItem] = []
    ) -> [Settlement] {
        let entry = write.entry
        count(entry, &tally)
        guard let record = write.answers.compactMap(\.self).last else {
            var closed = builder.closed(entry)
            closed.link = .remove
            if entry.sourceOperation?.kind == .delete { return [closed] }
            tally.leavesOpen = true
            return [
                done(
                    write, write.basis.expected, key: entry.sourceKey ?? write.basis.expected.key, fingerprint: nil,
                    project)
            ]
        }
        let row = rows.mapper.rows.row(of: record.decoded())
        guard entry.sourceOperation?.kind != .delete, let key = rows.mapper.key(of: row), entry.projectID != nil else {
            var closed = builder.closed(entry)
            closed.link = .remove
            return [closed]
        }
        var settlement = stored(write, record.decoded(), row, key, project, &tally)
        settlement.quarantine = quarantine
        // The intent is known by the key that the record had before.
        return entry.sourceKey.map { $0 != key } ?? false ? [builder.closed(entry), settlement] : [settlement]
    }

    private func stored(
        _ write: RecordWrite<Basis>, _ record: TableRecord, _ row: TextRow, _ key: String, _ project: Record?,
        _ tally: inout Tally
    ) -> Settlement {
        let basis = write.basis
        var stored = rows.mapper.map(row).record
        for change in write.entry.sourceOperation?.changes ?? []
        where stored.unknown.contains(change.field) && change.rule == .optOut {
            // That it was done says what it is of.
            stored[change.field] = change.after
        }
        // Other cells may have been changed since the plan saw the row, or while it was written: then nothing proves it
        // settled.
        let isAsPlanned = basis.before == nil || basis.before == write.entry.sourceFingerprint
        let isAsWritten =
            !row.isTyped
            || record.problem == nil && stored.unknown.isEmpty
                && pair.mapping.fields.allSatisfy { stored[$0.name].means(basis.expected[$0.name]) }
        if !isAsWritten { tally.leavesOpen = true }
        return done(
            write, stored, key: key, fingerprint: isAsPlanned && isAsWritten ? record.fingerprint : nil, project)
    }

    private func done(
        _ write: RecordWrite<Basis>, _ stored: Record, key: String, fingerprint: Fingerprint?, _ project: Record?
    ) -> Settlement {
        builder.done(
            write.entry, side: .source, stored: stored, pending: [],
            written: Settlement.Written(
                sourceKey: key, projectID: write.entry.projectID ?? "", sourceFingerprint: fingerprint),
            project: project)
    }
}
