import Testing

@testable import AccordCore

@Suite("Typed records become rows that a mapping reads")
struct RowFormTests {
    private static let schema = TableSchema(
        name: "people", label: "person",
        fields: [
            FieldSchema(name: "name", type: .string), FieldSchema(name: "tags", type: .set(separator: ",")),
            FieldSchema(name: "since", type: .timestamp(pattern: "iso", timeZone: "UTC")),
            FieldSchema(name: "score", type: .decimal), FieldSchema(name: "secret", type: .string, isReadable: false),
        ], ownKey: "id")

    private static let mapping = Mapping(
        resource: "customers", key: ["id"], match: [],
        fields: [
            Field(name: "first_name", column: "name", required: true),
            Field(name: "tags", column: "tags", type: .set(separator: ";"), transforms: [.lowercase]),
            Field(name: "day", column: "since", type: .date(pattern: "M/d/yyyy")),
            Field(name: "score", column: "score", type: .string), Field(name: "secret", column: "secret"),
        ])

    private func mapped(_ values: [String: Value]) throws -> MappedRecord {
        let mapper = try RecordMapper(mapping: RowFormTests.mapping, schema: RowFormTests.schema)
        let record = TableRecord(key: "7", cells: .values(values), fingerprint: Fingerprint(of: ""))
        return mapper.map(mapper.rows.row(of: record))
    }

    @Test("values are taken as they are where the types agree, and else by what they mean")
    func values() throws {
        let record = try mapped([
            "name": .string("Ada"), "tags": .set(["A;b", "c,d"]), "since": .timestamp(86_400),
            "score": .decimal(2),
        ]).record
        #expect(record.key == "7")
        #expect(record["tags"] == .set(["a;b", "c,d"]), "no element is taken for two")
        #expect(record["day"] == .date(CalendarDay(unixSeconds: 86_400)))
        #expect(record["score"] == .string("2") && record["secret"].isNull && record.unknown.isEmpty)
    }

    @Test("a field that a record does not have is unknown, one that is empty is null, a required one sets it aside")
    func absent() throws {
        let record = try mapped(["name": .string("Ada"), "tags": .null])
        #expect(record.record.unknown == ["day", "score"] && record.problems.isEmpty)
        #expect(try mapped([:]).problems.map(\.field) == ["first_name"])
    }

    @Test("cells are written in the column's own type, and the table makes the key of a new record")
    func cells() throws {
        let mapper = try RecordMapper(mapping: RowFormTests.mapping, schema: RowFormTests.schema)
        let record = Record(
            key: "mgr-1",
            values: [
                "first_name": .string("Ada"), "tags": .set(["c,d"]), "day": .date(CalendarDay(unixSeconds: 86_400)),
                "score": .string("2"),
            ])
        #expect(
            try mapper.newRow(record: record, key: "mgr-1") == [
                "name": .value(.string("Ada")), "tags": .value(.set(["c,d"])), "since": .value(.timestamp(86_400)),
                "score": .value(.decimal(2)),
            ])
        #expect(try mapper.cells(for: ["score": .null], over: nil) == ["score": .empty])
        #expect(throws: FieldProblem.self) { try mapper.cells(for: ["score": .string("much")], over: nil) }
    }
}
