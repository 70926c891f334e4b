import AccordCore
import AccordHTTP
import Chance
import Synchronization

/// A Project API to try things on: in memory, deterministic, without a network, with faults on demand.
///
/// The same seed and the same requests in the same order give the same answers.
public final class SandboxService: Sendable {
    private let state: Mutex<SandboxState>
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - now: Unix seconds.
    ///   - project: what there is at the beginning.
    public init(
        key: String, seed: UInt64 = 1, now: @escaping @Sendable () -> Int64, faults: Faults = Faults(),
        project: SandboxProject = SandboxProject()
    ) {
        self.now = now
        state = Mutex(SandboxState(key: key, project: project, faults: faults, dice: Dice(seed: faults.seed ?? seed)))
    }

    // MARK: - For whoever tries things

    /// The key that is accepted now; after a rotation `OLD-2`, then `OLD-3`.
    public var key: String { state.withLock { $0.key } }

    /// Requests that arrived, refused ones included.
    public var requestCount: Int { state.withLock { $0.requests } }

    /// Requests that arrived, by operation (`createCustomer`); those for nothing known under `unknown`.
    public var requestCounts: [String: Int] { state.withLock { $0.counts } }

    public func requests(by operation: String) -> Int { state.withLock { $0.counts[operation] ?? 0 } }

    /// Messages that reached a person.
    public var messagesSent: Int {
        edit { project in project.rows(.messages).count { !$0.isNull("sent_at") } }
    }

    /// What the `shift-pages` fault did: `created 7`, `archived 3`, `deleted 5`.
    public var shifts: [String] { state.withLock { $0.shifts } }

    /// What creates did, in their order: those that arrived late included, those that were refused not.
    public var creates: [SandboxCreate] { state.withLock { $0.creates } }

    /// All customers by id, archived ones included.
    public func snapshot() -> [JSON] { state.withLock { $0.project.customers } }

    /// Changes the project past the API, as a person at the console would.
    @discardableResult
    public func edit<Result: Sendable, Problem: Error>(
        _ change: (inout SandboxProject) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        let now = now()
        return try state.withLock { (state) throws(Problem) in
            state.project.now = now
            state.arrive()
            Messages.deliver(in: &state.project)
            return try change(&state.project)
        }
    }

    public func setFaults(_ faults: Faults) {
        state.withLock { state in
            state.faults = faults
            if let seed = faults.seed { state.dice = Dice(seed: seed) }
        }
    }

    /// Makes a new key; the old one stops at once.
    public func rotateKey() { state.withLock { $0.rotateKey() } }

    // MARK: - Requests

    /// Does what a request asks, or what a fault makes of it.
    public func handle(_ request: HTTPRequest) async -> SandboxReply {
        let now = now()
        return state.withLock { state in
            state.project.now = now
            state.arrive()
            Messages.deliver(in: &state.project)
            var reply = state.reply(to: request)
            reply.number = state.requests
            return reply
        }
    }

    /// The `hold-after` fault keeps this answer back for now.
    func holds(_ reply: SandboxReply) -> Bool {
        state.withLock { state in state.faults.holdAfter.map { reply.number > $0 } ?? false }
    }
}
