/// A request that is safe to hand to libcurl: nothing in it can pass for another header or request.
struct CurlTransportMessage: Sendable {
    let method: String
    let url: String
    /// `Name: value`, or `Name;` if it has no value.
    let headers: [String]
    let body: [UInt8]?

    /// - Throws: ``TransportError`` with ``TransportError/Cause/badURL``.
    init(_ request: HTTPRequest) throws(TransportError) {
        guard !request.method.isEmpty, request.method.utf8.count <= 32,
            request.method.utf8.allSatisfy(CurlTransportMessage.isToken)
        else { throw CurlTransportMessage.bad("the method is not one word of ASCII letters") }
        let scheme = request.url.prefix(8).lowercased()
        guard scheme.hasPrefix("http://") || scheme.hasPrefix("https://") else {
            throw CurlTransportMessage.bad("the address does not begin with http:// or https://")
        }
        guard request.url.utf8.count <= 65536, request.url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CurlTransportMessage.bad(
                "the address is longer than 64 KiB, or has a space, a control character or a letter beyond ASCII")
        }
        method = request.method
        url = request.url
        headers = try CurlTransportMessage.lines(of: request)
        body = request.body
    }

    private static func lines(of request: HTTPRequest) throws(TransportError) -> [String] {
        // An empty value drops what libcurl would add by itself.
        var lines = ["Expect:"]
        var hasType = false
        for header in request.headers {
            let name = header.name.lowercased()
            guard !name.isEmpty, name.utf8.allSatisfy(isToken) else { throw bad("a header's name is not a word") }
            guard name != "content-length" && name != "transfer-encoding" else {
                throw bad("the header \(name) is the transport's own")
            }
            guard header.value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
                throw bad("the value of the header \(name) has a line break or another control character")
            }
            hasType = hasType || name == "content-type"
            let isBlank = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isBlank ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        if !hasType { lines.append("Content-Type:") }
        return lines
    }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func bad(_ detail: String) -> TransportError {
        TransportError(cause: .badURL, mayHaveBeenSent: false, detail: detail)
    }
}
