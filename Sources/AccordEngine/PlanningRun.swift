import AccordCore
import AccordState

/// What planning a pair works with, the same for all pairs of a run.
public struct PlanningRun: Sendable {
    public let store: any StateStore
    public let time: any TimeSource
    public let options: RunOptions
    /// The plans of this run that come before.
    public var earlier: [PairPlan]
    /// The names of pairs whose records a field of another pair names.
    public let referencedPairs: Set<String>
    public let stop: StopSignal
    public let progress: @Sendable (Progress) -> Void

    public init(
        store: any StateStore, time: any TimeSource, options: RunOptions = RunOptions(), earlier: [PairPlan] = [],
        referencedPairs: Set<String> = [], stop: StopSignal, progress: @escaping @Sendable (Progress) -> Void
    ) {
        self.store = store
        self.time = time
        self.options = options
        self.earlier = earlier
        self.referencedPairs = referencedPairs
        self.stop = stop
        self.progress = progress
    }

    /// Unix seconds.
    public var now: Int64 { Int64(time.unixTime) }
}
