import AccordConnectors
import AccordCore
import AccordStore
import Logging

/// Carries out the plan of one pair.
///
/// Records are done in groups. The intents of a group are durable before its first request, the group's requests are
/// sent a few at a time with the operations of one record in their order, and its results, bases and history are
/// settled in one transaction: killed at any instant, the next run sees from both sides which writes happened.
struct Executor {
    let pair: Pair
    let plan: PairPlan
    let store: StateStore
    let time: any TimeSource
    let run: Int64
    /// Requests under way at once.
    let concurrency: Int
    let logger: Logger
    let stop: StopSignal
    let progress: @Sendable (Progress) -> Void

    /// Nil: the run goes on. Else why the pair cannot be finished.
    private(set) var failure: (any ExplainedError)?
    private(set) var tally = Tally()

    struct Tally {
        var done: [String: Int] = [:]
        var linked = 0
        var quarantined = 0
        var skipped: [RunReport.Skip] = []
        var unknown = 0
        var writes = 0
    }

    init(
        pair: Pair, plan: PairPlan, store: StateStore, time: any TimeSource, run: Int64, concurrency: Int,
        logger: Logger, stop: StopSignal, progress: @escaping @Sendable (Progress) -> Void
    ) {
        self.pair = pair
        self.plan = plan
        self.store = store
        self.time = time
        self.run = run
        self.concurrency = concurrency
        self.logger = logger
        self.stop = stop
        self.progress = progress
    }

    mutating func execute() async throws {
        try settleWhatIsAgreed()
        let writing = plan.entries.filter { !$0.operations.isEmpty }
        try await writeProject(writing.filter { $0.operations.contains { $0.side == .project } }, of: writing.count)
        guard failure == nil, !stop.isStopped else { return }
        try await writeSource(writing.filter { $0.operations.contains { $0.side == .source } })
    }

    // MARK: - Nothing to send

    /// Links, agreed fields, quarantine and conflicts: one transaction, and the journal of a stopped run is done with.
    private mutating func settleWhatIsAgreed() throws {
        let now = Int64(time.unixTime)
        let settlements = plan.entries.map { Settler(pair: pair, run: run, at: now).agreed($0) }
        try store.openPlan(
            pair.name, run: run, settlements: settlements.compactMap(\.self),
            quarantine: plan.entries.compactMap { quarantineItem($0, at: now) },
            conflicts: plan.entries.flatMap { conflictItems($0, at: now) })
        tally.linked = plan.entries.filter { if case .new = $0.link { true } else { false } }.count
        tally.quarantined = plan.entries.filter { $0.quarantine != nil }.count
    }
}
