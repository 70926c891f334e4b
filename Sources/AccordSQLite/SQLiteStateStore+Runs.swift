import AccordCore
import AccordState
import GRDB

extension SQLiteStateStore {
    public func beginRun(kind: String, planID: String?, at: Int64) throws -> Int64 {
        try write { db in
            try db.run("INSERT INTO runs (kind, plan_id, started) VALUES (?, ?, ?)", [kind, planID, at])
            return db.lastInsertedRowID
        }
    }

    public func finishRun(_ run: Int64, outcome: String, requests: Int, at: Int64) throws {
        try write { db in
            try db.run(
                "UPDATE runs SET ended = ?, outcome = ?, requests = ? WHERE id = ?", [at, outcome, requests, run])
        }
    }

    public func runs(limit: Int) throws -> [RunRow] { try runs("ORDER BY id DESC LIMIT ?", [limit]) }

    public func run(_ id: Int64) throws -> RunRow? { try runs("WHERE id = ?", [id]).first }

    public func planWasApplied(_ planID: String) throws -> Bool {
        try read { db in try db.row("SELECT 1 FROM runs WHERE plan_id = ?", [planID]) != nil }
    }

    private func runs(_ condition: String, _ arguments: StatementArguments) throws -> [RunRow] {
        try read { db in
            try db.rows(
                "SELECT id, kind, plan_id, started, ended, outcome, requests FROM runs \(condition)", arguments
            ).map { row in
                RunRow(
                    id: row[0], kind: row[1], planID: row[2], started: row[3], ended: row[4], outcome: row[5],
                    requests: row[6])
            }
        }
    }
}
