import AccordCore
import AccordState
import AccordTables

/// Why a record is as it is: both sides, both bases, the rule, the runs. The rules are those of the decider that plans a
/// run, so that an explanation never contradicts it.
public struct Explanation: Sendable {
    public struct FieldRow: Sendable {
        public var field: String
        public var source: Value
        public var project: Value
        public var sourceBase: Value
        public var projectBase: Value
        /// What a sync would do now.
        public var rule: Rule
    }

    public var key: String
    public var summary: String
    public var fields: [FieldRow]
    /// Quarantine and conflicts, in words.
    public var notes: [String]
    public var history: [LedgerRow]

    /// Reads the source for the record; the project as it was last read.
    ///
    /// - Parameter name: the source's key, or `project:` and an id, as quarantine and history name a record.
    public static func of(_ name: String, in pair: Pair, store: any StateStore) async throws -> Explanation {
        let found = try await Found(name, pair, store)
        let link = found.link ?? Link(pair: pair.name, sourceKey: found.key, projectID: "")
        let memory = try store.sourceMemory(pair.name)
        let intents = try OpenIntents(store.openIntents(pair.name))
        let linked = LinkedRecords(
            DecisionContext(
                reconciler: Reconciler(
                    mapping: pair.mapping, schema: pair.schema, knownFields: memory?.known(in: pair.mapping) ?? []),
                intents: intents, resolved: try resolved(pair, store)))
        let source = found.mapped?.record ?? Record(key: found.key, values: [:])
        let side = Pairing.SourceSide.present(source, fingerprint: nil, place: nil)
        let pairing = linked.pairing(
            link, found.link == nil ? .new(.sameValues(fields: [])) : .none, side, found.mirror,
            intents.intent(for: link)
        ).pairing
        // What reached a person is remembered, and never read back.
        let isSent = pair.sender != nil && found.link != nil
        let project = found.mirror?.record ?? Record(key: "", values: isSent ? link.projectBase : [:])
        let rules = linked.context.reconciler.rules(pairing, source, project)
        let isUnknown = found.link == nil && found.row == nil && found.mirror == nil
        return Explanation(
            key: found.key, summary: found.summary,
            fields: found.isLeftOut || isUnknown
                ? []
                : rules.map { field, rule in
                    FieldRow(
                        field: field.name, source: source[field.name], project: project[field.name],
                        sourceBase: pairing.link.sourceBase[field.name] ?? .null,
                        projectBase: pairing.link.projectBase[field.name] ?? .null,
                        rule: isSent ? .unchanged : rule)
                },
            notes: try found.notes(), history: try store.history(pair.name, sourceKey: found.key))
    }

    private static func resolved(_ pair: Pair, _ store: any StateStore) throws -> [String: [ResolvedConflict]] {
        var resolved: [String: [ResolvedConflict]] = [:]
        for item in try store.conflicts(pair.name) {
            guard let side = item.resolution else { continue }
            resolved[item.sourceKey, default: []].append(ResolvedConflict(conflict: item.conflict, side: side))
        }
        return resolved
    }

    /// What there is of a record.
    private struct Found {
        let pair: Pair
        let store: any StateStore
        let key: String
        let link: Link?
        let mirror: MirrorRecord?
        private(set) var row: TableRecord?
        private(set) var mapped: MappedRecord?
        private(set) var isLeftOut = false

        init(_ name: String, _ pair: Pair, _ store: any StateStore) async throws {
            let id = name.hasPrefix("project:") ? String(name.dropFirst("project:".count)) : nil
            let typed = RecordKey.of(name) ?? name
            (self.pair, self.store) = (pair, store)
            link = try id.map { try store.link(pair.name, projectID: $0) } ?? store.link(pair.name, sourceKey: typed)
            key = link?.sourceKey ?? typed
            mirror = try (link?.projectID ?? id).flatMap { try store.projectRecord(pair.name, $0) }
            let (key, table) = (key, pair.source as? any ScannableTable)
            guard let table, let mapper = try await pair.mapper(store) else { return }
            var found: TableRecord?
            _ = try await table.scan { batch in
                for record in batch.records where record.problem == nil {
                    guard let row = record.textRow, mapper.key(of: row) == key else { continue }
                    // One that is left out stands back for the one that is meant.
                    if found?.textRow.map(mapper.leavesOut) ?? true { found = record }
                }
            }
            row = found
            mapped = found?.textRow.map(mapper.map)
            isLeftOut = found?.textRow.map(mapper.leavesOut) ?? false
        }

        func notes() throws -> [String] {
            var notes = mapped?.problems.map { "\($0)" } ?? []
            if isLeftOut { notes = ["nothing is done about it: " + pair.leftOut(1).description] }
            notes += try store.quarantine(pair.name).filter { $0.key == key }.map { "in quarantine: \($0.message)" }
            notes += try store.conflicts(pair.name).filter { $0.sourceKey == key }.map {
                "in conflict: \($0.conflict.what)"
            }
            return notes
        }

        var summary: String {
            let place = row.flatMap(\.place).map { "\($0)" } ?? "a record of \(pair.source.name)"
            switch (row, link) {
            case (_?, let link?): return "\(place) is linked to \(pair.schema.label) \(link.projectID)"
            case (_?, nil): return "\(place) is not linked to any \(pair.schema.label)"
            case (nil, let link?):
                return
                    "is not in the source; it was linked to \(pair.schema.label) \(link.projectID) (\(link.state.rawValue))"
            case (nil, nil) where mirror != nil:
                return "is in the project, and no record of the source is linked to it"
            case (nil, nil): return "is neither in the source nor known to Accord"
            }
        }
    }
}
