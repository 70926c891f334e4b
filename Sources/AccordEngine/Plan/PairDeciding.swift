import AccordCore
import AccordState

/// The steps of deciding, in their order.
struct PairDeciding {
    let planning: PairPlanning
    let context: DecisionContext

    private var pair: Pair { planning.pair }

    func decide(_ source: SourceChanges, _ plan: inout PlanInProgress) async throws {
        let rows = SourceRowSteps(pair: pair, context: context, source: source, stop: planning.run.stop)
        let stopped = StoppedRunSteps(pair: pair, context: context)
        try await plan.add(source.setAside)
        try await rows.decideLinked(&plan)
        if context.sourceDoubt != nil { try await withholdMissing(source, &plan) }
        var begun = source.begun.mapValues(rows.setAsideIfDouble)
        try await stopped.linkCreated(&begun, &plan)
        try await stopped.linkWritten(&begun, &plan)
        try await rows.decideUnlinked(begun.values, &plan)
        try await decideMissing(&plan)
        try await stopped.deleteReplaced(&plan)
        // Records without a link follow those with one, which may take one of them for their successor.
        try await decideProject(linked: true, &plan)
        try await decideProject(linked: false, &plan)
    }

    // MARK: What was not found

    /// The links of some numbers, in the order of their source keys, some at a time, with their project records loaded.
    private func eachMissing(
        _ numbers: [Int64], _ plan: inout PlanInProgress,
        _ decide: (Knowledge.NumberedLink, inout PlanInProgress) throws -> Entry?
    ) async throws {
        for numbers in numbers.groups(of: PairPlanning.batchSize) {
            let links = try planning.store.links(pair.name, numbers: numbers)
            plan.loader.forget()
            try plan.loader.load(Needs(projectIDs: Set(links.map(\.link.projectID))))
            var records: [Entry] = []
            for link in links {
                if let record = try decide(link, &plan) { records.append(record) }
            }
            try await plan.add(records)
        }
    }

    private func withholdMissing(_ source: SourceChanges, _ plan: inout PlanInProgress) async throws {
        guard let doubt = context.sourceDoubt, !source.missing.isEmpty else { return }
        let missing = source.missing.numbers
        plan.add(.notFound(count: missing.count, source: pair.source.name, doubt: doubt))
        let records = MissingRecords(context)
        try await eachMissing(missing, &plan) { link, plan in
            let mirror = try plan.loader.known.record(link.link.projectID)
            return records.withheld(link.link, .notFoundInDoubt, mirror, &plan.decisions)
        }
    }

    private func decideMissing(_ plan: inout PlanInProgress) async throws {
        let missing = MissingRecords(context)
        let rows = MissingRecords.byValue(plan.decisions.unidentified)
        try await eachMissing(plan.decisions.missing.numbers, &plan) { link, plan in
            try plan.decide { (decisions, known) throws(Needs) in
                try missing.decide(link, unidentified: rows, &decisions, known)
            }
        }
    }

    // MARK: The project's records

    private func decideProject(linked: Bool, _ plan: inout PlanInProgress) async throws {
        let records = ProjectRecords(context)
        let rows = MissingRecords.byValue(plan.decisions.unidentified)
        var last = ""
        while true {
            let batch = try planning.store.unsettledProjectRecords(
                pair.name, after: last, limit: PairPlanning.batchSize)
            guard let end = batch.last else { return }
            last = end.id
            try planning.run.stop.check()
            let open = batch.filter { !plan.decisions.decided.contains($0.id) }
            plan.loader.forget()
            try plan.loader.load(Needs(projectIDs: Set(open.map(\.id))))
            let known = plan.loader.known
            var entries: [Entry] = []
            for mirror in open where try (known.link(projectID: mirror.id) != nil) == linked {
                let entry = try plan.decide { (decisions, known) throws(Needs) in
                    try records.decide(mirror, unidentified: rows, &decisions, known)
                }
                if let entry { entries.append(entry) }
            }
            try await plan.add(entries)
        }
    }
}
