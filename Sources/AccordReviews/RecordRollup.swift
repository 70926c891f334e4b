import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Fields of a pair's records that are computed from the records of another table, as a schema describes it: a
/// customer's number of reviews, of the reviews.
public struct RecordRollup: Rollup {
    private let rollup: RollupSchema
    /// Reads the other table's records into a mirror of their own; no row of a source belongs to them.
    private let records: Pair
    public let fields: Set<String>

    /// Nil if the mapping asks for nothing that has to be computed.
    ///
    /// - Parameters:
    ///   - schema: of the pair's own table.
    ///   - schemas: of all tables of the project, by name.
    ///   - source: of the pair itself; nothing is read from it for this.
    ///   - table: makes a table of the project of its schema.
    public init?(
        of mapping: Mapping, _ schema: TableSchema, _ schemas: [String: TableSchema], _ source: any Table,
        _ table: (TableSchema) -> (any Table)?
    ) {
        guard let rollup = schema.rollup, var other = schemas[rollup.from], let project = table(other) else {
            return nil
        }
        fields = rollup.fields.filter { schema.field($0)?.isReadable == false }
        let fields = fields
        guard mapping.fields.contains(where: { fields.contains($0.name) }) else { return nil }
        other.lookedUpBy = [rollup.by]
        let kept = Mapping(
            resource: rollup.from, key: [], match: [], fields: rollup.needs.map { Field(name: $0, column: nil) },
            fullReadEvery: mapping.fullReadEvery)
        self.rollup = rollup
        records = Pair(
            name: "\(schema.name): \(rollup.from)", mapping: kept, source: source, project: project, schema: other)
    }

    public func refresh(full: Bool, _ run: PlanningRun) async throws -> Set<String>? {
        let reading = try await MirrorRead(pair: records, run).refresh(full: full, mappingChanged: false)
        // A whole read does not show which record lost one of its own.
        guard reading.mode != .full else { return nil }
        var changed: Set<String> = []
        var last = ""
        while let batch = try Optional(run.store.unsettledProjectRecords(records.name, after: last, limit: 512)),
            let end = batch.last
        {
            last = end.id
            changed.formUnion(batch.compactMap { $0.values[rollup.by]?.description })
        }
        return changed
    }

    public func values(for ids: [String], _ store: any StateStore) throws -> [String: Record] {
        let holders = try store.holders(records.name, matchIndex: 0, values: Set(ids))
        let known = try store.projectRecords(records.name, Set(holders.values.joined()))
        return Dictionary(
            ids.map { id in (id, rollup.record(id, of: (holders[id] ?? []).compactMap { known[$0]?.record })) },
            uniquingKeysWith: { first, _ in first })
    }

    public func forget(_ store: any StateStore) throws { try store.setMirrorCursor(records.name, nil) }

    public func settle(_ store: any StateStore) throws { try store.settleProjectRecords(records.name) }
}
