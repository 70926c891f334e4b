import AccordCore
import AccordState
import AccordTables

/// The steps of deciding, each of which hands its records to the builder.
struct PairDeciding {
    let planning: PairPlanning
    let context: DecisionContext
    private var loader: KnowledgeLoader
    private var decisions: Decisions
    private var builder: PlanBuilder
    private var notes: [PlanNote] = []
    private var drafts = ComputedAhead<RecordDraft>()
    /// What was known when the drafts that are computed now were decided.
    private var draftsLoader: KnowledgeLoader

    init(
        planning: PairPlanning, context: DecisionContext, loader: KnowledgeLoader, decisions: Decisions,
        builder: PlanBuilder
    ) {
        self.planning = planning
        self.context = context
        self.loader = loader
        self.decisions = decisions
        self.builder = builder
        draftsLoader = loader
    }

    private var pair: Pair { planning.pair }

    mutating func decide(_ source: SourceChanges) async throws {
        try await add(source.setAside)
        try await decideLinked(source)
        if context.sourceDoubt != nil { try await withholdMissing(source) }
        var begun = source.begun.mapValues { setAsideIfDouble($0, source) }
        try await adoptCreated(&begun)
        try await adoptWritten(&begun)
        try await decideUnlinked(source, begun.values.sorted { ($0.place?.line ?? 0) < ($1.place?.line ?? 0) })
        try await decideMissing()
        try await decideProject(linked: true)
        try await decideProject(linked: false)
        try add(await drafts.last(), draftsLoader)
    }

    /// Makes a decision, loading what it asks for.
    private mutating func decide<T>(
        _ decision: (inout Decisions, Knowledge) throws(Needs) -> T
    ) throws -> T {
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
    private mutating func add(_ records: [Entry]) async throws {
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

    // MARK: The source's rows

    private mutating func decideLinked(_ source: SourceChanges) async throws {
        loader.forget()
        let (loader, stop) = (loader, planning.run.stop)
        var loaded = ComputedAhead<Result<LoadedRows, any Error>>()
        // While a batch is decided, what is known of the next one is loaded.
        try await source.linked.forEachBatch(PairPlanning.batchSize) { rows in
            try stop.check()
            let batches = await loaded.exchange([rows]) { rows in Result { try LoadedRows(rows, loader) } }
            for batch in batches { try await decideLinked(batch.get(), source) }
        }
        for batch in await loaded.last() { try await decideLinked(batch.get(), source) }
    }

    private mutating func decideLinked(_ batch: LoadedRows, _ source: SourceChanges) async throws {
        let linked = LinkedRecords(context)
        loader = batch.loader
        var records: [Entry] = []
        for row in batch.rows {
            // Another key of the same hash is linked, not this one: as rare as it is, it is a row like others.
            guard let link = try loader.known.link(sourceKey: row.record.key)?.link else {
                records += try decideTogether([row])
                continue
            }
            let row = setAsideIfDouble(row, source)
            records.append(
                try decide { (decisions, known) throws(Needs) in
                    try linked.decide(link, source: row.side, &decisions, known)
                })
        }
        try await add(records)
    }

    private mutating func decideUnlinked(_ source: SourceChanges, _ begun: [SourceRow]) async throws {
        // Rows whose values others have too, and those that a stopped run had begun with, are decided together.
        var together = begun
        let (rows, counts) = (UnlinkedRows(context), source.matchValues)
        let isByContent = pair.schema.isByContent
        try await source.unlinked.forEachBatch(PairPlanning.batchSize) { batch in
            try planning.run.stop.check()
            loader.forget()
            let batch = batch.map { setAsideIfDouble($0, source) }
            if isByContent {
                try await add(try decideByContent(batch))
                return
            }
            try loader.loadHolders(for: batch, context)
            let known = loader.known
            let new = await batch.concurrentMap { rows.decideNew($0, counts, known) }
            var records: [Entry] = []
            for (row, record) in zip(batch, new) {
                if let record {
                    records.append(record)
                } else if try isAlone(row, rows, counts) {
                    records += try decideTogether([row])
                } else {
                    together.append(row)
                }
            }
            try await add(records)
        }
        guard !together.isEmpty else { return }
        loader.forget()
        together.sort { ($0.place?.line ?? 0) < ($1.place?.line ?? 0) }
        if isByContent { return try await add(try decideByContent(together)) }
        try loader.loadHolders(for: together, context)
        try await add(try decideTogether(together))
    }

    private mutating func isAlone(_ row: SourceRow, _ rows: UnlinkedRows, _ counts: ValueCounts) throws -> Bool {
        try loader.decide { (known) throws(Needs) in
            row.quarantine == nil ? try rows.isAlone(row, counts, known) : true
        }
    }

    private mutating func decideTogether(_ rows: [SourceRow]) throws -> [Entry] {
        let (unlinked, name) = (UnlinkedRows(context), pair.name)
        return try decide { (decisions, known) throws(Needs) in
            try unlinked.decide(rows, pair: name, &decisions, known)
        }
    }

    private mutating func decideByContent(_ rows: [SourceRow]) throws -> [Entry] {
        let (byContent, name) = (RecordsByContent(context), pair.name)
        return try rows.map { row in
            try decide { (decisions, known) throws(Needs) in
                try byContent.decide(row, pair: name, &decisions, known)
            }
        }
    }

    /// Which of several rows with one key is meant is not for Accord to say.
    private func setAsideIfDouble(_ row: SourceRow, _ source: SourceChanges) -> SourceRow {
        guard source.duplicateKeys.contains(row.record.key) else { return row }
        var row = row
        row.quarantine = DuplicateKeys.quarantine
        return row
    }

    // MARK: What a stopped run left

    /// Creates whose answer never came and that are seen to have happened.
    private mutating func adoptCreated(_ begun: inout [String: SourceRow]) async throws {
        let (stopped, name) = (StoppedRuns(context), pair.name)
        loader.forget()
        for (key, intent) in stopped.begunCreates {
            let (row, before) = (begun[key], decisions.adopted.count)
            let record = try decide { (decisions, known) throws(Needs) in
                try stopped.adopt(key, intent, row: row, pair: name, &decisions, known)
            }
            guard decisions.adopted.count > before || record != nil else { continue }
            begun[key] = nil
            if let record { try await add([record]) }
        }
    }

    /// Likewise rows that it had begun to write into the source.
    private mutating func adoptWritten(_ begun: inout [String: SourceRow]) async throws {
        let linked = LinkedRecords(context)
        for (id, intent) in context.intents.byProjectID.sorted(by: { $0.key < $1.key }) {
            // Of a table that gives a new record its key, what the record holds says which it is.
            let created = begun.values.filter {
                $0.quarantine == nil && context.intents.mayBeCreated($0.record, for: intent)
            }
            guard
                let row = begun[RecordMapper.newKey(projectID: id)]
                    ?? created.min(by: { $0.record.key < $1.record.key })
            else { continue }
            let link = Link(pair: pair.name, sourceKey: row.record.key, projectID: id)
            let record = try decide { (decisions, known) throws(Needs) -> Entry? in
                guard try known.link(projectID: id) == nil else { return nil }
                return try linked.decide(
                    link, linking: .new(.writtenByStoppedRun), source: row.side, &decisions, known)
            }
            guard let record else { continue }
            begun[row.record.key] = nil
            try await add([record])
        }
    }

    // MARK: What was not found

    /// The links of some numbers, in the order of their source keys, some at a time.
    private func eachMissing(
        _ numbers: [Int64], _ body: ([Knowledge.NumberedLink]) async throws -> Void
    ) async throws {
        var start = 0
        while start < numbers.count {
            let some = numbers[start..<min(start + PairPlanning.batchSize, numbers.count)]
            start += some.count
            try await body(try planning.store.links(pair.name, numbers: some))
        }
    }

    private mutating func withholdMissing(_ source: SourceChanges) async throws {
        guard let doubt = context.sourceDoubt, !source.missing.isEmpty else { return }
        let missing = source.missing.numbers
        notes.append(.notFound(count: missing.count, source: pair.source.name, doubt: doubt))
        let records = MissingRecords(context)
        try await eachMissing(missing) { links in
            loader.forget()
            try loader.load(Needs(projectIDs: Set(links.map(\.link.projectID))))
            try await add(
                try links.compactMap { link in
                    let mirror = try loader.known.record(link.link.projectID)
                    return records.withheld(link.link, .notFoundInDoubt, mirror, &decisions)
                })
        }
    }

    private mutating func decideMissing() async throws {
        let missing = MissingRecords(context)
        let rows = MissingRecords.byValue(decisions.unidentified)
        try await eachMissing(decisions.missing.numbers) { links in
            loader.forget()
            try loader.load(Needs(projectIDs: Set(links.map(\.link.projectID))))
            try await add(
                try links.compactMap { link in
                    try decide { (decisions, known) throws(Needs) in
                        try missing.decide(link, unidentified: rows, &decisions, known)
                    }
                })
        }
    }

    // MARK: The project's records

    /// Records without a link follow those with one, which may take them for an heir.
    private mutating func decideProject(linked: Bool) async throws {
        let records = ProjectRecords(context)
        let rows = MissingRecords.byValue(decisions.unidentified)
        var last = ""
        while true {
            let batch = try planning.store.unsettledProjectRecords(
                pair.name, after: last, limit: PairPlanning.batchSize)
            guard let end = batch.last else { return }
            last = end.id
            try planning.run.stop.check()
            let open = batch.filter { !decisions.decided.contains($0.id) }
            loader.forget()
            try loader.load(Needs(projectIDs: Set(open.map(\.id))))
            let isWanted = try open.map { try (loader.known.link(projectID: $0.id) != nil) == linked }
            try await add(
                try zip(open, isWanted).filter(\.1).compactMap { mirror, _ in
                    try decide { (decisions, known) throws(Needs) in
                        try records.decide(mirror, unidentified: rows, &decisions, known)
                    }
                })
        }
    }

    // MARK: The plan

    mutating func finish(
        _ source: SourceChanges, _ project: SideReading, _ doubt: String?
    ) throws -> PairPlan {
        let extras = try builder.applyPlanRules(&loader, planning.run)
        let undecided = builder.undecided(source, doubt: doubt)
        var all = extras
        all.notes = []
        if let incomplete = project.incomplete { all.notes.append(.projectInDoubt(incomplete)) }
        all.notes += notes + extras.notes + builder.unknownFields
        let unrepaired = Set(context.intents.identities).intersection(undecided).count
        let repaired = context.intents.count - unrepaired
        if repaired > 0 { all.notes.append(.repaired(count: repaired)) }
        if unrepaired > 0 { all.notes.append(.unrepaired(count: unrepaired)) }
        if source.leftOut > 0 { all.notes.append(pair.leftOut(source.leftOut)) }
        var reading = source.reading
        reading.incomplete = reading.incomplete ?? doubt
        return try builder.finish(
            reading, project, unchanged: source.unchanged, leftOut: source.leftOut, extras: all,
            undecided: undecided, planning.run)
    }
}

/// Linked rows, with their links and project records.
private struct LoadedRows {
    let rows: [SourceRow]
    let loader: KnowledgeLoader

    init(_ rows: [SourceRow], _ loader: KnowledgeLoader) throws {
        var loader = loader
        try loader.load(Needs(sourceKeys: Set(rows.map(\.record.key))))
        (self.rows, self.loader) = (rows, loader)
    }
}
