import AccordCore
import AccordState
import GRDB

extension RecordIdentity {
    /// Nil for an intent of neither.
    fileprivate init?(_ sourceKey: String?, _ projectID: String?) {
        guard let identity = sourceKey.map(RecordIdentity.source) ?? projectID.map(RecordIdentity.project) else {
            return nil
        }
        self = identity
    }

    /// As the columns of an intent hold it.
    fileprivate var columns: (sourceKey: String?, projectID: String?) {
        switch self {
        case .source(let key): (key, nil)
        case .project(let id): (nil, id)
        }
    }
}

extension SQLiteStateStore {
    public func openPlan(
        _ pair: String, run: Int64, settlements: [Settlement], quarantine: [QuarantineItem], conflicts: [ConflictItem],
        keeping: Set<RecordIdentity>, unfinished others: Set<String>
    ) throws {
        try changeKnowledge(.openPlan) { db in
            let number = try db.pairOrNew(pair)
            let kept = keeping.map(\.columns)
            try db.run(
                """
                DELETE FROM intents WHERE pair = ?1
                    AND (source_key IS NULL OR source_key NOT IN (SELECT value FROM json_each(?2)))
                    AND (source_key IS NOT NULL OR project_id IS NULL
                        OR project_id NOT IN (SELECT value FROM json_each(?3)))
                """,
                [number, Stored.list(kept.compactMap(\.sourceKey)), Stored.list(kept.compactMap(\.projectID))])
            try Settling.apply(settlements, db)
            let unfinished = others.union(settlements.filter(\.leavesOpen).compactMap(\.sourceKey))
                .union(kept.compactMap(\.sourceKey))
            try StoredQuarantine.replace(db, pair: number, by: quarantine)
            try StoredConflict.replace(db, pair: number, by: conflicts, keepingResolved: unfinished)
        }
    }

    public func begin(_ pair: String, run: Int64, entries: [Entry], at: Int64) throws {
        guard !entries.isEmpty else { return }
        try changeKnowledge(.begin) { db in try SQLiteStateStore.begin(pair, run: run, entries: entries, at: at, db) }
    }

    public func settle(
        _ settlements: [Settlement], thenBegin pair: String, run: Int64, entries: [Entry], at: Int64
    ) throws {
        if entries.isEmpty { return try settle(settlements) }
        if settlements.isEmpty { return try begin(pair, run: run, entries: entries, at: at) }
        try changeKnowledge(.settle) { db in
            try Settling.apply(settlements, db)
            try SQLiteStateStore.begin(pair, run: run, entries: entries, at: at, db)
        }
    }

    private static func begin(_ pair: String, run: Int64, entries: [Entry], at: Int64, _ db: Database) throws {
        let number = try db.pairOrNew(pair)
        for entry in entries {
            try db.run(
                """
                INSERT OR REPLACE INTO intents (pair, position, run, source_key, project_id, version, record, begun)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    number, entry.position, run, entry.sourceKey, entry.projectID, RecordForm.version,
                    Stored.text { RecordForm.write(entry, to: &$0) }, at,
                ])
        }
    }

    public func pairsWithIntents() throws -> [String] {
        try read { db in
            try db.rows("SELECT DISTINCT name FROM intents JOIN pairs ON pairs.id = intents.pair ORDER BY name").map {
                $0[0]
            }
        }
    }

    public func intentsBegun(_ pair: String) throws -> [RecordIdentity: Int64] {
        try read { db in
            guard let number = try db.pair(pair) else { return [:] }
            let rows = try db.rows("SELECT source_key, project_id, begun FROM intents WHERE pair = ?", [number])
            return Dictionary(
                rows.compactMap { row in RecordIdentity(row[0], row[1]).map { ($0, row[2]) } }, uniquingKeysWith: max)
        }
    }

    public func settle(_ settlements: [Settlement]) throws {
        guard !settlements.isEmpty else { return }
        try changeKnowledge(.settle) { db in
            try Settling.apply(settlements, db)
        }
    }

    public func openIntents(_ pair: String) throws -> [Entry] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            let rows = try db.rows(
                "SELECT version, position, record FROM intents WHERE pair = ? ORDER BY run, position", [number])
            return try rows.map { row in
                try FormProblem.check(row[0], of: "an intent", reads: RecordForm.version)
                var entry = try RecordForm.read(Stored.json(row[2]))
                entry.position = row[1]
                return entry
            }
        }
    }
}
