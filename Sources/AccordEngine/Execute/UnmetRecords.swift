import AccordCore
import AccordState
import AccordTables

/// Holds what a plan expected of the source against the source as it is now.
struct UnmetRecords {
    let execution: Execution

    /// Finds the entries whose source record is not as the plan saw it: they are skipped, and reported. A source that has
    /// not changed since is not read.
    ///
    /// - Returns: their positions.
    func find(_ tally: inout Tally) async throws -> NumberSet {
        let (pair, plan) = (execution.pair, execution.plan)
        var (unmet, skipped) = (NumberSet(), [(Entry, String)]())
        guard plan.records.contains(where: { !$0.isDisjoint(with: .writes) }) else { return unmet }
        do {
            if try await stamp() == plan.source.stamp { return unmet }
            let rows = SourceRows(pair: pair, store: execution.store)
            let records = plan.records
            try await rows.each(of: records, most: Execution.readSize) { entry, row in
                let reason = Expectations(pair: pair).unmetInSource(
                    entry, row: row.row, mapper: row.mapper, isDouble: row.isDouble, incomplete: row.incomplete)
                guard let reason else { return }
                unmet.insert(Int64(entry.position))
                skipped.append((entry, reason))
            }
        } catch let error as any ExplainedError {
            tally.fail(error)
        }
        for (entry, reason) in skipped { tally.skip(entry, reason) }
        return unmet
    }

    private func stamp() async throws -> String? {
        guard execution.pair.source.capabilities.stamp, let table = execution.pair.source as? any StampedTable else {
            return nil
        }
        return try await table.stamp().text
    }
}
