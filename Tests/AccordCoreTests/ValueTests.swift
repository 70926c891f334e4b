import AccordCore
import FoundationEssentials
import Testing

@Suite("Values of both sides are compared in one form")
struct ValueTests {
    private static func decimal(_ text: String) -> Value { Decimal(string: text).map(Value.decimal) ?? .null }

    private static func day(_ text: String) -> Value { CalendarDay(iso: text).map(Value.date) ?? .null }

    @Test("Nothing there has one form only")
    func nothing() {
        #expect(Value.text("") == .null && Value.text(" ") == .string(" "))
        #expect(Value.elements([]) == .null && Value.elements([""]) == .set([""]))
        #expect(Value.null.isNull && !Value.boolean(false).isNull && !Value.integer(0).isNull)
        #expect(Value.set(["a", "b"]).elements == ["a", "b"])
        #expect(Value.null.elements.isEmpty && Value.string("a").elements.isEmpty)
    }

    /// 2026-03-01 begins at 1772323200.
    private static let pairs: [(Value, Value, Bool)] = [
        (.null, .null, true), (.null, .string("a"), false), (.null, .boolean(false), false),
        (.null, .integer(0), false),
        (.string("a"), .string("a"), true), (.string("a"), .string("A"), false), (.string("1"), .integer(1), false),
        (.string("caf\u{E9}"), .string("cafe\u{301}"), true),
        (.integer(1), decimal("1"), true), (.integer(1), decimal("1.00"), true), (.integer(1), decimal("1.01"), false),
        (.integer(.max), decimal("9223372036854775807"), true), (.integer(.max), decimal("9223372036854775808"), false),
        (decimal("1.50"), decimal("1.5"), true), (decimal("-0.1"), decimal("0.1"), false),
        (.boolean(true), .boolean(true), true), (.boolean(true), .integer(1), false),
        (day("2026-03-01"), .timestamp(1_772_323_200), true), (day("2026-03-01"), .timestamp(1_772_409_599), true),
        (day("2026-03-01"), .timestamp(1_772_409_600), false), (day("2026-03-01"), .timestamp(1_772_323_199), false),
        (day("1969-12-31"), .timestamp(-1), true), (day("1969-12-31"), .timestamp(0), false),
        (day("2026-03-01"), day("2026-03-02"), false), (day("2026-03-01"), .string("2026-03-01"), false),
        (.timestamp(1), .timestamp(1), true), (.timestamp(1), .timestamp(2), false),
        (.timestamp(1), .integer(1), false),
        (.set(["a", "b"]), .set(["b", "a"]), true), (.set(["a"]), .set(["a", "b"]), false),
        (.set(["a"]), .string("a"), false),
    ]

    @Test("A day means the midnight that the project makes of it, an integer the equal decimal", arguments: pairs)
    func meaning(_ a: Value, _ b: Value, _ isSame: Bool) {
        #expect(a.means(b) == isSame)
        #expect(b.means(a) == isSame)
        #expect(a.means(a) && b.means(b))
    }

    private static let shown: [(Value, String, json: String)] = [
        (.null, "(empty)", "null"), (.string("Ada \"K\""), "Ada \"K\"", #""Ada \"K\"""#),
        (.string("null"), "null", #""null""#),
        (.string("12"), "12", #""12""#), (.string("true"), "true", #""true""#), (.integer(0), "0", "0"),
        (.integer(1), "1", "1"),
        (.integer(.max), "9223372036854775807", "9223372036854775807"),
        (.integer(.min), "-9223372036854775808", "-9223372036854775808"), (.boolean(true), "yes", "true"),
        (.boolean(false), "no", "false"), (decimal("1234.50"), "1234.5", #"{"decimal":"1234.5"}"#),
        (decimal("-0.001"), "-0.001", #"{"decimal":"-0.001"}"#), (decimal("7"), "7", #"{"decimal":"7"}"#),
        (
            decimal("12345678901234567890.123456789"), "12345678901234567890.123456789",
            #"{"decimal":"12345678901234567890.123456789"}"#
        ), (day("2024-02-29"), "2024-02-29", #"{"date":"2024-02-29"}"#),
        (day("0001-01-01"), "0001-01-01", #"{"date":"0001-01-01"}"#),
        (.timestamp(1_772_323_200), "2026-03-01", #"{"timestamp":1772323200}"#),
        (.timestamp(1_772_357_401), "2026-03-01 09:30:01", #"{"timestamp":1772357401}"#),
        (.timestamp(-1), "1969-12-31 23:59:59", #"{"timestamp":-1}"#),
        (.set(["b", "a", "c"]), "a, b, c", #"["a","b","c"]"#),
    ]

    @Test("A saved value is read back as it was, and always saved in the same bytes", arguments: shown)
    func saved(_ value: Value, _ text: String, _ json: String) throws {
        #expect(value.description == text)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = try encoder.encode(value)
        #expect(String(decoding: bytes, as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(Value.self, from: bytes) == value)
        // And inside of other things, where a null can be taken for what is not there.
        let change = FieldChange(field: "f", before: .null, after: value, origin: value, rule: .sourceChanged)
        #expect(try JSONDecoder().decode(FieldChange.self, from: encoder.encode(change)) == change)
    }

    @Test("What is blank in a file is nothing", arguments: [#""""#, "[]", "null"])
    func blank(_ json: String) throws {
        #expect(try JSONDecoder().decode(Value.self, from: Data(json.utf8)) == .null)
    }

    @Test(
        "What is no value is refused",
        arguments: [
            #"{"date":"2026-02-30"}"#, #"{"date":"1.3.2026"}"#, #"{"date":5}"#, #"{"decimal":"x"}"#,
            #"{"decimal":1.5}"#,
            #"{"timestamp":"5"}"#, #"{"other":"5"}"#, "{}", "[1]", "1.5", "9223372036854775808",
        ])
    func refused(_ json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Value.self, from: Data(json.utf8)) }
    }

    @Test("A record holds no blanks, so that a cleared field and one that never was are the same")
    func records() {
        var record = Record(key: "1", values: ["a": .string("x"), "b": .null])
        #expect(record.values == ["a": .string("x")] && record["b"] == .null)
        #expect(record == Record(key: "1", values: ["a": .string("x")]))
        record["a"] = .null
        record["c"] = .integer(1)
        #expect(record.values == ["c": .integer(1)])
    }
}
