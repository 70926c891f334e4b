import AccordCore
import AccordState

/// A plan while its records are decided: what was decided so far, what was loaded for it, and the records.
struct PlanInProgress {
    let pair: Pair
    let context: DecisionContext
    var loader: KnowledgeLoader
    var decisions: Decisions
    private var builder: PlanBuilder
    private var notes: [PlanNote] = []
    private var drafts = ComputedAhead<RecordDraft>()
    /// What was known when the drafts that are computed now were decided.
    private var draftsLoader: KnowledgeLoader

    init(
        _ pair: Pair, _ context: DecisionContext, _ loader: KnowledgeLoader, _ decisions: Decisions,
        _ builder: PlanBuilder
    ) {
        self.pair = pair
        self.context = context
        self.loader = loader
        self.decisions = decisions
        self.builder = builder
        draftsLoader = loader
    }

    /// Makes a decision, loading what it asks for.
    mutating func decide<T>(_ decision: (inout Decisions, Knowledge) throws(Needs) -> T) throws -> T {
        while true {
            do throws(Needs) {
                let known = loader.known
                return try decisions.attempt { (decisions) throws(Needs) in try decision(&decisions, known) }
            } catch {
                try loader.load(error)
            }
        }
    }

    /// Adds records to the plan, once it is known who holds the unique values that they take.
    mutating func add(_ records: [Entry]) async throws {
        let form = builder.form
        let before = await drafts.exchange(records) { form.draft($0) }
        defer { draftsLoader = loader }
        try add(before, draftsLoader)
    }

    private mutating func add(_ drafts: [RecordDraft], _ loader: KnowledgeLoader) throws {
        var (loader, missing) = (loader, Set<FieldValue>())
        for claim in drafts.lazy.flatMap(\.claims) where !claim.releases {
            if (try? loader.known.holders(of: claim.value)) == nil { missing.insert(claim.value) }
        }
        if !missing.isEmpty { try loader.load(Needs(values: missing)) }
        for draft in drafts { try builder.add(draft, loader.known) }
    }

    mutating func add(_ note: PlanNote) { notes.append(note) }

    /// What a stopped run had begun of a record is not done with, whatever is planned for it.
    mutating func leaveOpen(_ identity: RecordIdentity) { builder.leaveOpen(identity) }

    /// Applies the rules that look at all records together, and makes the plan of them.
    mutating func finish(
        _ source: SourceChanges, _ project: SideReading, doubt: String?, _ run: PlanningRun
    ) async throws -> PairPlan {
        try add(await drafts.last(), draftsLoader)
        let (ruleNotes, names) = try builder.apply(
            Rules.ofPlans(try await ruleContext(source, run)), &loader)
        let undecided = builder.undecided(source, doubt: doubt)
        var all: [PlanNote] = project.incomplete.map { [.projectInDoubt($0)] } ?? []
        all += notes + ruleNotes + builder.unknownFields + stoppedRunNotes(undecided)
        if source.leftOut > 0 { all.append(pair.leftOut(source.leftOut)) }
        var reading = source.reading
        reading.incomplete = reading.incomplete ?? doubt
        return try builder.finish(
            reading, project, unchanged: source.unchanged, leftOut: source.leftOut, notes: all, names: names,
            undecided: undecided, run)
    }

    private func ruleContext(_ source: SourceChanges, _ run: PlanningRun) async throws -> PlanRuleContext {
        var rows = source.rows
        if !builder.counts.writes(to: .source) {
            rows = nil
        } else if rows == nil {
            rows = try await unreadRows(run)
        }
        return PlanRuleContext(
            pair: pair.name, schema: pair.schema, isDerived: pair.isDerived,
            isReferenced: run.referencedPairs.contains(pair.name),
            earlier: run.earlier.map {
                .init(name: $0.name, resource: $0.resource, label: $0.label, created: $0.created)
            }, rows: rows)
    }

    /// Of a source that is as it was when the last run settled it: its rows are those of the links.
    private func unreadRows(_ run: PlanningRun) async throws -> (mapper: RecordMapper, keys: any RowKeys)? {
        guard let mapper = try await pair.mapper(run.store, planned: run.earlier) else { return nil }
        return (mapper, RowSightings(try run.store.linkIndex(pair.name), isUnread: true))
    }

    private func stoppedRunNotes(_ undecided: [RecordIdentity]) -> [PlanNote] {
        let unrepaired = context.intents.identities.intersection(undecided).count
        let repaired = context.intents.count - unrepaired
        var notes: [PlanNote] = []
        if repaired > 0 { notes.append(.repaired(count: repaired)) }
        if unrepaired > 0 { notes.append(.unrepaired(count: unrepaired)) }
        return notes
    }
}
