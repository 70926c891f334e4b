import AccordCore
import AccordState
import AccordTables

/// What is known of the record that a person asks about: its row, its link, its project record, its entries in a plan.
struct KnownRecord {
    private let pair: Pair
    private let store: any StateStore
    /// By its source's key where it has one.
    let identity: RecordIdentity
    let entries: [Entry]
    private let link: Link?
    private let mirror: MirrorRecord?
    private var row: FoundRow?

    /// A row as it was read to be shown.
    private struct FoundRow {
        var place: Place?
        var record: Record
        /// The mapping leaves it out.
        var isLeftOut: Bool
    }

    init(_ asked: RecordIdentity, _ pair: Pair, _ plan: PairPlan, after earlier: [PairPlan], _ store: any StateStore)
        async throws
    {
        (self.pair, self.store) = (pair, store)
        var (typed, id): (String?, String?)
        switch asked {
        case .source(let key): typed = pair.key(typed: key)
        case .project(let project): id = project
        }
        var link =
            try id.map { try store.link(pair.name, projectID: $0) }
            ?? typed.flatMap { try store.link(pair.name, sourceKey: $0) }
        let sourceKey = link?.sourceKey ?? typed
        entries = try plan.records.entries(sourceKey: sourceKey, projectID: link?.projectID ?? id)
        let entry = entries.main
        // Another key of the row, or another project record, than those of the link.
        link =
            try link ?? entry?.projectID.flatMap { try store.link(pair.name, projectID: $0) }
            ?? entry?.sourceKey.flatMap { try store.link(pair.name, sourceKey: $0) }
        self.link = link
        identity = sourceKey.map(RecordIdentity.source) ?? asked
        mirror = try (entry?.projectID ?? link?.projectID ?? id).flatMap { try store.projectRecord(pair.name, $0) }
        if let key = entry?.sourceKey ?? link?.sourceKey ?? typed { row = try await row(key, earlier) }
    }

    private func row(_ key: String, _ earlier: [PairPlan]) async throws -> FoundRow? {
        // Without columns there is no row, and why they cannot be read is the failure of the plan.
        guard (try? await pair.source.schema()) != nil else { return nil }
        let found = try await SourceRows(pair: pair, store: store, earlier: earlier).rows(of: [key])
        return found.byKey[key].map { row, record in
            FoundRow(
                place: record.place, record: found.mapper.map(row).record, isLeftOut: found.mapper.leavesOut(row))
        }
    }

    private var isLeftOut: Bool { row?.isLeftOut ?? false }
    private var isUnknown: Bool { link == nil && row == nil && mirror == nil && entries.isEmpty }

    /// What reached a person is remembered, and never read back.
    private var isSent: Bool { pair.sender != nil && link != nil }

    var fields: [Explanation.FieldRow] {
        if isLeftOut || isUnknown { return [] }
        let entry = entries.main
        let project = mirror?.values ?? (isSent ? link?.projectBase : nil) ?? [:]
        let isNew = if case .new? = entry?.link { true } else { false }
        return pair.mapping.fields.map { field in
            let name = field.name
            return Explanation.FieldRow(
                field: name, source: row?.record[name] ?? .null, project: project[name] ?? .null,
                sourceBase: isNew ? .null : link?.sourceBase[name] ?? .null,
                projectBase: isNew ? .null : link?.projectBase[name] ?? .null, rule: entry?.rule(of: name))
        }
    }

    var bucket: Bucket? {
        if isUnknown { return nil }
        return entries.main?.bucket ?? (link == nil || isLeftOut ? .leftAlone : .unchanged)
    }

    func notes() throws -> [String] {
        var notes = isLeftOut && entries.isEmpty ? ["nothing is done about it: " + pair.leftOut(1).description] : []
        notes += try store.quarantine(pair.name).filter { $0.key == identity.text }.map {
            "in quarantine: \($0.message)"
        }
        notes += try store.conflicts(pair.name).filter { .source(key: $0.sourceKey) == identity }.map { item in
            let decided = item.resolution.map { "; a person decided: the \($0)'s" } ?? ""
            return "in conflict: \(item.conflict.what)\(decided)"
        }
        return notes
    }

    var whereabouts: Explanation.Whereabouts {
        Explanation.Whereabouts(
            label: pair.schema.label,
            source: row.map { $0.place.map { "\($0)" } ?? "a record of \(pair.source.name)" }
                ?? entries.compactMap(\.place).first.map { "\($0)" },
            link: link.map { ($0.projectID, $0.state) },
            project: mirror.map { $0.gone ? .gone : $0.archived ? .archived : .present })
    }
}

extension [Entry] {
    /// The entry of a record that says what becomes of both its sides; others are of further rows with its key.
    public var main: Entry? { first { $0.projectID != nil } ?? first }
}
