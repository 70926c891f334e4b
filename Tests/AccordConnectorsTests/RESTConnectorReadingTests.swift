import AccordConnectors
import AccordCore
import Synchronization
import Testing

/// A list that a service would hold, cut into pages of three, of which a test can make the service lie.
struct FakeList: Sendable {
    /// Ids of the records listed, and of those that only the list of hidden ones holds.
    var open: [Int] = []
    var hidden: [Int] = []
    /// What is announced instead of the truth.
    var total: Int?
    var announcesTotal = true
    var announcesPages = true

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        let parameters = FakeList.parameters(request)
        let number = Int(parameters["p"] ?? "") ?? 0
        let isHidden = parameters["only"] == "hidden"
        let ids = isHidden ? hidden : open
        let page = Array(ids.dropFirst((number - 1) * 3).prefix(3))
        var meta = [#""at":\#(number)"#, #""of":\#(max(1, (ids.count + 2) / 3))"#]
        if announcesTotal { meta.append(#""count":\#(isHidden ? ids.count : total ?? ids.count)"#) }
        let records = page.map {
            #"{"ref":\#($0),"full_name":"C\#($0)","hidden":\#(isHidden ? "1700000000" : "null")}"#
        }
        let members =
            [#""payload":[\#(records.joined(separator: ","))]"#]
            + (announcesPages ? [#""meta":{\#(meta.joined(separator: ","))}"#] : [])
        return .json(200, "{\(members.joined(separator: ","))}")
    }

    static func parameters(_ request: HTTPRequest) -> [String: String] {
        let query = request.url.split(separator: "?").dropFirst().joined()
        return Dictionary(
            query.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }, uniquingKeysWith: { $1 })
    }
}

/// A whole read: its report, and the ids that came, page by page.
private func readAll(_ stage: Stage) async throws -> (report: ProjectReport, pages: [[String]]) {
    var pages: [[String]] = []
    let report = try await stage.connector.readAll { pages.append($0.records.map(\.record.key)) }
    return (report, pages)
}

@Suite struct RESTConnectorFullReadTests {
    @Test("A full read asks for every page of each list, and is certified", arguments: [0, 1, 2, 3, 4, 6, 7])
    func whole(count: Int) async throws {
        let list = FakeList(open: Array(0..<count), hidden: [100, 101, 102, 103])
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        let (report, pages) = try await readAll(stage)
        #expect(report == ProjectReport(count: count + 4, incomplete: nil))
        #expect(Set(pages.joined()) == Set((Array(0..<count) + [100, 101, 102, 103]).map(String.init)))
        #expect(stage.transport.requests.count == max(1, (count + 2) / 3) + 2 + 1)
    }

    @Test("The lists are asked for as the description says")
    func requests() async throws {
        let list = FakeList(open: [1, 2, 3, 4], hidden: [9])
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        var archived: [String] = []
        _ = try await stage.connector.readAll { page in
            archived += page.records.filter(\.isArchived).map(\.record.key)
        }
        #expect(archived == ["9"])
        #expect(
            stage.transport.lines == [
                "GET /contacts?n=3&order=made&p=1", "GET /contacts?n=3&order=made&p=2",
                "GET /contacts?n=3&only=hidden&p=1", "GET /contacts?n=3&order=made&p=1",
            ])
    }

    @Test("A read that records moved under is made once more, and the second can be certified")
    func secondAttempt() async throws {
        let before = FakeList(open: [1, 2, 3, 4, 5, 6])
        // A record was inserted in front: the third one is now the first of the second page.
        let after = FakeList(open: [0, 1, 2, 3, 4, 5, 6])
        let stage = Stage(ScriptedTransport { request, number in (number == 1 ? before : after).answer(request) })
        let (report, pages) = try await readAll(stage)
        #expect(report == ProjectReport(count: 7))
        #expect(Set(pages.joined()).count == 7)
    }

    @Test("A record that is unarchived between the two lists is in neither, and not taken for gone")
    func unarchived() async throws {
        let stage = Stage(
            ScriptedTransport { request, number in
                (number == 1 ? FakeList(open: [1, 2], hidden: [9]) : FakeList(open: [1, 2, 9])).answer(request)
            })
        let (report, pages) = try await readAll(stage)
        #expect(report == ProjectReport(count: 3))
        #expect(Set(pages.joined()) == ["1", "2", "9"])
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The list as it is when a page is asked for.
        let list: @Sendable (_ page: Int, _ isHidden: Bool) -> FakeList
        let sentence: String
    }

    static let lies = [
        Lie(
            testDescription: "an insertion that a deletion hides",
            list: { page, _ in FakeList(open: page == 1 ? [1, 2, 3, 4, 5, 6] : [0, 1, 2, 3, 4, 5]) },
            sentence: "page 1 and page 2 both held contact 3: records moved while they were read"),
        Lie(
            testDescription: "a deletion",
            list: { page, _ in FakeList(open: page == 1 ? [1, 2, 3, 4, 5] : [2, 3, 4, 5]) },
            sentence: "the number of records changed from 5 to 4 while they were read"),
        Lie(
            testDescription: "a deletion that an insertion hides",
            list: { page, _ in FakeList(open: page == 1 ? [1, 2, 3, 4, 5, 6] : [2, 3, 4, 5, 6], total: 6) },
            sentence: "6 were announced, 5 came"),
        Lie(
            testDescription: "a total that lies", list: { _, _ in FakeList(open: [1, 2, 3, 4], total: 61) },
            sentence: "61 were announced, 4 came"),
        Lie(
            testDescription: "a record twice on a page", list: { _, _ in FakeList(open: [1, 1], total: 1) },
            sentence: "page 1 held contact 1 twice"),
        Lie(
            testDescription: "a record archived meanwhile",
            list: { _, isHidden in isHidden ? FakeList(hidden: [2]) : FakeList(open: [1, 2]) },
            sentence: "contact 2 was archived or unarchived while the records were read"),
        Lie(
            testDescription: "several pages without a total",
            list: { _, _ in FakeList(open: [1, 2, 3, 4], announcesTotal: false) },
            sentence: "the service announces no total, so nothing proves that all records came"),
        Lie(
            testDescription: "an empty list without a total",
            list: { _, _ in FakeList(announcesTotal: false, announcesPages: false) },
            sentence: "the service announces no total, so nothing proves that all records came"),
    ]

    @Test("A read that was not whole says why, after two attempts", arguments: lies)
    func incomplete(lie: Lie) async throws {
        let stage = Stage(
            ScriptedTransport { request, _ in
                let parameters = FakeList.parameters(request)
                return lie.list(Int(parameters["p"] ?? "") ?? 0, parameters["only"] != nil).answer(request)
            })
        #expect(try await readAll(stage).report.incomplete == lie.sentence)
    }

    @Test(
        "No shift of the records while they are read earns a certificate that it should not",
        arguments: 1...60 as ClosedRange<UInt64>)
    func shifting(seed: UInt64) async throws {
        let random = SeededRandom(seed)
        let list = Mutex(FakeList(open: Array(0..<(4 + random.below(12))), hidden: [100, 101]))
        let atStart = list.withLock { Set($0.open + $0.hidden) }
        let alwaysThere = Mutex(atStart)
        let stage = Stage(
            ScriptedTransport { request, number in
                list.withLock { list in
                    if number > 1, random.below(4) == 0, !list.open.isEmpty {
                        let index = random.below(list.open.count)
                        switch random.below(4) {
                        case 0: list.open.remove(at: index)
                        case 1: list.hidden.append(list.open.remove(at: index))
                        case 2: if !list.hidden.isEmpty { list.open.append(list.hidden.removeFirst()) }
                        default: list.open.insert(1000 + number, at: index)
                        }
                    }
                    let now = Set(list.open + list.hidden)
                    alwaysThere.withLock { $0.formIntersection(now) }
                    return list.answer(request)
                }
            })
        var seen: Set<String> = []
        let report = try await stage.connector.readAll { page in seen.formUnion(page.records.map(\.record.key)) }
        if report.incomplete == nil {
            let missing = alwaysThere.withLock { $0 }.filter { !seen.contains(String($0)) }
            #expect(missing.isEmpty, "seed \(seed)")
        }
    }

    @Test("A single answer without pages is whole by itself")
    func unpaged() async throws {
        let list = FakeList(open: [1, 2], hidden: [3], announcesPages: false)
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        #expect(try await readAll(stage).report == ProjectReport(count: 3))
    }

    @Test("A service that answers every page with the same one, or goes on without end, is not followed for ever")
    func endless() async throws {
        let same = Stage(.success(.json(200, #"{"payload":[{"ref":1},{"ref":2},{"ref":3}]}"#)))
        #expect(try await readAll(same).report.incomplete != nil)
        #expect(same.transport.requests.count == 8)
        let clamped = Stage(.success(.json(200, #"{"payload":[{"ref":1}],"meta":{"at":1,"of":9,"count":9}}"#)))
        #expect(try await readAll(clamped).report.incomplete == "page 2 was asked for, page 1 came")
    }

    @Test("Archived records that are in both lists have moved nothing")
    func archivedInBoth() async throws {
        let stage = Stage(
            .success(.json(200, #"{"payload":[{"ref":1,"hidden":1700000000}],"meta":{"at":1,"of":1,"count":1}}"#)))
        #expect(try await readAll(stage).report == ProjectReport(count: 1))
    }
}

@Suite struct RESTConnectorDecodingTests {
    /// The one record of a list that holds this JSON.
    private func decode(_ record: String) async throws -> ProjectRecord? {
        let stage = Stage(
            ScriptedTransport { request, _ in
                FakeList.parameters(request)["only"] == nil
                    ? .json(200, #"{"payload":[\#(record)],"meta":{"at":1,"of":1,"count":1}}"#)
                    : FakeList().answer(request)
            })
        var found: ProjectRecord?
        _ = try await stage.connector.readAll { found = $0.records.first ?? found }
        return found
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
        #expect(found.record.key == "17")
        #expect(found.record.modified == 1_700_000_001)
        #expect(
            found.record.values == [
                "name": .string("Ann"), "email": .string("ann@example.com"), "phone": .string("+14155552671"),
                "age": .integer(41), "labels": .set(["a", "b"]), "worth": .decimal(12.5), "vip": .boolean(false),
                "born": .date(try #require(CalendarDay(iso: "1980-02-29"))), "joined": .timestamp(1_700_000_000),
                "muted": .timestamp(1_772_350_200), "touched": .timestamp(1_700_000_001),
            ])
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
            Case(#""mail":{}"#, "email", .null), Case(#""tel":"+4915112345678""#, "phone", .string("+4915112345678")),
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
        #expect(try await decode(#"{"ref":1,\#(c.member)}"#)?.record[c.field] == c.value)
    }

    @Test(
        "A record that is not as described is nonsense, and is named",
        arguments: [
            (#"{"full_name":"x"}"#, "page 1, record 1: a contact without a usable ref"),
            (#"{"ref":"1/../2"}"#, "page 1, record 1: a contact without a usable ref"),
            (#"{"ref":1.5}"#, "page 1, record 1: a contact without a usable ref"),
            ("7", "page 1, record 1: a contact was expected, a number came"),
            (
                #"{"ref":1},{"ref":2,"full_name":[]}"#,
                "page 1, record 2: contact 2, full_name: a single value was expected, a list came"
            ),
            (
                #"{"ref":1,"full_name":true}"#,
                "page 1, record 1: contact 1, full_name: a text was expected, a boolean came"
            ),
            (#"{"ref":1,"age":"old"}"#, #"page 1, record 1: contact 1, age: a whole number was expected, "old" came"#),
            (#"{"ref":1,"worth":"1x"}"#, #"page 1, record 1: contact 1, worth: a number was expected, "1x" came"#),
            (
                #"{"ref":1,"joined":"2026-02-30"}"#,
                #"page 1, record 1: contact 1, joined: Unix seconds or an ISO 8601 time was expected, "2026-02-30" came"#
            ),
            (
                #"{"ref":1,"labels":[{"key":[]}]}"#,
                "page 1, record 1: contact 1, labels.key: a text was expected, a list came"
            ),
        ])
    func nonsense(record: String, reason: String) async {
        await #expect(throws: ProjectError.nonsense(request: "GET /contacts (page 1)", reason: reason)) {
            try await decode(record)
        }
    }

    @Test(
        "An answer that is no list is nonsense",
        arguments: [
            (#"{"payload":{}}"#, #"a list was expected in "payload", an object came"#),
            ("{}", #"a list was expected in "payload", nothing came"#),
            ("", #"a list was expected in "payload", nothing came"#),
            ("<html>\n<b>Hi</b>", "no value begins here at byte 0; it begins: <html> <b>Hi</b>"),
            (#"{"payload":[{"re"#, #"it ends in the middle of a text at byte 16; it begins: {"payload":[{"re"#),
        ])
    func noList(body: String, reason: String) async {
        let stage = Stage(.success(.json(200, body)))
        await #expect(throws: ProjectError.nonsense(request: "GET /contacts (page 1)", reason: reason)) {
            try await stage.connector.readAll { _ in }
        }
        #expect(stage.transport.requests.count == 6)
    }
}

@Suite struct RESTConnectorChangesTests {
    private let day = CalendarDay(daysSinceEpoch: 20_000)

    @Test("Changes are read from a day on, until the reader has enough")
    func enough() async throws {
        let list = FakeList(open: Array(1...9))
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        var pages = 0
        try await stage.connector.readChanged(since: day) { _ in
            pages += 1
            return pages == 2 ? .enough : .more
        }
        #expect(
            stage.transport.lines == [
                "GET /contacts?n=3&order=touched-&p=1&since=2024-10-04",
                "GET /contacts?n=3&order=touched-&p=2&since=2024-10-04",
            ])
    }

    @Test("Without an end to it they are read to the last page", arguments: [0, 1, 3, 7])
    func toTheEnd(count: Int) async throws {
        let list = FakeList(open: Array(0..<count))
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        var ids: [String] = []
        try await stage.connector.readChanged(since: day) { page in
            ids += page.records.map(\.record.key)
            return .more
        }
        #expect(ids == (0..<count).map(String.init))
    }

    @Test("When a record leaves the list meanwhile it is begun again, so that none slips through")
    func restart() async throws {
        // The first record is gone when the second page is asked for: the fourth has moved to the first page.
        let stage = Stage(
            ScriptedTransport { request, number in
                FakeList(open: number == 1 ? [1, 2, 3, 4, 5] : [2, 3, 4, 5]).answer(request)
            })
        var ids: Set<String> = []
        try await stage.connector.readChanged(since: day) { page in
            ids.formUnion(page.records.map(\.record.key))
            return .more
        }
        #expect(ids == ["1", "2", "3", "4", "5"])
    }

    @Test("A list that shrinks with every page still comes to an end")
    func shrinking() async throws {
        let stage = Stage(
            ScriptedTransport { request, number in
                FakeList(open: Array(number...40)).answer(request)
            })
        try await stage.connector.readChanged(since: day) { _ in .more }
        #expect(stage.transport.requests.count < 30)
    }

    @Test("A service that gives the same page again and again is found out")
    func repeats() async {
        let stage = Stage(.success(.json(200, #"{"payload":[{"ref":1},{"ref":2},{"ref":3}]}"#)))
        await #expect(
            throws: ProjectError.nonsense(
                request: "GET /contacts (page 2)", reason: "it holds the same records as the page before")
        ) { try await stage.connector.readChanged(since: day) { _ in .more } }
    }
}

@Suite struct RESTConnectorLookupTests {
    @Test("Of what a search finds only the records with exactly that value are taken")
    func exact() async throws {
        let stage = Stage(
            .success(
                .json(200, #"{"payload":[{"ref":1,"tel":"+15551234567"},{"ref":2,"tel":"+155512345678"}]}"#)))
        let found = try await stage.connector.find("phone", .string("+15551234567"))
        #expect(found.map(\.record.key) == ["1"])
        #expect(stage.transport.lines == ["GET /contacts?n=3&p=1&search=%2B15551234567"])
    }

    @Test("When the plain list holds nothing the hidden records are searched too")
    func hidden() async throws {
        let stage = Stage(
            ScriptedTransport { request, _ in
                FakeList.parameters(request)["only"] == nil
                    ? .json(200, #"{"payload":[]}"#) : .json(200, #"{"payload":[{"ref":5,"mail":"a@b.c"}]}"#)
            })
        let found = try await stage.connector.find("email", .string("a@b.c"))
        #expect(found.map(\.record.key) == ["5"])
        #expect(found.map(\.isArchived) == [true])
        #expect(
            stage.transport.lines == [
                "GET /contacts?mail=a%40b.c&n=3&p=1", "GET /contacts?mail=a%40b.c&n=3&only=hidden&p=1",
            ])
    }

    @Test("Without a value nothing is asked")
    func nothing() async throws {
        let stage = Stage(.success(.json(200, "{}")))
        #expect(try await stage.connector.find("email", .null).isEmpty)
        #expect(stage.transport.requests.isEmpty)
    }

    @Test("Without a search for a field the whole list is looked through, hidden records too")
    func scanned() async throws {
        let stage = Stage(
            ScriptedTransport { request, _ in
                FakeList.parameters(request)["only"] == nil
                    ? .json(
                        200, #"{"payload":[{"ref":1,"full_name":"x"},{"ref":2,"full_name":"y"}],"meta":{"count":2}}"#)
                    : .json(200, #"{"payload":[{"ref":5,"full_name":"x"}],"meta":{"count":1}}"#)
            })
        let found = try await stage.connector.find("name", .string("x"))
        #expect(Set(found.map(\.record.key)) == ["1", "5"])
    }
}
