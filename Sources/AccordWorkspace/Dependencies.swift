import AccordCore
import AccordEngine
import AccordHTTP
import AccordSQLite
import AccordState
import Logging

/// What a workspace takes from the process that it runs in. A simulation puts its own in place of each.
///
/// Where the state is kept and how many requests a second are allowed are no part of it: the configuration says so.
public struct Dependencies: Sendable {
    public var transport: any HTTPTransport
    public var time: any TimeSource
    public var random: any RandomSource
    /// How safe from a power cut the state is.
    public var durability: Durability
    /// Called around each durable transaction of the state.
    public var hooks: CommitHooks
    public var logger: Logger
    public var stop: StopSignal
    public var progress: @Sendable (AccordEngine.Progress) -> Void
    /// The environment variables, one of which may hold the key.
    public var environment: [String: String]
    /// The name under which requests are sent, such as `accord/0.1.0`.
    public var userAgent: String

    public init(
        transport: any HTTPTransport, time: any TimeSource, random: any RandomSource, durability: Durability = .full,
        hooks: CommitHooks = CommitHooks(), logger: Logger, stop: StopSignal = StopSignal(),
        progress: @escaping @Sendable (AccordEngine.Progress) -> Void = { _ in }, environment: [String: String],
        userAgent: String
    ) {
        self.transport = transport
        self.time = time
        self.random = random
        self.durability = durability
        self.hooks = hooks
        self.logger = logger
        self.stop = stop
        self.progress = progress
        self.environment = environment
        self.userAgent = userAgent
    }
}
