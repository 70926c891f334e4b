import AccordCore
import Chance
import Testing

@Suite struct JSONTests {
    @Test(
        "A JSON text is read as RFC 8259 has it",
        arguments: [
            ("null", .null), (" true\n", .bool(true)), ("-0", .int(0)), ("9223372036854775807", .int(.max)),
            ("-9223372036854775808", .int(.min)), ("9223372036854775808", .number("9223372036854775808")),
            ("1.50", .number("1.50")), ("1E+3", .number("1E+3")), (#""\u00e9\ud83d\ude00\/\n\"""#, .string("é😀/\n\"")),
            (#""e\u0301""#, .string("e\u{301}")), ("[]", .array([])), ("{}", .object([:])),
            (#"{"a":[1,{"b":null}],"a":2}"#, .object(["a": .int(2)])),
            ("[1, [2 ,\"x\"]]", .array([.int(1), .array([.int(2), .string("x")])])),
        ] as [(String, JSON)])
    func reads(text: String, value: JSON) throws {
        #expect(try JSON(parsing: Array(text.utf8)) == value)
    }

    @Test(
        "What is no JSON is refused",
        arguments: [
            "", " ", "nul", "truex", "01", "1.", ".5", "-", "1e", "+1", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}",
            "{\"a\":1,}", "{a:1}", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
            "\"a\nb\"", "[", "{\"a\":[1", "<html></html>", "1 2", "{} {}", "NaN", "'a'",
        ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test("Bytes that are not UTF-8 are refused, with and without an escape in the text")
    func refusesInvalidBytes() {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xC3, 0x28, 0x22]) }
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0x5C, 0x6E, 0xFF, 0x22]) }
    }

    @Test("Nesting is read to its limit and no deeper")
    func boundsDepth() throws {
        let deep = { (levels: Int) in
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        _ = try JSON(parsing: deep(JSON.mostDepth))
        #expect(throws: JSONError.self) { try JSON(parsing: deep(JSON.mostDepth + 1)) }
        #expect(throws: JSONError.self) { try JSON(parsing: Array(repeating: UInt8(ascii: "["), count: 1_000_000)) }
    }

    @Test("Writing is deterministic: sorted members, no white space, control characters escaped")
    func writes() {
        let json = JSON.object([
            "b": .array([.null, .bool(false), .number("1.50")]), "a": .string("\u{1}\"\\\n\té\u{7F}"),
        ])
        #expect(
            String(decoding: json.encoded(), as: UTF8.self)
                == "{\"a\":\"\\u0001\\\"\\\\\\n\\té\u{7F}\",\"b\":[null,false,1.50]}")
    }

    @Test("What was written is read as it was", arguments: 1...40 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        let random = SeededRandom(seed)
        let json = JSONTests.value(random, depth: 0)
        #expect(try JSON(parsing: json.encoded()) == json, "seed \(seed)")
    }

    @Test("A cut text is never read as something else", arguments: 1...20 as ClosedRange<UInt64>)
    func cut(seed: UInt64) {
        let random = SeededRandom(seed)
        let whole = JSON.object(["x": JSONTests.value(random, depth: 0)]).encoded()
        let part = Array(whole.prefix(random.below(whole.count)))
        #expect(throws: JSONError.self, "seed \(seed)") { try JSON(parsing: part) }
    }

    // MARK: - Views

    @Test("A view finds what the whole value holds, whatever its name is", arguments: 1...40 as ClosedRange<UInt64>)
    func views(seed: UInt64) throws {
        let json = JSON.object(["x": JSONTests.value(SeededRandom(seed), depth: 0), "y": .int(1)])
        try JSONTests.check(JSONDocument(parsing: json.encoded()).root, json, "seed \(seed)")
    }

    private static func check(_ view: JSONView, _ json: JSON, _ comment: Comment) throws {
        #expect(view.json == json && view.string == json.string && view.int == json.int, comment)
        #expect(view.isNull == (json == .null) && view.isObject == (json.object != nil), comment)
        #expect(view["no such member"]?.json == nil, comment)
        for (name, member) in json.object ?? [:] { try check(#require(view[name]), member, comment) }
        #expect(view.members?.count == json.object?.count, comment)
        #expect(view.elements?.count == json.array?.count, comment)
        for (element, value) in zip(view.elements ?? [], json.array ?? []) { try check(element, value, comment) }
    }

    @Test("Of members with one name the last is found, and a value is known by its bytes")
    func viewOfDoubledMembers() throws {
        let view = try JSONDocument(parsing: Array(#"{"a":{"b":1},"\u0061":[1, {"c":"\n"}],"ab":2}"#.utf8)).root
        let list = try #require(view["a"]?.elements)
        #expect(list.count == 2 && list[0].int == 1 && list[1]["c"]?.string == "\n")
        #expect(String(decoding: list[1].bytes, as: UTF8.self) == #"{"c":"\n"}"#)
        #expect(list[1]["b"]?.json == nil && view["b"]?.json == nil && view["ab"]?.int == 2)
        #expect(JSONView.null.isNull && JSONView.null.json == .null)
    }

    private static func value(_ random: SeededRandom, depth: Int) -> JSON {
        switch random.below(depth < 4 ? 7 : 5) {
        case 0: .null
        case 1: .bool(random.below(2) == 0)
        case 2: .int(Int64(random.below(1_000_000)) - 500_000)
        case 3: .number("\(random.below(1000)).\(random.below(1000))")
        case 4: .string(text(random))
        case 5: .array((0..<random.below(5)).map { _ in value(random, depth: depth + 1) })
        default:
            .object(
                Dictionary(
                    (0..<random.below(5)).map { _ in (text(random), value(random, depth: depth + 1)) },
                    uniquingKeysWith: { $1 }))
        }
    }

    private static func text(_ random: SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "😀", "/", "\u{FFFF}", "\u{301}",
        ]
        return String(String.UnicodeScalarView((0..<random.below(8)).map { _ in scalars[random.below(scalars.count)] }))
    }
}
