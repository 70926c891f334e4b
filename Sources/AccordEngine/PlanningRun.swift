import AccordCore
import AccordState

/// What planning a pair works with, the same for all pairs of a run.
public struct PlanningRun: Sendable {
    public let store: any StateStore
    public let time: any TimeSource
    public let options: RunOptions
    /// False: the project is taken as it was last read, and nothing is asked of it.
    public let readsProject: Bool
    /// The plans of this run that come before.
    public var earlier: [PairPlan]
    /// All pairs of the run, in their order.
    public let pairs: [Pair]
    public let stop: StopSignal
    public let progress: @Sendable (Progress) -> Void

    public init(
        store: any StateStore, time: any TimeSource, options: RunOptions = RunOptions(), readsProject: Bool = true,
        earlier: [PairPlan] = [], pairs: [Pair] = [], stop: StopSignal,
        progress: @escaping @Sendable (Progress) -> Void
    ) {
        self.store = store
        self.time = time
        self.options = options
        self.readsProject = readsProject
        self.earlier = earlier
        self.pairs = pairs
        self.stop = stop
        self.progress = progress
    }

    /// The names of pairs whose records a field of another pair names.
    public var referencedPairs: Set<String> { Set(pairs.flatMap { $0.mapping.fields.compactMap(\.pair) }) }

    /// Unix seconds.
    public var now: Int64 { Int64(time.unixTime) }
}
