import AccordCore
import GRDB

/// What was last read of a project record: knowledge, not agreement.
public struct MirrorRecord: Hashable, Sendable {
    public var id: String
    /// Of `values` and `archived`.
    public var fingerprint: Fingerprint
    public var values: [String: Value]
    /// Unix seconds; nil if the project does not say.
    public var modified: Int64?
    public var archived: Bool
    /// By what the service's own matcher finds it, in the matcher's order. The first two are kept.
    public var matchValues: [String?]
    /// A whole read did not find it.
    public var gone: Bool

    public init(
        id: String, fingerprint: Fingerprint, values: [String: Value], modified: Int64?, archived: Bool,
        matchValues: [String?], gone: Bool = false
    ) {
        self.id = id
        self.fingerprint = fingerprint
        self.values = values
        self.modified = modified
        self.archived = archived
        self.matchValues = matchValues
        self.gone = gone
    }
}

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

    /// Keeps a page of what the project holds. A record that is not as it was known is unsettled from here on.
    ///
    /// - Returns: for each record, whether it was known exactly so.
    public func mirror(_ pair: String, records: [MirrorRecord], read: Int) throws -> [Bool] {
        try note { db in
            let number = try db.pairOrNew(pair)
            return try records.map { record in
                let known = try db.row(
                    "SELECT fingerprint, gone, seen, modified FROM project_records WHERE pair = ? AND id = ?",
                    [number, record.id])
                guard let known, !known[1], try known.fingerprint(0) == record.fingerprint else {
                    try StoredRecord(record: record, seen: read).store(db, pair: number)
                    return false
                }
                if known[2] != read || known[3] != record.modified {
                    try db.run(
                        "UPDATE project_records SET seen = ?, modified = ? WHERE pair = ? AND id = ?",
                        [read, record.modified, number, record.id])
                }
                return true
            }
        }
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

    /// How far the project's changes were read: the newest change that was seen, in Unix seconds.
    public func mirrorCursor(_ pair: String) throws -> Int64? {
        try read { db in try db.row("SELECT mirror_cursor FROM pairs WHERE name = ?", [pair])?[0] }
    }

    /// Nil: the next read of the project is a whole one.
    public func setMirrorCursor(_ pair: String, _ cursor: Int64?) throws {
        try note { db in
            try db.run("UPDATE pairs SET mirror_cursor = ? WHERE id = ?", [cursor, try db.pairOrNew(pair)])
        }
    }

    // MARK: - What is known

    /// A project record as it was last read; nil if it never was. One that is gone is as it was before.
    public func projectRecord(_ pair: String, _ id: String) throws -> MirrorRecord? {
        try read { db in try db.pair(pair).flatMap { try StoredRecord.find(db, pair: $0, id: id)?.record } }
    }

    /// The ids of project records that have a match value; shorter ids first, then by id.
    ///
    /// - Parameters:
    ///   - matchIndex: the place in ``MirrorRecord/matchValues``: 0 or 1. No others are kept.
    ///   - gone: those too that had it and are gone, as long as a link knows them.
    public func candidates(_ pair: String, matchIndex: Int, value: String, gone: Bool = false) throws -> [String] {
        guard (0...1).contains(matchIndex) else { return [] }
        return try read { db in
            guard let number = try db.pair(pair) else { return [] }
            let column = matchIndex == 0 ? "match_a" : "match_b"
            return try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id FROM project_records WHERE \(column) = ? AND pair = ? AND gone <= ?
                            ORDER BY length(id), id
                        """), arguments: [value, number, gone])
        }
    }

    /// The project records, by id, about which something may have to be done: changed, gone, or without a link.
    public func unsettledProjectRecords(_ pair: String) throws -> [MirrorRecord] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredRecord.unsettled(db, pair: number)
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
