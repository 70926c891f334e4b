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

    private static let shown: [(Value, String)] = [
        (.null, "(empty)"), (.string("Ada \"K\""), "Ada \"K\""), (.string("null"), "null"), (.string("12"), "12"),
        (.string("true"), "true"), (.integer(0), "0"), (.integer(1), "1"), (.integer(.max), "9223372036854775807"),
        (.integer(.min), "-9223372036854775808"), (.boolean(true), "yes"), (.boolean(false), "no"),
        (decimal("1234.50"), "1234.5"), (decimal("-0.001"), "-0.001"), (decimal("7"), "7"),
        (decimal("12345678901234567890.123456789"), "12345678901234567890.123456789"),
        (day("2024-02-29"), "2024-02-29"), (day("0001-01-01"), "0001-01-01"), (.timestamp(1_772_323_200), "2026-03-01"),
        (.timestamp(1_772_357_401), "2026-03-01 09:30:01"), (.timestamp(-1), "1969-12-31 23:59:59"),
        (.set(["b", "a", "c"]), "a, b, c"),
    ]

    @Test("A value is shown as a person would write it", arguments: shown)
    func words(_ value: Value, _ text: String) { #expect(value.description == text) }

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
