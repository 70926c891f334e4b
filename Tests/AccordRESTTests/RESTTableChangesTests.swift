import AccordCore
import AccordTables
import Chance
import Synchronization
import Testing

@Suite struct RESTTableChangesTests {
    /// The first moment of 2024-10-05.
    private static let moment = 20_001 * 86_400
    private let cursor = Cursor(String(moment))

    /// Contacts 1, 2, 3, …: each was changed a second before the one that stands before it.
    private static func list(_ count: Int, newest: Int = moment + 100) -> FakeList {
        let ids = Array(1..<(count + 1))
        return FakeList(
            open: ids, touched: Dictionary(ids.map { ($0, newest - $0 + 1) }, uniquingKeysWith: { $1 }))
    }

    /// What changed since a cursor: the ids that came, and the new cursor.
    private func changes(_ stage: Stage, since cursor: Cursor? = nil) async throws -> (ids: [String], cursor: String) {
        var ids: [String] = []
        let next = try await stage.table.changes(since: cursor ?? self.cursor) { batch in
            ids += batch.records.compactMap(\.key)
        }
        return (ids, next.text)
    }

    /// A cursor up to a moment, of which a change was met at the clock's time.
    private func text(_ moment: Int, met clock: SimulatedClock) -> String { "\(moment) \(Int(clock.unixTime))" }

    @Test("Changes are read from the day before the cursor's on, until an older one comes")
    func enough() async throws {
        let list = RESTTableChangesTests.list(9, newest: RESTTableChangesTests.moment + 4)
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        let found = try await changes(stage)
        #expect(found.ids == ["1", "2", "3", "4", "5", "6"])
        #expect(found.cursor == text(RESTTableChangesTests.moment + 4, met: stage.clock))
        #expect(
            stage.transport.lines == [
                "GET /contacts?n=3&order=touched-&p=1&since=2024-10-04",
                "GET /contacts?n=3&order=touched-&p=2&since=2024-10-04",
            ])
    }

    @Test("A record that is dated ahead of our clock hides none that changes before its moment comes")
    func ahead() async throws {
        let now = Int(SimulatedClock().unixTime)
        // As many as a page holds.
        let ahead = [11: now + 40 * 86_400, 12: now + 39 * 86_400, 13: now + 38 * 86_400]
        var list = FakeList(open: [11, 12, 13, 2], touched: ahead.merging([2: now - 60]) { $1 })
        let before = list
        let first = try await changes(
            Stage(ScriptedTransport { request, _ in before.answer(request) }), since: Cursor(String(now - 3_600)))
        #expect(first.ids == ["11", "12", "13", "2"])
        (list.open, list.touched[3]) = ([11, 12, 13, 3, 2], now + 5)
        let after = list
        let stage = Stage(ScriptedTransport { request, _ in after.answer(request) })
        stage.clock.advance(60)
        #expect(try await changes(stage, since: Cursor(first.cursor)).ids.contains("3"), "\(first.cursor)")
    }

    @Test("A second is read whole, again and again, until it is over for certain; then it is not read again")
    func sameSecond() async throws {
        let moment = RESTTableChangesTests.moment
        let ids = Array(1...9)
        let list = FakeList(
            open: ids, touched: Dictionary(ids.map { ($0, $0 < 8 ? moment : moment - 1) }, uniquingKeysWith: { $1 }))
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        var next = Cursor(String(moment))
        var found: [(ids: Int, cursor: String)] = []
        let met = Int(stage.clock.unixTime)
        for seconds in [0.0, 9, 1, 0] {
            stage.clock.advance(seconds)
            let read = try await changes(stage, since: next)
            found.append((read.ids.count, read.cursor))
            next = Cursor(read.cursor)
        }
        #expect(found.map(\.ids) == [9, 9, 9, 3])
        #expect(found.map(\.cursor) == ["\(moment) \(met)", "\(moment) \(met)", "\(moment + 1)", "\(moment + 1)"])
    }

    @Test("A read that ends early shows the same to the next one")
    func diesBetweenPages() async throws {
        struct Stop: Error {}
        let moment = RESTTableChangesTests.moment
        let ids = Array(1...9)
        let list = FakeList(open: ids, touched: Dictionary(ids.map { ($0, moment) }, uniquingKeysWith: { $1 }))
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        await #expect(throws: Stop.self) { _ = try await stage.table.changes(since: cursor) { _ in throw Stop() } }
        #expect(try await changes(stage).ids.count == 9)
    }

    @Test("What may change without moving is read again")
    func unsettled() async throws {
        var resource = contacts
        resource.list.changed[0].unsettledDays = 2
        let old = RESTTableChangesTests.moment - 2 * 86_400
        let list = RESTTableChangesTests.list(9, newest: old + 3)
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) }, resource: resource)
        let found = try await changes(stage)
        #expect(found.ids.count == 6)
        #expect(found.cursor == cursor.text)
        #expect(stage.transport.lines.first == "GET /contacts?n=3&order=touched-&p=1&since=2024-10-02")
    }

    @Test("Without an end to it they are read to the last page", arguments: [0, 1, 3, 7])
    func toTheEnd(count: Int) async throws {
        let list = RESTTableChangesTests.list(count)
        let stage = Stage(ScriptedTransport { request, _ in list.answer(request) })
        let found = try await changes(stage)
        #expect(found.ids == (1..<(count + 1)).map(String.init))
        let newest = text(RESTTableChangesTests.moment + 100, met: stage.clock)
        #expect(found.cursor == (count == 0 ? cursor.text : newest))
    }

    @Test("Records that do not say when they changed are all read")
    func untold() async throws {
        let stage = Stage(ScriptedTransport { request, _ in FakeList(open: Array(1...7)).answer(request) })
        let found = try await changes(stage)
        #expect(found.ids.count == 7)
        #expect(found.cursor == cursor.text)
    }

    @Test("What is listed only by choice has a list of changes of its own; the cursor is that of the first list")
    func chosen() async throws {
        var resource = contacts
        resource.list.chosen = [["only": "hidden"]]
        let stage = Stage(
            ScriptedTransport { request, _ in
                let touched = [1: RESTTableChangesTests.moment + 7, 2: RESTTableChangesTests.moment + 9]
                return FakeList(open: [1], hidden: [2], touched: touched).answer(request)
            }, resource: resource)
        let found = try await changes(stage)
        #expect(found.ids == ["1", "2"])
        #expect(found.cursor == text(RESTTableChangesTests.moment + 7, met: stage.clock))
        let newest = text(RESTTableChangesTests.moment + 9, met: stage.clock)
        #expect(try await stage.table.cursor()?.text == newest)
    }

    @Test("The cursor is the moment of the newest change, and costs one request")
    func newest() async throws {
        let stage = Stage(ScriptedTransport { request, _ in RESTTableChangesTests.list(7).answer(request) })
        #expect(try await stage.table.cursor()?.text == text(RESTTableChangesTests.moment + 100, met: stage.clock))
        #expect(stage.transport.lines == ["GET /contacts?n=3&order=touched-&p=1&since=1970-01-01"])
        let empty = Stage(ScriptedTransport { request, _ in FakeList().answer(request) })
        #expect(try await empty.table.cursor() == Cursor("0"))
    }

    @Test("A resource without a list of changes has no cursor, and says so")
    func none() async throws {
        var resource = contacts
        resource.list.changed = []
        let stage = Stage(ScriptedTransport { request, _ in FakeList().answer(request) }, resource: resource)
        #expect(!stage.table.capabilities.changes && stage.table.capabilities.unseenChanges.isEmpty)
        #expect(try await stage.table.cursor() == nil)
        await #expect(throws: TableError.self) { _ = try await changes(stage) }
        #expect(stage.transport.requests.isEmpty)
    }

    @Test("When a record leaves the list meanwhile it is begun again, so that none slips through")
    func restart() async throws {
        // The first record is gone when the second page is asked for: the fourth has moved to the first page.
        let stage = Stage(
            ScriptedTransport { request, number in
                FakeList(open: number == 1 ? [1, 2, 3, 4, 5] : [2, 3, 4, 5]).answer(request)
            })
        #expect(Set(try await changes(stage).ids) == ["1", "2", "3", "4", "5"])
    }

    @Test("A list that shrinks with every page still comes to an end")
    func shrinking() async throws {
        let stage = Stage(
            ScriptedTransport { request, number in
                FakeList(open: Array(number...40)).answer(request)
            })
        _ = try await changes(stage)
        #expect(stage.transport.requests.count < 30)
    }

    @Test("A service that gives the same page again and again is found out")
    func repeats() async {
        let stage = Stage(.success(.json(200, #"{"payload":[{"ref":1},{"ref":2},{"ref":3}]}"#)))
        await #expect(
            throws: TableError.nonsense(
                request: "GET /contacts (page 2)", reason: "it holds the same records as the page before")
        ) { _ = try await changes(stage) }
    }
}

@Suite struct RESTTableLookupTests {
    @Test("Of what a search finds only the records with exactly that value are taken")
    func exact() async throws {
        let stage = Stage(
            .success(
                .json(
                    200,
                    #"{"payload":[{"ref":1,"tel":"+15551234567"},{"ref":2,"tel":"+155512345678"}],"meta":{"count":2}}"#)
            ))
        let found = try await stage.table.find("phone", .string("+15551234567"))
        #expect(found.map(\.key) == ["1"])
        #expect(stage.transport.lines == ["GET /contacts?n=3&p=1&search=%2B15551234567"])
    }

    @Test("When the plain list holds nothing the hidden records are searched too")
    func hidden() async throws {
        let stage = Stage(
            ScriptedTransport { request, _ in
                FakeList.parameters(request)["only"] == nil
                    ? .json(200, #"{"payload":[]}"#)
                    : .json(200, #"{"payload":[{"ref":5,"mail":"a@b.c"}],"meta":{"count":1}}"#)
            })
        let found = try await stage.table.find("email", .string("a@b.c"))
        #expect(found.map(\.key) == ["5"])
        #expect(found.map(\.isArchived) == [true])
        #expect(
            stage.transport.lines == [
                "GET /contacts?mail=a%40b.c&n=3&p=1", "GET /contacts?mail=a%40b.c&n=3&only=hidden&p=1",
            ])
    }

    @Test("Of what several records may have the hidden ones are found besides the others")
    func shared() async throws {
        var resource = contacts
        resource.schema.unique = []
        let stage = Stage(
            ScriptedTransport { request, _ in
                FakeList.parameters(request)["only"] == nil
                    ? .json(200, #"{"payload":[{"ref":1,"mail":"a@b.c"}]}"#)
                    : .json(200, #"{"payload":[{"ref":1,"mail":"a@b.c"},{"ref":5,"mail":"a@b.c"}]}"#)
            }, resource: resource)
        let found = try await stage.table.find("email", .string("a@b.c"))
        #expect(found.map(\.key) == ["1", "5"])
        #expect(found.map(\.isArchived) == [false, true])
    }

    @Test("Without a value nothing is asked")
    func nothing() async throws {
        let stage = Stage(.success(.json(200, "{}")))
        #expect(try await stage.table.find("email", .null).isEmpty)
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
        let found = try await stage.table.find("name", .string("x"))
        #expect(Set(found.map(\.key)) == ["1", "5"])
    }
}
