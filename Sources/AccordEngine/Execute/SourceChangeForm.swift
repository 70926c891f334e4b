import AccordCore
import AccordState
import AccordTables

/// A record's half of a plan in the source, as its table takes it.
struct SourceChange: Sendable {
    var entry: Entry
    var operation: Operation
    /// What is written, in this order; a single one for a table that is written as a whole.
    var steps: [TableChange]
    /// The row's fingerprint as it was right before it was written; nil for a new row.
    var before: Fingerprint?
    /// What the record says once all of it is written.
    var expected: Record
}

/// Makes the changes of a source table of the operations of a plan, held against the rows as they are now.
struct SourceChangeForm {
    let pair: Pair
    let store: any StateStore
    let rows: SourceRows.Found
    /// Of a source that is written record by record, which may have operations of their own for an opt-out; nil for one
    /// that is written as a whole: each change of it is a single one.
    let schema: TableSchema?

    /// Why a row is not written.
    static let leftOut = "the mapping leaves its row out by now"

    private struct Unwritable: Error { var reason: String }

    /// - Parameter skip: takes the entries that do not fit any more, and why.
    func changes(_ entries: [Entry], skip: (Entry, String) -> Void) throws -> [SourceChange] {
        var loader = try KnowledgeLoader(pair: pair, store: store)
        try loader.load(Needs(projectIDs: Set(entries.compactMap(\.projectID))))
        var changes: [SourceChange] = []
        for entry in entries {
            guard let operation = entry.sourceOperation else { continue }
            do {
                let unmet = try loader.decide { (known) throws(Needs) in
                    try Expectations(pair: pair).unmet(operation, of: entry, known)
                }
                if let unmet { throw Unwritable(reason: unmet) }
                changes.append(try change(operation, of: entry))
            } catch let problem as Unwritable {
                skip(entry, problem.reason)
            } catch let problem as FieldProblem {
                skip(entry, "\(problem)")
            }
        }
        return changes
    }

    private func change(_ operation: Operation, of entry: Entry) throws -> SourceChange {
        let values = Dictionary(operation.changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
        if operation.kind == .create { return try create(operation, of: entry, values) }
        guard let key = entry.sourceKey, let (row, record) = rows.byKey[key] else {
            throw Unwritable(reason: "its row is not there any more")
        }
        if rows.mapper.leavesOut(row) { throw Unwritable(reason: SourceChangeForm.leftOut) }
        var expected = rows.mapper.map(row).record
        var change = tableChange(operation.kind, record.key ?? key, [:])
        change.known = Record(key: record.key ?? key, values: record.values)
        guard operation.kind != .delete else {
            guard record.fingerprint == entry.sourceFingerprint else {
                throw Unwritable(reason: "its row changed meanwhile")
            }
            return SourceChange(
                entry: entry, operation: operation, steps: [change], before: record.fingerprint, expected: expected)
        }
        for change in operation.changes where !Expectations.says(expected[change.field], change.before, change) {
            throw Unwritable(
                reason: "\(change.field) is \"\(expected[change.field])\" by now, not \"\(change.before)\"")
        }
        for (column, cell) in try rows.mapper.cells(for: values, over: row) {
            change.cells[column] = CellChange(
                before: row.header.index(of: column).map(row.cell) ?? .absent, after: cell)
        }
        for (field, value) in values { expected[field] = value }
        return SourceChange(
            entry: entry, operation: operation, steps: steps(change), before: record.fingerprint, expected: expected)
    }

    private func create(_ operation: Operation, of entry: Entry, _ values: [String: Value]) throws -> SourceChange {
        let key = entry.sourceKey ?? RecordMapper.newKey(projectID: entry.projectID ?? "")
        let record = Record(key: key, values: values)
        let cells = try rows.mapper.newRow(record: record, key: key).mapValues { CellChange(after: $0) }
        // A typed table gives a new record its key.
        let change = tableChange(.create, rows.mapper.rows.isTyped ? nil : key, cells)
        return SourceChange(entry: entry, operation: operation, steps: steps(change), before: nil, expected: record)
    }

    private func tableChange(_ kind: Operation.Kind, _ key: String?, _ cells: [String: CellChange]) -> TableChange {
        TableChange(kind: kind, key: key, keyColumns: pair.mapping.key, onlyWhere: pair.mapping.only, cells: cells)
    }

    /// A table that has operations of their own for an opt-out takes it in no other: before an update, after a create.
    private func steps(_ change: TableChange) -> [TableChange] {
        guard let schema, let field = schema.field(.optOut)?.name, let cell = change.cells[field],
            schema.writes?.kinds.contains(.unsubscribe) == true
        else { return [change] }
        var (rest, optOut) = (change, change)
        rest.cells[field] = nil
        let isOut = if case .value(let value) = cell.after { OptOut.isOut(value) } else { false }
        optOut.kind = isOut ? .unsubscribe : .resubscribe
        optOut.cells = [:]
        if change.kind == .create { return isOut ? [rest, optOut] : [rest] }
        return rest.cells.isEmpty ? [optOut] : [optOut, rest]
    }
}

extension Entry {
    /// What is to be done to its source record.
    var sourceOperation: Operation? { operations.first { $0.side == .source } }
}
