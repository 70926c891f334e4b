import AccordCore
import AccordState
import AccordTables

/// Holds what a plan expected of the source against the source as it is now.
struct UnmetRecords {
    let execution: Execution

    /// Finds the entries whose source record is not as the plan saw it: they are skipped, and reported. A source that has
    /// not changed since is not read.
    ///
    /// - Parameter unmet: the positions of entries that are skipped already; those that are found are added.
    func find(_ unmet: inout NumberSet, _ tally: inout Tally) async throws {
        let (pair, plan) = (execution.pair, execution.plan)
        var (found, reasons) = (NumberSet(), [(label: String, reason: String)]())
        guard plan.records.contains(where: { !$0.isDisjoint(with: .writes) }) else { return }
        do {
            if try await stamp() == plan.source.stamp { return }
            let rows = SourceRows(pair: pair, store: execution.store)
            let (records, known) = (plan.records, unmet)
            try await rows.each(of: records, most: Execution.readSize) { entry, row in
                let reason = Expectations(pair: pair).unmetInSource(
                    entry, row)
                guard let reason, !known.contains(Int64(entry.position)) else { return }
                found.insert(Int64(entry.position))
                reasons.append((entry.label, reason))
            }
        } catch let error as any ExplainedError {
            tally.fail(error)
        }
        for position in found.numbers { unmet.insert(position) }
        for (label, reason) in reasons { tally.skip(label, reason) }
    }

    private func stamp() async throws -> String? {
        try await execution.pair.source.stamped?.stamp().text
    }
}
