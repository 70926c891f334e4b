import AccordCore
import GRDB

extension SQLiteStateStore {
    public func projectRecord(_ pair: String, _ id: String) throws -> MirrorRecord? {
        try read { db in try db.pair(pair).flatMap { try StoredRecord.find(db, pair: $0, id: id)?.record } }
    }

    public func projectRecords(_ pair: String, _ ids: some Collection<String>) throws -> [String: MirrorRecord] {
        guard !ids.isEmpty else { return [:] }
        return try read { db in
            guard let number = try db.pair(pair) else { return [:] }
            return Dictionary(
                try StoredRecord.find(db, pair: number, ids: ids).map { ($0.record.id, $0.record) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    public func holders(
        _ pair: String, matchIndex: Int, values: some Collection<String>, gone: Bool
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

    public func unsettledProjectRecords(_ pair: String, after id: String, limit: Int) throws -> [MirrorRecord] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredRecord.unsettled(db, pair: number, after: id, limit: limit)
        }
    }

    public func projectRecordIDs(_ pair: String) throws -> [String] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try db.rows("SELECT id FROM project_records WHERE pair = ? AND gone = 0 ORDER BY id", [number])
                .map { $0[0] }
        }
    }

    public func settleProjectRecords(_ pair: String) throws {
        try note { db in
            try db.run(
                "UPDATE project_records SET settled = 1 WHERE pair = ? AND settled = 0", [try db.pairOrNew(pair)])
        }
    }

    public func mirrorCount(_ pair: String) throws -> (live: Int, archived: Int, gone: Int) {
        try read { db in
            guard let row = try db.row("SELECT live, archived, gone FROM pairs WHERE name = ?", [pair]) else {
                return (0, 0, 0)
            }
            return (row[0], row[1], row[2])
        }
    }
}
