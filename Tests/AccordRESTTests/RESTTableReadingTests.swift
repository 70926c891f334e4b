import AccordCore
import AccordHTTP
import AccordREST
import AccordTables
import Chance
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
    /// When records were last changed, by id.
    var touched: [Int: Int] = [:]

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        let parameters = FakeList.parameters(request)
        let number = Int(parameters["p"] ?? "") ?? 0
        let isHidden = parameters["only"] == "hidden"
        let ids = isHidden ? hidden : open
        let page = Array(ids.dropFirst((number - 1) * 3).prefix(3))
        var meta = [#""at":\#(number)"#, #""of":\#(max(1, (ids.count + 2) / 3))"#]
        if announcesTotal { meta.append(#""count":\#(isHidden ? ids.count : total ?? ids.count)"#) }
        let records = page.map { id in
            #"{"ref":\#(id),"full_name":"C\#(id)","hidden":\#(isHidden ? "1700000000" : "null")"#
                + (touched[id].map { #","touched":\#($0)}"# } ?? "}")
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

/// A whole read: its proof, and the ids that came, page by page.
private func scan(_ stage: Stage) async throws -> (proof: ScanProof, pages: [[String]]) {
    var pages: [[String]] = []
    let proof = try await stage.table.scan { pages.append($0.records.compactMap(\.key)) }
    return (proof, pages)
}

@Suite struct RESTTableFullReadTests {
    @Test("A full read asks for every page of each list, and is certified", arguments: [0, 1, 2, 3, 4, 6, 7])
    func whole(count: Int) async throws {
        let list = FakeList(open: Array(0..<count), hidden: [100, 101, 102, 103])
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        let (proof, pages) = try await scan(stage)
        #expect(proof == ScanProof(count: count + 4))
        #expect(Set(pages.joined()) == Set((Array(0..<count) + [100, 101, 102, 103]).map(String.init)))
        #expect(stage.transport.requests.count == max(1, (count + 2) / 3) + 2 + 1)
    }

    @Test("The lists are asked for as the description says")
    func requests() async throws {
        let list = FakeList(open: [1, 2, 3, 4], hidden: [9])
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        var archived: [String] = []
        _ = try await stage.table.scan { batch in
            archived += batch.records.filter(\.isArchived).compactMap(\.key)
        }
        #expect(archived == ["9"])
        #expect(
            stage.transport.lines == [
                "GET /contacts?n=3&order=made&p=1", "GET /contacts?n=3&order=made&p=2",
                "GET /contacts?n=3&only=hidden&order=made&p=1", "GET /contacts?n=3&order=made&p=1",
            ])
    }

    @Test("A read that records moved under is made once more, and the second can be certified")
    func secondAttempt() async throws {
        let before = FakeList(open: [1, 2, 3, 4, 5, 6])
        // A record was inserted in front: the third one is now the first of the second page.
        let after = FakeList(open: [0, 1, 2, 3, 4, 5, 6])
        let stage = Stage(ScriptedTransport { request, number in (number == 1 ? before : after).answer(request) })
        let (proof, pages) = try await scan(stage)
        #expect(proof == ScanProof(count: 7))
        #expect(Set(pages.joined()).count == 7)
    }

    @Test("A list that grows at its end while it is read is read once more, and certified even if it grows again")
    func growing() async throws {
        // A read is of two pages or three, the hidden ones, and the total once more: four requests or five.
        for growth in [[2], [2, 6]] {
            let stage = Stage(
                ScriptedTransport { request, number in
                    FakeList(open: Array(1...(5 + growth.count { number >= $0 }))).answer(request)
                })
            let (proof, pages) = try await scan(stage)
            #expect(proof.incomplete == nil, "\(growth)")
            #expect(Set(pages.joined()) == Set((1...(5 + growth.count)).map(String.init)), "\(growth)")
        }
    }

    @Test("A record that is unarchived between the two lists is in neither, and not taken for gone")
    func unarchived() async throws {
        let stage = Stage(
            ScriptedTransport { request, number in
                (number == 1 ? FakeList(open: [1, 2], hidden: [9]) : FakeList(open: [1, 2, 9])).answer(request)
            })
        let (proof, pages) = try await scan(stage)
        #expect(proof == ScanProof(count: 3))
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
        #expect(try await scan(stage).proof.incomplete == lie.sentence)
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
        let proof = try await stage.table.scan { batch in seen.formUnion(batch.records.compactMap(\.key)) }
        if proof.incomplete == nil {
            let missing = alwaysThere.withLock { $0 }.filter { !seen.contains(String($0)) }
            #expect(missing.isEmpty, "seed \(seed)")
        }
    }

    @Test("Pages that say neither how many there are nor how many records are whole if two reads agree")
    func uncounted() async throws {
        let same = FakeList(open: Array(1...7), announcesTotal: false, announcesPages: false)
        let stage = Stage(ScriptedTransport { request, _ in same.answer(request) })
        #expect(try await scan(stage).proof == ScanProof(count: 7))
        let other = FakeList(open: Array(2...7), announcesTotal: false, announcesPages: false)
        let moving = Stage(ScriptedTransport { request, number in (number > 5 ? other : same).answer(request) })
        let doubt = "the service announces no total, so nothing proves that all records came"
        #expect(try await scan(moving).proof.incomplete == doubt)
    }

    @Test("A page without totals that is as long as was asked for, and comes again for the next, proves nothing")
    func deaf() async throws {
        let stage = Stage(.success(.json(200, #"{"payload":[{"ref":1},{"ref":2},{"ref":3}]}"#)))
        #expect(try await scan(stage).proof.incomplete != nil)
        let longer = Stage(.success(.json(200, #"{"payload":[{"ref":1},{"ref":2},{"ref":3},{"ref":4}]}"#)))
        #expect(try await scan(longer).proof.count == 4)
    }

    @Test("A single answer without pages is whole by itself")
    func unpaged() async throws {
        let list = FakeList(open: [1, 2], hidden: [3], announcesPages: false)
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        #expect(try await scan(stage).proof == ScanProof(count: 3))
    }

    @Test("A service that answers every page with the same one, or goes on without end, is not followed for ever")
    func endless() async throws {
        let same = Stage(.success(.json(200, #"{"payload":[{"ref":1},{"ref":2},{"ref":3}]}"#)))
        #expect(try await scan(same).proof.incomplete != nil)
        #expect(same.transport.requests.count == 8)
        let clamped = Stage(.success(.json(200, #"{"payload":[{"ref":1}],"meta":{"at":1,"of":9,"count":9}}"#)))
        #expect(try await scan(clamped).proof.incomplete == "page 2 was asked for, page 1 came")
    }

    @Test("Archived records that are in both lists have moved nothing")
    func archivedInBoth() async throws {
        let stage = Stage(
            .success(.json(200, #"{"payload":[{"ref":1,"hidden":1700000000}],"meta":{"at":1,"of":1,"count":1}}"#)))
        #expect(try await scan(stage).proof == ScanProof(count: 1))
    }
}

@Suite struct RESTTableCapabilityTests {
    @Test("What a table can do is what its description says")
    func described() async throws {
        let table = Stage(.success(.json(200, "{}"))).table
        #expect(
            table.capabilities
                == Capabilities(
                    scan: true, changes: true, unseenChanges: [.deletions, .archiving], searchable: ["email", "phone"],
                    recordWrites: true))
        #expect(try await table.schema() == contacts.schema)
        #expect(table.name == "contacts of https://api.example.test/v9")
    }

    @Test("A list that comes at once and cannot be written, and messages that are never listed")
    func others() {
        var list = ListDescription(path: "/grades", isPaged: false)
        list.days = .init(field: "at", from: "from", to: "to")
        let grades = ResourceDescription(
            schema: TableSchema(name: "grades", label: "grade", fields: []), id: "id", members: [:], list: list,
            operations: [])
        let transport = ScriptedTransport([.success(.json(200, "{}"))])
        #expect(
            Stage(transport, resource: grades).table.capabilities
                == Capabilities(scan: true, searchable: ["at"], isListedAtOnce: true))
        var letters = contacts
        letters.schema.sends = SendSchema(
            people: "contacts", channels: [:], messages: "letters", list: "/letters", ask: "id", channel: "channel",
            scheduled: "at", created: "at")
        #expect(!Stage(transport, resource: letters).table.capabilities.scan)
    }
}
