import AccordCore
import AccordSQLite
import AccordState
import AccordTables

/// Makes the plan of one pair: detects what changed on both sides, loads what is known of it, and has it decided.
///
/// `plan()` reads top to bottom as the way of the data. What is decided is decided by AccordCore, with values alone.
struct PairPlanning {
    let pair: Pair
    let run: PlanningRun

    private static let batchSize = 512

    private var store: StateStore { run.store }

    func plan() async throws -> PairPlan {
        let memory = try store.sourceMemory(pair.name)
        let mappingChanged = memory.map { $0.mapping != pair.mapping.fingerprint } ?? false
        let project = try await MirrorRead(pair: pair, run).refresh(
            full: run.options.full, mappingChanged: mappingChanged)
        // Everything that follows reads one view of the state.
        try store.beginSnapshot()
        defer { try? store.endSnapshot() }
        let intents = try OpenIntents(store.openIntents(pair.name))
        let source = try await readSource(memory, mappingChanged: mappingChanged, intents)
        let doubt = try source.proof.flatMap { try sourceDoubt($0, source, memory) }
        let context = DecisionContext(
            reconciler: Reconciler(
                mapping: pair.mapping, schema: pair.schema, knownFields: memory?.known(in: pair.mapping) ?? []),
            intents: intents, resolved: try resolvedConflicts(), sourceDoubt: doubt, leftOutKeys: source.leftOutKeys,
            isOneText: pair.isDerived)
        var deciding = Deciding(
            planning: self, context: context, loader: try KnowledgeLoader(pair: pair, store: store),
            decisions: Decisions(
                missing: doubt == nil ? source.missing : NumberSet(), unidentified: source.unidentified),
            builder: PlanBuilder(
                pair: pair, store: store, intents: intents,
                RuleContext(duplicateKeys: source.duplicateKeys, refused: try refusedWrites(project))))
        try await deciding.decide(source)
        return try deciding.finish(source, project, doubt)
    }

    // MARK: - Detect

    private func readSource(
        _ memory: SourceMemory?, mappingChanged: Bool, _ intents: OpenIntents
    ) async throws -> SourceChanges {
        if let unread = try await unreadSource(memory, mappingChanged: mappingChanged, intents) { return unread }
        guard let table = pair.source as? any ScannableTable else {
            throw EngineError.cannot("be read", pair: pair.name, table: pair.source.name)
        }
        let mapper = try await pair.mapper(store, planned: run.earlier)
        let scan = SourceScan(
            pair: pair, store: store, intents: intents, mappingChanged: mappingChanged, stop: run.stop,
            progress: run.progress)
        return try await scan.changes(table, mapper)
    }

    /// A source that is as it was when the last run settled it is not read. Which linked rows the mapping leaves out,
    /// only the rows themselves say.
    private func unreadSource(
        _ memory: SourceMemory?, mappingChanged: Bool, _ intents: OpenIntents
    ) async throws -> SourceChanges? {
        guard let memory, let known = memory.stamp, pair.source.capabilities.stamp,
            let table = pair.source as? any StampedTable
        else { return nil }
        let stamp = try await table.stamp()
        guard known == stamp.text, !mappingChanged, !run.options.full, intents.isEmpty, pair.mapping.only == nil else {
            return nil
        }
        func spool() -> RowSpool { RowSpool(fields: [], file: "", folder: store.folder) }
        return SourceChanges(
            reading: SideReading(
                mode: .notRead, records: memory.records, read: 0, stamp: stamp.text, endsCleanly: memory.endsCleanly),
            linked: spool(), unlinked: spool())
    }

    /// Why a record that was not found in the source does not count as gone.
    private func sourceDoubt(_ proof: ScanProof, _ source: SourceChanges, _ memory: SourceMemory?) throws -> String? {
        // A name that nobody uses any more is no loss.
        if pair.isDerived { return nil }
        let missing = try store.linkedCount(pair.name, among: source.missing)
        let doubt = Completeness.doubt(
            flaw: proof.incomplete, records: proof.count, endsCleanly: proof.endsCleanly, before: memory,
            missing: missing, allowances: run.options.allowances)
        if let doubt { return doubt }
        guard missing > 0, let row = source.unidentified.first(where: \.mayBeAnybody) else { return nil }
        return row.place.map { "line \($0.line) has no key, e-mail or phone, so it could be any missing record" }
            ?? "several rows have the same key"
    }

    // MARK: - Know

    private func resolvedConflicts() throws -> [String: [ResolvedConflict]] {
        var resolved: [String: [ResolvedConflict]] = [:]
        for item in try store.conflicts(pair.name) {
            guard let side = item.resolution else { continue }
            resolved[item.sourceKey, default: []].append(ResolvedConflict(conflict: item.conflict, side: side))
        }
        return resolved
    }

    /// Writes that were refused are held back until something about them changes: the record, what it refers to, or what
    /// a whole read of the project may have shown.
    private func refusedWrites(_ project: SideReading) throws -> [String: RefusedWrite] {
        let referencesChange = run.earlier.contains { plan in
            pair.schema.references.contains(plan.resource) && plan.counts.operations[.project]?.isEmpty == false
        }
        guard !referencesChange, project.mode != .full || !pair.project.capabilities.changes else { return [:] }
        let refused = try store.quarantine(pair.name).compactMap { item in
            item.operationFingerprint.map {
                (item.key, RefusedWrite(quarantine: Quarantine(item.cause, item.message), operations: $0))
            }
        }
        return Dictionary(refused, uniquingKeysWith: { first, _ in first })
    }

    // MARK: - Decide

    /// The steps of deciding, each of which hands its records to the builder.
    private struct Deciding {
        let planning: PairPlanning
        let context: DecisionContext
        var loader: KnowledgeLoader
        var decisions: Decisions
        var builder: PlanBuilder
        var notes: [PlanNote] = []

        private var pair: Pair { planning.pair }

        mutating func decide(_ source: SourceChanges) async throws {
            for record in source.setAside { try add([record]) }
            try await decideLinked(source)
            if context.sourceDoubt != nil { try withholdMissing(source) }
            var begun = source.begun
            try adoptCreated(&begun)
            try adoptWritten(&begun)
            try await decideUnlinked(source, begun.values.sorted { ($0.place?.line ?? 0) < ($1.place?.line ?? 0) })
            try decideMissing()
            try decideProject(linked: true)
            try decideProject(linked: false)
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
        private mutating func add(_ records: [Entry]) throws {
            let values = records.reduce(into: Set<FieldValue>()) { $0.formUnion(builder.claimedValues(of: $1)) }
            var missing: Set<FieldValue> = []
            for value in values where (try? loader.known.holders(of: value)) == nil { missing.insert(value) }
            if !missing.isEmpty { try loader.load(Needs(values: missing)) }
            for record in records { try builder.add(record, loader.known) }
        }

        // MARK: The source's rows

        private mutating func decideLinked(_ source: SourceChanges) async throws {
            let linked = LinkedRecords(context)
            try await source.linked.forEachBatch(PairPlanning.batchSize) { rows in
                try planning.run.stop.check()
                loader.forget()
                try loader.loadLinked(rows.map(\.record.key))
                var records: [Entry] = []
                for row in rows {
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
                try add(records)
            }
        }

        private mutating func decideUnlinked(_ source: SourceChanges, _ begun: [SourceRow]) async throws {
            // Rows whose values others have too, and those that a stopped run had begun with, are decided together.
            var together = begun.map { setAsideIfDouble($0, source) }
            let (rows, counts) = (UnlinkedRows(context), source.matchValues)
            let isByContent = pair.schema.isByContent
            try await source.unlinked.forEachBatch(PairPlanning.batchSize) { batch in
                try planning.run.stop.check()
                loader.forget()
                let batch = batch.map { setAsideIfDouble($0, source) }
                if isByContent {
                    try add(try decideByContent(batch))
                    return
                }
                try loader.loadHolders(
                    of: batch.reduce(into: []) { $0.formUnion(context.matchValues($1.record.values)) })
                var records: [Entry] = []
                for row in batch {
                    let isAlone = try loader.decide { (known) throws(Needs) in
                        row.quarantine == nil ? try rows.isAlone(row, counts, known) : true
                    }
                    if isAlone {
                        records += try decideTogether([row])
                    } else {
                        together.append(row)
                    }
                }
                try add(records)
            }
            guard !together.isEmpty else { return }
            loader.forget()
            together.sort { ($0.place?.line ?? 0) < ($1.place?.line ?? 0) }
            if isByContent { return try add(try decideByContent(together)) }
            try loader.loadHolders(
                of: together.reduce(into: []) { $0.formUnion(context.matchValues($1.record.values)) })
            try add(try decideTogether(together))
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
        private mutating func adoptCreated(_ begun: inout [String: SourceRow]) throws {
            let (stopped, name) = (StoppedRuns(context), pair.name)
            loader.forget()
            for (key, intent) in stopped.begunCreates {
                let (row, before) = (begun[key], decisions.adopted.count)
                let record = try decide { (decisions, known) throws(Needs) in
                    try stopped.adopt(key, intent, row: row, pair: name, &decisions, known)
                }
                guard decisions.adopted.count > before || record != nil else { continue }
                begun[key] = nil
                if let record { try add([record]) }
            }
        }

        /// Likewise rows that it had begun to write into the source.
        private mutating func adoptWritten(_ begun: inout [String: SourceRow]) throws {
            let linked = LinkedRecords(context)
            for id in context.intents.byProjectID.keys.sorted() {
                guard let row = begun[RecordMapper.newKey(projectID: id)] else { continue }
                let link = Link(pair: pair.name, sourceKey: row.record.key, projectID: id)
                let record = try decide { (decisions, known) throws(Needs) -> Entry? in
                    guard try known.link(projectID: id) == nil else { return nil }
                    return try linked.decide(
                        link, linking: .new(.writtenByStoppedRun), source: row.side, &decisions, known)
                }
                guard let record else { continue }
                begun[row.record.key] = nil
                try add([record])
            }
        }

        // MARK: What was not found

        /// The links of some numbers, in the order of their source keys, some at a time.
        private func eachMissing(
            _ numbers: [Int64], _ body: ([Knowledge.NumberedLink]) throws -> Void
        ) throws {
            var start = 0
            while start < numbers.count {
                let some = numbers[start..<min(start + PairPlanning.batchSize, numbers.count)]
                start += some.count
                try body(try planning.store.links(pair.name, numbers: some))
            }
        }

        private mutating func withholdMissing(_ source: SourceChanges) throws {
            guard let doubt = context.sourceDoubt, !source.missing.isEmpty else { return }
            let missing = source.missing.numbers
            notes.append(.notFound(count: missing.count, source: pair.source.name, doubt: doubt))
            let records = MissingRecords(context)
            try eachMissing(missing) { links in
                loader.forget()
                try loader.load(Needs(projectIDs: Set(links.map(\.link.projectID))))
                for link in links {
                    let mirror = try loader.known.record(link.link.projectID)
                    if let record = records.withheld(link.link, .notFoundInDoubt, mirror, &decisions) {
                        try add([record])
                    }
                }
            }
        }

        private mutating func decideMissing() throws {
            let missing = MissingRecords(context)
            let rows = MissingRecords.byValue(decisions.unidentified)
            try eachMissing(decisions.missing.numbers) { links in
                loader.forget()
                try loader.load(Needs(projectIDs: Set(links.map(\.link.projectID))))
                for link in links {
                    let record = try decide { (decisions, known) throws(Needs) in
                        try missing.decide(link, unidentified: rows, &decisions, known)
                    }
                    if let record { try add([record]) }
                }
            }
        }

        // MARK: The project's records

        /// Records without a link follow those with one, which may take them for an heir.
        private mutating func decideProject(linked: Bool) throws {
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
                for mirror in open where try (loader.known.link(projectID: mirror.id) != nil) == linked {
                    let record = try decide { (decisions, known) throws(Needs) in
                        try records.decide(mirror, unidentified: rows, &decisions, known)
                    }
                    if let record { try add([record]) }
                }
            }
        }

        // MARK: The plan

        mutating func finish(
            _ source: SourceChanges, _ project: SideReading, _ doubt: String?
        ) throws -> PairPlan {
            let extras = try builder.applyPlanRules(&loader, planning.run)
            let unrepaired = builder.unrepaired(source, doubt: doubt)
            var all = extras
            all.notes = []
            if let incomplete = project.incomplete { all.notes.append(.projectInDoubt(incomplete)) }
            all.notes += notes + extras.notes
            let repaired = context.intents.count - unrepaired.count
            if repaired > 0 { all.notes.append(.repaired(count: repaired)) }
            if !unrepaired.isEmpty { all.notes.append(.unrepaired(count: unrepaired.count)) }
            if source.leftOut > 0 { all.notes.append(pair.leftOut(source.leftOut)) }
            var reading = source.reading
            reading.incomplete = reading.incomplete ?? doubt
            // What only others name is neither deleted nor suddenly gone.
            let linked = pair.isDerived ? 0 : try planning.store.linkedCount(pair.name)
            return try builder.finish(
                reading, project, unchanged: source.unchanged, leftOut: source.leftOut, extras: all,
                unrepaired: unrepaired, linked: linked, planning.run.options.allowances)
        }
    }
}
