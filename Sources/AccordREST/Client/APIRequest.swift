import AccordCore

/// A request to a described API, before it has an address and a key.
public struct APIRequest: Hashable, Sendable {
    public var method: String
    /// Below the API's address, beginning with a slash, already percent-encoded.
    public var path: String
    /// Parameters and their values, not yet percent-encoded.
    public var query: [String: String]
    public var body: JSON?
    /// Sending it twice does what sending it once does.
    public var isIdempotent: Bool
    /// Further words for messages: `page 3`.
    public var note: String?

    public init(
        method: String, path: String, query: [String: String] = [:], body: JSON? = nil, isIdempotent: Bool,
        note: String? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.isIdempotent = isIdempotent
        self.note = note
    }

    /// For messages: `PUT /customers/17`. Without the query, which may name people.
    public var summary: String { "\(method) \(path)" + (note.map { " (\($0))" } ?? "") }

    /// It changes nothing.
    public var isRead: Bool { method == "GET" || method == "HEAD" }

    /// The whole address.
    func url(below base: String) -> String {
        let root = base.hasSuffix("/") ? String(base.dropLast()) : base
        guard !query.isEmpty else { return root + path }
        let parameters = query.sorted { $0.key < $1.key }.map {
            "\(APIRequest.percentEncoded($0.key))=\(APIRequest.percentEncoded($0.value))"
        }
        return "\(root)\(path)?\(parameters.joined(separator: "&"))"
    }

    /// Everything but the unreserved characters of RFC 3986 as `%` and two digits.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a text may stand in a path as a record's id: 1 to 128 of `A-Z a-z 0-9 _ -`.
    static func isToken(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// What makes an answer nonsense: thrown by whoever reads it, explained and perhaps retried by ``APIClient``.
public struct Nonsense: Error, Hashable, Sendable {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
}
