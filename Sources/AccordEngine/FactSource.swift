import AccordCore
import AccordSQLite
import AccordTables

/// What a pair computes of another resource's records, and the memory of those.
public final class FactSource: Sendable {
    let facts: RollupSchema
    /// Reads them; it has no source of its own.
    let records: Pair

    public init(facts: RollupSchema, records: Pair) {
        self.facts = facts
        self.records = records
    }

    /// Nil if the mapping asks for nothing that has to be computed.
    ///
    /// - Parameters:
    ///   - source: of the pair itself; nothing is read from it for this.
    ///   - connector: reads a resource of the project.
    public convenience init?(
        of mapping: Mapping, _ resource: ResourceDescription, _ api: APIDescription, _ source: any SourceConnector,
        _ connector: (ResourceDescription) -> any ProjectConnector
    ) {
        guard let facts = resource.facts, var other = api.resources[facts.from] else { return nil }
        let wanted = mapping.fields.filter { facts.fields.contains($0.name) }
        guard wanted.contains(where: { resource.field($0.name)?.read.isEmpty ?? false }) else { return nil }
        other.knownBy = [facts.by]
        let kept = Mapping(
            resource: facts.from, key: [], match: [], fields: facts.needs.map { Field(name: $0, column: nil) },
            fullReadEvery: mapping.fullReadEvery)
        self.init(
            facts: facts,
            records: Pair(
                name: "\(resource.name): \(facts.from)", mapping: kept, source: source, project: connector(other)))
    }

    /// What the records that are known make for one.
    func values(of id: String, _ store: StateStore) throws -> [String: Value] {
        let records = try store.candidates(self.records.name, matchIndex: 0, value: id)
            .compactMap { try store.projectRecord(self.records.name, $0)?.record }
        return facts.values(of: records)
    }
}

extension Pair {
    /// What is kept of a project record: the mapped fields, those by which the service finds it, and what is computed.
    func mirrored(_ record: ProjectRecord, _ store: StateStore) throws -> MirrorRecord {
        guard let computed else { return MirrorRecord(record, self) }
        var record = record
        for (field, value) in try computed.values(of: record.record.key, store) { record.record[field] = value }
        return MirrorRecord(record, self)
    }
}

extension ProjectReader {
    /// Reads what changed among the records that facts are made of.
    func readFacts(full: Bool) async throws -> SideReading.Mode? {
        guard let computed = pair.computed else { return nil }
        let reader = ProjectReader(pair: computed.records, store: store, time: time, stop: stop, progress: progress)
        return try await reader.refresh(full: full, mappingChanged: false).mode
    }

    /// Gives the facts to those who were not read themselves; who was read has them already.
    func renewFacts(_ mode: SideReading.Mode?, after reading: SideReading) throws {
        guard let computed = pair.computed, let mode else { return }
        let name = computed.records.name
        if reading.mode == .full, reading.incomplete == nil { return try store.settleProjectRecords(name) }
        let unsettled = try store.unsettledProjectRecords(name)
        guard mode == .full || !unsettled.isEmpty else { return }
        let changed = unsettled.compactMap { $0.values[computed.facts.by]?.description }
        // Who lost one is told by nothing that a whole read leaves behind.
        let ids = try mode == .full ? store.projectRecordIDs(pair.name) : Set(changed).sorted()
        let read = try store.beginProjectRead(pair.name)
        for id in ids {
            guard let known = try store.projectRecord(pair.name, id), !known.gone else { continue }
            var record = known.record
            for field in computed.facts.fields where pair.resource.field(field)?.read.isEmpty ?? false {
                record[field] = .null
            }
            let renewed = try pair.mirrored(ProjectRecord(record: record, isArchived: known.archived), store)
            if renewed.fingerprint != known.fingerprint {
                _ = try store.mirror(pair.name, records: [renewed], read: read)
            }
        }
        try store.settleProjectRecords(name)
    }
}
