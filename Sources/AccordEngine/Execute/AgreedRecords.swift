import AccordCore
import AccordState

/// Settles what is agreed before anything is sent.
struct AgreedRecords {
    let execution: Execution

    private static let settledAtOnce = 2048

    private var store: any StateStore { execution.store }
    private var pair: Pair { execution.pair }

    /// Links, agreed fields, quarantine and conflicts; then the journal of a stopped run is done with.
    ///
    /// - Returns: the positions of records that would be linked to a project record which is gone since the plan was made.
    ///   They are skipped, and reported.
    func settle(_ tally: inout Tally) throws -> NumberSet {
        let plan = execution.plan
        try forgetMeaning()
        try store.keepBases(pair.name, readFrom: pair.mapping.columns)
        let decided = Set(try store.conflicts(pair.name).filter { $0.resolution != nil }.map(\.sourceKey))
        var agreed = Agreed()
        var (group, unmet): ([Entry], NumberSet) = ([], NumberSet())
        try plan.records.forEach(where: { !$0.isDisjoint(with: [.settles, .quarantined, .conflicts]) }) { entry in
            group.append(entry)
            if group.count == AgreedRecords.settledAtOnce {
                try add(group, decided, &agreed, &unmet, &tally)
                try store.settle(agreed.settlements)
                agreed.settlements.removeAll(keepingCapacity: true)
                group.removeAll(keepingCapacity: true)
            }
            return true
        }
        try add(group, decided, &agreed, &unmet, &tally)
        try store.openPlan(
            pair.name, run: execution.run, settlements: agreed.settlements, quarantine: agreed.quarantine,
            conflicts: agreed.conflicts, keeping: Set(plan.undecided), unfinished: agreed.unfinished)
        tally.quarantined = plan.counts.quarantined
        tally.leavesOpen = plan.records.contains { $0.contains(.leavesOpen) }
        return unmet
    }

    /// Rows that are settled from here on mean what this mapping makes of them, and others what the one before did. Should
    /// the run be killed, no row's fingerprint proves anything until they are all decided again.
    private func forgetMeaning() throws {
        guard var memory = try store.sourceMemory(pair.name),
            !memory.isUnderstood(by: pair.mapping.fingerprint, execution.plan.references)
        else { return }
        (memory.mapping, memory.stamp) = (nil, nil)
        try store.setSourceMemory(pair.name, memory)
    }

    private struct Agreed {
        var settlements: [Settlement] = []
        var quarantine: [QuarantineItem] = []
        var conflicts: [ConflictItem] = []
        var unfinished: Set<String> = []
    }

    private func add(
        _ entries: [Entry], _ decided: Set<String>, _ agreed: inout Agreed, _ unmet: inout NumberSet,
        _ tally: inout Tally
    ) throws {
        let (builder, items) = (execution.builder, execution.attention)
        // A message that was sent is in no mirror.
        let linked = pair.sender == nil ? entries.filter(\.isNewlyLinked) : []
        let known = try store.projectRecords(pair.name, Set(linked.compactMap(\.projectID)))
        let gone = Set(linked.lazy.filter { $0.projectID.flatMap { known[$0] }?.gone ?? true }.map(\.position))
        for entry in entries {
            if gone.contains(entry.position) {
                unmet.insert(Int64(entry.position))
                tally.unlinked += 1
                tally.skip(entry, "it is gone from the project by now")
                continue
            }
            if let settlement = builder.agreed(entry) {
                agreed.settlements.append(settlement)
                if let key = settlement.sourceKey, settlement.leavesOpen, decided.contains(key) {
                    agreed.unfinished.insert(key)
                }
            }
            if let item = items.quarantine(entry) { agreed.quarantine.append(item) }
            agreed.conflicts += items.conflicts(entry)
        }
    }
}

extension Entry {
    /// It is about to be linked to a record that the project has.
    fileprivate var isNewlyLinked: Bool {
        guard projectID != nil, quarantine == nil, case .new = link else { return false }
        return true
    }
}
