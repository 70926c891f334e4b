import AccordCore
import AccordState

/// Loads what decisions need to know, in batches.
package struct KnowledgeLoader {
    let pair: Pair
    let store: any StateStore
    private let others: OtherLinks
    private let isProjectEmpty: Bool
    package private(set) var known: Knowledge

    package init(pair: Pair, store: any StateStore, others: OtherLinks = OtherLinks()) throws {
        self.pair = pair
        self.store = store
        self.others = others
        let counts = try store.mirrorCount(pair.name)
        isProjectEmpty = counts.live + counts.archived + counts.gone == 0
        known = Knowledge(isProjectEmpty: isProjectEmpty)
    }

    /// Forgets what was loaded: for the next batch.
    package mutating func forget() { known = Knowledge(isProjectEmpty: isProjectEmpty) }

    package mutating func load(_ needs: Needs) throws {
        if !needs.sourceKeys.isEmpty {
            known.know(
                sourceKeys: needs.sourceKeys, linked: try store.linkedRecords(pair.name, sourceKeys: needs.sourceKeys))
        }
        if !needs.projectIDs.isEmpty {
            let elsewhere = try others.pairs(linkedTo: needs.projectIDs, store)
            known.know(
                projectIDs: needs.projectIDs, links: try store.links(pair.name, projectIDs: needs.projectIDs),
                records: try store.projectRecords(pair.name, needs.projectIDs),
                otherPairs: elsewhere.active, rowsOfOthers: elsewhere.keys, archivedByOthers: elsewhere.archived)
        }
        try load(needs.values, gone: false)
        try load(needs.pastValues, gone: true)
        try load(needs.named)
    }

    private mutating func load(_ names: Set<RecordName>) throws {
        var found: [RecordName: MirrorRecord] = [:]
        for (pair, names) in Dictionary(grouping: names, by: \.pair) {
            let ids = try store.holders(pair, matchIndex: 0, values: names.map(\.name)).compactMapValues(\.first)
            let records = try store.projectRecords(pair, Set(ids.values))
            for name in names { found[name] = ids[name.name].flatMap { records[$0] } }
        }
        known.know(names: names, records: found)
    }

    private mutating func load(_ values: Set<FieldValue>, gone: Bool) throws {
        guard !values.isEmpty, !isProjectEmpty else { return }
        var holders: [FieldValue: [String]] = [:]
        for (index, field) in pair.schema.lookedUpBy.prefix(2).enumerated() {
            let wanted = values.filter { $0.field == field && !$0.value.isNull }
            guard !wanted.isEmpty else { continue }
            let found = try store.holders(
                pair.name, matchIndex: index, values: wanted.map(\.value.description), gone: gone)
            for value in wanted { holders[value] = found[value.value.description] ?? [] }
        }
        known.know(values: values, holders: holders, gone: gone)
    }

    /// Loads who holds the values by which rows are matched, with their links and records.
    mutating func loadHolders(for rows: [SourceRow], _ context: DecisionContext) throws {
        if isProjectEmpty { return }
        let values = rows.reduce(into: Set<FieldValue>()) { $0.formUnion(context.matchValues($1.record.values)) }
        try load(Needs(values: values))
        var ids: Set<String> = []
        for value in values { ids.formUnion(try known.holders(of: value)) }
        if !ids.isEmpty { try load(Needs(projectIDs: ids)) }
    }

    /// Makes a decision, and loads what it asks for until it is made. What most decisions of a batch need is loaded
    /// before, so that this is for the few that need more.
    package mutating func decide<T>(_ decision: (Knowledge) throws(Needs) -> T) throws -> T {
        while true {
            do throws(Needs) {
                return try decision(known)
            } catch {
                try load(error)
            }
        }
    }
}
