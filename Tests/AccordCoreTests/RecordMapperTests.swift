import AccordCore
import Testing

@Suite("Rows become records, and changes become cells")
struct RecordMapperTests {
    static let header = TextRow.Header(["Id", "Name", "Mail", "Tags", "Out", "Since", "Changed", "Street", "Unit"])

    static let mapping = Mapping(
        resource: "customers", key: ["Id", "Mail"], match: ["email"],
        fields: [
            Field(name: "first_name", column: "Name", transforms: [.trim], required: true),
            Field(name: "email", column: "Mail", type: .email),
            Field(name: "tags", column: "Tags", type: .set(separator: ";")),
            Field(
                name: "unsubscribed_at", column: "Out", type: .boolean(yes: ["Yes"], no: ["No"]), isOptOut: true),
            Field(name: "signed_up_at", column: "Since", type: .date(pattern: "M/d/yyyy"), direction: .toProject),
            Field(
                name: "address1", column: nil, direction: .toProject,
                transforms: [.join(columns: ["Street", "Unit"], with: ", ")]),
        ],
        modified: ModifiedColumn(column: "Changed", type: .timestamp(pattern: "unix", timeZone: "UTC")))

    private func row(_ cells: [String]) -> TextRow {
        TextRow(header: RecordMapperTests.header, cells: cells)
    }

    private func mapper() throws -> RecordMapper {
        try RecordMapper(mapping: RecordMapperTests.mapping, header: RecordMapperTests.header)
    }

    static let keyCells: [(String, String?)] = [
        ("7", "7"), (" 7\u{A0}", "7"), ("\u{E9}1", "\u{E9}1"), ("e\u{301}1", "\u{E9}1"), ("1e\u{301}1", "1\u{E9}1"),
        ("\u{1100}\u{1161}", "\u{AC00}"), ("\u{212B}", "\u{C5}"), ("Б-7", "Б-7"), ("  ", nil), ("", nil),
        ("\u{FEFF}7\u{200B}", "7"), ("S\u{AD}-0\u{2060}1", "S-01"), ("\u{200E} 7 \u{202C}", "7"),
        ("\u{200B}\u{A0}", nil),
    ]

    @Test(
        "A key is composed and without white space around it, byte by byte; so is what is hashed", arguments: keyCells)
    func keys(cell: String, key: String?) throws {
        let row = row([cell, "", "", "", "", "", "", "", ""])
        let found = try mapper().key(of: row)
        #expect(found.map { Array($0.utf8) } == key.map { Array($0.utf8) })
        #expect(try mapper().keyHash(of: row) == key.map(KeyHash.of))
    }

    @Test("The rows that are meant are told by words that are compared as keys are")
    func filter() {
        let filter = RowFilter(column: "Status", words: ["Paid ", "r\u{E9}gl\u{E9}"])
        for cell in ["paid", " PAID\u{A0}", "paid\u{200B}", "\u{FEFF}Paid", "Re\u{301}gle\u{301}"] {
            #expect(filter.takes(cell), "\(cell)")
        }
        for cell in ["", "unpaid", "\u{200B}"] { #expect(!filter.takes(cell), "\(cell)") }
    }

    @Test("A column is found however its name is spelled, and written under the name that it has")
    func columnNames() throws {
        let mapping = Mapping(
            resource: "customers", key: ["\u{FEFF}id"], match: [],
            fields: [Field(name: "company", column: "Socie\u{301}te\u{301}\u{200B}")])
        let mapper = try RecordMapper(mapping: mapping, header: TextRow.Header(["id", "Soci\u{E9}t\u{E9}"]))
        let record = Record(key: "", values: ["company": .string("Acme")])
        let cells = try mapper.newRow(record: record, key: "mgr-1")
        #expect(cells == ["id": .text("mgr-1"), "Soci\u{E9}t\u{E9}": .text("Acme")])
        #expect(mapper.key(ofNew: cells) == "mgr-1")
    }

    @Test("A row becomes a record")
    func maps() throws {
        let mapped = try mapper().map(
            row(["7 ", " Ada ", "A@B.co", "vip;new", "Yes", "3/14/2026", "99", "Main St", " 4 "]))
        #expect(mapped.problems.isEmpty && mapped.quarantine == nil)
        #expect(mapped.record.key == "7")
        #expect(mapped.record.modified == 99)
        #expect(
            mapped.record.values == [
                "first_name": .string("Ada"), "email": .string("a@b.co"), "tags": .set(["vip", "new"]),
                "unsubscribed_at": .boolean(true), "signed_up_at": .date(try #require(CalendarDay(iso: "2026-03-14"))),
                "address1": .string("Main St, 4"),
            ])
    }

    @Test("A row with a value that does not fit is set aside, and its good fields still tell who it is")
    func problems() throws {
        let mapped = try mapper().map(row(["7", "", "a@b.co", "", "perhaps", "14.3.2026", "x", "", ""]))
        #expect(mapped.record["email"] == .string("a@b.co"))
        #expect(mapped.problems.map(\.field) == ["first_name", "unsubscribed_at", "signed_up_at", "modified"])
        #expect(
            mapped.quarantine?.message
                == "first_name (column \"Name\"): it is required, and blank; "
                + "unsubscribed_at (column \"Out\"): expected one of Yes, No, found \"perhaps\"; "
                + "signed_up_at (column \"Since\"): expected a date like 3/14/2026 (M/d/yyyy), found \"14.3.2026\"; "
                + "modified (column \"Changed\"): expected a time in Unix seconds like 1773480600, found \"x\"")
        #expect(mapped.quarantine?.cause == .unmappable)
    }

    @Test(
        "The key is the first key column that is not blank",
        arguments: [
            ("7", "a@b.co", "7"), (" 7 ", "", "7"), ("  ", " A@b.co ", "A@b.co"), ("", "", nil),
        ] as [(String, String, String?)])
    func keys(_ id: String, _ mail: String, _ key: String?) throws {
        #expect(try mapper().key(of: row([id, "", mail, "", "", "", "", "", ""])) == key)
    }

    @Test("Changes become cells; fields that flow to the project only have none")
    func cells() throws {
        let old = row(["7", "Ada", "a@b.co", "c; a", "No", "", "", "", ""])
        let cells = try mapper().cells(
            for: [
                "first_name": .string("Eva"), "tags": .set(["a", "b", "c"]), "unsubscribed_at": .timestamp(5),
                "signed_up_at": .null, "address1": .string("x"), "nothing": .string("y"),
            ], over: old)
        #expect(cells == ["Name": .text("Eva"), "Tags": .text("c; a; b"), "Out": .text("Yes")])
    }

    @Test("A value that its cell cannot hold is named")
    func unwritable() throws {
        let mapper = try mapper()
        let error = #expect(throws: FieldProblem.self) { try mapper.cells(for: ["tags": .set(["a;b"])], over: nil) }
        #expect(error?.column == "Tags")
    }

    @Test("A new row gets its key, unless a field gave it one")
    func newRow() throws {
        let mapper = try mapper()
        let named = Record(key: "1", values: ["first_name": .string("Ada")])
        #expect(try mapper.newRow(record: named, key: "mgr-1") == ["Name": .text("Ada"), "Id": .text("mgr-1")])
        let mailed = Record(key: "1", values: ["email": .string("a@b.co")])
        #expect(try mapper.newRow(record: mailed, key: "mgr-1") == ["Mail": .text("a@b.co")])
        var mapping = RecordMapperTests.mapping
        mapping.key = ["Mail"]
        let byMail = try RecordMapper(mapping: mapping, header: RecordMapperTests.header)
        #expect(throws: FieldProblem.self) { try byMail.newRow(record: named, key: "mgr-1") }
    }

    @Test("A column that the source lacks is named, with the one that was probably meant")
    func missing() {
        let header = TextRow.Header(["Id", "Name", "Mial"])
        let field = Field(name: "email", column: "Mail", type: .email, place: Place(file: "m.yaml", line: 5))
        let mapping = Mapping(resource: "customers", key: ["Id"], match: [], fields: [field])
        let error = #expect(throws: MappingProblem.self) { try RecordMapper(mapping: mapping, header: header) }
        #expect(
            error?.description
                == "m.yaml:5: the source has no column \"Mail\" (did you mean \"Mial\"?). Its columns are: Id, Name, Mial."
        )
    }

    @Test(
        "A pattern or an expression that means nothing is refused",
        arguments: [
            Field(name: "a", column: "Id", type: .date(pattern: "yyyy")),
            Field(name: "a", column: "Id", type: .timestamp(pattern: "iso", timeZone: "Mars")),
            Field(name: "a", column: "Id", transforms: [.replace(pattern: "(", with: "")]),
            Field(name: "a", column: nil, transforms: [.join(columns: ["Id", "None"], with: "")]),
        ])
    func refused(_ field: Field) {
        let mapping = Mapping(resource: "customers", key: ["Id"], match: [], fields: [field])
        #expect(throws: MappingProblem.self) { try RecordMapper(mapping: mapping, header: TextRow.Header(["Id"])) }
    }

    @Test(
        "Transforms, in their order",
        arguments: [
            ([.trim], "  a b ", "a b"), ([.lowercase], "ÄB", "äb"), ([.uppercase], "äb", "ÄB"),
            ([.titlecase], "ada o'neill-SMITH", "Ada O'neill-Smith"),
            ([.replace(pattern: "\\s+", with: " ")], "a \t b", "a b"),
            ([.map(["ACME": "Acme Inc."])], "ACME", "Acme Inc."),
            ([.map(["ACME": "Acme Inc."])], "Acme", "Acme"), ([.split(separator: ", ", index: 0)], "a, b", "a"),
            ([.split(separator: ", ", index: -1)], "a, b", "b"), ([.split(separator: ", ", index: 5)], "a, b", nil),
            ([.fallback("none")], "  ", "none"), ([.fallback("none")], "x", "x"), ([.constant("c")], "x", "c"),
            ([.trim, .uppercase, .map(["A": "b"])], " a ", "b"), ([.uppercase, .lowercase], "aB", "ab"),
        ] as [([Transform], String, String?)])
    func transforms(_ transforms: [Transform], _ text: String, _ result: String?) throws {
        let field = Field(name: "a", column: "Id", transforms: transforms)
        let mapping = Mapping(resource: "customers", key: ["Id"], match: [], fields: [field])
        let header = TextRow.Header(["Id"])
        let raw = TextRow(header: header, cells: [text])
        let value = try RecordMapper(mapping: mapping, header: header).map(raw).record["a"]
        #expect(value == Value.text(result ?? ""))
    }

    @Test("Maps are undone on the way back, the last one first")
    func undone() throws {
        let field = Field(
            name: "a", column: "Id", transforms: [.map(["1": "one"]), .map(["one": "uno", "two": "due"]), .trim])
        let mapping = Mapping(resource: "customers", key: ["Id"], match: [], fields: [field])
        let mapper = try RecordMapper(mapping: mapping, header: TextRow.Header(["Id"]))
        #expect(try mapper.cells(for: ["a": .string("uno")], over: nil) == ["Id": .text("1")])
        #expect(try mapper.cells(for: ["a": .string("due")], over: nil) == ["Id": .text("two")])
        #expect(try mapper.cells(for: ["a": .string("tre")], over: nil) == ["Id": .text("tre")])
    }
}
