import AccordCore
import AccordTables
import Synchronization
import Testing

@Suite struct RESTTableDecodingTests {
    /// The one record of a list that holds this JSON.
    private func decode(_ record: String) async throws -> TableRecord? {
        let stage = Stage(
            ScriptedTransport { request, _ in
                FakeList.parameters(request)["only"] == nil
                    ? .json(200, #"{"payload":[\#(record)],"meta":{"at":1,"of":1,"count":1}}"#)
                    : FakeList().answer(request)
            })
        var found: TableRecord?
        _ = try await stage.table.scan { found = $0.records.first ?? found }
        return found?.decoded()
    }

    @Test("A record is read through the description's paths; what it does not name is ignored")
    func record() async throws {
        let found = try #require(
            try await decode(
                """
                {"ref":17,"full_name":"Ann","mail":{"address":" Ann@Example.COM "},"tel":"(415) 555-2671","age":"41",
                 "labels":[{"key":"b","x":1},{"key":"a"},{"key":"b"}],"worth":12.50,"vip":0,"born":"1980-02-29T00:00:00Z",
                 "joined":1700000000,"muted":"2026-03-01T09:30:00+02:00","hidden":null,"touched":"1700000001",
                 "surprise":{"deep":[1]}}
                """))
        #expect(!found.isArchived)
        #expect(found.key == "17")
        #expect(found.problem == nil)
        #expect(found.modified == 1_700_000_001)
        #expect(
            found.values == [
                "name": .string("Ann"), "email": .string("ann@example.com"), "phone": .string("+14155552671"),
                "age": .integer(41), "labels": .set(["a", "b"]), "worth": .decimal(12.5), "vip": .boolean(false),
                "born": .date(try #require(CalendarDay(iso: "1980-02-29"))), "joined": .timestamp(1_700_000_000),
                "muted": .timestamp(1_772_350_200), "hidden": .null, "touched": .timestamp(1_700_000_001),
            ])
    }

    @Test(
        "a moment beyond the years 1 to 9999 is none, however it is sent",
        arguments: [Int64.max, .min, 253_402_300_800, -62_135_596_801])
    func beyond(moment: Int64) async throws {
        for text in ["\(moment)", "\"\(moment)\""] {
            let found = try #require(try await decode(#"{"ref":1,"touched":\#(text)}"#))
            #expect(found.modified == nil)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let member: String
        let field: String
        let value: Value
        var testDescription: String { member }
        init(_ member: String, _ field: String, _ value: Value) {
            (self.member, self.field, self.value) = (member, field, value)
        }
    }

    @Test(
        "Values come in many forms",
        arguments: [
            Case(#""vip":true"#, "vip", .boolean(true)), Case(#""vip":"1""#, "vip", .boolean(true)),
            Case(#""vip":"0""#, "vip", .boolean(false)), Case(#""vip":"Yes""#, "vip", .boolean(true)),
            Case(#""vip":"false""#, "vip", .boolean(false)), Case(#""vip":null"#, "vip", .null),
            Case(#""full_name":12"#, "name", .string("12")), Case(#""full_name":1.50"#, "name", .string("1.50")),
            Case(#""full_name":"  ""#, "name", .null), Case(#""full_name":" A  B""#, "name", .string(" A  B")),
            Case(#""mail":null"#, "email", .null), Case(#""mail":"A@B.c""#, "email", .string("a@b.c")),
            Case(#""mail":{"address":null}"#, "email", .null), Case(#""mail":false"#, "email", .null),
            Case(#""labels":null"#, "labels", .null), Case(#""labels":[{"key":null}]"#, "labels", .null),
            Case(#""tel":"+4915112345678""#, "phone", .string("+4915112345678")),
            Case(#""tel":"ask reception""#, "phone", .string("ask reception")),
            Case(#""labels":["x","y"]"#, "labels", .set(["x", "y"])), Case(#""labels":[]"#, "labels", .null),
            Case(#""labels":"x, y,,x""#, "labels", .set(["x", "y"])),
            Case(#""labels":[{"key":7}]"#, "labels", .set(["7"])),
            Case(#""age":12.0"#, "age", .integer(12)), Case(#""worth":"0.10""#, "worth", .decimal(0.1)),
            Case(#""joined":"2026-03-01""#, "joined", .timestamp(1_772_323_200)),
            Case(#""joined":"2026-03-01 09:30:00""#, "joined", .timestamp(1_772_357_400)),
            Case(#""joined":"2026-03-01T09:30:00.999Z""#, "joined", .timestamp(1_772_357_400)),
            Case(#""joined":"2026-03-01T09:30:00-0130""#, "joined", .timestamp(1_772_362_800)),
            Case(#""joined":1700000000.9"#, "joined", .timestamp(1_700_000_000)),
            Case(#""muted":false"#, "muted", .null), Case(#""joined":-1"#, "joined", .timestamp(-1)),
            Case(#""born":1772357400"#, "born", .date(CalendarDay(daysSinceEpoch: 20513))),
        ])
    func values(c: Case) async throws {
        #expect(try await decode(#"{"ref":1,\#(c.member)}"#)?.values[c.field] == c.value)
    }

    @Test(
        "What an answer leaves out is absent, not empty",
        arguments: [
            (#""vip":true"#, "email"), (#""mail":{}"#, "email"), (#""mail":{"other":"x"}"#, "email"),
            (#""mail":7"#, "email"), (#""vip":true"#, "labels"), (#""labels":[{"key":"a"},{"other":"b"}]"#, "labels"),
            (#""labels":[{}]"#, "labels"), (#""vip":true"#, "touched"),
        ])
    func absent(member: String, field: String) async throws {
        let found = try #require(try await decode(#"{"ref":1,\#(member)}"#))
        #expect(found.values.index(forKey: field) == nil)
        #expect(found.problem == nil && found.modified == nil && found.archived == false)
    }

    @Test(
        "Whether a record is archived it says, or the list it is in, and what cannot be read is the record's problem",
        arguments: [
            ("", false, nil), (#","hidden":null"#, false, nil), (#","hidden":false"#, false, nil),
            (#","hidden":1700000000"#, true, nil),
            (
                #","hidden":"soon""#, nil,
                #"contact 1, hidden: Unix seconds or an ISO 8601 time was expected, "soon" came"#
            ),
            (
                #","touched":"soon""#, false,
                #"contact 1, touched: Unix seconds or an ISO 8601 time was expected, "soon" came"#
            ),
        ] as [(String, Bool?, String?)])
    func archived(member: String, archived: Bool?, problem: String?) async throws {
        let found = try #require(try await decode(#"{"ref":1\#(member)}"#))
        #expect(found.archived == archived)
        #expect(found.problem == problem)
        #expect(found.modified == nil)
    }

    @Test(
        "A record's fingerprint is kept from run to run: no renaming in the program changes it, only another way to read texts"
    )
    func keptFingerprint() async throws {
        let found = try #require(try await decode(#"{"ref":1,"vip":true,"hidden":null}"#))
        #expect(found.fingerprint.description == "136da40ed297975e2686558cc4e9c9c0")
        let archived = try #require(try await decode(#"{"ref":1,"vip":true,"hidden":1700000000}"#))
        #expect(archived.fingerprint.description == "ce165df2dc7779e085f35346827898b0")
    }

    @Test("Records have the same fingerprint if the same was answered: absent, empty and archived are told apart")
    func fingerprints() async throws {
        let same = [#"{"ref":1,"vip":1,"age":null}"#, #"{"ref":1,"vip":1,"age":null}"#]
        let others = [
            #"{"ref":1,"vip":1}"#, #"{"ref":1,"vip":1,"age":0}"#, #"{"ref":1,"vip":1,"labels":[]}"#,
            #"{"ref":1,"vip":1,"age":null,"hidden":1700000000}"#,
        ]
        var seen: Set<Fingerprint> = []
        for record in same { seen.insert(try #require(try await decode(record)).fingerprint) }
        #expect(seen.count == 1)
        for record in others { seen.insert(try #require(try await decode(record)).fingerprint) }
        #expect(seen.count == 5)
    }

    @Test(
        "What is no record is nonsense, and its place is named",
        arguments: [
            (#"{"full_name":"x"}"#, "page 1, record 1: a contact without a usable ref"),
            (#"{"ref":"1/../2"}"#, "page 1, record 1: a contact without a usable ref"),
            (#"{"ref":1.5}"#, "page 1, record 1: a contact without a usable ref"),
            ("7", "page 1, record 1: a contact was expected, a number came"),
            (#"{"ref":1},{"full_name":"x"}"#, "page 1, record 2: a contact without a usable ref"),
        ])
    func nonsense(record: String, reason: String) async {
        await #expect(throws: TableError.nonsense(request: "GET /contacts (page 1)", reason: reason)) {
            try await decode(record)
        }
    }

    @Test(
        "A value that its field cannot hold is said of its record, and nothing else is lost",
        arguments: [
            (#""full_name":[]"#, "name", "contact 1, full_name: a single value was expected, a list came"),
            (#""full_name":true"#, "name", "contact 1, full_name: a text was expected, a boolean came"),
            (#""age":"old""#, "age", #"contact 1, age: a whole number was expected, "old" came"#),
            (#""worth":"1x""#, "worth", #"contact 1, worth: a number was expected, "1x" came"#),
            (
                #""joined":"2026-02-30""#, "joined",
                #"contact 1, joined: Unix seconds or an ISO 8601 time was expected, "2026-02-30" came"#
            ),
            (#""labels":[{"key":[]}]"#, "labels", "contact 1, labels.key: a text was expected, a list came"),
            (
                #""labels":[{"key":[]}],"age":"old""#, "age",
                #"contact 1, labels.key: a text was expected, a list came; "#
                    + #"contact 1, age: a whole number was expected, "old" came"#
            ),
        ])
    func problem(member: String, field: String, problem: String) async throws {
        let found = try #require(try await decode(#"{"ref":1,"vip":true,\#(member)},{"ref":2}"#))
        #expect(found.key == "1")
        #expect(found.problem == problem)
        #expect(found.values == ["vip": .boolean(true)])
    }

    @Test(
        "An answer that is no list is nonsense",
        arguments: [
            (#"{"payload":{}}"#, #"a list was expected in "payload", an object came"#),
            ("{}", #"a list was expected in "payload", nothing came"#),
            ("", #"a list was expected in "payload", nothing came"#),
            ("Hi\n<b>", "no value begins here at byte 0; it begins: Hi <b>"),
            (#"{"payload":[{"re"#, #"it ends in the middle of a text at byte 16; it begins: {"payload":[{"re"#),
        ])
    func noList(body: String, reason: String) async {
        let stage = Stage(.success(.json(200, body)))
        await #expect(throws: TableError.nonsense(request: "GET /contacts (page 1)", reason: reason)) {
            _ = try await stage.table.scan { _ in }
        }
        #expect(stage.transport.requests.count == 6)
    }
}
