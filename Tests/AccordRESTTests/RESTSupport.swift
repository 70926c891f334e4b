import AccordCore
import AccordHTTP
import AccordREST
import AccordTables
import Chance
import Logging
import Synchronization

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

/// An API that never was: nothing of it is in the connector's code.
let contactsAPI = APIDescription(
    name: "Made up", url: "https://api.example.test/v9", keyFoundAt: "Profile > Tokens",
    envelope: .init(data: "payload", success: "ok", message: "words", errors: "problems"),
    pages: .init(
        number: "p", size: "n", most: 3, member: "meta", current: "at", last: "of", total: "count"),
    resources: ["contacts": contacts])

let contacts = ResourceDescription(
    name: "contacts", label: "contact", title: ["name"], id: "ref",
    fields: [
        APIField(name: "name", type: .string, read: ["full_name"], write: "full_name", required: true),
        APIField(name: "email", type: .email, read: ["mail", "address"], write: "mail"),
        APIField(name: "phone", type: .phone(country: "US"), read: ["tel"], write: "tel"),
        APIField(name: "labels", type: .set(separator: ","), read: ["labels", "key"], write: "label_keys"),
        APIField(name: "age", type: .integer, read: ["age"], write: "age"),
        APIField(name: "worth", type: .decimal, read: ["worth"], write: "worth"),
        APIField(name: "vip", type: .boolean(yes: ["yes"], no: ["no"]), read: ["vip"], write: "vip"),
        APIField(name: "born", type: .date(pattern: "yyyy-MM-dd"), read: ["born"], write: "born"),
        APIField(name: "joined", type: .timestamp(pattern: "unix", timeZone: "UTC"), read: ["joined"], write: "joined"),
        APIField(
            name: "muted", type: .timestamp(pattern: "unix", timeZone: "UTC"), role: .optOut, read: ["muted"],
            write: nil),
        APIField(
            name: "hidden", type: .timestamp(pattern: "unix", timeZone: "UTC"), role: .archived, read: ["hidden"],
            write: nil),
        APIField(
            name: "touched", type: .timestamp(pattern: "unix", timeZone: "UTC"), role: .modified, read: ["touched"],
            write: nil),
    ],
    list: ListDescription(
        path: "/contacts", full: ["order": "made"], alsoFull: [["only": "hidden"]],
        changed: .init(query: ["order": "touched-"], fromDay: "since", by: "touched"),
        lookup: ["email": "mail", "phone": "search"]),
    operations: [
        APIOperation(
            name: "create", verb: .create, method: "POST", path: "/contacts",
            writes: ["name", "email", "phone", "labels", "joined"], isIdempotent: false),
        APIOperation(
            name: "update", verb: .update, method: "PUT", path: "/contacts/{id}",
            writes: ["name", "email", "phone", "age", "worth", "vip", "born", "joined"]),
        APIOperation(
            name: "relabel", verb: .update, method: "POST", path: "/contacts", writes: ["labels"],
            always: ["name", "email", "phone"]),
        APIOperation(name: "delete", verb: .delete, method: "DELETE", path: "/contacts/{id}", answersRecord: false),
        APIOperation(
            name: "hide", verb: .archive, method: "POST", path: "/contacts/{id}/hide", answersRecord: false),
    ])

let testKey = "sk-live-7Zq0PxkeYd3"

/// A connector over a scripted service, with nothing real about it.
struct Stage {
    let clock: SimulatedClock
    let transport: ScriptedTransport
    let logs = LogLines()
    let client: APIClient
    let connector: RESTConnector

    init(
        _ transport: ScriptedTransport, clock: SimulatedClock = SimulatedClock(), policy: RetryPolicy = RetryPolicy(),
        budget: RetryBudget = RetryBudget(), breaker: CircuitBreaker? = nil, key: String = testKey
    ) {
        self.clock = clock
        self.transport = transport
        client = APIClient(
            description: contactsAPI, key: Secret(key), userAgent: "accord/test", transport: transport, time: clock,
            random: SeededRandom(7), limiter: RateLimiter(perSecond: 1000, burst: 1000, time: clock), policy: policy,
            budget: budget, breaker: breaker ?? CircuitBreaker(time: clock, mostFailures: 1000), logger: logs.logger)
        connector = RESTConnector(client: client, resource: contacts)
    }

    init(_ answers: Result<HTTPResponse, TransportError>..., clock: SimulatedClock = SimulatedClock()) {
        self.init(ScriptedTransport(answers), clock: clock)
    }

    /// Sends a request and keeps the whole body of its answer.
    func send(_ method: String = "GET", isIdempotent: Bool = true) async throws -> JSON {
        try await client.send(
            APIRequest(method: method, path: "/contacts/17", isIdempotent: isIdempotent)
        ) { (body) throws(Nonsense) in body }
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

let dropped = TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the connection was closed")
let unreached = TransportError(cause: .connect, mayHaveBeenSent: false, detail: "refused")
