import AccordCore
import AccordHTTP
import AccordREST
import AccordTables
import Chance
import Logging
import Synchronization
import Testing

/// How many requests are under way, now and at most.
private final class UnderWay: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    var now: Int { counts.withLock { $0.now } }
    var most: Int { counts.withLock { $0.most } }

    func begin() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func end() { counts.withLock { $0.now -= 1 } }
}

/// A transport that answers the later pages first, and each only after a while.
private struct SlowTransport: HTTPTransport {
    let underWay = UnderWay()
    /// Pages far into a list are not answered before so many requests are under way, or for ten seconds.
    var awaited = 0
    let answer: @Sendable (HTTPRequest) throws -> HTTPResponse

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        underWay.begin()
        defer { underWay.end() }
        let page = Int(FakeList.parameters(request)["p"] ?? "") ?? 0
        try? await Task.sleep(for: .milliseconds(12 - page % 8))
        for _ in 0..<2000 where page >= 40 && underWay.most < awaited { try? await Task.sleep(for: .milliseconds(5)) }
        return try answer(request)
    }
}

@Suite("Pages that are asked for ahead")
struct RESTTablePagingTests {
    private static let newest = 20_001 * 86_400

    private func list(_ count: Int) -> FakeList {
        let ids = Array(1...count)
        return FakeList(
            open: ids,
            touched: Dictionary(ids.map { ($0, RESTTablePagingTests.newest - $0) }, uniquingKeysWith: { $1 }))
    }

    private func table(_ transport: SlowTransport, concurrency: Int) -> RESTTable {
        let time = SystemTime()
        let client = APIClient(
            description: contactsAPI, key: Secret(testKey), transport: transport, time: time, random: SeededRandom(7),
            limiter: RateLimiter(perSecond: 1_000_000, burst: 1000, time: time), concurrency: concurrency,
            logger: Logger(label: "test"))
        return RESTTable(client: client, resource: contacts)
    }

    @Test(
        "they are looked at in their order, and no more are under way than the service is to have",
        arguments: [1, 3, 8])
    func order(concurrency: Int) async throws {
        let list = list(150)
        let transport = SlowTransport(awaited: concurrency) { list.answer($0) }
        let table = table(transport, concurrency: concurrency)
        var ids: [String] = []
        let proof = try await table.scan { ids += $0.records.compactMap(\.key) }
        #expect(ids == (1...150).map(String.init))
        #expect(proof == ScanProof(count: 150))
        #expect(transport.underWay.most == concurrency)
        // Fifty pages, the one of hidden records, and the first once more: none beyond the last was asked for.
        #expect(await table.requestCount == 52)
    }

    @Test("changes are read on from the pages that are there, and what was asked for in vain is given up")
    func changes() async throws {
        let list = list(150)
        let transport = SlowTransport { list.answer($0) }
        let table = table(transport, concurrency: 8)
        var ids: [String] = []
        // The 100th record is the last that changed after this moment.
        let cursor = Cursor(String(RESTTablePagingTests.newest - 100))
        _ = try await table.changes(since: cursor) { batch in
            ids += batch.records.compactMap(\.key)
        }
        #expect(ids == (1...102).map(String.init))
        #expect(transport.underWay.now == 0)
    }

    @Test("a page that fails counts only if it is wanted", arguments: [(36, false), (34, true)])
    func failure(page: Int, isWanted: Bool) async throws {
        let list = list(150)
        let transport = SlowTransport { request in
            FakeList.parameters(request)["p"] == String(page) ? .json(422, "{}") : list.answer(request)
        }
        let table = table(transport, concurrency: 8)
        var read = 0
        let cursor = Cursor(String(RESTTablePagingTests.newest - 100))
        var error: TableError?
        do {
            _ = try await table.changes(since: cursor) { batch in
                read += batch.records.count
            }
        } catch let refused as TableError {
            error = refused
        }
        #expect((error != nil) == isWanted)
        #expect(read == (isWanted ? 99 : 102))
    }

    @Test("an error of the caller leaves no request under way")
    func callerFails() async throws {
        struct Stop: Error {}
        let list = list(150)
        let transport = SlowTransport { list.answer($0) }
        let table = table(transport, concurrency: 8)
        var pages = 0
        await #expect(throws: Stop.self) {
            _ = try await table.scan { _ in
                pages += 1
                if pages == 20 { throw Stop() }
            }
        }
        #expect(transport.underWay.now == 0)
    }
}
