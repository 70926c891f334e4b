import AccordCore
import AccordHTTP
import AccordTables

/// Says what an answer means: what was asked for, or why not in the service's own words.
///
/// Whatever the service says is cut short, freed of control characters, and never holds the key.
struct AnswerReader: Sendable {
    let envelope: APIDescription.Envelope
    let keyFoundAt: String
    let key: Secret

    /// An answer that is not the one hoped for.
    struct Failure: Error {
        var kind: RetryPolicy.Failure
        /// What to throw if it is final.
        var error: TableError

        var reason: String {
            switch error {
            case .unavailable(_, let reason), .nonsense(_, let reason), .tooBusy(_, let reason): reason
            default: error.what
            }
        }
    }

    /// The body of an answer that says that all is well; ``JSONView/null`` if it has none.
    func body(of response: HTTPResponse, to request: APIRequest) throws(Failure) -> JSONView {
        let json = Result { () throws(JSONError) in
            try response.body.isEmpty ? .null : JSONDocument(parsing: response.body).root
        }
        let saysFailure = ((try? json.get())?[envelope.success]).map { AnswerReader.isFalse($0.json) } ?? false
        guard (200...299).contains(response.status), !saysFailure else {
            throw Failure(
                kind: .status(response.status),
                error: error(response, ((try? json.get()) ?? .null).json, to: request))
        }
        do {
            return try json.get()
        } catch {
            if isPage(response) {
                throw Failure(kind: .unreadable, error: notTheService("it begins: \(beginning(response))", request))
            }
            throw unreadable("\(error.reason) at byte \(error.offset); it begins: \(beginning(response))", to: request)
        }
    }

    /// A 2xx answer that makes no sense.
    func unreadable(_ reason: String, to request: APIRequest) -> Failure {
        Failure(kind: .unreadable, error: .nonsense(request: request.summary, reason: clean(reason, most: 300)))
    }

    private func error(_ response: HTTPResponse, _ json: JSON, to request: APIRequest) -> TableError {
        let message = json[envelope.message]?.string.map { clean($0, most: 500) } ?? ""
        let (status, name) = (response.status, request.summary)
        let words = message.isEmpty ? "" : ": \(message)"
        switch status {
        case 401: return .unauthorized(request: name, keyFoundAt: keyFoundAt)
        case 403 where isPage(response):
            // Something before the service turned the request away, and may let the next one pass.
            return .unavailable(request: name, reason: "a page came with the status 403")
        case 402, 403: return .forbidden(request: name, status: status, message: message)
        case 429: return .tooBusy(request: name, reason: "it answered 429\(words)")
        case 408, 425, 500...599:
            return .unavailable(request: name, reason: "it answered \(status)\(words)")
        case 404 where !request.isRead: return .notFound(request: name, message: message)
        case 200...299, 400...499:
            let words = message.isEmpty && json == .null ? beginning(response) : message
            if request.isRead { return .readRefused(request: name, status: status, message: words) }
            return .refused(request: name, status: status, message: words, fields: fields(json))
        case 300...399:
            let target = response.header("Location").map { " to \(clean(AnswerReader.place($0), most: 200))" } ?? ""
            return notTheService("the answer points elsewhere (\(status)\(target)), which is not followed", request)
        default:
            return .nonsense(request: name, reason: "the status \(status)")
        }
    }

    private func notTheService(_ reason: String, _ request: APIRequest) -> TableError {
        .notTheService(request: request.summary, reason: reason, keyFoundAt: keyFoundAt)
    }

    /// It is written for a browser.
    private func isPage(_ response: HTTPResponse) -> Bool {
        if response.header("Content-Type")?.lowercased().contains("html") ?? false { return true }
        return response.body.first { !UInt8.isSpace($0) } == UInt8(ascii: "<")
    }

    /// An address without what may be secret in it.
    private static func place(_ address: String) -> String { String(address.prefix { $0 != "?" && $0 != "#" }) }

    /// The messages of a refused write, by field: 20 fields, 5 messages each, at most.
    private func fields(_ json: JSON) -> [String: [String]] {
        guard let members = json[envelope.errors]?.object else { return [:] }
        var fields: [String: [String]] = [:]
        for (name, value) in members.sorted(by: { $0.key < $1.key }).prefix(20) {
            let messages = (value.array ?? [value]).prefix(5).compactMap(\.string).map { clean($0, most: 200) }
            fields[clean(name, most: 60), default: []] += messages
        }
        return fields
    }

    private func beginning(_ response: HTTPResponse) -> String {
        response.body.isEmpty ? "(nothing)" : clean(String(decoding: response.body, as: UTF8.self), most: 80)
    }

    /// - Parameter most: characters.
    func clean(_ text: String, most: Int) -> String {
        // The key goes before the text is cut: a cut could leave a part of it.
        let safe = key.redacted(from: text.printable)
        guard let end = safe.index(safe.startIndex, offsetBy: most, limitedBy: safe.endIndex), end < safe.endIndex
        else {
            return safe
        }
        return safe[..<end] + "…"
    }

    private static func isFalse(_ flag: JSON) -> Bool {
        switch flag {
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .string(let text): text == "false" || text == "0"
        default: false
        }
    }
}

extension UInt8 {
    fileprivate static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}

extension JSON {
    /// A member that a description may not name.
    fileprivate subscript(member: String?) -> JSON? { member.flatMap { self[$0] } }
}

extension JSONView {
    /// A member that a description may not name.
    fileprivate subscript(member: String?) -> JSONView? { member.flatMap { self[$0] } }
}
