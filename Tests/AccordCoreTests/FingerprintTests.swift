import AccordCore
import FoundationEssentials
import Testing

@Suite("Equal fingerprints mean nothing to do")
struct FingerprintTests {
    @Test(
        "It is the beginning of a SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb924"), ("abc", "ba7816bf8f01cfea414140de5dae2223"),
            ("The quick brown fox jumps over the lazy dog", "d7a8fbb307d7809469ca9abcb0082e4f"),
        ])
    func known(_ text: String, _ hex: String) {
        #expect(Fingerprint(of: text).description == hex)
        #expect(Fingerprint(of: Array(text.utf8)).description == hex)
        #expect(Array(text.utf8).withUnsafeBytes { Fingerprint(of: $0) }.description == hex)
    }

    /// What state files hold was made by earlier versions: another digest would make every record look changed.
    @Test("Of a record's values it is what it always was")
    func ofValues() {
        let values: [String: Value] = [
            "ü": .null, "a": .string("ü x"), "b": .integer(-7), "c": .set(["q", "p"]), "d": .boolean(true),
            "e": .timestamp(99), "f": .date(CalendarDay(daysSinceEpoch: 3)), "g": .decimal(Decimal(string: "1.5") ?? 0),
        ]
        #expect(Fingerprint(of: values, isArchived: false).description == "889835a4637625bb74cba687250eaf15")
        #expect(Fingerprint(of: [:], isArchived: true).description == "dd9e881230ebf6e02363abdbb3566ee5")
    }

    @Test("Whatever form it is kept in, it comes back")
    func roundTrip() throws {
        for index in 0..<200 {
            let fingerprint = Fingerprint(of: "record \(index)")
            #expect(fingerprint.bytes.count == Fingerprint.size)
            #expect(Fingerprint(bytes: fingerprint.bytes) == fingerprint)
            #expect(Fingerprint(hex: fingerprint.description) == fingerprint)
            #expect(Fingerprint(hex: fingerprint.description.uppercased()) == fingerprint)
        }
        let (zeros, ones) = ([UInt8](repeating: 0, count: 16), [UInt8](repeating: 255, count: 16))
        #expect(try #require(Fingerprint(bytes: zeros)).description == String(repeating: "0", count: 32))
        #expect(try #require(Fingerprint(bytes: ones)).description == String(repeating: "f", count: 32))
        let counted = [UInt8](0..<16)
        #expect(try #require(Fingerprint(bytes: counted)).bytes == counted)
        #expect(try #require(Fingerprint(bytes: counted)).description == "000102030405060708090a0b0c0d0e0f")
    }

    @Test("What is none is none")
    func refused() {
        for count in [0, 1, 8, 15, 17, 32] { #expect(Fingerprint(bytes: [UInt8](repeating: 1, count: count)) == nil) }
        let good = "000102030405060708090a0b0c0d0e0f"
        #expect(Fingerprint(hex: good) != nil)
        let bad: [String] = [
            "", "000102030405060708090a0b0c0d0e0", "000102030405060708090a0b0c0d0e0f0",
            "000102030405060708090a0b0c0d0e0g", "+00102030405060708090a0b0c0d0e0f", "0001020304050607-8090a0b0c0d0e0f",
            " 00102030405060708090a0b0c0d0e0f", "\u{E9}0102030405060708090a0b0c0d0e0f",
        ]
        for hex in bad { #expect(Fingerprint(hex: hex) == nil, "\(hex)") }
    }

    /// No two of these say the same.
    private static let values: [Value] = [
        .null, .string("x"), .string("y"), .string(""), .string("x\u{1F}1:b\u{1F}1:s\u{1F}1:x"), .integer(1),
        .integer(-1), .integer(11), .string("1"), .timestamp(1), .date(CalendarDay(daysSinceEpoch: 1)), .boolean(true),
        .boolean(false), .string("true"), .set(["x"]), .set(["x", "y"]), .set(["x\u{1F}1:y"]), .set(["x,y"]), .set([]),
        .set(["2", "s"]), .string("x\u{1F}b\u{1F}s\u{1F}x"), .decimal(1), .decimal(Decimal(5) / 10), .string("bc"),
    ]

    private static let records: [[String: Value]] =
        values.map { ["a": $0] } + [
            ["b": .string("x")], ["ab": .string("c")], ["a": .string("x"), "b": .string("x")],
            ["a": .set([]), "b": .set([])], ["a": .set(["2"]), "s": .string("x")],
        ]

    @Test("Records that differ in anything have different ones, archived or not")
    func distinct() {
        let all = FingerprintTests.records.flatMap { values in
            [true, false].map { Fingerprint(of: values, isArchived: $0) }
        }
        #expect(Set(all).count == FingerprintTests.records.count * 2)
    }

    @Test("Records that say the same have the same one, in whatever order it is said")
    func same() {
        let names = (0..<20).map { "field \($0)" }
        var (forwards, backwards): ([String: Value], [String: Value]) = ([:], [:])
        for name in names { forwards[name] = .set(Set(names)) }
        for name in names.reversed() { backwards[name] = .set(Set(names.reversed())) }
        backwards.reserveCapacity(500)
        #expect(Fingerprint(of: forwards, isArchived: false) == Fingerprint(of: backwards, isArchived: false))
        let blank = forwards.merging(["none": .null]) { $1 }
        #expect(Fingerprint(of: blank, isArchived: false) == Fingerprint(of: forwards, isArchived: false))
    }

    @Test(
        "A decimal is the number, not the way it was written",
        arguments: [("1.50", "1.5"), ("100", "1e2"), ("-0.10", "-0.1"), ("2.000", "2")])
    func decimals(_ one: String, _ other: String) throws {
        let (one, other) = (try #require(Decimal(string: one)), try #require(Decimal(string: other)))
        #expect(
            Fingerprint(of: ["a": .decimal(one)], isArchived: false)
                == Fingerprint(of: ["a": .decimal(other)], isArchived: false))
    }

    @Test("A record's is that of its values, whatever its key and the moment it changed")
    func ofRecord() {
        let values: [String: Value] = ["a": .string("x"), "b": .null]
        let record = Record(key: "1", values: values, modified: 1)
        #expect(record.fingerprint == Record(key: "2", values: values, modified: 2).fingerprint)
        #expect(record.fingerprint == Fingerprint(of: values, isArchived: false))
        var changed = record
        changed["a"] = .string("y")
        #expect(changed.fingerprint != record.fingerprint)
    }

    @Test("What would be done is the same while the same would be done, wherever it stands in the plan")
    func ofOperations() {
        func entry(_ change: (inout Entry) -> Void = { _ in }) -> Fingerprint {
            var entry = Planned.create("n", email: "a@x.com")
            change(&entry)
            return entry.operationFingerprint
        }
        let plain = entry()
        #expect(entry { $0.position = 9 } == plain)
        #expect(entry { $0.label = "other" } == plain)
        #expect(entry { $0.after = [3] } == plain)
        #expect(entry { $0.operations[0].reason = .cameBack } == plain)
        #expect(entry { $0.operations[0].changes[0].before = .string("old") } == plain)
        let others = [
            entry { $0.sourceKey = "m" }, entry { $0.projectID = "n" }, entry { $0.operations[0].side = .source },
            entry { $0.operations[0].kind = .update }, entry { $0.operations[0].changes[0].after = .string("b@x.com") },
            entry { $0.operations[0].changes[0].field = "phone" }, entry { $0.operations[0].changes.removeLast() },
            entry { $0.operations.append($0.operations[0]) }, entry { $0.operations = [] },
            entry { ($0.sourceKey, $0.projectID) = (nil, "n") },
        ]
        #expect(Set(others + [plain]).count == others.count + 1)
    }
}
