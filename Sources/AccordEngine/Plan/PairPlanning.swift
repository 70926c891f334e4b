import AccordCore
import AccordState
import AccordTables

/// Makes the plan of one pair: detects what changed on both sides, loads what is known of it, and has it decided.
///
/// `plan()` reads top to bottom as the way of the data. What is decided is decided by AccordCore, with values alone.
package struct PairPlanning {
    let pair: Pair
    let run: PlanningRun

    package static let batchSize = 1024

    var store: any StateStore { run.store }

    func plan() async throws -> PairPlan {
        let memory = try store.sourceMemory(pair.name)
        let mappingChanged = memory.map { $0.mapping != pair.mapping.fingerprint } ?? false
        let mirror = MirrorRead(pair: pair, run)
        let isFullReadDue = run.options.full || mirror.isFullReadDue
        let project = try await mirror.refresh(full: run.options.full, mappingChanged: mappingChanged)
        // Everything that follows reads one view of the state.
        try store.beginSnapshot()
        defer { try? store.endSnapshot() }
        let intents = try OpenIntents(store.openIntents(pair.name))
        let references = try pair.references(store)
        let meansTheSame = memory.map { $0.isUnderstood(by: pair.mapping.fingerprint, references) } ?? false
        let source = try await readSource(memory, meansTheSame: meansTheSame, intents)
        let doubt = try source.proof.flatMap { try sourceDoubt($0, source, memory) }
        let resolved = try resolvedConflicts()
        let context = DecisionContext(
            reconciler: Reconciler(
                mapping: pair.mapping, schema: pair.schema,
                knownFields: pair.mapping.knownFields(try store.baseColumns(pair.name)),
                optOuts: try await OptOutKnowledge(pair: pair, run: run).optOuts(source)),
            intents: intents, resolved: resolved, sourceDoubt: doubt, leftOutKeys: source.leftOutKeys,
            formerNames: try formerNames(), isOneText: pair.isDerived)
        var loader = try KnowledgeLoader(pair: pair, store: store, others: try run.otherLinks(of: pair))
        let landed = try loader.decide { (known) throws(Needs) in try StoppedRuns(context).landed(known) }
        var progress = PlanInProgress(
            pair, context, loader,
            Decisions(missing: doubt == nil ? source.missing : NumberSet(), unidentified: source.unidentified),
            PlanBuilder(
                pair: pair, store: store, intents, decided: Set(resolved.keys.map(RecordIdentity.source)),
                RuleContext(
                    duplicateKeys: source.duplicateKeys, refused: try refusedWrites(isFullReadDue: isFullReadDue),
                    late: try await lateCreates(intents), landed: landed,
                    earlier: try earlierCreates(),
                    doubt: doubt.map { reason in
                        let isCut = Completeness.mayBeCut(endsCleanly: source.reading.endsCleanly, before: memory)
                        return SourceDoubt(reason: reason, cutLine: isCut ? source.lastLine : nil)
                    })))
        try await PairDeciding(planning: self, context: context).decide(source, &progress)
        var plan = try await progress.finish(source, project, doubt: doubt, run)
        plan.references = references
        try checkWritable(plan)
        return plan
    }

    /// What a table cannot do is said while nothing was sent yet.
    private func checkWritable(_ plan: PairPlan) throws {
        for (side, table) in [(Side.source, pair.source), (.project, pair.project)] {
            guard plan.counts.writes(to: side) else { continue }
            if table.recordWritable != nil { continue }
            if side == .source, table.batchWritable != nil { continue }
            throw table.batchWritable != nil
                ? EngineError.projectWrittenAsWhole(pair: pair.name, table: table.name)
                : EngineError.cannot("be written", pair: pair.name, table: table.name)
        }
    }

    // MARK: - Detect

    /// - Parameter meansTheSame: rows that are as they were mean what they meant.
    private func readSource(
        _ memory: SourceMemory?, meansTheSame: Bool, _ intents: OpenIntents
    ) async throws -> SourceChanges {
        if meansTheSame, let unread = try await unreadSource(memory, intents) { return unread }
        guard let table = pair.source.scannable else {
            throw EngineError.cannot("be read", pair: pair.name, table: pair.source.name)
        }
        let mapper = try await pair.mapper(store, planned: run.earlier)
        let scan = SourceScan(
            pair: pair, store: store, intents: intents, meansTheSame: meansTheSame, stop: run.stop,
            progress: run.progress)
        return try await scan.changes(table, mapper)
    }

    /// A source that is as it was when the last run settled it is not read. Which linked rows the mapping leaves out,
    /// only the rows themselves say.
    private func unreadSource(_ memory: SourceMemory?, _ intents: OpenIntents) async throws -> SourceChanges? {
        guard let memory, let known = memory.stamp, let table = pair.source.stamped else { return nil }
        let stamp = try await table.stamp()
        guard known == stamp.text, !run.options.full, intents.isEmpty, pair.mapping.only == nil else { return nil }
        func spool() -> RowSpool { RowSpool(form: SourceRowForm(fields: [], file: ""), folder: store.folder) }
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
        return row.place.map { "nothing on line \($0.line) says which record it is, so it could be any missing one" }
            ?? source.duplicateKeys.min().map {
                "several rows have the key \"\($0)\", so one of them could be any missing one"
            }
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

    /// Names of records of other pairs that plans of this run change, by what they will be.
    private func formerNames() throws -> [FieldValue: Value] {
        guard pair.schema.isByContent else { return [:] }
        var former: [FieldValue: Value] = [:]
        for field in pair.mapping.fields {
            guard let plan = run.earlier.first(where: { $0.name == field.pair }), !plan.names.isEmpty else { continue }
            for (key, name) in try store.linkedNames(plan.name) {
                guard let next = plan.names[key], next != name else { continue }
                former[FieldValue(field: field.name, value: .string(next))] = .string(name)
            }
        }
        return former
    }

    private func earlierCreates() throws -> EarlierCreates {
        var earlier = EarlierCreates()
        for plan in run.earlier where plan.resource == pair.schema.name {
            try plan.records.forEach(where: { $0.contains(.writesProject) }) { record in
                earlier.add(record, of: plan.name, pair.schema)
                return true
            }
        }
        return earlier
    }

    private func lateCreates(_ intents: OpenIntents) async throws -> LateCreates {
        var tables: [Side: TableSchema] = [:]
        if pair.project.recordWritable != nil { tables[.project] = pair.schema }
        // A file is written by nobody but the run itself.
        if pair.source.batchWritable == nil, pair.source.recordWritable != nil {
            tables[.source] = try await pair.source.schema()
        }
        var late = LateCreates(intents, begun: try store.intentsBegun(pair.name), tables: tables, now: run.now)
        for other in run.others(like: pair) {
            let intents = try OpenIntents(store.openIntents(other.name))
            if intents.isEmpty { continue }
            late.add(others: intents, begun: try store.intentsBegun(other.name), now: run.now)
        }
        return late
    }

    /// Writes that were refused are held back until something about them changes: the record, what it refers to, or what
    /// a whole read of the project may have shown that was due anyway. One that a refused write brought about would go in
    /// circles.
    private func refusedWrites(isFullReadDue: Bool) throws -> [String: RefusedWrite] {
        let referencesChange = run.earlier.contains { plan in
            // Who opts out is named as before.
            pair.refersTo.contains(plan.resource) && plan.counts.count(.project, .create, .update, .unarchive) > 0
        }
        guard !referencesChange, !isFullReadDue || pair.project.incremental == nil else { return [:] }
        let refused = try store.quarantine(pair.name).compactMap { item in
            item.operationFingerprint.map {
                (item.key, RefusedWrite(quarantine: Quarantine(item.cause, item.message), operations: $0))
            }
        }
        return Dictionary(refused, uniquingKeysWith: { first, _ in first })
    }
}
