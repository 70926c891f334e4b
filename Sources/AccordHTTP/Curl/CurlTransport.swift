import AccordCore
import CCurl

/// Sends requests with libcurl: over kept connections, HTTP/2 where the server offers it, compressed, through the
/// proxies that the environment names, to servers whose certificate the system trusts.
///
/// A redirect is an answer like any other. Nothing is sent twice: where a connection fails, the caller gets an error.
public final class CurlTransport: HTTPTransport {
    /// The bounds of a transport and of each exchange. Times are in seconds, at least 0.001.
    public struct Options: Hashable, Sendable {
        /// To look up the name, connect and agree on encryption.
        public var connectTimeout: Double
        /// Between one byte and the next, in either direction.
        public var idleTimeout: Double
        /// From beginning to connect to the last byte of the answer.
        public var totalTimeout: Double
        /// Of an answer's body, decompressed.
        public var mostResponseBytes: Int
        /// Exchanges under way at a time; further ones wait.
        public var mostConnections: Int

        public init(
            connectTimeout: Double = 10, idleTimeout: Double = 30, totalTimeout: Double = 60,
            mostResponseBytes: Int = 16 * 1024 * 1024, mostConnections: Int = 16
        ) {
            self.connectTimeout = connectTimeout
            self.idleTimeout = idleTimeout
            self.totalTimeout = totalTimeout
            self.mostResponseBytes = mostResponseBytes
            self.mostConnections = mostConnections
        }
    }

    private let queue: CurlTransportQueue?

    public init(options: Options = Options()) {
        guard let queue = CurlTransportQueue(mostConnections: min(max(options.mostConnections, 1), 1024)) else {
            self.queue = nil
            return
        }
        let runs = CurlTransportThread.start(queue, options: options)
        self.queue = runs ? queue : nil
    }

    deinit { shutdown() }

    /// Ends what is under way with ``TransportError/Cause/cancelled``, as it does whatever is sent afterwards.
    public func shutdown() { queue?.stop() }

    /// - Throws: ``TransportError``, or `CancellationError`.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let queue else {
            throw TransportError(
                cause: .connect, mayHaveBeenSent: false, detail: "the system allows no further thread")
        }
        let message = try CurlTransportMessage(request)
        let id = queue.nextID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { queue.add(.init(id: id, message: message, answer: $0)) }
        } onCancel: {
            queue.cancel(id)
        }
    }
}
