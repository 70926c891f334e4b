import AccordCore
import AccordSQLite

/// Makes the plan of one pair: reads both sides, and asks `AccordCore` about every record that is not provably settled.
///
/// This file is the way of the data from reading to the finished plan; each step has a file of its own beside it.
struct PairPlanner {
    let pair: Pair
    let store: StateStore
    let reader: ProjectReader
    let options: RunOptions
    /// The plans of this run that come before.
    let earlier: [PairPlan]

    let reconciler: Reconciler
    let memory: SourceMemory?
    /// What a run that was stopped left open, by source key; those without one by project id.
    let openIntents: OpenIntents
    /// Conflicts that a person decided, by source key.
    let resolved: [String: [ConflictItem]]

    var entries: [Entry] = []
    var notes: [String] = []
    /// Why a row that was not found does not count as gone.
    var sourceDoubt: String?
    /// Linked project records whose row was not found, and does not count as gone.
    var withheldIDs: Set<String> = []
    /// Rows that the mapping leaves out.
    var leftOutRows = 0
    /// Those of them that are linked, or that a stopped run had begun with, by key.
    var resting: [String: StateStore.Lookup?] = [:]
    /// Rows that a fingerprint proved settled.
    var unchangedRows = 0
    var seen = SeenKeys()
    /// Rows without a link.
    var unlinked: [SourceRow] = []
    /// Rows, wherever a person has to say whose they are.
    var waiting: [WaitingRow] = []
    /// Links, by project id, whose source record a whole read did not find.
    var vanished: [String: Link] = [:]
    /// Project records that a stopped run created, with the source key they were created for.
    var adopted: [String: String] = [:]
    /// Project records that have their entry.
    var decided: Set<String> = []

    init(
        pair: Pair, store: StateStore, reader: ProjectReader, options: RunOptions, earlier: [PairPlan]
    ) throws {
        self.earlier = earlier
        self.pair = pair
        self.store = store
        self.reader = reader
        self.options = options
        memory = try store.sourceMemory(pair.name)
        reconciler = Reconciler(
            mapping: pair.mapping, resource: pair.resource, knownFields: memory?.known(in: pair.mapping) ?? [])
        openIntents = try OpenIntents(store.openIntents(pair.name))
        resolved = Dictionary(
            grouping: try store.conflicts(pair.name).filter { $0.resolution != nil }, by: \.sourceKey)
    }

    /// The mapping is not the one that the last settled run used, so that no fingerprint proves anything.
    var mappingChanged: Bool { memory.map { $0.mapping != pair.mapping.fingerprint } ?? false }

    mutating func plan() async throws -> PairPlan {
        var project = try await reader.refresh(full: options.full, mappingChanged: mappingChanged)
        if let incomplete = project.incomplete {
            notes.append("the read of the project did not prove itself whole, so nothing counts as gone: \(incomplete)")
        }
        let pass = try await readSource()
        try decideVanished(pass)
        try linkUnlinked(pass)
        try decideProjectRecords(pass)
        try holdWhatWasRefused(project)
        number()
        try foresee()
        try foreseeEffects()
        let names = try foreseenNames()
        let unrepaired = unrepaired(pass)
        noteRepairs(unrepaired)
        if leftOutRows > 0 { notes.append(pair.leftOut(leftOutRows)) }
        var source = pass.reading
        source.incomplete = source.incomplete ?? sourceDoubt
        try balance(&source, &project)
        // What only others name is neither deleted nor suddenly gone.
        let linked = pair.isDerived ? 0 : try store.linkedCount(pair.name)
        var plan = PairPlan(
            name: pair.name, resource: pair.resource.name, namedBy: pair.resource.knownBy.first,
            label: pair.resource.label, mapping: pair.mapping.fingerprint, source: source,
            project: project, entries: entries,
            refusals: Guard.check(
                pair: pair.name, entries: entries, guards: pair.mapping.guards, linked: linked, source: source,
                project: project, allowances: options.allowances),
            notes: notes, withheld: withheldIDs.count, unrepaired: unrepaired,
            requests: entries.flatMap(\.operations).reduce(0) { $0 + requests(of: $1) })
        plan.foreseenNames = names.isEmpty ? nil : names
        return plan
    }

    /// Records that a stopped run had begun with, and of which nothing can be said now: a later plan looks again.
    private func unrepaired(_ pass: SourcePass) -> [String] {
        guard !openIntents.isEmpty else { return [] }
        let known = Dictionary(entries.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        return openIntents.identities.filter { identity in
            guard let entry = known[identity] else {
                return resting.keys.contains(identity) || (pass.reading.incomplete ?? sourceDoubt) != nil
            }
            return entry.quarantine != nil || entry.isWithheld
        }
    }

    private mutating func noteRepairs(_ unrepaired: [String]) {
        func note(_ count: Int, _ what: String) {
            guard count > 0 else { return }
            notes.append(
                "an earlier run was stopped while it wrote \(count) record\(count == 1 ? "" : "s"); "
                    + "what became of \(count == 1 ? "it" : "them") \(what)")
        }
        note(openIntents.count - unrepaired.count, "is repaired")
        note(unrepaired.count, "cannot be told yet, and is looked at again")
    }

    /// A write that the service refused is left alone until something about it changes: the record, what it refers to,
    /// or what a whole read of the project may have shown.
    private mutating func holdWhatWasRefused(_ project: SideReading) throws {
        let referencesChange = earlier.contains { plan in
            pair.resource.references.contains(plan.resource) && plan.operations.contains { $0.side == .project }
        }
        guard !referencesChange, project.mode != .full || pair.resource.list.changed == nil else { return }
        let held = try store.quarantine(pair.name).filter { $0.operationFingerprint != nil }
        guard !held.isEmpty else { return }
        let byKey = Dictionary(held.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for index in entries.indices where !entries[index].operations.isEmpty {
            guard let item = byKey[entries[index].identity],
                item.operationFingerprint == entries[index].operationFingerprint
            else { continue }
            entries[index] = entries[index].quarantined(Quarantine(item.cause, item.message))
            // If it had one, the opt-out went first: it is what was refused.
            entries[index].operations = []
        }
    }

    /// Opt-outs first, then in the source's order, then by project id: the same inputs give the same plan.
    private mutating func number() {
        entries.sort { a, b in
            (a.rank, a.place?.line ?? .max, a.sourceKey ?? "", a.projectID?.utf8.count ?? 0, a.projectID ?? "")
                < (b.rank, b.place?.line ?? .max, b.sourceKey ?? "", b.projectID?.utf8.count ?? 0, b.projectID ?? "")
        }
        for index in entries.indices { entries[index].position = index + 1 }
    }

    private mutating func foresee() throws {
        let (store, pair) = (store, pair)
        try Foresight(resource: pair.resource).foresee(&entries) { field, value in
            guard let index = pair.resource.knownBy.firstIndex(of: field) else { return [] }
            return try store.candidates(pair.name, matchIndex: index, value: value.description)
        }
    }

    /// Every record lies in exactly one bucket, or the plan is not shown.
    private func balance(_ source: inout SideReading, _ project: inout SideReading) throws {
        for entry in entries {
            if entry.present.contains(.source) { source[entry.bucket] += 1 }
            if entry.present.contains(.project) { project[entry.bucket] += 1 }
        }
        if source.mode == .notRead {
            source[.unchanged] += source.records - source.buckets.values.reduce(0, +)
        } else {
            source[.unchanged] += unchangedRows
            source[.resting] += leftOutRows
        }
        project[.unchanged] += project.records - project.buckets.values.reduce(0, +)
        for (side, reading) in [(Side.source, source), (.project, project)] {
            let sum = reading.buckets.values.reduce(0, +)
            if sum != reading.records || reading[.unchanged] < 0 {
                throw EngineError.unbalanced(pair: pair.name, side: side, records: reading.records, counted: sum)
            }
        }
    }

    private func requests(of operation: Operation) -> Int {
        guard operation.side == .project else { return 0 }
        guard operation.kind == .update else { return 1 }
        return pair.resource.requests(toUpdate: Set(operation.changes.map(\.field)))
    }
}

extension Entry {
    /// What quarantine and history know the record by.
    var identity: String { sourceKey ?? projectID.map { "project:\($0)" } ?? "" }

    fileprivate var rank: Int {
        operations.contains { $0.changes.contains { $0.rule == .optOut } || $0.kind == .unsubscribe } ? 0 : 1
    }
}
