import AccordConfig
import AccordCore
import AccordHTTP
import AccordREST
import AccordSQLite
import AccordState

/// Opening the state, and making the client of the Project API.
extension Workspace {
    static func lock(
        _ path: String, _ access: Access, owner: String, time: any TimeSource
    ) throws(StateError) -> StateLock? {
        guard access.takesLock else { return nil }
        return try StateLock.acquire(path: path, owner: owner, now: Int64(time.unixTime))
    }

    static func store(_ path: String, _ dependencies: Dependencies) throws -> any StateStore {
        try SQLiteStateStore(
            path: path, now: Int64(dependencies.time.unixTime), durability: dependencies.durability,
            hooks: dependencies.hooks)
    }

    static func client(
        _ project: ProjectSettings, _ api: APIDescription, _ access: Access, _ dependencies: Dependencies
    ) throws(ConfigError) -> APIClient {
        // What never reaches the project works where the key is not.
        let key = access.reachesProject ? try project.key.read(environment: dependencies.environment) : Secret("")
        return APIClient(
            description: api, key: key, userAgent: dependencies.userAgent, transport: dependencies.transport,
            time: dependencies.time, random: dependencies.random,
            limiter: RateLimiter(perSecond: project.rate, burst: max(1, project.rate), time: dependencies.time),
            concurrency: project.concurrency, logger: dependencies.logger)
    }
}
