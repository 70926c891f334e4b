import AccordCore
import GRDB

extension SQLiteStateStore {
    public func beginProjectRead(_ pair: String, fields: Set<String>) throws -> Int {
        try note { db in
            let number = try db.pairOrNew(pair)
            try db.run(
                """
                UPDATE pairs SET reads = reads + 1,
                    mirrored_fields = CASE mirrored_fields WHEN ? THEN mirrored_fields END WHERE id = ?
                """, [Stored.list(fields.sorted()), number])
            return try db.row("SELECT reads FROM pairs WHERE id = ?", [number])?[0] ?? 0
        }
    }

    public func recognize(
        _ pair: String, answers: [(id: String, answer: Fingerprint)], read: Int
    ) throws -> [Bool] {
        guard !answers.isEmpty else { return [] }
        return try note { db in
            let number = try db.pairOrNew(pair)
            var known: [String: Fingerprint] = [:]
            for row in try db.rows(
                """
                SELECT id, answer FROM project_records
                    WHERE pair = ? AND gone = 0 AND id IN (SELECT value FROM json_each(?))
                """, [number, Stored.list(answers.map(\.id))])
            { known[row[0]] = try row.fingerprint(1) }
            let wasKnown = answers.map { known[$0.id] == $0.answer }
            let seen = zip(answers, wasKnown).filter(\.1).map(\.0.id)
            try see(seen, read: read, db, pair: number)
            return wasKnown
        }
    }

    private func see(_ ids: [String], read: Int, _ db: Database, pair: Int64) throws {
        guard !ids.isEmpty else { return }
        try db.run(
            "UPDATE project_records SET seen = ? WHERE pair = ? AND id IN (SELECT value FROM json_each(?))",
            [read, pair, Stored.list(ids)])
    }

    public func mirror(
        _ pair: String, records: [MirrorRecord], read: Int, optOut: String?
    ) throws -> [Bool] {
        guard !records.isEmpty else { return [] }
        return try note { db in
            let number = try db.pairOrNew(pair)
            let known = Dictionary(
                try StoredRecord.find(db, pair: number, ids: records.map(\.id)).map { ($0.record.id, $0) },
                uniquingKeysWith: { first, _ in first })
            var seen: [String] = []
            let wasKnown = try records.map { record in
                guard let before = known[record.id], !before.record.gone,
                    before.record.fingerprint == record.fingerprint
                else {
                    try keep(record, before: known[record.id], read: read, optOut: optOut, db, pair: number)
                    return false
                }
                if before.record.modified != record.modified || before.record.answer != record.answer {
                    try db.run(
                        "UPDATE project_records SET seen = ?, modified = ?, answer = ? WHERE pair = ? AND id = ?",
                        [read, record.modified, record.answer?.data, number, record.id])
                } else if before.seen != read {
                    seen.append(record.id)
                }
                return true
            }
            try see(seen, read: read, db, pair: number)
            return wasKnown
        }
    }

    private func keep(
        _ record: MirrorRecord, before: StoredRecord?, read: Int, optOut: String?, _ db: Database, pair: Int64
    ) throws {
        var stored = StoredRecord(record: record, seen: read)
        if let before, before.settled, let optOut, SQLiteStateStore.differsInMoment(of: optOut, before.record, record),
            var link = try StoredLink.find(db, pair: pair, projectID: record.id)
        {
            let was = link
            link.projectBase[optOut] = record.values[optOut]
            try link.store(db, pair: pair, before: was)
            stored.settled = true
        }
        try stored.store(db, pair: pair)
    }

    /// Of an opt-out that Accord carried over, no moment is known until the service shows it.
    private static func differsInMoment(of optOut: String, _ before: MirrorRecord, _ after: MirrorRecord) -> Bool {
        guard before.values[optOut] == .boolean(true), OptOut.isOut(after.values[optOut] ?? .null),
            before.archived == after.archived, before.gone == after.gone, before.unknown == after.unknown
        else { return false }
        let rest = before.values.filter { $0.key != optOut }
        return rest == after.values.filter { $0.key != optOut }
    }

    public func linkedRecordsNotSeen(_ pair: String, read number: Int, limit: Int) throws -> [MirrorRecord] {
        try read { db in
            guard let pair = try db.pair(pair) else { return [] }
            return try StoredRecord.linkedNotSeen(db, pair: pair, read: number, limit: limit)
        }
    }

    public func finishFullRead(
        _ pair: String, read: Int, complete: Bool, fields: Set<String>, at: Int64
    ) throws {
        guard complete else { return }
        try note { db in
            let number = try db.pairOrNew(pair)
            try db.run(
                """
                DELETE FROM project_records WHERE pair = ?1 AND seen < ?2 AND NOT EXISTS
                    (SELECT 1 FROM links WHERE links.pair = ?1 AND links.project_id = project_records.id)
                """, [number, read])
            try db.run(
                "UPDATE project_records SET gone = 1, settled = 0 WHERE pair = ? AND seen < ? AND gone = 0",
                [number, read])
            try db.run(
                "UPDATE pairs SET last_full_read = ?, mirrored_fields = ? WHERE id = ?",
                [at, Stored.list(fields.sorted()), number])
        }
    }

    public func markGone(_ pair: String, ids: some Collection<String>) throws {
        try note { db in
            try db.run(
                """
                UPDATE project_records SET gone = 1, settled = 0
                    WHERE pair = ? AND id IN (SELECT value FROM json_each(?))
                """,
                [try db.pairOrNew(pair), Stored.list(ids)])
        }
    }

    public func lastFullRead(_ pair: String) throws -> Int64? {
        try read { db in try db.row("SELECT last_full_read FROM pairs WHERE name = ?", [pair])?[0] }
    }

    public func mirroredFields(_ pair: String) throws -> Set<String> {
        try read { db in
            guard let row = try db.row("SELECT mirrored_fields FROM pairs WHERE name = ?", [pair]) else { return [] }
            return try Stored.texts(row[0])
        }
    }

    public func mirrorCursor(_ pair: String) throws -> String? {
        try read { db in try db.row("SELECT mirror_cursor FROM pairs WHERE name = ?", [pair])?[0] }
    }

    public func setMirrorCursor(_ pair: String, _ cursor: String?) throws {
        try note { db in
            try db.run("UPDATE pairs SET mirror_cursor = ? WHERE id = ?", [cursor, try db.pairOrNew(pair)])
        }
    }
}
