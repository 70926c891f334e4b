import AccordCore
import AccordState
import AccordTables
import Foundation
import Logging

/// Plans and carries out runs over one state: what the command line, and anything else that drives Accord, calls.
public struct Engine: Sendable {
    let pairs: [Pair]
    /// Pairs of the configuration that are left out of this run.
    let unplanned: [Pair]
    let store: any StateStore
    let time: any TimeSource
    /// Of accord.yaml as far as it bears on a plan.
    let configuration: Fingerprint
    let concurrency: Int
    let logger: Logger
    let stop: StopSignal
    let progress: @Sendable (Progress) -> Void

    /// How long the ledger remembers.
    static let ledgerDays = 400

    /// - Parameter unplanned: pairs that are left out of this run. Their sources may be read, to know who opted out.
    public init(
        pairs: [Pair], unplanned: [Pair] = [], store: any StateStore, time: any TimeSource, configuration: Fingerprint,
        concurrency: Int = 4,
        logger: Logger, stop: StopSignal = StopSignal(), progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.pairs = Engine.ordered(pairs)
        self.unplanned = unplanned
        self.store = store
        self.time = time
        self.configuration = configuration
        self.concurrency = max(1, concurrency)
        self.logger = logger
        self.stop = stop
        self.progress = progress
    }

    /// What others refer to comes first: locations before the customers that name them. Else as they are given.
    ///
    /// A resource that refers to itself through others cannot come first: the description is checked for that.
    private static func ordered(_ pairs: [Pair]) -> [Pair] {
        var waiting = pairs
        var ordered: [Pair] = []
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.schema.name))
            // What a pair of their own creates, no other one has to.
            let own = Set(waiting.filter { !$0.isDerived }.map(\.schema.name))
            let index =
                waiting.firstIndex {
                    $0.refersTo.isDisjoint(with: names) && !($0.isDerived && own.contains($0.schema.name))
                } ?? 0
            ordered.append(waiting.remove(at: index))
        }
        return ordered
    }

    func planning(
        _ options: RunOptions = RunOptions(), readsProject: Bool = true, after earlier: [PairPlan] = []
    ) -> PlanningRun {
        PlanningRun(
            store: store, time: time, options: options, readsProject: readsProject, earlier: earlier,
            pairs: pairs, unplanned: unplanned, stop: stop, progress: progress)
    }

    // MARK: - Planning

    /// Reads both sides and says what would be done. Nothing is written to either.
    public func plan(_ options: RunOptions = RunOptions()) async throws -> Plan {
        let plans = try await plans(of: pairs, options)
        // What planning itself came to know, who opted out above all, makes it no older.
        return Plan(madeAt: Int64(time.unixTime), state: try store.mark(), configuration: configuration, pairs: plans)
    }

    /// Plans some pairs, each knowing the plans before it. One of several that fails has the reason in place of its plan.
    func plans(of pairs: [Pair], _ options: RunOptions, readsProject: Bool = true) async throws -> [PairPlan] {
        var plans: [PairPlan] = []
        var failed: Set<String> = []
        for pair in pairs {
            do {
                if readsProject { try await readNamed(by: [pair], options) }
                if let other = pair.refersTo.intersection(failed).min() {
                    throw EngineError.waits(pair: pair.name, resource: other)
                }
                plans.append(try await plan(pair, planning(options, readsProject: readsProject, after: plans)))
            } catch let error as any ExplainedError where pairs.count > 1 && !error.concernsAllPairs {
                failed.insert(pair.schema.name)
                plans.append(PairPlan(pair, failure: error.description))
            }
        }
        try keepFindings()
        let kept = try knowingMoves(creatingWhatIsNamed(plans), options.allowances)
        return Engine.holdingSends(kept, options.allowances)
    }

    /// What rows name by the keys of pairs that are left out of the run is as it is by now: an address may be somebody
    /// else's.
    private func readNamed(by pairs: [Pair], _ options: RunOptions) async throws {
        let named = pairs.reduce(into: Set()) { $0.formUnion($1.namedByKey) }
        for other in unplanned where named.contains(other.name) {
            guard try store.lastFullRead(other.name) != nil else { continue }
            _ = try await MirrorRead(pair: other, planning(options)).refresh(full: false, mappingChanged: false)
        }
    }

    private func plan(_ pair: Pair, _ run: PlanningRun) async throws -> PairPlan {
        if let sender = pair.sender { return try await sender.plan(pair, run) }
        return try await PairPlanning(pair: pair, run: run).plan()
    }

    // MARK: - Runs

    /// Plans and applies in one go: the scheduled run.
    public func sync(
        _ options: RunOptions = RunOptions(), onPlan: (Plan) throws -> Void = { _ in }
    ) async throws -> RunReport {
        let started = time.monotonic
        let requests = await requestCount()
        let plan = try await remembering("sync", started: started, requests: requests) { try await self.plan(options) }
        try onPlan(plan)
        return try await execute(
            plan, kind: "sync", options.allowances, started: started, requests: requests)
    }

    /// Applies a saved plan: exactly that, once. What changed since it was made is skipped and reported.
    ///
    /// - Parameter id: the fingerprint of the plan's document.
    public func apply(
        _ plan: Plan, id: Fingerprint, _ options: RunOptions = RunOptions()
    ) async throws -> RunReport {
        let started = time.monotonic
        let requests = await requestCount()
        try checkFresh(plan, id: id)
        let current = try await remembering("apply", started: started, requests: requests) {
            try await upToDate(plan, options)
        }
        return try await execute(
            current, kind: "apply", planID: id.description, options.allowances, started: started, requests: requests)
    }

    /// A saved plan, held against what changed in the project since it was made, and against what the run allows.
    private func upToDate(_ plan: Plan, _ options: RunOptions) async throws -> Plan {
        var current = plan
        let planned = Set(plan.pairs.map(\.name))
        try await readNamed(by: pairs.filter { planned.contains($0.name) }, options)
        for index in current.pairs.indices {
            guard let pair = pairs.first(where: { $0.name == current.pairs[index].name }) else { continue }
            // Each operation is held against what is read here before it is sent.
            _ = try await MirrorRead(
                pair: pair.people, planning(options, after: Array(current.pairs[..<index]))
            ).refresh(full: false, mappingChanged: false)
            current.pairs[index].refusals = try pair.refusals(of: current.pairs[index], options.allowances, store)
        }
        return current
    }

    private func checkFresh(_ plan: Plan, id: Fingerprint) throws {
        let mark = try store.mark()
        if try store.planWasApplied(id.description) { throw EngineError.stale(reason: "it was applied already") }
        if plan.state.id != mark.id { throw EngineError.stale(reason: "it was made from another state file") }
        if plan.state.settled != mark.settled {
            throw EngineError.stale(reason: EngineError.stateMoved)
        }
        if plan.configuration != configuration { throw EngineError.stale(reason: "accord.yaml has changed since") }
        for pairPlan in plan.pairs {
            guard let pair = pairs.first(where: { $0.name == pairPlan.name }) else {
                throw EngineError.unknownPair(pairPlan.name, known: pairs.map(\.name))
            }
            if pair.mapping.fingerprint != pairPlan.mapping {
                throw EngineError.stale(reason: "the mapping of \(pair.name) has changed since")
            }
        }
    }

    // MARK: - Carrying a plan out, pair by pair

    private func execute(
        _ plan: Plan, kind: String, planID: String? = nil, _ allowances: Allowances, started: Double, requests: Int
    ) async throws -> RunReport {
        let refusals = plan.pairs.flatMap(\.refusals)
        guard refusals.isEmpty else {
            let error = EngineError.guarded(refusals)
            try await remember(kind, .refused, error, started: started, requests: requests)
            throw error
        }
        let run = try store.beginRun(kind: kind, planID: planID, at: Int64(time.unixTime))
        var report = RunReport(run: run)
        report.allowedSends = allowances.sends
        let sends = allowances.holding(sends: Engine.sends(of: plan.pairs)) == nil
        let reached = Claims()
        var failed: Set<String> = []
        for pairPlan in plan.pairs where !stop.isStopped {
            guard let pair = pairs.first(where: { $0.name == pairPlan.name }) else { continue }
            let blocking = pair.refersTo.intersection(failed).min()
            if let failure = pairPlan.failure
                ?? blocking.map({ EngineError.waits(pair: pair.name, resource: $0).description })
            {
                report.failures.append(failure)
                failed.insert(pair.schema.name)
                continue
            }
            let named = pair.namedByKey
            let failure = try await execute(
                pair, pairPlan, isSaved: planID != nil,
                namesMayHaveMoved: plan.pairs.contains { named.contains($0.name) && !$0.names.isEmpty }
                    || planID != nil && !named.isEmpty, sends: sends, reached, &report)
            progress(.finished(pair: pair.name))
            guard let failure else { continue }
            report.failures.append(failure.description)
            failed.insert(pair.schema.name)
            if failure.concernsAllPairs { break }
        }
        report.requests = await requestCount() - requests
        report.seconds = time.monotonic - started
        report.outcome = outcome(report)
        _ = try store.prune(before: Int64(time.unixTime) - Int64(Engine.ledgerDays) * 86_400)
        try finish(report)
        return report
    }

    /// - Parameters:
    ///   - isSaved: the plan was made before this run.
    ///   - namesMayHaveMoved: what its rows name may be called otherwise by now.
    ///   - sends: messages may reach people in this run.
    ///   - reached: whom they were begun to reach.
    /// - Returns: why the pair could not be finished; nil if it was.
    private func execute(
        _ pair: Pair, _ plan: PairPlan, isSaved: Bool, namesMayHaveMoved: Bool, sends: Bool, _ reached: Claims,
        _ report: inout RunReport
    ) async throws -> (any ExplainedError)? {
        var (plan, namesMayHaveMoved) = (plan, namesMayHaveMoved)
        plan.records = try namingAwaited(pair, plan.records)
        if !pair.namedByKey.isEmpty, plan.counts.writes(to: .project) {
            if let failure = try await lookAtNamed(by: pair) { return failure }
            if try pair.references(store) != plan.references { namesMayHaveMoved = true }
        }
        var executor = Executor(
            Execution(
                pair: pair, plan: plan, isSaved: isSaved, namesMayHaveMoved: namesMayHaveMoved, sends: sends,
                run: report.run, planning: planning(), reached: reached, concurrency: concurrency, logger: logger))
        try await executor.execute()
        try keepFindings()
        report.add(executor.tally, plan)
        report.quarantined += try store.standingQuarantineCount(pair.name)
        // A list that can never prove itself whole is no news.
        if plan.project.incomplete != nil, !pair.project.capabilities.isListedAtOnce { report.incompleteReads += 1 }
        if !sends { report.held += plan.counts.sends }
        // What became of it is not known, and nothing else of the plan says so.
        if executor.tally.unknown == 0, executor.tally.quarantined == 0, executor.tally.skipped.isEmpty {
            report.unknown += plan.unrepaired
        }
        if executor.tally.failure == nil { await look(pair, after: executor) }
        let isFinished = executor.tally.failure == nil && !stop.isStopped
        try await remember(pair, plan, isFinished: isFinished, isClean: isFinished && executor.tally.isClean)
        return executor.tally.failure
    }

    /// Whose address it is that rows name by a key may change until they are sent.
    private func lookAtNamed(by pair: Pair) async throws -> (any ExplainedError)? {
        do {
            for other in pairs + unplanned where pair.namedByKey.contains(other.name) {
                try await MirrorRead(pair: other, planning()).look()
            }
            return nil
        } catch let error as any ExplainedError {
            return error
        }
    }

    /// More was written than the first page of the next run can show: what others changed meanwhile is looked for now, so
    /// that a quiet run stays at one request.
    private func look(_ pair: Pair, after executor: Executor) async {
        guard !stop.isStopped, executor.tally.writes >= 25, pair.project.incremental != nil else { return }
        do {
            _ = try await MirrorRead(pair: pair, planning()).refresh(full: false, mappingChanged: false)
        } catch {
            // Everything is done and settled; the next run reads what this one could not.
            logger.notice("the closing read was left out: \(error)")
        }
    }

    /// A read that was in doubt is not what the next one is measured by. A first run that did not come to its end is still
    /// the first one.
    private func remember(_ pair: Pair, _ plan: PairPlan, isFinished: Bool, isClean: Bool) async throws {
        if !isFinished, try store.sourceMemory(pair.name) == nil { return }
        var memory = SourceMemory(
            stamp: nil, records: plan.source.records, endsCleanly: plan.source.endsCleanly,
            mapping: pair.mapping.fingerprint, references: plan.references)
        if plan.source.incomplete != nil {
            guard let before = try store.sourceMemory(pair.name) else { return }
            (memory.records, memory.endsCleanly) = (before.records, before.endsCleanly)
        } else if isClean, !plan.counts.writes(to: .source),
            let table = pair.source.stamped
        {
            let stamp = try? await table.stamp()
            if stamp?.text == plan.source.stamp { memory.stamp = stamp?.text }
        }
        try store.setSourceMemory(pair.name, memory)
    }

    private func outcome(_ report: RunReport) -> RunReport.Outcome {
        if !report.failures.isEmpty { return .failed }
        if stop.isStopped { return .interrupted }
        let records = report.quarantined + report.conflicts + report.unknown + report.skipped.count + report.withheld
        let waits = records + report.incompleteReads + (report.holdsAllowedSends ? report.held : 0)
        return waits > 0 ? .attention : .done
    }

    /// What the tables have found out about their services outlives the run.
    private func keepFindings() throws {
        for table in pairs.flatMap({ [$0.source, $0.project] }) {
            if let table = table as? any DescribedTable { try store.remember(table.takeFindings()) }
        }
    }

    /// Requests sent so far. Tables of one service share their count: each service is counted once.
    func requestCount() async -> Int {
        var counts: [ObjectIdentifier: Int] = [:]
        for table in pairs.flatMap({ [$0.source, $0.project] }) {
            guard let service = table.service else { continue }
            counts[ObjectIdentifier(service)] = await table.requestCount
        }
        return counts.values.reduce(0, +)
    }
}

extension RunReport {
    fileprivate mutating func add(_ tally: Tally, _ plan: PairPlan) {
        done.merge(tally.done, uniquingKeysWith: +)
        linked += plan.counts.linked - tally.unlinked
        quarantined += tally.quarantined
        skipped += tally.skipped
        unknown += tally.unknown
        conflicts += plan.counts.conflicts
        withheld += plan.counts.withheld
    }
}
