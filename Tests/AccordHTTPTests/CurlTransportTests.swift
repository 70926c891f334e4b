import AccordHTTP
import Foundation
import Testing

@Suite("The transport over libcurl, against real sockets", .timeLimit(.minutes(5)))
struct CurlTransportTests {
    private let transport = CurlTransport()

    @Test("sends method, path, headers and body as given, and nothing of its own that matters")
    func request() async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let response = try await transport.send(
            HTTPRequest(
                method: "PATCH", url: server.url + "customers/17?a=%20b",
                headers: [("Content-Type", "application/json"), ("X-Empty", "")], body: Array("{\"a\":1}".utf8)))
        #expect(response.status == 200)
        #expect(response.body == Array("ok".utf8))
        let sent = try #require(server.requests.first)
        #expect(sent.hasPrefix("PATCH /customers/17?a=%20b HTTP/1.1\r\n"))
        #expect(sent.hasSuffix("\r\n\r\n{\"a\":1}"))
        #expect(sent.contains("\r\nContent-Type: application/json\r\n"))
        #expect(sent.contains("\r\nX-Empty:\r\n"))
        #expect(sent.contains("\r\nContent-Length: 7\r\n"))
        #expect(!sent.contains("Expect:"))
    }

    @Test("forgets a request before the next goes over the same handle")
    func requestsApart() async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let one = CurlTransport(options: .init(mostConnections: 1))
        _ = try await one.send(
            HTTPRequest(method: "POST", url: server.url, headers: [("X-Key", "1")], body: Array("body".utf8)))
        _ = try await one.send(HTTPRequest(method: "GET", url: server.url))
        _ = try await one.send(HTTPRequest(method: "DELETE", url: server.url))
        _ = try await one.send(HTTPRequest(method: "POST", url: server.url))
        let later = server.requests.dropFirst()
        #expect(later.map { $0.prefix { $0 != " " } } == ["GET", "DELETE", "POST"])
        #expect(later.allSatisfy { !$0.contains("X-Key") && !$0.contains("body") && !$0.contains("Content-Type") })
        #expect(later.map { $0.contains("Content-Length: 0") } == [false, false, true])
    }

    @Test("sends an empty body as one")
    func emptyBody() async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        _ = try await transport.send(HTTPRequest(method: "POST", url: server.url, body: []))
        #expect(server.requests.first?.contains("\r\nContent-Length: 0\r\n") == true)
    }

    @Test(
        "takes every status as an answer, redirects too",
        arguments: ["204 No Content", "301 Moved", "404 Not Found", "429 Slow", "503 Busy"])
    func statuses(line: String) async throws {
        let length = line.hasPrefix("204") ? "" : "Content-Length: 0\r\n"
        let server = try ScriptedServer(answering: "HTTP/1.1 \(line)\r\nLocation: /elsewhere\r\n\(length)\r\n")
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        #expect(response.status == Int(line.prefix(3)))
        #expect(response.body.isEmpty)
        #expect(server.requests.count == 1)
    }

    @Test("reads the headers of the last head, not of an interim one")
    func headers() async throws {
        let server = try ScriptedServer(
            answering: "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie:  b=2 \r\nX-None:\r\nContent-Length: 0\r\n\r\n")
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        #expect(response.header("X-Early") == nil)
        #expect(response.headers.filter { $0.name.lowercased() == "set-cookie" }.map(\.value) == ["a=1", "b=2"])
        #expect(response.header("x-none")?.isEmpty == true)
    }

    @Test("an answer to HEAD has no body, whatever length it states")
    func head() async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        let response = try await transport.send(HTTPRequest(method: "HEAD", url: server.url))
        #expect(response.body.isEmpty)
        #expect(server.requests.first?.hasPrefix("HEAD / ") == true)
    }

    @Test(
        "puts chunks together, and leaves out what follows them",
        arguments: [("3\r\nabc\r\n2\r\nde\r\n", "abcde"), ("", "")])
    func chunks(chunks: String, body: String) async throws {
        let server = try ScriptedServer(
            answering: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\nX-Late: 1\r\n\r\n")
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        #expect(response.body == Array(body.utf8))
        #expect(response.header("X-Late") == nil)
    }

    @Test("asks for compression and undoes it")
    func compression() async throws {
        // gzip of {"name":"Zoë"}
        let packed: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 75, 204, 77, 85, 178,
            82, 138, 202, 63, 188, 90, 169, 22, 0, 162, 159, 145, 166, 15, 0, 0, 0,
        ]
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n")
            connection.write(packed)
            connection.hold()
        }
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"name":"Zoë"}"#)
        #expect(server.requests.first?.lowercased().contains("accept-encoding: ") == true)
    }

    @Test("keeps a connection for the next request")
    func keepAlive() async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        for _ in 1...20 { _ = try await transport.send(HTTPRequest(method: "GET", url: server.url)) }
        #expect(server.connections == 1)
        #expect(server.requests.count == 20)
    }

    @Test("answers each of 100 requests at a time with its own answer, over no more connections than allowed")
    func concurrency() async throws {
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                connection.answer(String(request.dropFirst(5).prefix { $0 != " " }))
            }
        }
        let eight = CurlTransport(options: .init(mostConnections: 8))
        let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<100 {
                group.addTask {
                    let response = try await eight.send(HTTPRequest(method: "GET", url: server.url + "\(number)"))
                    return (number, String(decoding: response.body, as: UTF8.self))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers == Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, "\($0)") }))
        #expect((1...8).contains(server.connections))
    }

    @Test("carries a large body both ways")
    func large() async throws {
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                connection.answer(request.components(separatedBy: "\r\n\r\n").last ?? "")
            }
        }
        let body = (0..<1_000_000).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        let response = try await transport.send(HTTPRequest(method: "PUT", url: server.url, body: body))
        #expect(response.body == body)
    }
}
