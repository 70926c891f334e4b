import Foundation
import Synchronization

/// A server on the loopback interface that does with each connection what a test says.
final class ScriptedServer: Sendable {
    let port: Int
    private let listener: Int32
    private let state: State

    /// What the server has seen.
    final class State: Sendable {
        let connections = Mutex(0)
        let requests = Mutex<[String]>([])
        let news: AsyncStream<String>
        let tell: AsyncStream<String>.Continuation
        init() { (news, tell) = AsyncStream.makeStream() }
    }

    struct Refused: Error {}

    /// - Parameter script: runs on a thread of its own for each connection, which is closed when it returns.
    init(_ script: @escaping @Sendable (ScriptedConnection) -> Void) throws {
        let (listener, port) = try ScriptedServer.listen()
        let state = State()
        Thread.detachNewThread {
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { break }
                let number = state.connections.withLock {
                    $0 += 1
                    return $0
                }
                Thread.detachNewThread {
                    let connection = ScriptedConnection(socket: socket, number: number, state: state)
                    script(connection)
                    close(socket)
                }
            }
            close(listener)
            state.tell.finish()
        }
        self.listener = listener
        self.port = port
        self.state = state
    }

    /// Answers every request with the same bytes.
    convenience init(answering answer: String) throws {
        try self.init { connection in
            while connection.readRequest() != nil { connection.write(answer) }
        }
    }

    /// Answers the first request with these bytes and closes the connection.
    convenience init(closingAfter answer: String) throws {
        try self.init { connection in
            if connection.readRequest() != nil { connection.write(answer) }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    var url: String { "http://127.0.0.1:\(port)/" }
    var connections: Int { state.connections.withLock { $0 } }
    var requests: [String] { state.requests.withLock { $0 } }

    /// Returns when the next request has been read.
    func nextRequest() async -> String? { await state.news.first { _ in true } }

    /// A port on which nobody listens.
    static func closedPort() throws -> Int {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    private static func listen() throws -> (socket: Int32, port: Int) {
        #if canImport(Glibc)
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound, Foundation.listen(listener, 128) == 0 else {
            close(listener)
            throw Refused()
        }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }
}

/// One connection to a ``ScriptedServer``.
struct ScriptedConnection {
    let socket: Int32
    /// 1 for the server's first.
    let number: Int
    let state: ScriptedServer.State

    /// Head and body of the next request; nil when the client has closed.
    func readRequest() -> String? {
        var bytes: [UInt8] = []
        var missing = 1
        while missing > 0 {
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
            missing = ScriptedConnection.missing(bytes)
        }
        let request = String(decoding: bytes, as: UTF8.self)
        state.requests.withLock { $0.append(request) }
        state.tell.yield(request)
        return request
    }

    /// False when the client is gone.
    @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Glibc)
                let count = rest.withUnsafeBytes {
                    send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
            #else
                let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, 0) }
            #endif
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func answer(_ body: String, status: String = "200 OK") {
        write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Returns when the client has closed.
    func hold() {
        var chunk = [UInt8](repeating: 0, count: 1024)
        while recv(socket, &chunk, chunk.count, 0) > 0 {}
    }

    /// How many bytes a request still lacks; at least 1 while its head is not whole.
    private static func missing(_ bytes: [UInt8]) -> Int {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return 1 }
        let head = text[..<end.lowerBound].lowercased()
        let length = head.components(separatedBy: "content-length: ").dropFirst().first.flatMap {
            Int($0.prefix { $0.isNumber })
        }
        return (length ?? 0) - text[end.upperBound...].utf8.count
    }
}
