import AccordCore
import GRDB

extension StateStore {
    /// Begins a read of the project.
    ///
    /// - Returns: the number by which ``mirror(_:records:read:)`` and ``finishFullRead(_:read:complete:at:)`` know it.
    public func beginProjectRead(_ pair: String) throws -> Int {
        try note { db in
            let number = try db.pairOrNew(pair)
            try db.run("UPDATE pairs SET reads = reads + 1 WHERE id = ?", [number])
            return try db.row("SELECT reads FROM pairs WHERE id = ?", [number])?[0] ?? 0
        }
    }

    /// Keeps a page of what the project holds. A record that is not as it was known is unsettled from here on, unless all
    /// that is new is the moment of an opt-out that Accord itself had carried there.
    ///
    /// - Parameters:
    ///   - optOut: the field that holds the opt-out.
    /// - Returns: for each record, whether it was known exactly so.
    public func mirror(
        _ pair: String, records: [MirrorRecord], read: Int, optOut: String? = nil
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
                if before.record.modified != record.modified {
                    try db.run(
                        "UPDATE project_records SET seen = ?, modified = ? WHERE pair = ? AND id = ?",
                        [read, record.modified, number, record.id])
                } else if before.seen != read {
                    seen.append(record.id)
                }
                return true
            }
            if !seen.isEmpty {
                try db.run(
                    """
                    UPDATE project_records SET seen = ? WHERE pair = ? AND id IN (SELECT value FROM json_each(?))
                    """, [read, number, Stored.list(seen)])
            }
            return wasKnown
        }
    }

    private func keep(
        _ record: MirrorRecord, before: StoredRecord?, read: Int, optOut: String?, _ db: Database, pair: Int64
    ) throws {
        var stored = StoredRecord(record: record, seen: read)
        if let before, before.settled, let optOut, StateStore.differsInMoment(of: optOut, before.record, record),
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
            before.archived == after.archived, before.gone == after.gone
        else { return false }
        let rest = before.values.filter { $0.key != optOut }
        return rest == after.values.filter { $0.key != optOut }
    }

    /// The linked records, not known to be gone, that a read of the whole project has not seen; by id.
    public func linkedRecordsNotSeen(_ pair: String, read number: Int) throws -> [MirrorRecord] {
        try read { db in
            guard let pair = try db.pair(pair) else { return [] }
            return try StoredRecord.linkedNotSeen(db, pair: pair, read: number)
        }
    }

    /// Ends a read of the whole project. If it proved itself complete, what it did not see is gone: kept, and
    /// unsettled, where a link knows it, else forgotten.
    ///
    /// - Parameter at: Unix seconds: what ``lastFullRead(_:)`` gives after a complete read.
    public func finishFullRead(_ pair: String, read: Int, complete: Bool, at: Int64) throws {
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
            try db.run("UPDATE pairs SET last_full_read = ? WHERE id = ?", [at, number])
        }
    }

    /// A record that the service was asked for and does not have.
    public func markGone(_ pair: String, id: String) throws {
        try note { db in
            try db.run(
                "UPDATE project_records SET gone = 1, settled = 0 WHERE pair = ? AND id = ?",
                [try db.pairOrNew(pair), id])
        }
    }

    /// When the last complete read of the whole project ended, in Unix seconds; nil if there was none.
    public func lastFullRead(_ pair: String) throws -> Int64? {
        try read { db in try db.row("SELECT last_full_read FROM pairs WHERE name = ?", [pair])?[0] }
    }

    /// How far the project's changes were read, in the table's own words.
    public func mirrorCursor(_ pair: String) throws -> String? {
        try read { db in try db.row("SELECT mirror_cursor FROM pairs WHERE name = ?", [pair])?[0] }
    }

    /// Nil: the next read of the project is a whole one.
    public func setMirrorCursor(_ pair: String, _ cursor: String?) throws {
        try note { db in
            try db.run("UPDATE pairs SET mirror_cursor = ? WHERE id = ?", [cursor, try db.pairOrNew(pair)])
        }
    }

    // MARK: - What is known

    /// A project record as it was last read; nil if it never was. One that is gone is as it was before.
    public func projectRecord(_ pair: String, _ id: String) throws -> MirrorRecord? {
        try read { db in try db.pair(pair).flatMap { try StoredRecord.find(db, pair: $0, id: id)?.record } }
    }

    /// Project records as they were last read, by id.
    public func projectRecords(_ pair: String, _ ids: some Collection<String>) throws -> [String: MirrorRecord] {
        guard !ids.isEmpty else { return [:] }
        return try read { db in
            guard let number = try db.pair(pair) else { return [:] }
            return Dictionary(
                try StoredRecord.find(db, pair: number, ids: ids).map { ($0.record.id, $0.record) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// The ids of the project records that have each of some match values, however their accents are spelled; shorter ids
    /// first, then by id.
    ///
    /// - Parameters:
    ///   - matchIndex: the place in ``MirrorRecord/matchValues``: 0 or 1. No others are kept.
    ///   - gone: those too that had it and are gone, as long as a link knows them.
    public func holders(
        _ pair: String, matchIndex: Int, values: some Collection<String>, gone: Bool = false
    ) throws -> [String: [String]] {
        guard (0...1).contains(matchIndex), !values.isEmpty else { return [:] }
        return try read { db in
            guard let number = try db.pair(pair) else { return [:] }
            let column = matchIndex == 0 ? "match_a" : "match_b"
            let rows = try db.rows(
                """
                SELECT \(column), id FROM project_records
                    WHERE \(column) IN (SELECT value FROM json_each(?)) AND pair = ? AND gone <= ?
                    ORDER BY length(id), id
                """, [Stored.list(values.map(\.composed)), number, gone])
            var holders: [String: [String]] = [:]
            for row in rows { holders[row[0], default: []].append(row[1]) }
            return holders
        }
    }

    /// Project records about which something may have to be done: changed, gone, or without a link. Some of them, in the
    /// order of their ids, after an id.
    public func unsettledProjectRecords(_ pair: String, after id: String = "", limit: Int) throws -> [MirrorRecord] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredRecord.unsettled(db, pair: number, after: id, limit: limit)
        }
    }

    /// The ids of all project records that are not known to be gone.
    public func projectRecordIDs(_ pair: String) throws -> [String] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try db.rows("SELECT id FROM project_records WHERE pair = ? AND gone = 0 ORDER BY id", [number])
                .map { $0[0] }
        }
    }

    /// Nothing has to be done about any record: for those that are read for what others are told by them.
    public func settleProjectRecords(_ pair: String) throws {
        try note { db in
            try db.run(
                "UPDATE project_records SET settled = 1 WHERE pair = ? AND settled = 0", [try db.pairOrNew(pair)])
        }
    }

    /// How many project records are known, each in one of the three.
    public func mirrorCount(_ pair: String) throws -> (live: Int, archived: Int, gone: Int) {
        try read { db in
            guard let row = try db.row("SELECT live, archived, gone FROM pairs WHERE name = ?", [pair]) else {
                return (0, 0, 0)
            }
            return (row[0], row[1], row[2])
        }
    }
}
