import AccordCore
import AccordHTTP
import AccordSandbox
import Foundation
import Testing

/// The sandbox behind a socket, asked by the program's own transport.
@Suite("The sandbox as a server", .timeLimit(.minutes(5)))
struct SandboxServerTests {
    private let service = SandboxService(key: "k", now: { 1_772_352_000 })
    private let transport = CurlTransport()

    /// Runs the server for as long as the body does.
    private func withServer(_ body: (_ base: String) async throws -> Void) async throws {
        let (ports, tell) = AsyncStream<Int>.makeStream()
        let server = SandboxServer(service: service, port: 0)
        let task = Task { try await server.run { port in tell.yield(port) } }
        defer { task.cancel() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        try await body("http://127.0.0.1:\(port)")
    }

    private func create(_ base: String, _ number: Int = 1) async throws -> HTTPResponse {
        try await transport.send(
            HTTPRequest(
                method: "POST", url: "\(base)/project/customers",
                headers: [
                    (name: "Authorization", value: "Bearer k"), (name: "Content-Type", value: "application/json"),
                ],
                body: Array(#"{"first_name": "C", "email": "c\#(number)@example.com"}"#.utf8)))
    }

    @Test("answers as it does in memory")
    func answers() async throws {
        try await withServer { base in
            let answer = try await create(base)
            #expect(answer.status == 200)
            #expect(try JSON(parsing: answer.body)["data"]?["email"]?.string == "c1@example.com")
            let wrong = try await transport.send(HTTPRequest(method: "GET", url: "\(base)/project/customers"))
            #expect(wrong.status == 401)
        }
    }

    @Test("drops a connection without a byte, before the effect or after it", arguments: [("before", 0), ("after", 1)])
    func drops(_ moment: String, _ stored: Int) async throws {
        try await withServer { base in
            service.setFaults(try Faults("drop-\(moment)=100%"))
            await #expect { try await create(base) } throws: { error in
                (error as? TransportError)?.cause == .dropped && (error as? TransportError)?.mayHaveBeenSent == true
            }
            #expect(service.snapshot().count == stored)
            service.setFaults(Faults())
            #expect(try await create(base, 2).status == 200, "the next connection is a good one")
        }
    }

    @Test("cuts an answer in its middle")
    func truncates() async throws {
        try await withServer { base in
            service.setFaults(try Faults("truncate=100%"))
            await #expect { try await create(base) } throws: { ($0 as? TransportError)?.cause == .dropped }
            #expect(service.snapshot().count == 1)
        }
    }

    @Test("is told by its console, without a key, what to change")
    func console() async throws {
        try await withServer { base in
            func post(_ path: String, _ body: String) async throws -> HTTPResponse {
                try await transport.send(
                    HTTPRequest(method: "POST", url: "\(base)/_sandbox/\(path)", body: Array(body.utf8)))
            }
            let added = try await post("customers", #"{"first_name": "Ada", "email": "ada@example.com"}"#)
            #expect(added.status == 200)
            #expect(try await post("customers/1", #"{"unsubscribed": true}"#).status == 200)
            #expect(service.snapshot().first?["unsubscribed_at"] == .int(1_772_352_000))
            #expect(try await post("customers/1", #"{"emial": "x"}"#).status == 422)
            #expect(try await post("faults", "5xx=100%").status == 200)
            #expect(try await create(base).status == 503)
            #expect(try await post("faults", "6xx=100%").status == 422)
            #expect(try await post("rotate-key", "").status == 200)
            #expect(service.key == "k-2")
        }
    }
}
