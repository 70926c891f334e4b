import AccordCore
import AccordState
import AccordTables
import Foundation

/// Carrying a plan out, pair by pair.
extension Engine {
    /// - Parameter sends: messages may reach people in this run.
    func execute(
        _ plan: Plan, kind: String, planID: String? = nil, sends: Bool, started: Double, requests: Int
    ) async throws -> RunReport {
        let refusals = plan.pairs.flatMap(\.refusals)
        guard refusals.isEmpty else {
            let error = EngineError.guarded(refusals)
            try await remember(kind, .refused, error, started: started, requests: requests)
            throw error
        }
        let run = try store.beginRun(kind: kind, planID: planID, at: Int64(time.unixTime))
        var report = RunReport(run: run)
        var failed: Set<String> = []
        for pairPlan in plan.pairs where !stop.isStopped {
            guard let pair = pairs.first(where: { $0.name == pairPlan.name }) else { continue }
            let blocking = pair.schema.references.intersection(failed).min()
            if let failure = pairPlan.failure
                ?? blocking.map({ EngineError.waits(pair: pair.name, resource: $0).description })
            {
                report.failures.append(failure)
                failed.insert(pair.schema.name)
                continue
            }
            let failure = try await execute(pair, pairPlan, sends: sends, &report)
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

    /// - Returns: why the pair could not be finished; nil if it was.
    private func execute(
        _ pair: Pair, _ plan: PairPlan, sends: Bool, _ report: inout RunReport
    ) async throws -> (any ExplainedError)? {
        var executor = Executor(
            Execution(
                pair: pair, plan: plan, sends: sends, run: report.run, planning: planning(), concurrency: concurrency,
                logger: logger))
        try await executor.execute()
        report.add(executor.tally, plan)
        if !sends { report.held += plan.counts.sends }
        if executor.tally.failure == nil { await look(pair, after: executor) }
        try await remember(
            pair, plan, isClean: executor.tally.failure == nil && !stop.isStopped && executor.tally.isClean)
        return executor.tally.failure
    }

    /// A run that came to nothing is in the history too: a scheduler's failures shall be seen.
    func remember(
        _ kind: String, _ outcome: RunReport.Outcome, _ error: any ExplainedError, started: Double, requests: Int
    ) async throws {
        let run = try store.beginRun(kind: kind, planID: nil, at: Int64(time.unixTime))
        var report = RunReport(run: run)
        report.outcome = outcome
        report.failures = [error.description]
        report.requests = await requestCount() - requests
        report.seconds = time.monotonic - started
        try finish(report)
    }

    private func finish(_ report: RunReport) throws {
        try store.finishRun(
            report.run, outcome: report.outcome.rawValue, requests: report.requests, at: Int64(time.unixTime))
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

    /// A read that was in doubt is not what the next one is measured by.
    private func remember(_ pair: Pair, _ plan: PairPlan, isClean: Bool) async throws {
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
        let waits = report.quarantined + report.conflicts + report.unknown + report.skipped.count + report.withheld
        return waits > 0 ? .attention : .done
    }
}

extension RunReport {
    fileprivate mutating func add(_ tally: Tally, _ plan: PairPlan) {
        done.merge(tally.done, uniquingKeysWith: +)
        linked += plan.counts.linked
        quarantined += tally.quarantined
        skipped += tally.skipped
        unknown += tally.unknown
        conflicts += plan.counts.conflicts
        withheld += plan.counts.withheld
    }
}
