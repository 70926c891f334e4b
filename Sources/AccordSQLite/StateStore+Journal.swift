import AccordCore
import AccordState
import GRDB

extension StateStore {
    /// Begins to carry out the plan of a pair: settles what needs no write, and lets the plan's quarantine and
    /// conflicts take the place of the earlier ones. The intents of an earlier run are done with, where the plan has
    /// looked at what became of them.
    ///
    /// What stays in quarantine or in conflict keeps the moment since when it is there. A person's resolution stays as
    /// long as its conflict does, or until the record is settled by it.
    ///
    /// - Parameters:
    ///   - keeping: the source keys of records, or `project:ID`, whose intents stay.
    ///   - unfinished: the source keys of further records that are still to be settled.
    public func openPlan(
        _ pair: String, run: Int64, settlements: [Settlement], quarantine: [QuarantineItem], conflicts: [ConflictItem],
        keeping: Set<String> = [], unfinished others: Set<String> = []
    ) throws {
        try changeKnowledge(.openPlan) { db in
            let number = try db.pairOrNew(pair)
            for row in try db.rows(
                "SELECT rowid, coalesce(source_key, 'project:' || project_id) FROM intents WHERE pair = ?", [number])
            where !keeping.contains(row[1] ?? "") {
                try db.run("DELETE FROM intents WHERE rowid = ?", [row[0]])
            }
            for settlement in settlements { try Settling(db, settlement).apply() }
            var unfinished = others.union(settlements.filter(\.leavesOpen).compactMap(\.sourceKey))
            unfinished.formUnion(quarantine.map(\.key))
            try StoredQuarantine.replace(db, pair: number, by: quarantine)
            try StoredConflict.replace(db, pair: number, by: conflicts, keepingResolved: unfinished)
        }
    }

    /// Makes the intents of a run durable: what it is about to write, one entry a record; `at` is in Unix seconds. Plans of
    /// before do not know what may be written from here on, and are stale.
    public func begin(_ pair: String, run: Int64, entries: [Entry], at: Int64) throws {
        guard !entries.isEmpty else { return }
        try changeKnowledge(.begin) { db in try StateStore.begin(pair, run: run, entries: entries, at: at, db) }
    }

    /// Settles some records and makes the intents of the next ones durable, in one transaction.
    public func settle(
        _ settlements: [Settlement], thenBegin pair: String, run: Int64, entries: [Entry], at: Int64
    ) throws {
        if entries.isEmpty { return try settle(settlements) }
        if settlements.isEmpty { return try begin(pair, run: run, entries: entries, at: at) }
        try changeKnowledge(.settle) { db in
            for settlement in settlements { try Settling(db, settlement).apply() }
            try StateStore.begin(pair, run: run, entries: entries, at: at, db)
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

    /// When each open intent was made durable, by source key, in Unix seconds.
    public func intentsBegun(_ pair: String) throws -> [String: Int64] {
        try read { db in
            guard let number = try db.pair(pair) else { return [:] }
            let rows = try db.rows(
                "SELECT source_key, max(begun) FROM intents WHERE pair = ? AND source_key IS NOT NULL GROUP BY 1",
                [number])
            return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Settles records, all in one transaction.
    public func settle(_ settlements: [Settlement]) throws {
        guard !settlements.isEmpty else { return }
        try changeKnowledge(.settle) { db in
            for settlement in settlements { try Settling(db, settlement).apply() }
        }
    }

    /// What was begun and not settled, in the plan's order: the writes of a run that was stopped.
    public func openIntents(_ pair: String) throws -> [Entry] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            let rows = try db.rows(
                "SELECT version, position, record FROM intents WHERE pair = ? ORDER BY run, position", [number])
            return try rows.map { row in
                guard row[0] == RecordForm.version else { throw Stored.malformed("the version of an intent") }
                var entry = try RecordForm.read(Stored.json(row[2]))
                entry.position = row[1]
                return entry
            }
        }
    }
}
