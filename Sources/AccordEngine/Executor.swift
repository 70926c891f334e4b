import AccordCore
import AccordSQLite
import Logging
import Synchronization

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
    let reader: ProjectReader
    let run: Int64
    /// Requests under way at once.
    let concurrency: Int
    let logger: Logger
    let stop: StopSignal
    let progress: @Sendable (Progress) -> Void

    /// Nil: the run goes on. Else why the pair cannot be finished.
    var failure: (any ExplainedError)?
    var tally = Tally()
    let claims = Claims()
    /// Positions of the records of which the project has taken everything.
    var done: Set<Int> = []

    /// The project records that this run found to be its own creates: each is one row's.
    final class Claims: Sendable {
        private let ids = Mutex<Set<String>>([])

        func take(_ id: String) -> Bool { ids.withLock { $0.insert(id).inserted } }
    }

    struct Tally {
        var done: [String: Int] = [:]
        var linked = 0
        var quarantined = 0
        var skipped: [RunReport.Skip] = []
        var unknown = 0
        /// Records written in the project.
        var writes = 0

        /// Everything that was begun is settled.
        var isClean: Bool { quarantined == 0 && skipped.isEmpty && unknown == 0 }
    }

    init(
        pair: Pair, plan: PairPlan, store: StateStore, time: any TimeSource, reader: ProjectReader, run: Int64,
        concurrency: Int, logger: Logger, stop: StopSignal, progress: @escaping @Sendable (Progress) -> Void
    ) {
        self.pair = pair
        self.plan = plan
        self.store = store
        self.time = time
        self.reader = reader
        self.run = run
        self.concurrency = concurrency
        self.logger = logger
        self.stop = stop
        self.progress = progress
    }

    mutating func execute() async throws {
        try settleWhatIsAgreed()
        let writing = try await stillMeant(plan.entries.filter { !$0.operations.isEmpty })
        try await writeProject(writing.filter { $0.writes(.project) }, of: writing.count)
        guard failure == nil, !stop.isStopped else { return }
        // A record of which the project has not taken its half stays as it is: the next plan sees both halves.
        try await writeSource(
            writing.filter { $0.writes(.source) && (!$0.writes(.project) || done.contains($0.position)) })
    }

    // MARK: - Nothing to send

    /// Links, agreed fields, quarantine and conflicts: one transaction, and the journal of a stopped run is done with.
    private mutating func settleWhatIsAgreed() throws {
        try store.openPlan(
            pair.name, run: run, settlements: plan.entries.compactMap(settler.agreed),
            quarantine: plan.entries.compactMap(quarantineItem),
            conflicts: plan.entries.flatMap(conflictItems), keeping: Set(plan.unrepaired))
        tally.linked = plan.entries.filter { if case .new = $0.link { true } else { false } }.count
        tally.quarantined = plan.entries.filter { $0.quarantine != nil }.count
    }

    var settler: Settler { Settler(pair: pair, run: run, at: Int64(time.unixTime)) }

    func quarantineItem(_ entry: Entry) -> QuarantineItem? {
        entry.quarantine.map { quarantineItem(entry, $0, operation: nil) }
    }

    /// - Parameter operation: of the write that was refused; it is not sent again while this is the same.
    func quarantineItem(_ entry: Entry, _ quarantine: Quarantine, operation: Fingerprint?) -> QuarantineItem {
        QuarantineItem(
            side: entry.present.contains(.source) ? .source : .project, key: entry.identity, label: entry.label,
            cause: quarantine.cause, message: quarantine.message, place: entry.place,
            operationFingerprint: operation, recordFingerprint: entry.sourceFingerprint, run: run,
            since: Int64(time.unixTime))
    }

    private func conflictItems(_ entry: Entry) -> [ConflictItem] {
        guard let key = entry.sourceKey, let id = entry.projectID else { return [] }
        return entry.conflicts.map {
            ConflictItem(
                sourceKey: key, projectID: id, label: entry.label, conflict: $0, since: Int64(time.unixTime),
                resolution: nil)
        }
    }

    mutating func fail(_ error: any ExplainedError) { if failure == nil { failure = error } }

    mutating func count(_ operations: [Operation]) {
        for operation in operations { tally.done["\(operation.side).\(operation.kind)", default: 0] += 1 }
    }

    mutating func skip(_ entry: Entry, _ reason: String) {
        tally.skipped.append(RunReport.Skip(label: entry.label, reason: reason))
    }
}
