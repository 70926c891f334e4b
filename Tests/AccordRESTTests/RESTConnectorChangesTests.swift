import AccordCore
import AccordTables
import Synchronization
import Testing

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
            throws: TableError.nonsense(
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
