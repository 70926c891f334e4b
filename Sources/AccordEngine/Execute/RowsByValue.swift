import AccordCore
import AccordState
import AccordTables

/// Finds rows of the source as it is now, read whole once, that are known by the same as what a plan is about to take away or
/// to add: they have another key than the one that is gone, or somebody has added them.
struct RowsByValue {
    let execution: Execution

    private var pair: Pair { execution.pair }

    /// - Parameter positions: of entries that take away project records.
    /// - Returns: those whose record is a row's by now, and where that is.
    func removed(_ positions: [Int]) async throws -> [(Entry, place: String)] {
        // The other sources of the same records were read for the plan; since a saved one was made, they may have changed.
        let others = execution.isSaved ? execution.planning.others(like: pair) : []
        return try await known(positions, alsoIn: others) { entries in
            let gone = entries.filter { !$0.present.source }
            let records = try execution.store.projectRecords(pair.name, Set(gone.compactMap(\.projectID)))
            return gone.map { ($0.position, $0.projectID.flatMap { records[$0]?.values } ?? [:]) }
        }
    }

    /// - Parameter positions: of entries that write the source.
    /// - Returns: of those that add a row, the ones that are a row's by now, and where that is.
    func added(_ positions: [Int]) async throws -> [(Entry, place: String)] {
        try await known(positions) { entries in
            entries.compactMap { entry in
                guard let create = entry.sourceOperation, create.kind == .create else { return nil }
                return (entry.position, create.values)
            }
        }
    }

    private func known(
        _ positions: [Int], alsoIn others: [Pair] = [],
        _ values: ([Entry]) throws -> [(position: Int, values: [String: Value])]
    ) async throws -> [(Entry, place: String)] {
        let records = execution.plan.records
        var wanted: [FieldValue: [Int]] = [:]
        for positions in positions.groups(of: PairPlanning.batchSize) {
            for (position, values) in try values(positions.map { try records.record(at: $0 - 1) }) {
                for value in pair.matchValues(values) { wanted[value, default: []].append(position) }
            }
        }
        if wanted.isEmpty { return [] }
        var places: [Int: String] = [:]
        for pair in [pair] + others {
            try await eachRow(of: pair) { values, place in
                for position in values.flatMap({ wanted[$0] ?? [] }) { places[position] = place }
            }
        }
        return try places.sorted { $0.key < $1.key }.map { (try records.record(at: $0.key - 1), $0.value) }
    }

    private func eachRow(of pair: Pair, _ body: ([FieldValue], _ place: String) -> Void) async throws {
        guard let table = pair.source.scannable else { return }
        var mapping = pair.mapping
        mapping.fields = mapping.fields.filter { mapping.match.contains($0.name) }
        let mapper = try RecordMapper(mapping: mapping, schema: try await table.schema())
        _ = try await table.scan { batch in
            batch.forEachRow(mapper.rows) { record, row in
                guard record.problem == nil, !mapper.leavesOut(row) else { return }
                body(pair.matchValues(mapper.map(row).record.values), record.place.map { "\($0)" } ?? "another record")
            }
        }
    }
}

extension Pair {
    /// The values by which a record's row is matched.
    func matchValues(_ values: [String: Value]) -> [FieldValue] {
        mapping.match.compactMap { schema.lookup($0, in: values) }
    }
}
