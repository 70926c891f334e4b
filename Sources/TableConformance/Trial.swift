import AccordCore
import AccordTables

/// A check under way: makes the table, reads it, and compares.
struct Trial: Sendable {
    let check: String
    let conformance: TableConformance

    static let columns = ["id", "name", "note"]
    static let rows = [["1", "Ada", "first"], ["2", "Miguel", ""], ["3", "Zoë", "last"]]

    /// What a record says: its texts, column by column, and whether it is archived.
    struct Row: Hashable, CustomStringConvertible {
        var texts: [String]
        var isArchived = false
        var description: String { "\(texts)\(isArchived ? " (archived)" : "")" }
    }

    /// Everything that a scan hands over.
    struct Scan {
        var records: [TableRecord] = []
        var batchSizes: [Int] = []
        var proof = ScanProof(count: 0)
    }

    static func manyRows(_ count: Int) -> [[String]] {
        (1...count).map { [String($0), "name \($0)", "note \($0 % 7)"] }
    }

    func subject(_ rows: [[String]] = Trial.rows) async throws -> TableConformance.Subject {
        try await conformance.factory(Trial.columns, rows)
    }

    func fail(_ detail: String) -> ConformanceFailure { ConformanceFailure(check: check, detail: detail) }

    func expect(_ condition: Bool, _ detail: @autoclosure () -> String) throws {
        if !condition { throw fail(detail()) }
    }

    /// The table as one that conforms to a protocol.
    func cast<T>(_ table: any Table, _ name: String) throws -> T {
        guard let table = table as? T else { throw fail("it does not conform to \(name)") }
        return table
    }

    // MARK: Reading

    func scan(
        _ table: any Table, during: (_ batch: Int) async throws -> Void = { _ in }
    ) async throws -> Scan {
        let table: any ScannableTable = try cast(table, "ScannableTable")
        var scan = Scan()
        scan.proof = try await table.scan { batch in
            scan.records += batch.records.map { $0.decoded() }
            scan.batchSizes.append(batch.records.count)
            try await during(scan.batchSizes.count)
        }
        return scan
    }

    /// What the table holds now, read without a problem.
    func rows(_ table: any Table) async throws -> [Row] {
        let records = try await scan(table).records
        let problems = records.compactMap(\.problem)
        try expect(problems.isEmpty, "records with problems: \(problems)")
        return records.map(row)
    }

    func expectRows(_ table: any Table, _ texts: [[String]]) async throws {
        try await expectRows(table, texts.map { Row(texts: $0) })
    }

    /// - Parameter expected: in their order, which only a table of text must keep.
    func expectRows(_ table: any Table, _ expected: [Row]) async throws {
        let found = try await rows(table)
        try expect(sorted(found) == sorted(expected), "expected \(expected), found \(found)")
    }

    private func sorted(_ rows: [Row]) -> [Row] {
        conformance.isText ? rows : rows.sorted { $0.texts.lexicographicallyPrecedes($1.texts) }
    }

    func row(_ record: TableRecord) -> Row {
        Row(texts: Trial.columns.map { text(record, $0) }, isArchived: record.isArchived)
    }

    private func text(_ record: TableRecord, _ column: String) -> String {
        if case .text(let row) = record.cells { return row[column] ?? "" }
        if column == Trial.columns[0], let key = record.key { return key }
        return switch record.values[column] ?? .null {
        case .null: ""
        case .string(let text): text
        case let value: value.description
        }
    }

    func key(_ record: TableRecord) -> String { record.key ?? text(record, Trial.columns[0]) }

    // MARK: Changes

    func cell(_ text: String) -> Cell {
        text.isEmpty ? .empty : conformance.isText ? .text(text) : .value(.string(text))
    }

    func update(_ key: String, _ column: String, from before: String? = nil, to after: String) -> TableChange {
        update(key, [column: CellChange(before: before.map(cell) ?? .absent, after: cell(after))])
    }

    func update(_ key: String, _ cells: [String: CellChange]) -> TableChange {
        TableChange(kind: .update, key: key, cells: cells)
    }

    func create(_ texts: [String]) -> TableChange {
        var cells = Dictionary(
            zip(Trial.columns, texts.map { CellChange(after: cell($0)) }), uniquingKeysWith: { first, _ in first })
        if !conformance.isText { cells[Trial.columns[0]] = nil }
        return TableChange(kind: .create, key: texts.first, cells: cells)
    }

    func delete(_ key: String) -> TableChange {
        TableChange(kind: .delete, key: key)
    }

    /// That a record is stored as a write answered.
    func expectStored(_ outcome: WriteOutcome, in table: any Table) async throws {
        guard case .stored(let answer) = outcome else { throw fail("expected what is stored, found \(outcome)") }
        let found = try await scan(table).records.filter { key($0) == key(answer) }
        try expect(found.count == 1, "answered \(row(answer)), found \(found.map(row))")
        for record in found {
            try expect(row(record) == row(answer), "answered \(row(answer)), found \(row(record))")
            try expect(record.fingerprint == answer.fingerprint, "the fingerprints of \(row(answer)) differ")
            try expect(record.place == answer.place, "the places of \(row(answer)) differ")
        }
    }

    func expectRefused(_ outcome: WriteOutcome) throws {
        guard case .refused = outcome else { throw fail("expected a refusal, found \(outcome)") }
    }

    func expectGone(_ outcome: WriteOutcome) throws {
        guard case .gone(nil) = outcome else { throw fail("expected that it is gone, found \(outcome)") }
    }
}
