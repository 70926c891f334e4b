import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Makes the plan of a pair of review requests: detects which rows may ask, loads what is known of their people, and has
/// it decided.
///
/// `plan()` reads top to bottom as the way of the data. What is decided is decided by AccordCore, with values alone. What
/// a stopped run may have sent is found out first.
struct RequestPlanning {
    let pair: Pair
    let requests: ReviewRequests
    let run: PlanningRun

    private var store: any StateStore { run.store }

    func plan() async throws -> PairPlan {
        let loader = PeopleLoader(pair: pair, requests: requests, run: run)
        let project = try await loader.refresh()
        // Everything that follows reads one view of the state.
        try store.beginSnapshot()
        defer { try? store.endSnapshot() }
        var people = try await loader.load()
        var unanswered = try await UnansweredLoader(pair: pair, requests: requests, run: run).load()
        for (person, at) in unanswered.asked { people.remember(at, id: person) }
        for intent in unanswered.open { people.addRequests(of: intent) }
        let decider = try decider()
        var plan = PlanBuilder(pair: pair, store: store)
        let rows = try await RequestScan(pair: pair, run: run, decider: decider).rows(people, &unanswered) {
            try plan.add($0)
        }
        try loader.loadPlanned(&people, named: rows.names)
        try await decide(rows, decider, &people, &plan)
        for entry in unanswered.withoutRow { try plan.add(entry) }
        var made = try plan.finish(
            rows.reading, project, unchanged: rows.asked, leftOut: rows.leftOut + rows.tooOld,
            notes: unanswered.notes + notes(rows), names: PlannedNames(), undecided: unanswered.undecided,
            run)
        made.references = try pair.references(store)
        return made
    }

    private func decider() throws -> RequestDecider {
        let refused = try store.quarantine(pair.name).filter { $0.operationFingerprint != nil }.map { item in
            (item.key, RefusedRequest(quarantine: Quarantine(item.cause, item.message), row: item.recordFingerprint))
        }
        return RequestDecider(
            rules: requests.rules, fields: requests.fields, protected: try requests.protected(by: pair, store),
            refused: Dictionary(refused, uniquingKeysWith: { first, _ in first }), now: run.now)
    }

    private func decide(
        _ rows: RequestRows, _ decider: RequestDecider, _ people: inout KnownPeople, _ plan: inout PlanBuilder
    ) async throws {
        var loader = try KnowledgeLoader(pair: requests.people, store: store)
        try await rows.open.forEachBatch(PairPlanning.batchSize) { batch in
            try run.stop.check()
            try loader.load(people, namedBy: batch.map(\.record))
            for row in batch {
                // Rows with one key between them may be one job or two: a person says which.
                let row = DuplicateKeys.settingAside(row, rows.duplicateKeys)
                try plan.add(
                    loader.decide { (known) throws(Needs) in
                        try decider.decide(row, &people, known)
                    })
            }
        }
    }

    private func notes(_ rows: RequestRows) -> [PlanNote] {
        var notes: [PlanNote] = []
        if rows.leftOut > 0 { notes.append(pair.leftOut(rows.leftOut)) }
        if rows.tooOld > 0 { notes.append(.tooOldToAsk(count: rows.tooOld, days: requests.rules.within)) }
        return notes
    }
}
