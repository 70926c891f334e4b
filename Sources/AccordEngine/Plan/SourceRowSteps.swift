import AccordCore
import AccordState

/// The steps of deciding the source's rows.
struct SourceRowSteps {
    let pair: Pair
    let context: DecisionContext
    let source: SourceChanges
    let stop: StopSignal

    // MARK: Linked rows

    func decideLinked(_ plan: inout PlanInProgress) async throws {
        plan.loader.forget()
        let loader = plan.loader
        var loaded = ComputedAhead<Result<LoadedRows, any Error>>()
        // While a batch is decided, what is known of the next one is loaded.
        try await source.linked.forEachBatch(PairPlanning.batchSize) { rows in
            try stop.check()
            let batches = await loaded.exchange([rows]) { rows in Result { try LoadedRows(rows, loader) } }
            for batch in batches { try await decideLinked(batch.get(), &plan) }
        }
        for batch in await loaded.last() { try await decideLinked(batch.get(), &plan) }
    }

    private func decideLinked(_ batch: LoadedRows, _ plan: inout PlanInProgress) async throws {
        let linked = LinkedRecords(context)
        plan.loader = batch.loader
        var records: [Entry] = []
        for row in batch.rows {
            // Another key of the same hash is linked, not this one: as rare as it is, it is a row like others.
            guard let link = try plan.loader.known.link(sourceKey: row.record.key)?.link else {
                records += try decideTogether([row], &plan)
                continue
            }
            let row = setAsideIfDouble(row)
            records.append(
                try plan.decide { (decisions, known) throws(Needs) in
                    try linked.decide(link, source: row.side, &decisions, known)
                })
        }
        try await plan.add(records)
    }

    // MARK: Rows without a link

    /// - Parameter begun: rows that a stopped run had begun with.
    func decideUnlinked(_ begun: some Sequence<SourceRow>, _ plan: inout PlanInProgress) async throws {
        // Rows whose values others have too, and those that a stopped run had begun with, are decided together.
        var together = Array(begun)
        try await source.unlinked.forEachBatch(PairPlanning.batchSize) { batch in
            try stop.check()
            plan.loader.forget()
            let batch = batch.map(setAsideIfDouble)
            if pair.schema.isByContent {
                try await plan.add(try decideByContent(batch, &plan))
            } else {
                together += try await decideAlone(batch, &plan)
            }
        }
        guard !together.isEmpty else { return }
        plan.loader.forget()
        together.sort { ($0.place?.line ?? 0, $0.record.key) < ($1.place?.line ?? 0, $1.record.key) }
        if pair.schema.isByContent { return try await plan.add(try decideByContent(together, &plan)) }
        try plan.loader.loadHolders(for: together, context)
        try await plan.add(try decideTogether(together, &plan))
    }

    /// Decides rows that no other row bears on.
    ///
    /// - Returns: the others.
    private func decideAlone(_ batch: [SourceRow], _ plan: inout PlanInProgress) async throws -> [SourceRow] {
        let (rows, counts) = (UnlinkedRows(context), source.matchValues)
        try plan.loader.loadHolders(for: batch, context)
        let known = plan.loader.known
        let new = await batch.concurrentMap { rows.decideNew($0, counts, known) }
        var (records, others): ([Entry], [SourceRow]) = ([], [])
        for (row, record) in zip(batch, new) {
            if let record {
                records.append(record)
            } else if try plan.loader.decide({ (known) throws(Needs) in
                try rows.isAlone(row, counts, known)
            }) {
                records += try decideTogether([row], &plan)
            } else {
                others.append(row)
            }
        }
        try await plan.add(records)
        return others
    }

    private func decideTogether(_ rows: [SourceRow], _ plan: inout PlanInProgress) throws -> [Entry] {
        let (unlinked, name) = (UnlinkedRows(context), pair.name)
        return try plan.decide { (decisions, known) throws(Needs) in
            try unlinked.decide(rows, pair: name, &decisions, known)
        }
    }

    private func decideByContent(_ rows: [SourceRow], _ plan: inout PlanInProgress) throws -> [Entry] {
        let (byContent, name) = (RecordsByContent(context), pair.name)
        return try rows.map { row in
            try plan.decide { (decisions, known) throws(Needs) in
                try byContent.decide(row, pair: name, &decisions, known)
            }
        }
    }

    func setAsideIfDouble(_ row: SourceRow) -> SourceRow { DuplicateKeys.settingAside(row, source.duplicateKeys) }
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
