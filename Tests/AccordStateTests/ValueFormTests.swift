import AccordCore
import AccordState
import FoundationEssentials
import Testing

@Suite("A value that is kept comes back as it was")
struct ValueFormTests {
    private static func decimal(_ text: String) -> Value { Decimal(string: text).map(Value.decimal) ?? .null }

    private static func day(_ text: String) -> Value { CalendarDay(iso: text).map(Value.date) ?? .null }

    private static let new = AwaitedName(pair: "customers: tags", key: "new", label: "New")

    private func read(_ json: String) throws -> Value {
        try ValueForm.read(JSONDocument(parsing: Array(json.utf8)).root, "it")
    }

    private static let saved: [(Value, json: String)] = [
        (.null, "null"), (.string("Ada \"K\""), #""Ada \"K\"""#), (.string("null"), #""null""#),
        (.string("12"), #""12""#), (.string("true"), #""true""#), (.integer(0), "0"), (.integer(1), "1"),
        (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"), (.boolean(true), "true"),
        (.boolean(false), "false"), (decimal("1234.50"), #"{"decimal":"1234.5"}"#),
        (decimal("-0.001"), #"{"decimal":"-0.001"}"#), (decimal("7"), #"{"decimal":"7"}"#),
        (decimal("12345678901234567890.123456789"), #"{"decimal":"12345678901234567890.123456789"}"#),
        (day("2024-02-29"), #"{"date":"2024-02-29"}"#), (day("0001-01-01"), #"{"date":"0001-01-01"}"#),
        (.timestamp(1_772_323_200), #"{"timestamp":1772323200}"#),
        (.timestamp(1_772_357_401), #"{"timestamp":1772357401}"#), (.timestamp(-1), #"{"timestamp":-1}"#),
        (.set(["b", "a", "c"]), #"["a","b","c"]"#),
        (.string(new.text), #"{"created":"New","by":"customers: tags","key":"new"}"#),
        (.set(["b", new.text]), #"[{"created":"New","by":"customers: tags","key":"new"},"b"]"#),
    ]

    @Test("A saved value is read back as it was, and always saved in the same bytes", arguments: saved)
    func roundTrip(_ value: Value, _ json: String) throws {
        var writer = JSONWriter()
        ValueForm.write(value, to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == json)
        #expect(try read(json) == value)
    }

    @Test("In the changes of a record each of its values comes back, a null among others too", arguments: saved)
    func inChange(_ value: Value, _ json: String) throws {
        let changes = [
            FieldChange(field: "f", before: .null, after: value, origin: value, rule: .sourceChanged),
            FieldChange(field: "g", before: value, after: .null, origin: value, rule: .sourceChanged),
            FieldChange(field: "h", before: value, after: value, origin: .null, rule: .sourceChanged),
        ]
        let record = Entry(
            label: "Ada", sourceKey: "1", projectID: "p1", present: [.source, .project], bucket: .updated,
            operations: [Operation(side: .project, kind: .update, changes: changes, reason: .rules([.sourceChanged]))])
        var writer = JSONWriter()
        RecordForm.write(record, to: &writer)
        #expect(try RecordForm.read(JSONDocument(parsing: writer.bytes).root) == record)
    }

    @Test("What is blank in a file is nothing", arguments: [#""""#, "[]", "null"])
    func blank(_ json: String) throws { #expect(try read(json) == .null) }

    @Test(
        "What is no value is refused",
        arguments: [
            #"{"date":"2026-02-30"}"#, #"{"date":"1.3.2026"}"#, #"{"date":5}"#, #"{"decimal":"x"}"#,
            #"{"decimal":1.5}"#,
            #"{"timestamp":"5"}"#, #"[{"created":"New","by":"customers: tags"}]"#, #"{"other":"5"}"#, "{}", "[1]",
            "1.5", "9223372036854775808",
        ])
    func refused(_ json: String) {
        #expect(throws: FormProblem.self) { try read(json) }
    }
}
