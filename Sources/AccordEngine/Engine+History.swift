import AccordCore
import AccordState

/// What the history says of runs.
extension Engine {
    /// Has a run read what it needs before it begins; where that fails, the history says so.
    func remembering<T>(
        _ kind: String, started: Double, requests: Int, _ read: () async throws -> T
    ) async throws -> T {
        do {
            return try await read()
        } catch let error as any ExplainedError {
            let isStopped = if case EngineError.stopped = error { true } else { false }
            try await remember(kind, isStopped ? .interrupted : .failed, error, started: started, requests: requests)
            throw error
        }
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

    func finish(_ report: RunReport) throws {
        try store.finishRun(
            report.run, outcome: report.outcome.rawValue, requests: report.requests, at: Int64(time.unixTime))
    }
}
