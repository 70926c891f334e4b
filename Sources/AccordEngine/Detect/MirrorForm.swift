import AccordCore
import AccordState
import AccordTables

/// Makes mirror records of what a table answers.
///
/// What a table did not answer with is no change: such a field keeps the value that was known. Where no answer ever held
/// it, it is unknown, which is not the same as empty.
struct MirrorForm: Sendable {
    private let pair: Pair
    private let store: any StateStore
    /// What is kept of a record: the mapped fields, those by which it is looked up or recognised, those that every update
    /// carries, and whether its person opted out or was asked, whatever is mapped.
    let kept: Set<String>
    /// Those of them that a whole answer has.
    let answered: Set<String>
    /// The same, as a list: each record that is read is held against it.
    private let answeredList: [String]
    /// The field that says when a record was last changed.
    private let modified: String?

    init(pair: Pair, store: any StateStore) {
        self.pair = pair
        self.store = store
        let schema = pair.schema
        let roles = [schema.field(.optOut), schema.field(.asked)].compactMap { $0?.name }
        let others = schema.lookedUpBy + schema.contentFields + roles + (schema.writes?.carried ?? [])
        let kept = Set(pair.mapping.fields.map(\.name) + others)
        self.kept = kept
        answered = Set(schema.fields.filter { $0.isReadable && $0.role != .gone && kept.contains($0.name) }.map(\.name))
        answeredList = answered.sorted()
        modified = schema.field(.modified).flatMap { $0.isReadable ? $0.name : nil }
    }

    func records(of batch: [TableRecord]) throws -> [MirrorRecord] {
        for record in batch {
            if let problem = record.problem {
                throw TableError.nonsense(request: pair.project.name, reason: problem)
            }
        }
        let partial = Set(
            batch.filter { record in
                let values = record.values
                return record.archived == nil || !answeredList.allSatisfy { values[$0] != nil }
                    || leavesOutModified(record, values)
            }.compactMap(\.key))
        let known = partial.isEmpty ? [:] : try store.projectRecords(pair.name, partial)
        let mirrored = partial.isEmpty ? [] : try store.mirroredFields(pair.name)
        let computed = try pair.rollup?.values(for: batch.compactMap(\.key), store) ?? [:]
        return batch.compactMap { record in
            guard let id = record.key else { return nil }
            let answer = record.values
            var values: [String: Value] = [:]
            var unknown: Set<String> = []
            if !partial.isEmpty, partial.contains(id) {
                for field in answeredList where answer[field] == nil {
                    if let value = known[id]?.values[field] {
                        values[field] = value
                    } else if !isKnownToBeEmpty(field, known[id], mirrored) {
                        unknown.insert(field)
                    }
                }
            }
            return mirror(id, answer, over: values, unknown, computed[id], record, known[id])
        }
    }

    /// The answer does not hold when the record was last changed.
    private func leavesOutModified(_ record: TableRecord, _ answer: [String: Value]) -> Bool {
        guard record.modified == nil, let modified else { return false }
        return answer[modified] == nil
    }

    /// An earlier answer held the field, and it was empty.
    private func isKnownToBeEmpty(_ field: String, _ known: MirrorRecord?, _ mirrored: Set<String>) -> Bool {
        guard let known, !known.gone else { return false }
        return mirrored.contains(field) && !known.unknown.contains(field)
    }

    /// The record that is stored now, as an answer and what was known before say together.
    ///
    /// Whether it is archived the caller knows, where the answer does not say.
    ///
    /// - Parameter unseen: fields that no answer held until now, whatever was sent.
    func record(_ record: TableRecord, id: String, over known: Record, unseen: Set<String>) throws -> MirrorRecord {
        let answer = record.values
        let unknown = unseen.filter { answer[$0] == nil }
        let values = known.values.filter { kept.contains($0.key) && !unknown.contains($0.key) }
        return mirror(id, answer, over: values, unknown, try pair.rollup?.values(for: [id], store)[id], record, nil)
    }

    /// - Parameters:
    ///   - known: what the answer does not hold, and an earlier one did.
    ///   - computed: the fields that no answer holds, of a pair that has such.
    ///   - before: as it was known, where the answer leaves something out.
    private func mirror(
        _ id: String, _ answer: [String: Value], over known: [String: Value], _ unknown: Set<String>,
        _ computed: Record?, _ record: TableRecord, _ before: MirrorRecord?
    ) -> MirrorRecord {
        var (values, unknown) = (known, unknown)
        for (field, value) in answer where kept.contains(field) { values[field] = value.isNull ? nil : value }
        if pair.rollup != nil { put(computed, into: &values, &unknown) }
        var mirrored = MirrorRecord(
            id: id, values: values, unknown: unknown, modified: record.modified,
            archived: record.archived ?? before?.archived ?? false,
            by: pair.schema, answer: pair.rollup == nil ? record.fingerprint : nil)
        // When it was changed is known still, unless it has changed since.
        if let before, before.fingerprint == mirrored.fingerprint, leavesOutModified(record, answer) {
            mirrored.modified = before.modified
        }
        return mirrored
    }

    /// A record that was not read itself, with what is computed of it now.
    func renewed(_ record: MirrorRecord, _ computed: Record?) -> MirrorRecord {
        var (values, unknown) = (record.values, record.unknown)
        put(computed, into: &values, &unknown)
        return MirrorRecord(
            id: record.id, values: values, unknown: unknown, modified: record.modified, archived: record.archived,
            by: pair.schema)
    }

    /// A record of which something else than its answers says whether it opted out, at a moment that is not said; nil if that is
    /// what is known of it.
    func told(_ field: String, _ isOut: Bool, of record: MirrorRecord) -> MirrorRecord? {
        guard record.unknown.contains(field) || OptOut.isOut(record.values[field] ?? .null) != isOut else { return nil }
        var values = record.values
        values[field] = isOut ? .boolean(true) : nil
        return MirrorRecord(
            id: record.id, values: values, unknown: record.unknown.subtracting([field]), modified: record.modified,
            archived: record.archived, by: pair.schema, answer: record.answer)
    }

    private func put(_ computed: Record?, into values: inout [String: Value], _ unknown: inout Set<String>) {
        for field in pair.rollup?.fields ?? [] where kept.contains(field) {
            values[field] = nil
            unknown.remove(field)
            if computed?.unknown.contains(field) ?? false { unknown.insert(field) }
        }
        // Some of what is computed the answers hold as well: what is computed counts.
        for (field, value) in computed?.values ?? [:] where kept.contains(field) {
            values[field] = value
            unknown.remove(field)
        }
    }
}
