/// A request, as a transport sends it.
public struct HTTPRequest: Sendable, Hashable {
    public var method: String
    /// Absolute, with its query.
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]?

    public init(method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    public static func == (a: HTTPRequest, b: HTTPRequest) -> Bool {
        a.method == b.method && a.url == b.url && a.body == b.body
            && a.headers.elementsEqual(b.headers) { $0.name == $1.name && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(method)
        hasher.combine(url)
        hasher.combine(body)
    }
}

/// An answer, whole.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Sends one request and returns its whole answer.
///
/// A transport neither retries nor interprets. Any status is an answer; only the absence of one is a
/// ``TransportError``. It must honour cancellation, verify certificates, and bound the size of the answer.
public protocol HTTPTransport: Sendable {
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}

/// Why there is no answer.
public struct TransportError: Error, Hashable, Sendable {
    public enum Cause: String, Hashable, Sendable {
        case resolve, connect, tls, timeout, dropped, tooLarge, cancelled, badURL
    }

    public var cause: Cause
    /// The request may have reached the server and taken effect.
    public var mayHaveBeenSent: Bool
    /// For people; holds no secret.
    public var detail: String

    public init(cause: Cause, mayHaveBeenSent: Bool, detail: String) {
        self.cause = cause
        self.mayHaveBeenSent = mayHaveBeenSent
        self.detail = detail
    }
}
