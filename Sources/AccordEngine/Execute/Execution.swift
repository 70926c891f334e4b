import AccordCore
import AccordState
import AccordTables
import Logging

/// What all steps of carrying out the plan of one pair work with.
struct Execution {
    let pair: Pair
    let plan: PairPlan
    /// The plan was made before this run, which has not read the source itself.
    let isSaved: Bool
    /// What rows of the source name may be called otherwise by now: somebody has changed it, or what the plan was to change
    /// of it was not done.
    let namesMayHaveMoved: Bool
    /// Messages may reach people in this run.
    let sends: Bool
    let run: Int64
    let planning: PlanningRun
    /// The people whom messages of this run were begun to reach, of all its pairs.
    let reached: Claims
    /// Requests under way at once.
    let concurrency: Int
    let logger: Logger
    /// Of a pair whose records are messages; nil if this run sends none.
    var sender: (any MessageSender)?

    var store: any StateStore { planning.store }
    var stop: StopSignal { planning.stop }
    var now: Int64 { planning.now }
    var builder: SettlementBuilder { SettlementBuilder(pair: pair, run: run, at: now) }
    var attention: AttentionItems { AttentionItems(run: run, at: now) }

    /// Makes the intents of some records durable. Of one that is so already, the time begins anew.
    func begin(_ entries: [Entry]) throws {
        try suppress(entries)
        try store.begin(pair.name, run: run, entries: entries, at: now)
    }

    /// Whoever is to be created and opted out is on the suppression list before, if nothing else says it: whatever becomes
    /// of the run, nobody creates them without.
    func suppress(_ entries: [Entry]) throws {
        let owed = entries.filter { $0.createsInProject && $0.operations.contains(where: \.isOwedOptOut) }
        let records = owed.map { Record(key: "", values: $0.createdValues) }
        try store.suppress(records.flatMap(pair.schema.addresses(of:)), at: now)
    }

    /// Whether the source may not say what the plan saw: one without a stamp may be another one by the time that a saved
    /// plan is applied.
    func sourceMayHaveMoved() async throws -> Bool {
        if namesMayHaveMoved { return true }
        guard let table = pair.source.stamped else { return isSaved }
        return try await table.stamp().text != plan.source.stamp
    }

    /// Records whose intents are durable together.
    var groupSize: Int { concurrency * (sender == nil ? 32 : 1) }

    /// Records that are held against one read of the source: as many as memory holds easily.
    static let readSize = 20_000
}
