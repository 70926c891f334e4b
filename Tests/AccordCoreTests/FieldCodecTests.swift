import AccordCore
import Chance
import Foundation
import Testing

@Suite("A text becomes a value, and a value a text")
struct FieldCodecTests {
    static let words = FieldType.boolean(yes: ["Yes", "1"], no: ["No", "0"])
    static let american = FieldType.date(pattern: "M/d/yyyy")
    static let iso = FieldType.timestamp(pattern: "iso", timeZone: "UTC")

    @Test(
        "Read",
        arguments: [
            (.string, " Ada ", .string(" Ada ")), (.integer, " 42 ", .integer(42)), (.integer, "-7", .integer(-7)),
            (.integer, "1,234,567", .integer(1_234_567)), (.integer, "9223372036854775807", .integer(.max)),
            (.decimal, "1,5", .decimal(Decimal(string: "1.5") ?? 0)),
            (.decimal, "1.234,5", .decimal(Decimal(string: "1234.5") ?? 0)),
            (.decimal, "1.000.000", .decimal(1_000_000)), (.decimal, "1,000,000", .decimal(1_000_000)),
            (.decimal, "0,125", .decimal(Decimal(string: "0.125") ?? 0)),
            (.decimal, "1000.125", .decimal(Decimal(string: "1000.125") ?? 0)),
            (.decimal(sign: .comma), "1.000", .decimal(1_000)), (.decimal(sign: .point), "1.000", .decimal(1)),
            (.decimal, "1,234.50", .decimal(Decimal(string: "1234.5") ?? 0)), (.decimal, "-0.00", .decimal(0)),
            (
                .decimal, "12345678901234567890.123456789",
                .decimal(Decimal(string: "12345678901234567890.123456789") ?? 0)
            ),
            (words, "yES", .boolean(true)), (words, " 0 ", .boolean(false)),
            (american, "1/2/1970", .date(CalendarDay(daysSinceEpoch: 1))), (iso, "1970-01-01T00:00:05Z", .timestamp(5)),
            (.set(separator: ";"), " b;a ;; b ", .set(["a", "b"])), (.set(separator: ";"), " ; ;", .null),
            (.email, " Ada@Example.COM ", .string("ada@example.com")),
            (.phone(country: "US"), "(415) 555-0100", .string("+14155550100")),
        ] as [(FieldType, String, Value)])
    func read(_ type: FieldType, _ text: String, _ value: Value) throws {
        #expect(try FieldCodec(type).parse(text) == value)
    }

    @Test(
        "White space of the service's texts is a single space between words",
        arguments: [
            ("A@X.com", "a@x.com"), (" a@x.com ", "a@x.com"), ("a  b", "a b"), ("a b", "a b"), ("a\tb", "a b"),
            ("a\u{A0}b", "a b"), ("é  è", "é è"), ("a ", "a"), (" a", "a"), ("a\u{7F}b", "a\u{7F}b"),
        ])
    func spaces(_ text: String, _ plain: String) throws {
        #expect(try FieldCodec(.email).parse(JSON.string(text)) == .string(plain))
    }

    @Test(
        "A blank is empty whatever the type",
        arguments: [
            FieldType.string, .integer, .decimal, words, american, iso, .set(separator: ","), .email,
            .phone(country: nil),
        ])
    func blank(_ type: FieldType) throws {
        for text in ["", " ", "\t\n", "\u{A0}"] { #expect(try FieldCodec(type).parse(text) == .null) }
    }

    @Test(
        "Refused, with what was expected and found",
        arguments: [
            (.integer, "1.0", "expected a whole number like 1200, found \"1.0\""),
            (.integer, "1,23", "expected a whole number like 1200, found \"1,23\""),
            (.integer, "9223372036854775808", "expected a whole number like 1200, found \"9223372036854775808\""),
            (.integer, "1e3", "expected a whole number like 1200, found \"1e3\""),
            (.decimal, "1.2,3.4", "expected a number like 1200.50, found \"1.2,3.4\""),
            (.decimal, "1,2,3", "expected a number like 1200.50, found \"1,2,3\""),
            (.decimal(sign: .comma), "1,2,3", "expected a number like 1200,50, found \"1,2,3\""),
            (
                .decimal, "1,234",
                "expected a number that reads in one way only (write decimal: \".\" or decimal: \",\" at the field in the "
                    + "mapping, the sign before decimals), found \"1,234\""
            ),
            (.decimal, "1e5", "expected a number like 1200.50, found \"1e5\""),
            (.decimal, "NaN", "expected a number like 1200.50, found \"NaN\""),
            (.decimal, "1.", "expected a number like 1200.50, found \"1.\""),
            (.decimal, "$5", "expected a number like 1200.50, found \"$5\""),
            (words, "maybe", "expected one of Yes, 1, No, 0, found \"maybe\""),
            (american, "14.3.2026", "expected a date like 3/14/2026 (M/d/yyyy), found \"14.3.2026\""),
            (iso, "soon", "expected a time like 2026-03-14T09:30:00Z (ISO 8601), found \"soon\""),
            (.email, "ada", "expected an e-mail address, found \"ada\""),
            (.email, "a@b@c.co", "expected an e-mail address, found \"a@b@c.co\""),
            (.email, "a b@c.co", "expected an e-mail address, found \"a b@c.co\""),
            (.email, "a@b", "expected an e-mail address, found \"a@b\""),
            (.email, "a@.co", "expected an e-mail address, found \"a@.co\""),
            (.email, "a@b.co, c@d.co", "expected an e-mail address, found \"a@b.co, c@d.co\""),
            (
                .phone(country: nil), "4155550100",
                "expected a telephone number with its country code like +14155550100, found \"4155550100\""
            ),
            (.phone(country: "US"), "555-0100", "expected a telephone number with its area code, found \"555-0100\""),
            (
                .phone(country: "US"), "+1 415 55",
                "expected a whole telephone number; this one has too few digits for +1, found \"+1 415 55\""
            ),
            (
                .phone(country: "US"), "0000000000",
                "expected a telephone number that somebody can have, found \"0000000000\""
            ),
            (
                .phone(country: "SE"), "468123456",
                "expected a telephone number that begins with +; this one may be +46468123456 as well as +468123456, "
                    + "found \"468123456\""
            ),
            (.integer, "a\u{1B}[2J\nb", "expected a whole number like 1200, found \"a\\u{1b}[2J\\u{a}b\""),
        ] as [(FieldType, String, String)])
    func refused(_ type: FieldType, _ text: String, _ message: String) throws {
        let codec = try FieldCodec(type)
        let error = #expect(throws: ValueProblem.self) { try codec.parse(text) }
        #expect(error?.description == message)
    }

    @Test(
        "What is put around an e-mail address, and what cannot be seen in it, is no part of it",
        arguments: [
            "ada@example.com", " ADA@Example.com\u{A0}", "ada@example.com\u{200B}", "\u{FEFF}ada@example.com",
            "ada\u{AD}@exam\u{2060}ple.com", "\u{202A}ada@example.com\u{202C}", "Ada Okafor <Ada@example.com>",
            "<ada@example.com>", "\"Okafor, Ada\" < ada@example.com >", "mailto:ada@example.com",
            "MAILTO:ada@example.com?subject=Hi", "<mailto:ada@example.com>", "mailto:%61da%40example.com",
        ])
    func addresses(_ text: String) throws {
        let codec = try FieldCodec(.email)
        #expect(try codec.parse(text) == .string("ada@example.com"))
        #expect(try codec.parse(.string(text)) == .string("ada@example.com"), "and of the service's")
    }

    @Test(
        "An address that nobody can have is none",
        arguments: [
            "ada", "@example.com", "ada@", "ada@example", "ada@example.com.", "ada@.example.com", "ada@example..com",
            ".ada@example.com", "ada.@example.com", "a..da@example.com", "ada@-example.com", "ada@example-.com",
            "ada@exam_ple.com", "ada@192.168.0.1", "ada okafor@example.com", "ada@example com", "ada@ example.com",
            "ada@example.com bob@example.com", "ada@example.com;", "Ada <ada@example.com> <bob@example.com>",
            "Ada <ada@example.com", "ada@bob@example.com", "mailto:", "mailto:ada%4@example.com",
            "mailto:ada%zz@example.com", "<>", "\"ada\"@example.com",
            "ada@example.com\u{0}",
            String(repeating: "a", count: 65) + "@example.com", "ada@" + String(repeating: "a", count: 64) + ".com",
        ])
    func noAddresses(_ text: String) throws {
        let codec = try FieldCodec(.email)
        #expect(throws: ValueProblem.self) { try codec.parse(text) }
    }

    @Test(
        "An address may have whatever its parts may have",
        arguments: [
            "a.b+c_d-e@x-y.example.co.uk", "o'neil@example.com", "!#$%&'*+-/=?^_`{|}~@example.com", "1@2.3d",
            "ádám@példa.hu", "用户@例子.公司",
        ])
    func oddAddresses(_ text: String) throws {
        #expect(try FieldCodec(.email).parse(text) == .string(text))
    }

    @Test("However an accent in an address is spelled, its bytes are the same")
    func composedAddress() throws {
        guard case .string(let address) = try FieldCodec(.email).parse("a\u{301}da\u{301}m@example.com") else {
            Issue.record("no text")
            return
        }
        #expect(Array(address.utf8) == Array("\u{E1}d\u{E1}m@example.com".utf8))
    }

    @Test("What cannot be seen at the ends of a text, or in a number or a day, is not read; within a text it stays")
    func invisible() throws {
        #expect(try FieldCodec(.string).parse("\u{FEFF}Cy\u{200B}") == .string("Cy"))
        #expect(try FieldCodec(.string).parse(.string("Cy\u{200B}")) == .string("Cy"))
        #expect(try FieldCodec(.string).parse("شرکت\u{200C}ها ") == .string("شرکت\u{200C}ها "))
        #expect(try FieldCodec(.integer).parse("\u{200E}12\u{200B}") == .integer(12))
        for type in [FieldType.string, .email, .integer, .phone(country: "US")] {
            #expect(try FieldCodec(type).parse("\u{200B} \u{FEFF}") == .null)
        }
    }

    @Test("A long text is cut in the message")
    func long() throws {
        let codec = try FieldCodec(.integer)
        let error = #expect(throws: ValueProblem.self) { try codec.parse(String(repeating: "x", count: 10_000)) }
        #expect(error?.found == String(repeating: "x", count: 80) + "…")
    }

    @Test(
        "JSON is read by the mapping's own pattern and words first, then in the forms that services use",
        arguments: [
            (american, .string("1/2/1970"), .date(CalendarDay(daysSinceEpoch: 1))),
            (american, .string("1970-01-02"), .date(CalendarDay(daysSinceEpoch: 1))),
            (.date(pattern: "yyyyMMdd"), .int(19_700_102), .date(CalendarDay(daysSinceEpoch: 1))),
            (.timestamp(pattern: "yyyy-MM-dd HH:mm", timeZone: "+01:00"), .string("1970-01-01 01:00"), .timestamp(0)),
            (iso, .int(5), .timestamp(5)), (iso, .bool(false), .null), (words, .bool(true), .boolean(true)),
            (.boolean(yes: ["false"], no: ["true"]), .bool(true), .boolean(false)),
            (.boolean(yes: ["0"], no: ["1"]), .int(0), .boolean(true)), (words, .null, .null),
            (.set(separator: ";"), .array([.string("a"), .null, .int(7)]), .set(["a", "7"])),
            (.set(separator: ";"), .string("b; a"), .set(["a", "b"])), (.decimal, .number("1.5e1"), .decimal(15)),
            (.string, .string(" \n"), .null),
        ] as [(FieldType, JSON, Value)])
    func json(_ type: FieldType, _ json: JSON, _ value: Value) throws {
        #expect(try FieldCodec(type).parse(json) == value)
    }

    @Test(
        "A moment beyond the years 1 to 9999 is none, however it is written",
        arguments: [
            JSON.int(.max), .int(.min), .int(253_402_300_800), .int(-62_135_596_801),
            .string("9223372036854775807"), .string("1e300"),
        ])
    func moments(_ json: JSON) throws {
        #expect(throws: JSONProblem.self) { try FieldCodec(FieldCodecTests.iso).parse(json) }
        let last = try FieldCodec(FieldCodecTests.iso).parse(.int(253_402_300_799))
        #expect(last == .timestamp(253_402_300_799))
    }

    @Test("Types are equal when their details are")
    func equality() {
        #expect(FieldType.set(separator: ";") == .set(separator: ";"))
        #expect(FieldType.set(separator: ";") != .set(separator: ","))
        #expect(FieldType.string != .email)
        #expect(Set([FieldType.phone(country: "US"), .phone(country: "US"), .phone(country: nil)]).count == 2)
    }

    @Test(
        "Written where the two sides have different types",
        arguments: [
            (words, .timestamp(5), "Yes"), (words, .date(CalendarDay(daysSinceEpoch: 1)), "Yes"), (words, .null, "No"),
            (words, .boolean(false), "No"), (american, .timestamp(86_400), "1/2/1970"),
            (american, .timestamp(90_000), "1/2/1970"),
            (american, .boolean(false), ""), (american, .null, ""),
            (iso, .date(CalendarDay(daysSinceEpoch: 1)), "1970-01-02T00:00:00Z"), (.decimal, .integer(5), "5"),
            (.integer, .decimal(5), "5"), (.string, .null, ""),
            (.decimal, .decimal(Decimal(string: "1.125") ?? 0), "1.1250"),
            (.decimal(sign: .comma), .decimal(Decimal(string: "1.125") ?? 0), "1,125"),
        ] as [(FieldType, Value, String)])
    func written(_ type: FieldType, _ value: Value, _ text: String) throws {
        #expect(try FieldCodec(type).format(value) == text)
    }

    @Test(
        "What a cell would read as something else is not written",
        arguments: [
            (.set(separator: ";"), .set(["a;b"])), (.set(separator: ";"), .set([" a"])),
            (.email, .string("no address")),
            (.phone(country: "US"), .string("12")), (.integer, .decimal(Decimal(string: "1.5") ?? 0)),
            (american, .boolean(true)),
            (.integer, .string("5")), (.string, .integer(5)), (iso, .timestamp(.max)), (words, .string("Yes")),
        ] as [(FieldType, Value)])
    func unwritable(_ type: FieldType, _ value: Value) throws {
        let codec = try FieldCodec(type)
        #expect(throws: ValueProblem.self) { try codec.format(value) }
    }

    @Test(
        "What is written is read as the same",
        arguments: [
            FieldType.string, .integer, .decimal, .decimal(sign: .comma), words, american,
            .date(pattern: "MMM dd yyyy"), iso,
            .timestamp(pattern: "unix", timeZone: "UTC"), .timestamp(pattern: "M/d/yyyy h:mm:ss a", timeZone: "-07:00"),
            .set(separator: ";"), .set(separator: ", "), .email, .phone(country: "US"), .phone(country: nil),
        ])
    func roundTrip(_ type: FieldType) throws {
        let seed: UInt64 = 20_261_123
        var random = Dice(seed: seed)
        let codec = try FieldCodec(type)
        for _ in 0..<300 {
            let value = FieldCodecTests.value(of: type, &random)
            let text = try codec.format(value)
            #expect(try codec.parse(text) == value, "seed \(seed): \(value) was written \(text)")
        }
    }

    private static func value(of type: FieldType, _ random: inout Dice) -> Value {
        let letters = Array("abcÄé名 '\"-_1\t")
        func word(_ random: inout Dice) -> String {
            "w" + String((0..<random.below(8)).map { _ in letters[random.below(letters.count)] }) + "x"
        }
        if type.isBoolean { return .boolean(random.below(2) == 0) }
        if random.below(20) == 0 { return .null }
        switch type.word {
        case "integer", "money": return .integer(Int64(bitPattern: random.next()))
        case "decimal":
            let digits = String(Int64(bitPattern: random.next()))
            return .decimal(Decimal(string: "\(digits).\(random.below(100_000_000))") ?? 0)
        case "date": return .date(CalendarDay(daysSinceEpoch: random.below(200_000) - 100_000))
        case "timestamp": return .timestamp(Int64(random.below(8_000_000_000)) - 3_000_000_000)
        case "set": return .elements(Set((0..<random.below(5)).map { _ in word(&random) }))
        case "email": return .string("w\(random.below(1_000_000))@example\(random.below(100)).com")
        case "phone": return .string("+4420\(10_000_000 + random.below(80_000_000))")
        default: return .string(word(&random) + "\n, ;")
        }
    }
}
