import AccordHTTP
import Foundation
import Testing

@Suite("The transport over libcurl, when there is no answer", .timeLimit(.minutes(5)))
struct CurlTransportFailureTests {
    private func failure(
        _ url: String, method: String = "GET", headers: [(name: String, value: String)] = [],
        options: CurlTransport.Options = .init()
    ) async throws -> TransportError {
        try await failure(HTTPRequest(method: method, url: url, headers: headers), CurlTransport(options: options))
    }

    private func failure(_ request: HTTPRequest, _ transport: CurlTransport) async throws -> TransportError {
        try await #require(throws: TransportError.self) { _ = try await transport.send(request) }
    }

    @Test(
        "an answer that is cut off or makes no sense is no answer",
        arguments: [
            "",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n",
            "<html>hello</html>",
            "HTTP/1.1 abc\r\n\r\n",
        ])
    func nonsense(answer: String) async throws {
        let server = try ScriptedServer(closingAfter: answer)
        let error = try await failure(server.url)
        #expect(error.cause == .dropped)
        #expect(error.mayHaveBeenSent)
        #expect(!error.detail.isEmpty && !error.detail.contains("No error"))
    }

    @Test("a request is not sent again by itself when a kept connection dies", arguments: ["GET", "POST", "DELETE"])
    func noSecondSend(method: String) async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer("")
            // Takes the second request, and closes.
            _ = connection.readRequest()
        }
        let transport = CurlTransport()
        _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        let error = try await failure(HTTPRequest(method: method, url: server.url), transport)
        #expect(error.cause == .dropped)
        #expect(error.mayHaveBeenSent)
        #expect(server.requests.count == 2)
        #expect(try await transport.send(HTTPRequest(method: "GET", url: server.url)).status == 200)
    }

    @Test("nobody listens: nothing was sent")
    func connect() async throws {
        let error = try await failure("http://127.0.0.1:\(ScriptedServer.closedPort())/")
        #expect(error.cause == .connect)
        #expect(!error.mayHaveBeenSent)
    }

    @Test("a name that is not known: nothing was sent")
    func resolve() async throws {
        let error = try await failure("http://accord.invalid/")
        #expect(error.cause == .resolve)
        #expect(!error.mayHaveBeenSent)
    }

    @Test("a server that does not speak TLS: nothing was sent")
    func tls() async throws {
        let server = try ScriptedServer { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            connection.hold()
        }
        let error = try await failure("https://127.0.0.1:\(server.port)/")
        #expect(error.cause == .tls)
        #expect(!error.mayHaveBeenSent)
    }

    @Test("silence during the TLS handshake ends with the time to connect")
    func tlsSilence() async throws {
        let server = try ScriptedServer { $0.hold() }
        let error = try await failure("https://127.0.0.1:\(server.port)/", options: .init(connectTimeout: 0.2))
        #expect(error.cause == .timeout)
        #expect(!error.mayHaveBeenSent)
    }

    @Test("silence ends with the time to idle", arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
    func idle(beginning: String) async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write(beginning)
            connection.hold()
        }
        let error = try await failure(server.url, options: .init(idleTimeout: 0.2))
        #expect(error.cause == .timeout)
        #expect(error.mayHaveBeenSent)
    }

    @Test("an answer that trickles in for ever ends with the whole time")
    func trickle() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write("a") { usleep(5000) }
        }
        let error = try await failure(server.url, options: .init(idleTimeout: 20, totalTimeout: 0.3))
        #expect(error.cause == .timeout)
        #expect(error.mayHaveBeenSent)
    }

    @Test("an answer without an end is cut off where the bound is")
    func endlessBody() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write([UInt8](repeating: 97, count: 4096)) {}
        }
        let error = try await failure(server.url, options: .init(mostResponseBytes: 10_000))
        #expect(error.cause == .tooLarge)
        #expect(error.mayHaveBeenSent)
    }

    @Test("an answer of just the bound passes, one byte more does not")
    func bound() async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde")
        let five = CurlTransport(options: .init(mostResponseBytes: 5))
        #expect(try await five.send(HTTPRequest(method: "GET", url: server.url)).body.count == 5)
        #expect(try await failure(server.url, options: .init(mostResponseBytes: 4)).cause == .tooLarge)
    }

    @Test(
        "headers without an end are cut off, be they interim or not",
        arguments: [("HTTP/1.1 200 OK\r\n", "X-More: and more of it\r\n"), ("", "HTTP/1.1 100 Continue\r\n\r\n")])
    func endlessHead(beginning: String, again: String) async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write(beginning)
            while connection.write(again) {}
        }
        let error = try await failure(server.url)
        #expect(error.cause == .tooLarge)
        #expect(error.mayHaveBeenSent)
    }

    @Test(
        "what could pass for another request is not sent",
        arguments: [
            ("GET", "ftp://127.0.0.1/", "a"), ("GET", "file:///etc/hosts", "a"), ("GET", "", "a"),
            ("GET", "http://", "a"), ("GET", "URL\r\nX-Evil: 1", "a"), ("GET", "URL a", "a"), ("GET", "URLé", "a"),
            ("", "URL", "a"), ("GET / HTTP/1.1\r\nX-Evil:", "URL", "a"),
            ("GET", "URL", "a\r\nX-Evil: 1"), ("GET", "URL", "a\nb"), ("GET", "URL", "a\0b"),
        ])
    func injection(method: String, url: String, value: String) async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let error = try await failure(
            url.replacingOccurrences(of: "URL", with: server.url), method: method, headers: [("X-Key", value)])
        #expect(error.cause == .badURL)
        #expect(!error.mayHaveBeenSent)
        #expect(server.requests.isEmpty)
    }

    @Test(
        "a header cannot take the place of another",
        arguments: ["", "A: b\r\nC", "Content-Length", "transfer-encoding"])
    func headerNames(name: String) async throws {
        let server = try ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let error = try await failure(server.url, headers: [(name, "1")])
        #expect(error.cause == .badURL)
        #expect(server.requests.isEmpty)
    }

    @Test(
        "no message holds a key or a password",
        arguments: [
            "http://user:s3cret@127.0.0.1:PORT/?key=s3cret", "https://user:s3cret@127.0.0.1:PORT/",
            "http://user:s3cret@127.0.0.1:1/", "http://user:s3cret@127.0.0.1:99999/", "http://user:s3cret@[::1/",
            "http://user:s3cret@/", "http://user:s3 cret@127.0.0.1/", "ftp://user:s3cret@127.0.0.1/",
            "http://user:s3cret@accord.invalid/", "http://user:a@s3cret@/",
        ])
    func secrets(url: String) async throws {
        let server = try ScriptedServer(closingAfter: "")
        let error = try await failure(
            url.replacingOccurrences(of: "PORT", with: "\(server.port)"),
            headers: [("Authorization", "Bearer s3cret")], options: .init(connectTimeout: 1))
        #expect(!"\(error)".contains("s3cret"))
        #expect(!"\(error)".contains("user:"))
    }
}
