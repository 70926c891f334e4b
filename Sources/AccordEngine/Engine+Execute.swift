import AccordCore
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
            let blocking = pair.resource.references.intersection(failed).min()
            if let failure = pairPlan.failure
                ?? blocking.map({ EngineError.waits(pair: pair.name, resource: $0).description })
            {
                report.failures.append(failure)
                failed.insert(pair.resource.name)
                continue
            }
            let allowed = sends ? pairPlan : pairPlan.withoutSends
            report.held += pairPlan.operations.count - allowed.operations.count
            var executor = Executor(
                pair: pair, plan: allowed, store: store, time: time, reader: reader(pair), run: run,
                concurrency: concurrency,
                logger: logger, stop: stop, progress: progress)
            try await executor.execute()
            report.add(executor.tally, conflicts: pairPlan.entries.reduce(0) { $0 + $1.conflicts.count })
            report.withheld += pairPlan.withheld
            if executor.failure == nil { await look(pair, after: &executor) }
            try await remember(
                pair, pairPlan, isClean: executor.failure == nil && !stop.isStopped && executor.tally.isClean)
            progress(.finished(pair: pair.name))
            guard let failure = executor.failure else { continue }
            report.failures.append(failure.description)
            failed.insert(pair.resource.name)
            if failure.concernsAllPairs { break }
        }
        report.requests = await requestCount() - requests
        report.seconds = time.monotonic - started
        report.outcome = outcome(report)
        _ = try store.prune(before: Int64(time.unixTime) - Int64(Engine.ledgerDays) * 86_400)
        try finish(report)
        return report
    }

    /// A run that came to nothing is in the history too: a scheduler's failures shall be seen.
    func remember(
        _ kind: String, _ outcome: RunReport.Outcome, _ error: any ExplainedError, started: Double, requests: Int
    ) async throws {
        let run = try store.beginRun(kind: kind, at: Int64(time.unixTime))
        var report = RunReport(run: run)
        report.outcome = outcome
        report.failures = [error.description]
        report.requests = await requestCount() - requests
        report.seconds = time.monotonic - started
        try finish(report)
    }

    private func finish(_ report: RunReport) throws {
        try store.finishRun(
            report.run, outcome: report.outcome.rawValue,
            report: String(decoding: try JSONEncoder().encode(report), as: UTF8.self), requests: report.requests,
            at: Int64(time.unixTime))
    }

    /// More was written than the first page of the next run can show: what others changed meanwhile is looked for now, so
    /// that a quiet run stays at one request.
    private func look(_ pair: Pair, after executor: inout Executor) async {
        guard !stop.isStopped, executor.tally.writes >= 25, pair.resource.list.changed != nil else { return }
        do {
            _ = try await reader(pair).refresh(full: false, mappingChanged: false)
        } catch {
            // Everything is done and settled; the next run reads what this one could not.
            logger.notice("the closing read was left out: \(error)")
        }
    }

    /// A read that was in doubt is not what the next one is measured by.
    private func remember(_ pair: Pair, _ plan: PairPlan, isClean: Bool) async throws {
        var memory = SourceMemory(
            stamp: nil, records: plan.source.records, endsCleanly: plan.source.endsCleanly,
            mapping: pair.mapping.fingerprint, columns: pair.mapping.columns)
        if plan.source.incomplete != nil {
            guard let before = try store.sourceMemory(pair.name) else { return }
            (memory.records, memory.endsCleanly) = (before.records, before.endsCleanly)
        } else if isClean && !writesSource(plan) && plan.entries.allSatisfy(isSettled) {
            let stamp = try? await pair.source.stamp()
            if stamp?.text == plan.source.stamp { memory.stamp = stamp?.text }
        }
        try store.setSourceMemory(pair.name, memory)
    }

    private func isSettled(_ entry: Entry) -> Bool {
        guard entry.conflicts.isEmpty, entry.quarantine == nil else { return false }
        return !entry.present.contains(.source)
            || (entry.projectID ?? "" != "" || entry.bucket == .created)
                && (entry.bucket != .resting || entry.sourceFingerprint != nil)
    }

    private func writesSource(_ plan: PairPlan) -> Bool { plan.operations.contains { $0.side == .source } }

    private func outcome(_ report: RunReport) -> RunReport.Outcome {
        if !report.failures.isEmpty { return .failed }
        if stop.isStopped { return .interrupted }
        let waits = report.quarantined + report.conflicts + report.unknown + report.skipped.count + report.withheld
        return waits > 0 ? .attention : .done
    }

    func requestCount() async -> Int {
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
