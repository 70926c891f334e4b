import AccordCore
import AccordState
import GRDB

extension SQLiteStateStore {
    public func findings() throws -> [Finding] {
        try read { db in
            try db.rows("SELECT claim, verdict, way, evidence, at FROM findings ORDER BY claim").map { row in
                Finding(claim: row[0], verdict: try row.word(1), way: row[2], evidence: row[3], at: row[4])
            }
        }
    }

    public func forgetRefuted(of resource: String) throws {
        try write { db in
            try db.run(
                "DELETE FROM findings WHERE verdict = ? AND substr(claim, 1, ?) = ?",
                [Finding.Verdict.refuted.rawValue, Int64(resource.unicodeScalars.count + 1), resource + "."])
        }
    }

    public func remember(_ findings: [Finding]) throws {
        if findings.isEmpty { return }
        try write { db in
            for finding in findings {
                try db.run(
                    "INSERT OR REPLACE INTO findings (claim, verdict, way, evidence, at) VALUES (?, ?, ?, ?, ?)",
                    [finding.claim, finding.verdict.rawValue, finding.way, finding.evidence, finding.at])
            }
        }
    }
}
