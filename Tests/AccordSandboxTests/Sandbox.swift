import AccordCore
import AccordHTTP
import AccordSandbox
import Synchronization

/// A sandbox with a clock of its own, asked as a client asks it.
final class Sandbox: Sendable {
    /// 2026-03-01T08:00:00Z.
    static let start: Int64 = 1_772_352_000
    static let day: Int64 = 86_400

    let service: SandboxService
    private let clock: Clock

    init(key: String = "k", project: SandboxProject = SandboxProject()) {
        let clock = Clock()
        self.clock = clock
        service = SandboxService(key: key, now: { clock.seconds.withLock { $0 } }, project: project)
    }

    /// Unix seconds.
    var now: Int64 { clock.seconds.withLock { $0 } }

    func pass(_ seconds: Int64) { clock.seconds.withLock { $0 += seconds } }

    func setFaults(_ text: String) throws { service.setFaults(try Faults(text)) }

    /// - Parameter key: the key that is accepted, unless another one is given.
    func reply(_ method: String, _ path: String, _ body: String? = nil, key: String? = nil) async -> SandboxReply {
        await service.handle(
            HTTPRequest(
                method: method, url: path.hasPrefix("http") ? path : "http://127.0.0.1/project\(path)",
                headers: [(name: "Authorization", value: "Bearer \(key ?? service.key)")],
                body: body.map { Array($0.utf8) }))
    }

    /// What it answers; status 0 if it does not.
    @discardableResult
    func call(_ method: String, _ path: String, _ body: String? = nil, key: String? = nil) async -> SandboxAnswer {
        guard let response = await reply(method, path, body, key: key).response else { return SandboxAnswer() }
        return SandboxAnswer(
            status: response.status, body: (try? JSON(parsing: response.body)) ?? .null, headers: response.headers)
    }

    /// The records of the first page.
    func list(_ path: String) async -> [JSON] { await call("GET", path).body["data"]?.array ?? [] }

    func ids(_ path: String) async -> [Int64] { await list(path).compactMap { $0["id"]?.int } }

    /// Creates a customer known by its e-mail `NAME@example.com`.
    @discardableResult
    func create(_ name: String, _ members: String = "") async -> SandboxAnswer {
        let more = members.isEmpty ? "" : ", \(members)"
        return await call("POST", "/customers", #"{"first_name": "\#(name)", "email": "\#(name)@example.com"\#(more)}"#)
    }

    func customer(_ id: Int64) async -> JSON { await call("GET", "/customers/\(id)").data }

    private final class Clock: Sendable {
        let seconds = Mutex(Sandbox.start)
    }
}

struct SandboxAnswer: Sendable {
    var status = 0
    var body = JSON.null
    var headers: [(name: String, value: String)] = []

    /// The record.
    var data: JSON { body["data"] ?? .null }
    var id: Int64 { data["id"]?.int ?? 0 }
    /// The fields that are refused.
    var refused: [String] { (body["errors"]?.object ?? [:]).keys.sorted() }
    var total: Int64? { body["pagination"]?["total"]?.int }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
