import AccordConnectors
import AccordCore
import AccordStore
import Foundation
import Logging

/// Plans and carries out runs over one state: what the command line, and anything else that drives Accord, calls.
public struct Engine: Sendable {
    let pairs: [Pair]
    let store: StateStore
    let time: any TimeSource
    /// Of accord.yaml as far as it bears on a plan.
    let configuration: Fingerprint
    let concurrency: Int
    let logger: Logger
    let stop: StopSignal
    let progress: @Sendable (Progress) -> Void

    /// How long the ledger remembers.
    static let ledgerDays = 400

    public init(
        pairs: [Pair], store: StateStore, time: any TimeSource, configuration: Fingerprint, concurrency: Int = 4,
        logger: Logger, stop: StopSignal = StopSignal(), progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.pairs = pairs
        self.store = store
        self.time = time
        self.configuration = configuration
        self.concurrency = max(1, concurrency)
        self.logger = logger
        self.stop = stop
        self.progress = progress
    }

    /// Reads both sides and says what would be done. Nothing is written to either.
    public func plan(_ options: RunOptions = RunOptions()) async throws -> Plan {
        let mark = try store.mark()
        var plans: [PairPlan] = []
        for pair in pairs {
            var planner = try PairPlanner(pair: pair, store: store, reader: reader(pair), options: options)
            plans.append(try await planner.plan())
        }
        return Plan(madeAt: Int64(time.unixTime), state: mark, configuration: configuration, pairs: plans)
    }

    private func reader(_ pair: Pair) -> ProjectReader {
        ProjectReader(pair: pair, store: store, time: time, stop: stop, progress: progress)
    }

    /// Plans and applies in one go: the scheduled run.
    public func sync(
        _ options: RunOptions = RunOptions(), onPlan: (Plan) -> Void = { _ in }
    ) async throws -> RunReport {
        let started = time.monotonic
        let requests = await requestCount()
        let plan = try await plan(options)
        onPlan(plan)
        return try await execute(plan, kind: "sync", started: started, requests: requests)
    }

    /// Applies a saved plan: exactly that, once. What changed since it was made is skipped and reported.
    public func apply(_ plan: Plan, _ options: RunOptions = RunOptions()) async throws -> RunReport {
        let started = time.monotonic
        let requests = await requestCount()
        try checkFresh(plan)
        var current = plan
        for index in current.pairs.indices {
            guard let pair = pairs.first(where: { $0.name == current.pairs[index].name }) else { continue }
            // What changed in the project since: each operation is held against it before it is sent.
            _ = try await reader(pair).refresh(full: false, mappingChanged: false)
            current.pairs[index].refusals = Guard.check(
                pair: pair.name, entries: current.pairs[index].entries, guards: pair.mapping.guards,
                linked: try store.linkedCount(pair.name), source: current.pairs[index].source,
                project: current.pairs[index].project, allowances: options.allowances)
        }
        return try await execute(
            current, kind: "apply", planID: try PlanFile.id(of: plan).description, started: started,
            requests: requests)
    }

    private func checkFresh(_ plan: Plan) throws {
        let mark = try store.mark()
        if try store.planWasApplied(PlanFile.id(of: plan).description) {
            throw EngineError.stale(reason: "it was applied already")
        }
        if plan.state.id != mark.id { throw EngineError.stale(reason: "it was made from another state file") }
        if plan.state.settled != mark.settled {
            throw EngineError.stale(reason: "another run has settled something since it was made")
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

    // MARK: - Carrying out

    private func execute(
        _ plan: Plan, kind: String, planID: String? = nil, started: Double, requests: Int
    ) async throws -> RunReport {
        let refusals = plan.pairs.flatMap(\.refusals)
        guard refusals.isEmpty else { throw EngineError.guarded(refusals) }
        let run = try store.beginRun(kind: kind, planID: planID, at: Int64(time.unixTime))
        var report = RunReport(run: run)
        for pairPlan in plan.pairs where !stop.isStopped && report.failure == nil {
            guard let pair = pairs.first(where: { $0.name == pairPlan.name }) else { continue }
            var executor = Executor(
                pair: pair, plan: pairPlan, store: store, time: time, reader: reader(pair), run: run,
                concurrency: concurrency,
                logger: logger, stop: stop, progress: progress)
            try await executor.execute()
            report.add(executor.tally, conflicts: pairPlan.entries.reduce(0) { $0 + $1.conflicts.count })
            report.withheld += pairPlan.withheld
            report.failure = executor.failure?.description
            try await finish(pair, pairPlan, tally: executor.tally, failed: executor.failure != nil)
            progress(.finished(pair: pair.name))
        }
        report.requests = await requestCount() - requests
        report.seconds = time.monotonic - started
        report.outcome = outcome(report)
        _ = try store.prune(before: Int64(time.unixTime) - Int64(Engine.ledgerDays) * 86_400)
        try store.finishRun(
            run, outcome: report.outcome.rawValue,
            report: String(decoding: try JSONEncoder().encode(report), as: UTF8.self), requests: report.requests,
            at: Int64(time.unixTime))
        return report
    }

    /// After the writes: what somebody else changed meanwhile, and whether the source need not be read next time.
    private func finish(_ pair: Pair, _ plan: PairPlan, tally: Executor.Tally, failed: Bool) async throws {
        // More was written than the first page of the next run can show: look now, so that a quiet run stays at one
        // request.
        if !failed, !stop.isStopped, tally.writes >= 25, pair.resource.list.changed != nil {
            _ = try await reader(pair).refresh(full: false, mappingChanged: false)
        }
        try await remember(pair, plan, isClean: !failed && !stop.isStopped && tally.isClean)
    }

    /// A read that was in doubt is not what the next one is measured by.
    private func remember(_ pair: Pair, _ plan: PairPlan, isClean: Bool) async throws {
        if var before = try store.sourceMemory(pair.name), plan.source.incomplete != nil {
            before.stamp = nil
            return try store.setSourceMemory(pair.name, before)
        }
        let stamp = try await pair.source.stamp()
        let isSettled = plan.entries.allSatisfy { entry in
            !entry.present.contains(.source)
                || (entry.projectID ?? "" != "" || entry.bucket == .created)
                    && entry.conflicts.isEmpty && entry.quarantine == nil
                    && (entry.bucket != .resting || entry.sourceFingerprint != nil)
        }
        let isUntouched = plan.source.stamp == stamp.text && !writesSource(plan)
        try store.setSourceMemory(
            pair.name,
            SourceMemory(
                stamp: isUntouched && isSettled && isClean && plan.source.incomplete == nil ? stamp.text : nil,
                records: plan.source.records, endsCleanly: plan.source.endsCleanly,
                mapping: pair.mapping.fingerprint, fields: Set(pair.mapping.fields.map(\.name))))
    }

    private func writesSource(_ plan: PairPlan) -> Bool { plan.operations.contains { $0.side == .source } }

    private func outcome(_ report: RunReport) -> RunReport.Outcome {
        if report.failure != nil { return .failed }
        if stop.isStopped { return .interrupted }
        let waits = report.quarantined + report.conflicts + report.unknown + report.skipped.count + report.withheld
        return waits > 0 ? .attention : .done
    }

    private func requestCount() async -> Int {
        // Pairs share one client, and so one count.
        await pairs.first?.project.requestCount ?? 0
    }
}

extension RunReport {
    mutating func add(_ tally: Executor.Tally, conflicts: Int) {
        done.merge(tally.done, uniquingKeysWith: +)
        linked += tally.linked
        quarantined += tally.quarantined
        skipped += tally.skipped
        unknown += tally.unknown
        self.conflicts += conflicts
    }
}
