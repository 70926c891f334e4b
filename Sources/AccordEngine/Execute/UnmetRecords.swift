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
            guard try await execution.sourceMayHaveMoved() else { return unmet }
            let (rows, expectations) = (SourceRows(pair: pair, store: execution.store), Expectations(pair: pair))
            try await rows.each(of: kinds, in: plan.records, most: Execution.readSize) { entries in
                let moved = try moved(entries.map(\.0))
                for (entry, row) in entries {
                    let before = entry.projectID.flatMap { moved[$0] }
                    guard let reason = expectations.unmetInSource(entry, row, before) else { continue }
                    unmet.insert(Int64(entry.position))
                    reasons.append((entry.label, reason))
                }
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
