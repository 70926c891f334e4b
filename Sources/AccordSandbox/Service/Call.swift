import AccordCore
import AccordHTTP

/// A request, taken apart.
struct Call: Sendable {
    /// The body of a request is not read beyond this.
    static let mostBytes = 1_048_576

    let method: String
    /// Address up to the query.
    let address: String
    /// The parts of the path, decoded, without the prefix `project`.
    let path: [String]
    var query: [String: String]
    let body: [UInt8]
    /// The numbers in the path.
    var ids: [Int64] = []

    init(_ request: HTTPRequest) {
        method = request.method.uppercased()
        let whole = request.url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let parts = whole.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        address = parts.first.map(String.init) ?? ""
        query = parts.count > 1 ? Call.parameters(parts[1]) : [:]
        let path = Call.path(of: address).split(separator: "/").map { Call.decoded($0) }
        self.path = path.first == "project" ? Array(path.dropFirst()) : path
        body = request.body ?? []
    }

    /// The number that the path has.
    var id: Int64 { ids.first ?? 0 }

    /// The members of the body.
    func form() throws(Refusal) -> Form {
        guard body.count <= Call.mostBytes else {
            throw Refusal(status: 413, message: "The body is larger than \(Call.mostBytes) bytes.")
        }
        if body.isEmpty { return Form([:]) }
        guard let json = try? JSON(parsing: body), let members = json.object else {
            throw Refusal.invalid("body", "The body must be a JSON object.")
        }
        return Form(members)
    }

    private static func path(of address: String) -> Substring {
        var rest = address[...]
        guard let scheme = rest.firstIndex(of: ":"), rest[scheme...].hasPrefix("://") else { return rest }
        rest = rest[scheme...].dropFirst(3)
        return rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
    }

    private static func parameters(_ text: Substring) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in text.split(separator: "&").prefix(100) {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[decoded(sides[0])] = sides.count > 1 ? decoded(sides[1]) : ""
        }
        return parameters
    }

    /// Percent-decoded, a plus read as a space.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let code = UInt8(String(Substring(rest.prefix(2))), radix: 16),
                rest.count >= 2
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
