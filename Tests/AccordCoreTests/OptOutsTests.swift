import AccordCore
import Testing

@Suite("Who opted out, as the people's own rows say")
struct OptOutsTests {
    private enum Answer { case out, doubt, free }

    private static let header = TextRow.Header(["Id", "Mail", "Phone", "Out"])

    /// Rows of four cells, and whether a person with the e-mail a@x.co and the telephone +1 415 555 2671 may be asked.
    private static let rows: [(cells: [String], problem: String?, answer: Answer)] = [
        (["1", "a@x.co", "", "Yes"], nil, .out),
        (["1", "a@x.co", "", "No"], nil, .free),
        (["1", "a@x.co", "", ""], nil, .free),
        (["1", "b@x.co", "", "Yes"], nil, .free),
        (["1", "", "415 555 2671", "Yes"], nil, .out),
        (["1", "a@x.co", "", "Unsubscribed"], nil, .doubt),
        (["1", "b@x.co", "415-555-2671", "perhaps"], nil, .doubt),
        (["1", "b@x.co", "", "perhaps"], nil, .free),
        // The e-mail's cell is not one e-mail, and the opt-out is clear.
        (["1", "<a@x.co>", "", "Yes"], nil, .out),
        (["1", "a@x.co, c@x.co", "", "Yes"], nil, .out),
        (["1", "Ann (a@x.co)", "", "Yes"], nil, .out),
        (["1", "<a@x.co>", "", "perhaps"], nil, .doubt),
        (["1", "<a@x.co>", "", "No"], nil, .free),
        (["1", "a@x.co.", "", "Yes"], nil, .out),
        (["1", "a @x.co", "", "Yes"], nil, .out),
        (["1", "b@x.co", "0415 555 2671 / 2", "Yes"], nil, .free),
        // A number that no country has.
        (["1", "b@x.co", "00415 555 2671", "Yes"], nil, .doubt),
        (["1", "b@x.co", "5552671", "Yes"], nil, .doubt),
        (["1", "b@x.co", "5552672", "Yes"], nil, .free),
        (["1", "b@x.co", "552671", "Yes"], nil, .free),
        (["1", "b@x.co", "5552671", "No"], nil, .free),
        // Of a broken row it is not known which cell is which.
        (["1", "a@x.co", "", "Yes", "more"], "five cells", .doubt),
        (["1", "a@x.co", "No"], "three cells", .doubt),
        (["1", "Ann, a@x.co", "No"], "three cells", .doubt),
        (["1", "Ann", "4155552671 "], "three cells", .doubt),
        (["1", "b@x.co", "No"], "three cells", .free),
    ]

    @Test("in doubt a person is not free to be asked", arguments: rows)
    private func row(cells: [String], problem: String?, answer: Answer) throws {
        let mapping = Mapping(
            resource: "customers", key: ["Id"], match: ["email"],
            fields: [
                Field(name: "email", column: "Mail", type: .email),
                Field(name: "phone", column: "Phone", type: .phone(country: "US")),
                Field(
                    name: "unsubscribed_at", column: "Out", type: .boolean(yes: ["Yes"], no: ["No"]), isOptOut: true),
            ])
        let reader = try #require(
            try OptOutReader(mapping, rows: RowForm(OptOutsTests.header), names: ["email", "phone"]))
        let row = TextRow(header: OptOutsTests.header, cells: cells)
        let record = TableRecord(
            cells: .text(row), fingerprint: Fingerprint(of: "row"), place: Place(file: "crm.csv", line: 3),
            problem: problem)
        var optOuts = OptOuts()
        if let said = reader.said(record, row) { optOuts.add(said) }
        let person = [
            FieldValue(field: "email", value: .string("a@x.co")),
            FieldValue(field: "phone", value: .string("+14155552671")),
        ]
        #expect(optOuts.contains(person) == (answer == .out))
        #expect((optOuts.doubt(of: person) != nil) == (answer == .doubt))
        if answer == .doubt { #expect(optOuts.doubt(of: person)?.contains("crm.csv:3") == true) }
    }

    @Test("of a source that may not be whole it is known of nobody who opted out")
    func notWhole() {
        var optOuts = OptOuts()
        optOuts.doubt("crm.csv", because: "it is cut")
        #expect(
            optOuts.doubt(of: [FieldValue(field: "email", value: .string("a@x.co"))])?.contains("it is cut") == true)
        #expect(optOuts.doubt(of: []) != nil)
    }
}
