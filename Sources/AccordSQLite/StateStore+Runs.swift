import AccordCore
import AccordState
import GRDB

extension StateStore {
    /// Remembers that a run begins.
    ///
    /// - Parameters:
    ///   - planID: of the plan that it applies, so that no other run applies it again.
    ///   - at: Unix seconds.
    /// - Returns: its number: one more than that of the run before.
    public func beginRun(kind: String, planID: String? = nil, at: Int64) throws -> Int64 {
        try write { db in
            try db.run("INSERT INTO runs (kind, plan_id, started) VALUES (?, ?, ?)", [kind, planID, at])
            return db.lastInsertedRowID
        }
    }

    /// Remembers how a run ended; `at` is in Unix seconds.
    public func finishRun(
        _ run: Int64, outcome: String, report: String? = nil, requests: Int = 0, at: Int64
    ) throws {
        try write { db in
            try db.run(
                "UPDATE runs SET ended = ?, outcome = ?, report = ?, requests = ? WHERE id = ?",
                [at, outcome, report, requests, run])
        }
    }

    /// The latest runs, newest first.
    public func runs(limit: Int = 50) throws -> [RunRow] { try runs("ORDER BY id DESC LIMIT ?", [limit]) }

    public func run(_ id: Int64) throws -> RunRow? { try runs("WHERE id = ?", [id]).first }

    /// Runs that began and never ended, oldest first: killed, if none is under way.
    public func interruptedRuns() throws -> [RunRow] { try runs("WHERE ended IS NULL ORDER BY id") }

    /// Whether a run began to apply the plan.
    public func planWasApplied(_ planID: String) throws -> Bool {
        try read { db in try db.row("SELECT 1 FROM runs WHERE plan_id = ?", [planID]) != nil }
    }

    private func runs(_ condition: String, _ arguments: StatementArguments = []) throws -> [RunRow] {
        try read { db in
            try db.rows(
                "SELECT id, kind, plan_id, started, ended, outcome, report, requests FROM runs \(condition)", arguments
            ).map { row in
                RunRow(
                    id: row[0], kind: row[1], planID: row[2], started: row[3], ended: row[4], outcome: row[5],
                    report: row[6], requests: row[7])
            }
        }
    }
}
