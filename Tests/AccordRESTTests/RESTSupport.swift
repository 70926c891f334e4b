import AccordCore
import AccordHTTP
import AccordTables
import Chance
import Logging
import Synchronization

@testable import AccordREST

/// Answers requests by a script, and remembers them.
final class ScriptedTransport: HTTPTransport {
    typealias Script = @Sendable (_ request: HTTPRequest, _ number: Int) throws -> HTTPResponse
    private let script: Script
    private let log = Mutex<[HTTPRequest]>([])

    /// - Parameter script: given each request and its number, from 1.
    init(_ script: @escaping Script) { self.script = script }

    /// The answers in their order; the last one again and again.
    convenience init(_ answers: [Result<HTTPResponse, TransportError>]) {
        self.init { _, number in try answers[min(number, answers.count) - 1].get() }
    }

    var requests: [HTTPRequest] { log.withLock { $0 } }
    /// `GET /contacts?page=1`
    var lines: [String] { requests.map { "\($0.method) \($0.url.dropFirst(contactsAPI.url.count))" } }
    var bodies: [String?] { requests.map { $0.body.map { String(decoding: $0, as: UTF8.self) } } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = log.withLock {
            $0.append(request)
            return $0.count
        }
        return try script(request, number)
    }
}

/// Everything that was logged, as text.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level) \(event.message) \(event.metadata ?? [:])"
            lines.lines.withLock { $0.append(line) }
        }
    }
}

extension HTTPResponse {
    static func json(_ status: Int, _ body: String, _ headers: [(name: String, value: String)] = []) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }
}

/// An API that never was: nothing of it is in the table's code.
let contactsAPI = APIDescription(
    name: "Made up", url: "https://api.example.test/v9", keyFoundAt: "Profile > Tokens",
    envelope: .init(data: "payload", success: "ok", message: "words", errors: "problems"),
    pages: .init(
        number: "p", size: "n", most: 3, members: ["meta"], current: "at", last: "of", total: "count"),
    resources: ["contacts": contacts])

private let moment = FieldType.timestamp(pattern: "unix", timeZone: "UTC")

let contacts = ResourceDescription(
    schema: TableSchema(
        name: "contacts", label: "contact", title: ["name"],
        fields: [
            FieldSchema(name: "name", type: .string, required: true), FieldSchema(name: "email", type: .email),
            FieldSchema(name: "phone", type: .phone(country: "US")),
            FieldSchema(name: "labels", type: .set(separator: ",")), FieldSchema(name: "age", type: .integer),
            FieldSchema(name: "worth", type: .decimal),
            FieldSchema(name: "vip", type: .boolean(yes: ["yes"], no: ["no"])),
            FieldSchema(name: "born", type: .date(pattern: "yyyy-MM-dd")), FieldSchema(name: "joined", type: moment),
            FieldSchema(name: "muted", type: moment, role: .optOut),
            FieldSchema(name: "hidden", type: moment, role: .archived),
            FieldSchema(name: "touched", type: moment, role: .modified),
        ], unique: ["email", "phone"]), id: "ref",
    members: [
        "name": FieldMembers(read: [["full_name"]], write: "full_name"),
        "email": FieldMembers(read: [["mail", "address"]], write: "mail"),
        "phone": FieldMembers(read: [["tel"]], write: "tel"),
        "labels": FieldMembers(read: [["labels", "key"]], write: "label_keys"),
        "age": FieldMembers(read: [["age"]], write: "age"), "worth": FieldMembers(read: [["worth"]], write: "worth"),
        "vip": FieldMembers(read: [["vip"]], write: "vip"), "born": FieldMembers(read: [["born"]], write: "born"),
        "joined": FieldMembers(read: [["joined"]], write: "joined"),
        "muted": FieldMembers(read: [["muted"]], write: nil),
        "hidden": FieldMembers(read: [["hidden"]], write: nil),
        "touched": FieldMembers(read: [["touched"]], write: nil),
    ],
    list: ListDescription(
        path: "/contacts", full: [["order": "made"]], alsoFull: [["only": "hidden"]],
        changed: [
            ChangeList(
                query: ["order": "touched-"], by: "touched", order: .init(.documented), bound: .init("since"))
        ],
        lookup: ["email": "mail", "phone": "search"]),
    operations: [
        APIOperation(
            name: "create", verb: .create, requests: [.init("POST", "/contacts")],
            writes: ["name", "email", "phone", "labels", "joined"], isIdempotent: false),
        APIOperation(
            name: "update", verb: .update, requests: [.init("PUT", "/contacts/{id}")],
            writes: ["name", "email", "phone", "age", "worth", "vip", "born", "joined"]),
        APIOperation(
            name: "relabel", verb: .update, requests: [.init("POST", "/contacts")], writes: ["labels"],
            always: ["name", "email", "phone"]),
        APIOperation(
            name: "delete", verb: .delete, requests: [.init("DELETE", "/contacts/{id}")], answersRecord: false),
        APIOperation(
            name: "hide", verb: .archive, requests: [.init("POST", "/contacts/{id}/hide")], answersRecord: false),
    ])

let testKey = "sk-live-7Zq0PxkeYd3"

/// A table over a scripted service, with nothing real about it.
struct Stage {
    let clock: SimulatedClock
    let transport: ScriptedTransport
    let logs = LogLines()
    let client: APIClient
    let table: RESTTable
    private let waited = Waits()

    /// How long the service made everybody wait, in seconds.
    var waits: [Int] { waited.seconds.withLock { $0 } }

    private final class Waits: Sendable {
        let seconds = Mutex<[Int]>([])
    }

    /// - Parameter tries: what writes do was not found out before.
    init(
        _ transport: ScriptedTransport, resource: ResourceDescription = contacts,
        clock: SimulatedClock = SimulatedClock(), policy: RetryPolicy = RetryPolicy(),
        budget: RetryBudget = RetryBudget(), breaker: CircuitBreaker? = nil, key: String = testKey,
        tries: Bool = false
    ) {
        self.clock = clock
        self.transport = transport
        let waited = waited
        client = APIClient(
            description: contactsAPI, findings: ServiceFindings(tries ? [] : Stage.proved(resource)), key: Secret(key),
            userAgent: "accord/test", transport: transport, time: clock,
            random: SeededRandom(7), limiter: RateLimiter(perSecond: 1000, burst: 1000, time: clock), policy: policy,
            budget: budget, breaker: breaker ?? CircuitBreaker(time: clock, mostFailures: 1000), logger: logs.logger
        ) { seconds in
            waited.seconds.withLock { $0.append(seconds) }
        }
        table = RESTTable(client: client, resource: resource)
    }

    private static func proved(_ resource: ResourceDescription) -> [Finding] {
        let fields = resource.schema.fields.flatMap { [Use.clearing($0.name), .taking($0.name)] }
        let claims = resource.operations.flatMap { operation in
            ([Use.plain, .ofOptedOut] + fields).map { resource.claim($0, of: operation) }
        }
        return claims.map { Finding(claim: $0, verdict: .proved, evidence: "", at: 0) }
    }

    init(_ answers: Result<HTTPResponse, TransportError>..., clock: SimulatedClock = SimulatedClock()) {
        self.init(ScriptedTransport(answers), clock: clock)
    }

    /// Sends a request and keeps the whole body of its answer.
    func send(_ method: String = "GET", isIdempotent: Bool = true) async throws -> JSON {
        try await client.send(
            APIRequest(method: method, path: "/contacts/17", isIdempotent: isIdempotent)
        ) { (body) throws(Nonsense) in body.json }
    }

    /// The error that sending throws.
    func failure(_ method: String = "GET", isIdempotent: Bool = true) async -> TableError? {
        do {
            _ = try await send(method, isIdempotent: isIdempotent)
            return nil
        } catch {
            return error as? TableError
        }
    }
}

/// A change of the contact with an id.
func change(
    _ kind: Operation.Kind, id: String? = "17", _ values: [String: Value] = [:], known: [String: Value] = [:]
) -> TableChange {
    TableChange(
        kind: kind, key: id,
        cells: values.mapValues { CellChange(after: $0.isNull ? .empty : .value($0)) },
        known: Record(key: id ?? "", values: known.merging(values) { $1 }))
}

extension WriteOutcome {
    var word: String {
        switch self {
        case .stored: "stored"
        case .storedUnseen: "stored unseen"
        case .gone: "gone"
        case .refused: "refused"
        case .unknown: "unknown"
        }
    }

    var stored: TableRecord? {
        if case .stored(let record) = self { record } else { nil }
    }

    var error: TableError? {
        switch self {
        case .stored, .storedUnseen: nil
        case .gone(let error): error
        case .refused(let error), .unknown(let error): error
        }
    }
}

let dropped = TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the connection was closed")
let unreached = TransportError(cause: .connect, mayHaveBeenSent: false, detail: "refused")
