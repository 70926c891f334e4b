import AccordCore
import AccordHTTP
import Foundation
import Testing

@Suite("The transport over libcurl, given up", .timeLimit(.minutes(5)))
struct CurlTransportCancellationTests {
    /// A server that never answers.
    private func silentServer() throws -> ScriptedServer {
        try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.hold()
        }
    }

    @Test("a request that waits for its answer ends when its task is cancelled, and the next goes on")
    func whileWaiting() async throws {
        let server = try silentServer()
        let transport = CurlTransport(options: .init(mostConnections: 1))
        let task = Task { try await transport.send(HTTPRequest(method: "GET", url: server.url)) }
        _ = await server.nextRequest()
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        let other = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(try await transport.send(HTTPRequest(method: "GET", url: other.url)).status == 200)
    }

    @Test("a request that waits for a connection ends when its task is cancelled, and is never sent")
    func inLine() async throws {
        let server = try silentServer()
        let transport = CurlTransport(options: .init(mostConnections: 1))
        let first = Task { try await transport.send(HTTPRequest(method: "GET", url: server.url + "first")) }
        _ = await server.nextRequest()
        let second = Task { try await transport.send(HTTPRequest(method: "GET", url: server.url + "second")) }
        second.cancel()
        await #expect(throws: CancellationError.self) { _ = try await second.value }
        first.cancel()
        await #expect(throws: CancellationError.self) { _ = try await first.value }
        #expect(server.requests.count == 1)
    }

    @Test("a task that is cancelled already sends nothing")
    func before() async throws {
        let server = try silentServer()
        let transport = CurlTransport()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transport.send(HTTPRequest(method: "GET", url: server.url))
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(server.connections == 0)
    }

    @Test("of many requests that are cancelled at any moment, each ends once")
    func many() async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let transport = CurlTransport(options: .init(mostConnections: 4))
        let tasks = (0..<200).map { number in
            let task = Task { try await transport.send(HTTPRequest(method: "GET", url: server.url + "\(number)")) }
            return (task, number)
        }
        for (task, number) in tasks where number % 2 == 0 { task.cancel() }
        for (task, number) in tasks {
            switch await task.result {
            case .success(let response): #expect(response.body == Array("ok".utf8))
            case .failure(let error): #expect(error is CancellationError && number % 2 == 0)
            }
        }
    }

    @Test("shutting down ends what is under way, and refuses what comes after")
    func shutdown() async throws {
        let server = try silentServer()
        let transport = CurlTransport(options: .init(mostConnections: 1))
        let request = HTTPRequest(method: "GET", url: server.url)
        let task = Task { try await transport.send(request) }
        _ = await server.nextRequest()
        transport.shutdown()
        transport.shutdown()
        let underWay = await #expect(throws: TransportError.self) { _ = try await task.value }
        #expect(underWay?.cause == .cancelled)
        #expect(underWay?.mayHaveBeenSent == true)
        let after = await #expect(throws: TransportError.self) { _ = try await transport.send(request) }
        #expect(after?.cause == .cancelled)
        #expect(after?.mayHaveBeenSent == false)
    }

    @Test("a transport that nobody holds any more closes its connections")
    func release() async throws {
        let (closed, tell) = AsyncStream<Bool>.makeStream()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.answer("")
            connection.hold()
            tell.yield(true)
        }
        var transport: CurlTransport? = CurlTransport()
        _ = try await transport?.send(HTTPRequest(method: "GET", url: server.url))
        transport = nil
        #expect(await closed.first { $0 } == true)
    }
}

@Suite("The system's time and randomness")
struct SystemTimeTests {
    @Test("clocks go on, and sleeping takes its time")
    func clocks() async throws {
        let time = SystemTime()
        let began = time.monotonic
        try await time.sleep(seconds: 0.02)
        #expect(time.monotonic - began >= 0.02)
        let before = Date().timeIntervalSince1970
        let now = time.unixTime
        #expect((before - 1...Date().timeIntervalSince1970 + 1).contains(now))
    }

    @Test(
        "sleeping ends when the task is cancelled, however long it was to be", arguments: [1e300, Double.infinity, 60])
    func cancellation(seconds: Double) async throws {
        let task = Task { try await SystemTime().sleep(seconds: seconds) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("no time at all is no wait", arguments: [0, -1, Double.nan, -Double.infinity])
    func noTime(seconds: Double) async throws {
        try await SystemTime().sleep(seconds: seconds)
    }

    @Test("random numbers lie below 1 and differ")
    func random() {
        let numbers = (0..<1000).map { _ in SystemRandom().unit() }
        #expect(numbers.allSatisfy { (0..<1).contains($0) })
        #expect(Set(numbers).count > 990)
    }
}
