import AccordCore
import AccordHTTP

/// Why a request is not done, as the API says it.
struct Refusal: Error, Sendable {
    var status: Int
    var message: String
    /// What is wrong with which field.
    var errors: [String: [String]] = [:]
    var headers: [(name: String, value: String)] = []

    static func notFound(_ what: String) -> Refusal { Refusal(status: 404, message: "\(what) not found.") }

    static func invalid(_ field: String, _ message: String) -> Refusal { invalid([field: [message]]) }

    static func invalid(_ errors: [String: [String]]) -> Refusal {
        let first = errors.min { $0.key < $1.key }?.value.first
        return Refusal(status: 422, message: first ?? "The given data was invalid.", errors: errors)
    }
}

/// What an operation that succeeds says.
enum Answer: Sendable {
    case record(JSON)
    case list([JSON])
    /// - Parameter member: what is said of the pages stands there.
    case page([JSON], pagination: JSON, member: String = "pagination")
    /// Success and code only.
    case done
}

extension HTTPResponse {
    init(_ answer: Answer) {
        var members: [String: JSON] = ["success": .bool(true), "code": .int(200)]
        switch answer {
        case .record(let record): members["data"] = record
        case .list(let records): members["data"] = .array(records)
        case .page(let records, let pagination, let member):
            members["data"] = .array(records)
            members[member] = pagination
        case .done: break
        }
        self.init(status: 200, json: .object(members))
    }

    init(_ refusal: Refusal) {
        var members: [String: JSON] = [
            "success": .bool(false), "code": .int(Int64(refusal.status)), "message": .string(refusal.message),
        ]
        if !refusal.errors.isEmpty {
            members["errors"] = .object(refusal.errors.mapValues { .array($0.map(JSON.string)) })
        }
        self.init(status: refusal.status, json: .object(members))
        headers += refusal.headers
    }

    init(status: Int, json: JSON) {
        self.init(status: status, headers: [(name: "Content-Type", value: "application/json")], body: json.encoded())
    }
}
