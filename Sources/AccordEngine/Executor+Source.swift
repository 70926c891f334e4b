import AccordCore
import AccordSQLite
import AccordTables

extension Executor {
    /// All rows in one replacement of the source: its changes are made together, or not at all.
    mutating func writeSource(_ entries: [Entry]) async throws {
        guard !entries.isEmpty else { return }
        do {
            // What is written is checked against the rows read now, and the source may not change after this moment.
            let stamp = try await pair.source.stamp()
            let rows = try await rows(of: entries)
            let writing = writable(entries, rows)
            guard !writing.isEmpty else { return }
            try store.begin(pair.name, run: run, entries: writing.map(\.entry), at: Int64(time.unixTime))
            try await write(writing, over: rows, expecting: stamp)
        } catch let error as TableError {
            fail(error)
        } catch let error as MappingProblem {
            fail(error)
        }
        progress(.applying(pair: pair.name, done: plan.operations.count, of: plan.operations.count))
    }

    private mutating func writable(_ entries: [Entry], _ rows: Rows) -> [(entry: Entry, change: SourceChange)] {
        var writing: [(entry: Entry, change: SourceChange)] = []
        for entry in entries {
            guard let operation = entry.operations.first(where: { $0.side == .source }) else { continue }
            do {
                if let reason = try unmetExpectation(operation, of: entry) { throw Unwritable(reason: reason) }
                writing.append((entry, try change(operation, of: entry, rows)))
            } catch let problem as Unwritable {
                skip(entry, problem.reason)
            } catch {
                skip(entry, "\(error)")
            }
        }
        return writing
    }

    private mutating func write(
        _ writing: [(entry: Entry, change: SourceChange)], over rows: Rows, expecting stamp: SourceStamp
    ) async throws {
        let report: SourceWriteReport
        do {
            report = try await pair.source.write(writing.map(\.change), expecting: stamp)
        } catch let error as TableError {
            // Nothing was written: the intents are closed, and the next plan looks anew.
            try store.settle(writing.map { closed($0.entry) })
            throw error
        }
        var settlements: [Settlement] = []
        for (item, outcome) in zip(writing, report.outcomes) {
            settlements.append(try settle(item.entry, outcome, over: rows))
        }
        try store.settle(settlements)
    }

    private struct Unwritable: Error { var reason: String }

    private func change(_ operation: Operation, of entry: Entry, _ rows: Rows) throws -> SourceChange {
        let columns = pair.mapping.key
        let values = Dictionary(operation.changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
        if operation.kind == .create {
            let key = entry.sourceKey ?? RecordMapper.newKey(projectID: entry.projectID ?? "")
            let cells = try rows.mapper.newRow(record: Record(key: key, values: values), key: key)
            return SourceChange(keyColumns: columns, key: key, kind: .create(cells: cells))
        }
        guard let key = entry.sourceKey, let raw = rows.byKey[key] else {
            throw Unwritable(reason: "its row is not there any more")
        }
        if rows.mapper.leavesOut(raw) { throw Unwritable(reason: "the mapping leaves its row out by now") }
        if operation.kind == .delete {
            guard raw.fingerprint == entry.sourceFingerprint else {
                throw Unwritable(reason: "its row changed meanwhile")
            }
            return SourceChange(keyColumns: columns, key: key, kind: .delete)
        }
        let held = rows.mapper.map(raw).record
        for change in operation.changes where !held[change.field].means(change.before) {
            throw Unwritable(reason: "\(change.field) is \"\(held[change.field])\" by now, not \"\(change.before)\"")
        }
        var cells: [String: SourceChange.Cell] = [:]
        for (column, text) in try rows.mapper.cells(for: values, over: raw) {
            cells[column] = SourceChange.Cell(before: raw[column] ?? "", after: text)
        }
        return SourceChange(keyColumns: columns, key: key, kind: .update(cells: cells))
    }

    private func closed(_ entry: Entry) -> Settlement {
        var closing = Settlement(pair: pair.name, sourceKey: entry.sourceKey, projectID: entry.projectID, link: .keep)
        closing.closesIntent = true
        return closing
    }

    private mutating func settle(
        _ entry: Entry, _ outcome: SourceWriteReport.Outcome, over rows: Rows
    ) throws -> Settlement {
        switch outcome {
        case .expectationFailed(let reason):
            skip(entry, reason)
            return closed(entry)
        case .written(let raw):
            count(entry.operations.filter { $0.side == .source })
            guard let raw, let key = rows.mapper.key(of: raw), let id = entry.projectID else {
                var settlement = closed(entry)
                settlement.link = .remove
                return settlement
            }
            // Other cells may have been changed since the plan saw the row: then nothing proves it settled.
            let before = entry.sourceKey.flatMap { rows.byKey[$0] }
            let isAsPlanned = before == nil || before?.fingerprint == entry.sourceFingerprint
            return settler.done(
                entry, side: .source, stored: rows.mapper.map(raw).record, pending: [],
                written: Settlement.Written(
                    sourceKey: key, projectID: id, sourceFingerprint: isAsPlanned ? raw.fingerprint : nil),
                project: try store.projectRecord(pair.name, id)?.record)
        }
    }
}
