import AccordConfig
import AccordCore
import AccordEngine
import AccordHTTP
import AccordREST
import AccordSQLite
import AccordState

/// Everything that a configuration describes, ready to be used: its state, its pairs, and an engine that runs them.
///
/// The command line and the simulations both work through it, so what a simulation proves is what a user runs.
public struct Workspace: Sendable {
    public let config: Config
    public let api: APIDescription
    public let store: any StateStore
    /// The pairs that were asked for, in the configuration's order; each is followed by those that are derived from it.
    public let pairs: [Pair]
    public let engine: Engine
    private let lock: StateLock?

    /// Opens the state and assembles the pairs. Nothing is read of either side, except the header of a file whose mapping
    /// is the console's.
    ///
    /// - Parameters:
    ///   - owner: says what this process does to whoever finds the state locked, such as `accord sync`.
    ///   - only: the names of the pairs that are wanted; all pairs if it is empty.
    /// - Throws: `ConfigError` for what is wrong in a file of the configuration, `EngineError` for a name in `only` that is
    ///   no pair's, and `StateError`.
    public init(
        _ config: Config, access: Access, owner: String, only: [String] = [], dependencies: Dependencies
    ) async throws {
        let api = try config.api()
        for name in only where config.pair(name) == nil {
            throw EngineError.unknownPair(name, known: config.pairs.map(\.name))
        }
        lock = try Workspace.lock(config.state, access, owner: owner, time: dependencies.time)
        store = try Workspace.store(config.state, dependencies)
        if access.reachesProject {
            try Workspace.checkUnfinished(config, store, now: Int64(dependencies.time.unixTime))
        }
        let findings = ServiceFindings(try store.findings())
        let client = try Workspace.client(config.project, api, findings, access, dependencies)
        var assembly = PairAssembly(config: config, api: api, client: client, readsSources: access.readsSources)
        pairs = try await assembly.pairs(only: only)
        engine = Engine(
            pairs: pairs, unplanned: try await assembly.unplanned(beside: pairs), store: store, time: dependencies.time,
            configuration: try config.fingerprint(),
            concurrency: config.project.concurrency, logger: dependencies.logger, stop: dependencies.stop,
            progress: dependencies.progress)
        self.config = config
        self.api = api
    }

    /// The process that works with the state at this moment, if another one does.
    public var otherProcess: String? { lock == nil ? StateLock.holder(path: config.state) : nil }

    /// Closes the state and gives its lock back, for a process that goes on without this workspace.
    public func close() throws {
        defer { lock?.release() }
        try store.close()
    }

    // MARK: - What it is made of

    /// What a run was to create, and what may still arrive, is known by the name of its pair.
    private static func checkUnfinished(_ config: Config, _ store: any StateStore, now: Int64) throws {
        for name in try store.pairsWithIntents() where config.pair(Pair.configuredName(of: name)) == nil {
            let begun = try store.intentsBegun(name)
            let open = try store.openIntents(name).filter { entry in
                let moment = entry.recordIdentity.flatMap { begun[$0] } ?? now
                return entry.sends || entry.createsInProject && now < moment + LateCreates.settleTime
            }
            if !open.isEmpty { throw EngineError.unfinishedPair(name, records: open.count) }
        }
    }

    private static func lock(
        _ path: String, _ access: Access, owner: String, time: any TimeSource
    ) throws(StateError) -> StateLock? {
        guard access.takesLock else { return nil }
        return try StateLock.acquire(path: path, owner: owner, now: Int64(time.unixTime))
    }

    private static func store(_ path: String, _ dependencies: Dependencies) throws -> any StateStore {
        try SQLiteStateStore(
            path: path, now: Int64(dependencies.time.unixTime), durability: dependencies.durability,
            hooks: dependencies.hooks)
    }

    private static func client(
        _ project: ProjectSettings, _ api: APIDescription, _ findings: ServiceFindings, _ access: Access,
        _ dependencies: Dependencies
    ) throws(ConfigError) -> APIClient {
        // What never reaches the project works where the key is not.
        let stop = dependencies.stop
        let time = InterruptibleTime(dependencies.time) { stop.isStopped }
        let progress = dependencies.progress
        let key = access.reachesProject ? try project.key.read(environment: dependencies.environment) : Secret("")
        return APIClient(
            description: api, findings: findings, key: key, userAgent: dependencies.userAgent,
            transport: dependencies.transport,
            time: time, random: dependencies.random,
            limiter: RateLimiter(perSecond: project.rate, burst: max(1, project.rate), time: time),
            concurrency: project.concurrency, logger: dependencies.logger
        ) { seconds in
            progress(.waiting(seconds: seconds))
        }
    }
}
