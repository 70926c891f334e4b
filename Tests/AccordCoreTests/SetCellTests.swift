import AccordCore
import Testing

@Suite("What nobody changed of a set stays in its cell as it stands there")
struct SetCellTests {
    private static let header = TextRow.Header(["Id", "Tags"])

    private func cell(
        _ elements: Set<String>, over cell: String?, _ field: Field, _ references: References = References()
    ) throws -> String? {
        let mapper = try RecordMapper(
            mapping: Mapping(resource: "customers", key: ["Id"], match: [], fields: [field]),
            header: SetCellTests.header, references: references)
        let row = cell.map { TextRow(header: SetCellTests.header, cells: ["1", $0]) }
        let cells = try mapper.cells(for: ["tags": .elements(elements)], over: row)
        guard case .text(let text)? = cells["Tags"] else { return nil }
        return text
    }

    private static func tags(_ separator: String = ";", _ transforms: [Transform] = [], pair: String? = nil) -> Field {
        Field(
            name: "tags", column: "Tags", type: .set(separator: separator), transforms: transforms, pair: pair,
            createsMissing: pair != nil)
    }

    @Test(
        "order, spelling, and the space around separators",
        arguments: [
            ("c;a;b", ["a", "c"], "c;a"), ("c; a", ["a", "c", "b"], "c; a; b"), ("", ["b", "a"], "a;b"),
            ("x", ["b"], "b"), ("a;a;b", ["a", "b", "c"], "a;a;b;c"), ("a;b; c", ["a", "b", "c", "d"], "a;b; c; d"),
            (" a ;b", ["a", "b", "c"], " a ;b;c"), ("a; b; c", ["b", "c"], "b; c"), ("a;b;", ["a", "b", "c"], "a;b;c"),
            ("a;;b", ["a", "b", "c"], "a;;b;c"), ("a;b", [], ""), ("a; b", ["c"], " c"),
        ] as [(String, Set<String>, String)])
    func pieces(_ cell: String, _ elements: Set<String>, _ text: String) throws {
        let written = try self.cell(elements, over: cell, SetCellTests.tags())
        #expect(written?.trimmed == text.trimmed)
        if elements.count > 1 { #expect(written == text) }
    }

    @Test("without a row, elements stand in the order of their names")
    func new() throws { #expect(try cell(["b", "a"], over: nil, SetCellTests.tags()) == "a;b") }

    @Test("letter case that a transform takes away stays in the cell")
    func transformed() throws {
        let field = SetCellTests.tags(";", [.lowercase])
        #expect(try cell(["vip", "new", "gold"], over: "VIP; New", field) == "VIP; New; gold")
        #expect(try cell(["new"], over: "VIP; New", field) == "New")
    }

    @Test("a transform of the whole text that is no set's own is written as it can be read")
    func whole() throws {
        let field = SetCellTests.tags(";", [.map(["a;b": "x;y"])])
        #expect(try cell(["x", "y", "z"], over: "a;b", field) == "x;y;z")
    }

    @Test("names stay as they are spelled, whatever the project calls them")
    func names() throws {
        var names = References.Names(
            spelled: SpelledNames(
                [
                    ProjectName(id: "1", name: "VIP", slug: "vip"),
                    ProjectName(id: "2", name: "Very Important", slug: "very"),
                    ProjectName(id: "3", name: "Gold", slug: "gold"),
                ], label: "tag"))
        names.add(key: "very important", name: "very", text: "Very Important")
        let field = SetCellTests.tags(";", pair: "tags")
        let written = try cell(
            ["vip", "very", "gold"], over: "VERY  important ;Vip", field, References(["tags": names]))
        #expect(written == "VERY  important ;Vip;gold")
        #expect(try cell(["very"], over: "vip;VERY important", field, References(["tags": names])) == "VERY important")
    }
}
