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
    /// - Parameter unmet: the positions of records whose row is not as the plan saw it: nothing of them is settled. Those
    ///   that would be linked to a project record which is gone, or another one, since the plan was made are added. They
    ///   are skipped, and reported.
    func settle(_ unmet: inout NumberSet, _ tally: inout Tally) throws {
        let plan = execution.plan
        try forgetMeaning()
        try store.keepBases(pair.name, readFrom: pair.mapping.columns)
        let decided = Set(try store.conflicts(pair.name).filter { $0.resolution != nil }.map(\.sourceKey))
        var agreed = Agreed(begun: Set(try store.openIntents(pair.name).compactMap(\.recordIdentity)))
        var group: [Entry] = []
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
        try execution.begin(agreed.owing)
        try store.openPlan(
            pair.name, run: execution.run, settlements: agreed.settlements, quarantine: agreed.quarantine,
            conflicts: agreed.conflicts, keeping: agreed.undecided.union(plan.undecided),
            unfinished: agreed.unfinished)
        tally.quarantined = plan.counts.quarantined
        tally.leavesOpen = plan.records.contains { $0.contains(.leavesOpen) }
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
        /// Records that a stopped run had begun with.
        let begun: Set<RecordIdentity>
        var settlements: [Settlement] = []
        var quarantine: [QuarantineItem] = []
        var conflicts: [ConflictItem] = []
        var unfinished: Set<String> = []
        /// Of those that were begun, the ones of which nothing is settled.
        var undecided: Set<RecordIdentity> = []
        /// Those that are owed an opt-out under another key until now.
        var owing: [Entry] = []
    }

    private func add(
        _ entries: [Entry], _ decided: Set<String>, _ agreed: inout Agreed, _ unmet: inout NumberSet,
        _ tally: inout Tally
    ) throws {
        try addUnlinkable(entries, &unmet, &tally)
        let (builder, items) = (execution.builder, execution.attention)
        for entry in entries {
            let isUnmet = unmet.contains(Int64(entry.position))
            if isUnmet, let identity = entry.recordIdentity, agreed.begun.contains(identity) {
                agreed.undecided.insert(identity)
            }
            if let settlement = isUnmet ? builder.open(entry) : builder.agreed(entry) {
                agreed.settlements.append(settlement)
                if let key = settlement.sourceKey, settlement.leavesOpen, decided.contains(key) {
                    agreed.unfinished.insert(key)
                }
            }
            if case .moved = entry.link, pair.schema.paysOwedOptOut(entry), let identity = entry.recordIdentity {
                agreed.owing.append(entry)
                agreed.undecided.insert(identity)
            }
            if let item = items.quarantine(entry) { agreed.quarantine.append(item) }
            if isUnmet, entry.isNewlyLinked {
                tally.unlinked += 1
            } else {
                agreed.conflicts += items.conflicts(entry)
            }
        }
    }

    /// Adds the records whose project record is gone, or another one, since the plan was made.
    private func addUnlinkable(_ entries: [Entry], _ unmet: inout NumberSet, _ tally: inout Tally) throws {
        // A message that was sent is in no mirror.
        if pair.sender != nil { return }
        let linked = entries.filter { ($0.isNewlyLinked || $0.isMoved) && !unmet.contains(Int64($0.position)) }
        let known = try store.projectRecords(pair.name, Set(linked.compactMap(\.projectID)))
        let expectations = Expectations(pair: pair)
        for entry in linked {
            guard let reason = expectations.unlinkable(entry, entry.projectID.flatMap { known[$0] }) else { continue }
            unmet.insert(Int64(entry.position))
            tally.skip(entry, reason)
        }
    }
}

extension Entry {
    /// It is about to be linked to a record that the project has.
    fileprivate var isNewlyLinked: Bool {
        guard projectID != nil, quarantine == nil, case .new = link else { return false }
        return true
    }

    /// The link of a record that the project has is about to get another key.
    fileprivate var isMoved: Bool {
        guard present.project, projectID != nil, quarantine == nil, case .moved = link else { return false }
        return true
    }
}
