import AccordCore
import AccordSQLite

/// Why a record is as it is: both sides, both bases, the rule, the runs.
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
    public static func of(_ name: String, in pair: Pair, store: StateStore) async throws -> Explanation {
        let id = name.hasPrefix("project:") ? String(name.dropFirst("project:".count)) : nil
        let link = try id.map { try store.link(pair.name, projectID: $0) } ?? store.link(pair.name, sourceKey: name)
        let key = link?.sourceKey ?? name
        let mapper = try pair.mapper(try await pair.source.header(), store)
        var row: RawRecord?
        _ = try await pair.source.read { item in
            guard case .record(let raw) = item, mapper.key(of: raw) == key else { return }
            // One that is left out stands back for the one that is meant.
            if row.map(mapper.leavesOut) ?? true { row = raw }
        }
        let mapped = row.map(mapper.map)
        let mirror = try (link?.projectID ?? id).flatMap { try store.projectRecord(pair.name, $0) }
        let source = mapped?.record ?? Record(key: key, values: [:])
        // What reached a person is remembered, and never read back.
        let isSent = pair.asking != nil && link != nil
        let isLeftOut = row.map(mapper.leavesOut) ?? false
        let project = mirror?.record ?? Record(key: "", values: isSent ? link?.projectBase ?? [:] : [:])
        let fields = pair.mapping.fields.map { field in
            let input = Merge.Input(
                source: source[field.name], project: project[field.name],
                sourceBase: link?.sourceBase[field.name] ?? .null, projectBase: link?.projectBase[field.name] ?? .null)
            return FieldRow(
                field: field.name, source: input.source, project: input.project, sourceBase: input.sourceBase,
                projectBase: input.projectBase,
                rule: isSent ? .unchanged : Merge.decide(field, policy: pair.mapping.policy(of: field), input).rule)
        }
        var notes = mapped?.problems.map { "\($0)" } ?? []
        if isLeftOut { notes = ["nothing is done about it: " + pair.leftOut(1)] }
        notes += try store.quarantine(pair.name).filter { $0.key == key }.map { "in quarantine: \($0.message)" }
        notes += try store.conflicts(pair.name).filter { $0.sourceKey == key }.map {
            "in conflict: \($0.conflict.what)"
        }
        return Explanation(
            key: key, summary: summary(pair, row, link, mirror),
            fields: isLeftOut || link == nil && row == nil && mirror == nil ? [] : fields, notes: notes,
            history: try store.history(pair.name, sourceKey: key))
    }

    private static func summary(_ pair: Pair, _ row: RawRecord?, _ link: Link?, _ mirror: MirrorRecord?) -> String {
        switch (row, link) {
        case (let row?, let link?): "\(row.place) is linked to \(pair.resource.label) \(link.projectID)"
        case (let row?, nil): "\(row.place) is not linked to any \(pair.resource.label)"
        case (nil, let link?):
            "is not in the source; it was linked to \(pair.resource.label) \(link.projectID) (\(link.state.rawValue))"
        case (nil, nil) where mirror != nil: "is in the project, and no record of the source is linked to it"
        case (nil, nil): "is neither in the source nor known to Accord"
        }
    }
}
