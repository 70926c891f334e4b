import AccordCore
import AccordReviews
import AccordTables
import TableConformance
import TableFakes
import Testing

/// The names of another table in the columns of the suite: each name is a row, with strokes between its cells.
private struct NamesAsRows: ScannableTable, StampedTable {
    let names: NamesTable
    let columns: [String]

    static func name(_ row: [String]) -> String { row.joined(separator: "/") }
    static func row(_ name: String) -> [String] {
        name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    var name: String { names.name }
    var capabilities: Capabilities { names.capabilities }

    func schema() async throws -> TableSchema {
        var schema = TableSchema(name: name, columns: columns)
        schema.unique = try await names.schema().unique
        return schema
    }

    func stamp() async throws -> Stamp { try await names.stamp() }

    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        let header = TextRow.Header(columns)
        return try await names.scan { batch in
            let rows = batch.records.map { record in
                var record = record
                if case .text(let row) = record.cells {
                    record.cells = .text(TextRow(header: header, cells: NamesAsRows.row(row[1])))
                }
                return record
            }
            try await take(RecordBatch(rows))
        }
    }
}

@Suite("The names that a column of another table holds")
struct NamesTableTests {
    private static func names(of base: MemoryTable, _ type: FieldType = .string, only: RowFilter? = nil) -> NamesTable {
        let field = Field(name: "tags", column: "tags", type: type, createsMissing: true)
        return NamesTable(
            of: field, in: base,
            by: Mapping(resource: "customers", key: ["id"], match: [], fields: [field], only: only))
    }

    @Test("They keep the contract of a table", arguments: TableConformance.scanChecks + TableConformance.stampChecks)
    func check(_ check: TableConformance.Check) async throws {
        try await check.run(
            TableConformance(isText: true) { columns, rows in
                let records = rows.map { ($0[0], ["tags": Value.string(NamesAsRows.name($0))]) }
                let base = MemoryTable(
                    fields: ["tags"], records: Dictionary(records, uniquingKeysWith: { first, _ in first }))
                return TableConformance.Subject(
                    table: NamesAsRows(names: NamesTableTests.names(of: base), columns: columns),
                    edit: { key, column, text in
                        guard case .string(let name)? = base.records[key]?["tags"] else { return }
                        var row = NamesAsRows.row(name)
                        row[columns.firstIndex(of: column) ?? 0] = text
                        base.edit(key, "tags", .string(NamesAsRows.name(row)))
                    },
                    remove: { base.remove($0) }, makeUnreadable: { base.makeUnreadable($0) })
            })
    }

    private func scan(_ table: NamesTable) async throws -> (rows: [[String]], batches: [Int], proof: ScanProof) {
        var rows: [[String]] = []
        var batches: [Int] = []
        let proof = try await table.scan { batch in
            batches.append(batch.records.count)
            batch.records.forEach { record in
                if case .text(let row) = record.cells { rows.append(row.texts) }
            }
        }
        return (rows, batches, proof)
    }

    @Test("Each is there once, as it is written first, with what all ways to write it have in common, and as a slug")
    func ways() async throws {
        let base = MemoryTable(
            fields: ["tags"],
            records: [
                "1": ["tags": .set(["Late Payer", "vip"])], "2": ["tags": .set(["late payer", "VIP"])],
                "3": ["tags": .set([])], "4": ["tags": .set(["Zoë", "Zoe", " "])],
            ])
        let table = NamesTableTests.names(of: base, .set(separator: ";"))
        let found = try await scan(table)
        #expect(
            found.rows == [
                ["late payer", "Late Payer", ""], ["vip", "vip", ""], ["zoe", "Zoe", "Zoe"], ["zoë", "Zoë", "Zoë"],
            ])
        #expect(found.proof.count == 4 && found.proof.incomplete == nil)
        let schema = try await table.schema()
        #expect(schema.fields.map(\.name) == ["key", "name", "slug"] && schema.unique == ["key"])
    }

    @Test("Those of one record that names many come in several batches")
    func manyOfOne() async throws {
        let tags = Set((1...2500).map { "tag \($0)" })
        let base = MemoryTable(fields: ["tags"], records: ["1": ["tags": .set(tags)]])
        let found = try await scan(NamesTableTests.names(of: base, .set(separator: ";")))
        #expect(found.batches == [1000, 1000, 500])
        #expect(Set(found.rows.map { $0[0] }) == tags)
    }

    @Test("A record that cannot be read may name more, and one that the mapping leaves out does not count")
    func notAll() async throws {
        let base = MemoryTable(
            fields: ["tags", "kind"],
            records: [
                "1": ["tags": .string("a"), "kind": .string("sale")], "2": ["tags": .string("b")],
                "3": ["tags": .string("c"), "kind": .string("sale")],
            ])
        let table = NamesTableTests.names(of: base, only: RowFilter(column: "kind", words: ["sale"]))
        #expect(try await scan(table).rows.map { $0[0] } == ["a", "c"])
        base.makeUnreadable("3")
        let found = try await scan(table)
        #expect(found.rows.map { $0[0] } == ["a"] && found.proof.count == 1)
        #expect(found.proof.incomplete == "1 of the records cannot be read, and may name more")
    }
}
