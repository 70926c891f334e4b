import AccordCore
import AccordState
import AccordTables

/// Writes the source's half of a plan to a table that is written as a whole: all changes together, or none.
struct BatchWriter {
    let pair: Pair
    let table: any BatchWritable
    let store: any StateStore
    let builder: SettlementBuilder
    let run: Int64
    /// Unix seconds.
    let now: Int64

    struct Result {
        var written: [Entry] = []
        var skipped: [(entry: Entry, reason: String)] = []
    }

    private struct Change {
        var entry: Entry
        var change: TableChange
        /// The row's fingerprint as it was right before it was written; nil for a new row.
        var before: Fingerprint?
    }

    func write(_ entries: [Entry]) async throws -> Result {
        var result = Result()
        // What is written is checked against the rows read now, and the source may not change after this moment.
        let stamp = try await table.stamp()
        let rows = try await SourceRows(pair: pair, store: store).rows(of: entries)
        let changes = try changes(entries, rows, &result)
        guard !changes.isEmpty else { return result }
        try store.begin(pair.name, run: run, entries: changes.map(\.entry), at: now)
        let outcome: BatchWriteResult
        do {
            outcome = try await table.write(changes.map(\.change), expecting: stamp)
        } catch let error as TableError {
            // Nothing was written: the intents are closed, and the next plan looks anew.
            try store.settle(changes.map { builder.closed($0.entry) })
            throw error
        }
        let records = try store.projectRecords(pair.name, Set(changes.compactMap(\.entry.projectID)))
        try store.settle(
            zip(changes, outcome.outcomes).map { change, outcome in
                settlement(change, outcome, rows.mapper, records, &result)
            })
        return result
    }

    // MARK: - Changes

    private func changes(_ entries: [Entry], _ rows: SourceRows.Found, _ result: inout Result) throws -> [Change] {
        var loader = try KnowledgeLoader(pair: pair, store: store)
        try loader.load(Needs(projectIDs: Set(entries.compactMap(\.projectID))))
        var changes: [Change] = []
        for entry in entries {
            guard let operation = entry.operations.first(where: { $0.side == .source }) else { continue }
            do {
                let unmet = try loader.decide { (known) throws(Needs) in
                    try Expectations(pair: pair).unmet(operation, of: entry, known)
                }
                if let unmet { throw Unwritable(reason: unmet) }
                changes.append(try change(operation, of: entry, rows))
            } catch let problem as Unwritable {
                result.skipped.append((entry, problem.reason))
            } catch let problem as FieldProblem {
                result.skipped.append((entry, "\(problem)"))
            }
        }
        return changes
    }

    private struct Unwritable: Error { var reason: String }

    private func change(_ operation: Operation, of entry: Entry, _ rows: SourceRows.Found) throws -> Change {
        let values = Dictionary(operation.changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
        func tableChange(_ key: String, _ cells: [String: CellChange]) -> TableChange {
            TableChange(
                kind: operation.kind, key: key, keyColumns: pair.mapping.key, onlyWhere: pair.mapping.only, cells: cells
            )
        }
        if operation.kind == .create {
            let key = entry.sourceKey ?? RecordMapper.newKey(projectID: entry.projectID ?? "")
            let cells = try rows.mapper.newRow(record: Record(key: key, values: values), key: key)
            return Change(entry: entry, change: tableChange(key, cells.mapValues { CellChange(after: $0) }))
        }
        guard let key = entry.sourceKey, let (row, record) = rows.byKey[key] else {
            throw Unwritable(reason: "its row is not there any more")
        }
        if rows.mapper.leavesOut(row) { throw Unwritable(reason: "the mapping leaves its row out by now") }
        if operation.kind == .delete {
            guard record.fingerprint == entry.sourceFingerprint else {
                throw Unwritable(reason: "its row changed meanwhile")
            }
            return Change(entry: entry, change: tableChange(key, [:]), before: record.fingerprint)
        }
        let held = rows.mapper.map(row).record
        for change in operation.changes where !held[change.field].means(change.before) {
            throw Unwritable(reason: "\(change.field) is \"\(held[change.field])\" by now, not \"\(change.before)\"")
        }
        var cells: [String: CellChange] = [:]
        for (column, cell) in try rows.mapper.cells(for: values, over: row) {
            cells[column] = CellChange(before: row.header.index(of: column).map(row.cell) ?? .absent, after: cell)
        }
        return Change(entry: entry, change: tableChange(key, cells), before: record.fingerprint)
    }

    // MARK: - Outcomes

    private func settlement(
        _ change: Change, _ outcome: WriteOutcome, _ mapper: RecordMapper, _ records: [String: MirrorRecord],
        _ result: inout Result
    ) -> Settlement {
        let entry = change.entry
        switch outcome {
        case .refused(let error), .unknown(let error):
            result.skipped.append((entry, error.what))
            return builder.closed(entry)
        case .gone, .storedUnseen:
            result.written.append(entry)
            var settlement = builder.closed(entry)
            settlement.link = .remove
            return settlement
        case .stored(let record):
            result.written.append(entry)
            let record = record.decoded()
            let row = mapper.rows.row(of: record)
            guard let key = mapper.key(of: row), let id = entry.projectID else {
                var settlement = builder.closed(entry)
                settlement.link = .remove
                return settlement
            }
            // Other cells may have been changed since the plan saw the row: then nothing proves it settled.
            let isAsPlanned = change.before == nil || change.before == entry.sourceFingerprint
            return builder.done(
                entry, side: .source, stored: mapper.map(row).record, pending: [],
                written: Settlement.Written(
                    sourceKey: key, projectID: id, sourceFingerprint: isAsPlanned ? record.fingerprint : nil),
                project: records[id]?.record)
        }
    }
}
