import AccordCore
import AccordState
import AccordTables

/// Makes mirror records of what a table answers.
///
/// What a table did not answer with is no change: such a field keeps the value that was known.
struct MirrorForm: Sendable {
    private let pair: Pair
    private let store: any StateStore
    /// What is kept of a record: the mapped fields, those by which it is looked up or recognised, and whether its person
    /// opted out or was asked, whatever is mapped.
    private let kept: Set<String>
    /// Those of them that a whole answer has.
    private let answered: [String]

    init(pair: Pair, store: any StateStore) {
        self.pair = pair
        self.store = store
        let schema = pair.schema
        let roles = [schema.field(.optOut), schema.field(.asked)].compactMap { $0?.name }
        let kept = Set(pair.mapping.fields.map(\.name) + schema.lookedUpBy + schema.contentFields + roles)
        self.kept = kept
        answered = schema.fields.filter { $0.isReadable && kept.contains($0.name) }.map(\.name)
    }

    func records(of batch: [TableRecord]) throws -> [MirrorRecord] {
        for record in batch {
            if let problem = record.problem {
                throw TableError.nonsense(request: pair.project.name, reason: problem)
            }
        }
        let partial = batch.filter { record in
            guard case .values(let values) = record.cells else { return false }
            return !answered.allSatisfy { values[$0] != nil }
        }
        let known = partial.isEmpty ? [:] : try store.projectRecords(pair.name, partial.compactMap(\.key))
        let computed = try pair.rollup?.values(for: batch.compactMap(\.key), store) ?? [:]
        return batch.compactMap { record in
            guard let id = record.key, case .values(let answer) = record.cells else { return nil }
            var values = (known[id]?.values ?? [:]).filter { answered.contains($0.key) && answer[$0.key] == nil }
            for (field, value) in answer where kept.contains(field) && !value.isNull { values[field] = value }
            for (field, value) in computed[id] ?? [:] where kept.contains(field) {
                values[field] = value.isNull ? nil : value
            }
            return mirror(id, values, record)
        }
    }

    /// The record that is stored now, as an answer and what was known before say together.
    func record(_ record: TableRecord, over known: Record) throws -> MirrorRecord {
        guard case .values(let answer) = record.cells, let id = record.key else {
            throw EngineError.unreadableAnswer(pair: pair.name)
        }
        var values = known.values.filter { kept.contains($0.key) && answer[$0.key] == nil }
        for (field, value) in answer where kept.contains(field) && !value.isNull { values[field] = value }
        for (field, value) in try pair.rollup?.values(for: [id], store)[id] ?? [:]
        where kept.contains(field) { values[field] = value.isNull ? nil : value }
        return mirror(id, values, record)
    }

    private func mirror(_ id: String, _ values: [String: Value], _ record: TableRecord) -> MirrorRecord {
        MirrorRecord(
            id: id, fingerprint: Fingerprint(of: values, isArchived: record.isArchived), values: values,
            modified: record.modified, archived: record.isArchived,
            matchValues: pair.schema.lookedUpBy.map { field in values[field].map(\.description) })
    }
}
