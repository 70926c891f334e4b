import AccordCore
import AccordState

/// Settles what is agreed before anything is sent.
struct AgreedRecords {
    let execution: Execution

    private static let settledAtOnce = 2048

    /// Links, agreed fields, quarantine and conflicts; then the journal of a stopped run is done with.
    func settle(_ tally: inout Tally) throws {
        let (store, pair, plan) = (execution.store, execution.pair, execution.plan)
        var settlements: [Settlement] = []
        var quarantine: [QuarantineItem] = []
        var conflicts: [ConflictItem] = []
        try store.keepBases(pair.name, readFrom: pair.mapping.columns)
        let decided = Set(try store.conflicts(pair.name).filter { $0.resolution != nil }.map(\.sourceKey))
        var unfinished: Set<String> = []
        let (builder, items) = (execution.builder, execution.attention)
        try plan.records.forEach(where: { !$0.isDisjoint(with: [.settles, .quarantined, .conflicts]) }) { entry in
            if let settlement = builder.agreed(entry) {
                settlements.append(settlement)
                if let key = settlement.sourceKey, settlement.leavesOpen, decided.contains(key) {
                    unfinished.insert(key)
                }
            }
            if let item = items.quarantine(entry) { quarantine.append(item) }
            conflicts += items.conflicts(entry)
            if settlements.count == AgreedRecords.settledAtOnce {
                try store.settle(settlements)
                settlements.removeAll(keepingCapacity: true)
            }
            return true
        }
        try store.openPlan(
            pair.name, run: execution.run, settlements: settlements, quarantine: quarantine, conflicts: conflicts,
            keeping: Set(plan.undecided), unfinished: unfinished)
        tally.quarantined = plan.counts.quarantined
        tally.leavesOpen = plan.records.contains { $0.contains(.leavesOpen) }
    }
}
