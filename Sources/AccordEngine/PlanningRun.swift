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
    /// Pairs of the configuration that are left out of the run.
    public let unplanned: [Pair]
    public let stop: StopSignal
    public let progress: @Sendable (Progress) -> Void

    public init(
        store: any StateStore, time: any TimeSource, options: RunOptions = RunOptions(), readsProject: Bool = true,
        earlier: [PairPlan] = [], pairs: [Pair] = [], unplanned: [Pair] = [], stop: StopSignal,
        progress: @escaping @Sendable (Progress) -> Void
    ) {
        self.store = store
        self.time = time
        self.options = options
        self.readsProject = readsProject
        self.earlier = earlier
        self.pairs = pairs
        self.unplanned = unplanned
        self.stop = stop
        self.progress = progress
    }

    /// The other pairs, of the run or not, that keep the same records.
    public func others(like pair: Pair) -> [Pair] {
        (pairs + unplanned).filter { $0.name != pair.name && $0.schema.name == pair.schema.name }
    }

    /// The names of pairs whose records a field of another pair names.
    public var referencedPairs: Set<String> { Set(pairs.flatMap { $0.mapping.fields.compactMap(\.pair) }) }

    /// Unix seconds.
    public var now: Int64 { Int64(time.unixTime) }
}
