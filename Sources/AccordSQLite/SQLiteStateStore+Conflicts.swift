import AccordCore
import AccordState
import GRDB

extension SQLiteStateStore {
    public func conflicts(_ pair: String) throws -> [ConflictItem] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredConflict.all(db, pair: number)
        }
    }

    @discardableResult
    public func resolve(_ pair: String, sourceKey: String, field: String?, _ side: Side?) throws -> Bool {
        var isThere = false
        try changeKnowledge { db in
            guard let number = try db.pair(pair) else { return }
            let identity: StatementArguments = [number, sourceKey, field ?? ""]
            let condition = "pair = ?1 AND source_key = ?2 AND field = ?3"
            isThere = try db.row("SELECT 1 FROM conflicts WHERE \(condition)", identity) != nil
            try db.run(
                "UPDATE conflicts SET resolution = ?4 WHERE \(condition) AND resolution IS NOT ?4",
                identity + [side?.rawValue])
        }
        return isThere
    }
}

enum StoredConflict {
    private struct Identity: Hashable {
        var sourceKey: String
        var field: String?

        init(_ item: ConflictItem) {
            sourceKey = item.sourceKey
            field = item.conflict.field
        }
    }

    /// - Parameter keepingResolved: source keys of records that are still to be looked at or settled: a choice made for
    ///   them, which is no conflict in this plan, is kept until they are.
    static func replace(
        _ db: Database, pair: Int64, by items: [ConflictItem], keepingResolved unfinished: Set<String>
    ) throws {
        var known = Dictionary(try all(db, pair: pair).map { (Identity($0), $0) }, uniquingKeysWith: { $1 })
        for item in items {
            let before = known.removeValue(forKey: Identity(item))
            var kept = item
            kept.since = before?.since ?? item.since
            if let before, before.conflict.asksTheSame(as: item.conflict) {
                kept.resolution = item.resolution ?? before.resolution
            }
            if kept != before { try put(db, pair: pair, kept) }
        }
        for gone in known.values where gone.resolution == nil || !unfinished.contains(gone.sourceKey) {
            try db.run(
                "DELETE FROM conflicts WHERE pair = ? AND source_key = ? AND field = ?",
                [pair, gone.sourceKey, gone.conflict.field ?? ""])
        }
    }

    private static func put(_ db: Database, pair: Int64, _ item: ConflictItem) throws {
        try db.run(
            """
            INSERT OR REPLACE INTO conflicts (pair, source_key, field, project_id, label, version, conflict,
                since, resolution) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                pair, item.sourceKey, item.conflict.field ?? "", item.projectID, item.label,
                ConflictForm.version, Stored.text { ConflictForm.write(item.conflict, to: &$0) }, item.since,
                item.resolution?.rawValue,
            ])
    }

    static func all(_ db: Database, pair: Int64) throws -> [ConflictItem] {
        try db.rows(
            """
            SELECT source_key, project_id, label, conflict, since, resolution, version FROM conflicts WHERE pair = ?
                ORDER BY source_key, field
            """, [pair]
        ).map { row in
            try FormProblem.check(row[6], of: "a conflict", reads: ConflictForm.version)
            return ConflictItem(
                sourceKey: row[0], projectID: row[1], label: row[2],
                conflict: try ConflictForm.read(Stored.json(row[3])), since: row[4],
                resolution: row.hasNull(atIndex: 5) ? nil : try row.word(5))
        }
    }
}
