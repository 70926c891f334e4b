import AccordCore
import AccordState
import AccordTables

/// Holds what a plan expected of the source against the source as it is now.
struct UnmetRecords {
    let execution: Execution

    private var kinds: Entry.Kinds { Expectations(pair: execution.pair).heldAgainstRow }

    /// Finds the entries whose source record is not as the plan saw it: they are skipped, and reported. A source that has
    /// not changed since is not read. Of one that cannot be read, no entry is known to be as it was.
    ///
    /// - Returns: the positions of the entries.
    func find(_ tally: inout Tally) async throws -> NumberSet {
        let (pair, plan, kinds) = (execution.pair, execution.plan, kinds)
        var (unmet, reasons) = (NumberSet(), [(label: String, reason: String)]())
        guard plan.records.contains(where: { !$0.isDisjoint(with: kinds) }) else { return unmet }
        do {
            let hasMoved = try await execution.sourceMayHaveMoved()
            guard hasMoved || execution.isSaved else { return unmet }
            let (rows, expectations) = (SourceRows(pair: pair, store: execution.store), Expectations(pair: pair))
            if hasMoved {
                try await rows.each(of: kinds, in: plan.records, most: Execution.readSize) { entries in
                    let moved = try moved(entries.map(\.0))
                    for (entry, row) in entries {
                        let before = entry.projectID.flatMap { moved[$0] }
                        guard let reason = expectations.unmetInSource(entry, row, before) else { continue }
                        unmet.insert(Int64(entry.position))
                        reasons.append((entry.label, reason))
                    }
                }
            }
            let removals = plan.records.positions { $0.isSuperset(of: [.removes, .writesProject]) }
            for (entry, place) in try await RowsByValue(execution: execution).removed(removals)
            where !unmet.contains(Int64(entry.position)) {
                unmet.insert(Int64(entry.position))
                reasons.append((entry.label, "the record at \(place) is known by the same by now"))
            }
        } catch let error as any ExplainedError {
            tally.fail(error)
            for position in plan.records.positions(where: { !$0.isDisjoint(with: kinds) }) {
                unmet.insert(Int64(position))
            }
        }
        for (label, reason) in reasons { tally.skip(label, reason) }
        return unmet
    }

    /// The links that get another key, by their project record's id.
    private func moved(_ entries: [Entry]) throws -> [String: Link] {
        let ids = entries.filter { if case .moved = $0.link { true } else { false } }.compactMap(\.projectID)
        if ids.isEmpty { return [:] }
        return try execution.store.links(execution.pair.name, projectIDs: ids).mapValues(\.link)
    }
}
