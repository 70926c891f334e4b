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
    /// Messages may reach people in this run.
    let sends: Bool
    let run: Int64
    let planning: PlanningRun
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

    /// Records whose intents are durable together.
    var groupSize: Int { concurrency * 32 }

    /// Records that are held against one read of the source: as many as memory holds easily.
    static let readSize = 20_000
}
