import AccordCore
import AccordState
import GRDB
import GRDBSQLite

extension SQLiteStateStore {
    public func linkIndex(_ pair: String) throws -> LinkIndex {
        try read { db in
            guard let number = try db.pair(pair) else { return LinkIndex() }
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM link_index WHERE pair = ?", arguments: [number])
            var index = LinkIndex(count: count ?? 0)
            try fill(&index, db, pair: number)
            let pending = try Int64.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT links.id FROM project_records JOIN links
                            ON links.pair = project_records.pair AND links.project_id = project_records.id
                            WHERE project_records.pair = ? AND project_records.settled = 0
                        """), arguments: [number])
            while let link = try pending.next() { index.markPending(number: link) }
            return index
        }
    }

    /// A million rows are read here in every run: SQLite is asked directly, without an object a row.
    private func fill(_ index: inout LinkIndex, _ db: Database, pair: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT link, key_hash, source_fingerprint FROM link_index WHERE pair = ? ORDER BY link")
        try statement.setArguments([pair])
        let raw = statement.sqliteStatement
        sqlite3_reset(raw)
        sqlite3_bind_int64(raw, 1, pair)
        defer { sqlite3_reset(raw) }
        while true {
            let code = sqlite3_step(raw)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
            var fingerprint: Fingerprint?
            if sqlite3_column_bytes(raw, 2) == Int32(Fingerprint.size), let bytes = sqlite3_column_blob(raw, 2) {
                fingerprint = Fingerprint(stored: bytes)
            }
            index.add(
                hash: UInt64(bitPattern: sqlite3_column_int64(raw, 1)), number: sqlite3_column_int64(raw, 0),
                fingerprint: fingerprint)
        }
    }
}
