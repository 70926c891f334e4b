import AccordCore
import AccordState
import AccordTables

/// Holds a saved plan against who opted out since it was made, in a row of any pair of the same people or in the project:
/// nobody is made somebody who gets messages by what the plan did not know.
struct OptOutsByNow {
    let execution: Execution

    private var pair: Pair { execution.pair }

    /// - Parameter unmet: the positions of records of which nothing is done; those whose person opted out by now, or may
    ///   have, are added. They are skipped, and reported.
    func hold(_ unmet: inout NumberSet, _ tally: inout Tally) async throws {
        let records = execution.plan.records
        guard execution.isSaved, tally.failure == nil, pair.schema.field(.optOut) != nil else { return }
        let positions = records.positions { $0.contains(.writesProject) }.filter { !unmet.contains(Int64($0)) }
        if positions.isEmpty { return }
        let people = SuppressedPeople(try await optOuts(), pair.schema)
        for positions in positions.groups(of: PairPlanning.batchSize) {
            let entries = try positions.map { try records.record(at: $0 - 1) }
            let known = try execution.store.projectRecords(pair.name, Set(entries.compactMap(\.projectID)))
            for entry in entries {
                let project = entry.createsInProject ? nil : entry.projectID.flatMap { known[$0]?.record }
                guard let objection = people.objection(to: entry.operations, project) else { continue }
                unmet.insert(Int64(entry.position))
                tally.skip(entry, objection)
            }
        }
    }

    /// What was in doubt of the pair's own source, the plan has seen; only what its rows say by now is news.
    private func optOuts() async throws -> OptOuts {
        let run = execution.planning
        var optOuts = OptOuts(suppression: try execution.store.suppressionList())
        try await OptOutRead(run.others(like: pair), run).add(to: &optOuts)
        if try await execution.sourceMayHaveMoved() { try await OptOutRead([pair], run).addRows(to: &optOuts) }
        return optOuts
    }
}
