import AccordCore
import AccordState
import GRDB

extension SQLiteStateStore {
    public func quarantine(_ pair: String) throws -> [QuarantineItem] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredQuarantine.all(db, pair: number).map(\.item)
        }
    }

    public func standingQuarantineCount(_ pair: String) throws -> Int {
        try read { db in
            guard let number = try db.pair(pair) else { return 0 }
            return try db.row(
                "SELECT count(*) FROM quarantine WHERE pair = ? AND fields != ?", [number, StoredQuarantine.noFields]
            )?[0] ?? 0
        }
    }

    @discardableResult
    public func clearQuarantine(_ pair: String, key: String?) throws -> Int {
        var count = 0
        try changeKnowledge { db in
            guard let number = try db.pair(pair) else { return }
            try db.run("DELETE FROM quarantine WHERE pair = ?1 AND (?2 IS NULL OR key = ?2)", [number, key])
            count = db.changesCount
        }
        return count
    }
}

struct StoredQuarantine {
    private var id: Int64
    fileprivate var item: QuarantineItem

    /// By what an item is taken for the same as before: never by its words. Of rows without a key the place tells.
    private struct Identity: Hashable {
        var key: String
        var cause: Quarantine.Cause
        var place: Place?
        var fields: [String]

        init(_ item: QuarantineItem) {
            key = item.key
            cause = item.cause
            place = item.key.isEmpty ? item.place : nil
            fields = item.fields
        }
    }

    /// What is left out by a plan; what stands does so.
    static func replace(_ db: Database, pair: Int64, by items: [QuarantineItem]) throws {
        try replace(db, pair: pair, all(db, pair: pair).filter { $0.item.fields.isEmpty }, by: items)
    }

    /// One record's items take the place of whatever was there for it and does not stand.
    ///
    /// - Parameter key: of the record; empty for rows without one.
    static func put(_ db: Database, pair: Int64, _ items: [QuarantineItem], of key: String) throws {
        let before = key.isEmpty ? [] : try all(db, pair: pair, key: key)
        let same = Set(items.map(Identity.init))
        try replace(
            db, pair: pair, before.filter { $0.item.fields.isEmpty || same.contains(Identity($0.item)) }, by: items)
    }

    // MARK: - Items that stand

    /// What an item has that does not stand.
    static let noFields = Stored.list([])

    /// A record is known by another key from now on.
    static func move(_ db: Database, pair: Int64, from key: String, to other: String) throws {
        try db.run(
            "UPDATE quarantine SET key = ? WHERE pair = ? AND key = ? AND fields != ?", [other, pair, key, noFields])
    }

    /// The link of a record has ended, or some of its fields are settled anew.
    ///
    /// - Parameter fields: nil for all of them.
    static func end(_ db: Database, pair: Int64, key: String, fields: Set<String>?) throws {
        for stored in try all(db, pair: pair, key: key) where !stored.item.fields.isEmpty {
            let rest = fields.map { settled in stored.item.fields.filter { !settled.contains($0) } } ?? []
            if rest == stored.item.fields { continue }
            if rest.isEmpty {
                try db.run("DELETE FROM quarantine WHERE id = ?", [stored.id])
            } else {
                try db.run("UPDATE quarantine SET fields = ? WHERE id = ?", [Stored.list(rest), stored.id])
            }
        }
    }

    private static func replace(
        _ db: Database, pair: Int64, _ before: [StoredQuarantine], by items: [QuarantineItem]
    ) throws {
        var known = Dictionary(grouping: before.reversed(), by: { Identity($0.item) })
        for item in items {
            guard let same = known[Identity(item)]?.popLast() else {
                try insert(db, pair: pair, item)
                continue
            }
            var kept = item
            kept.since = same.item.since
            kept.run = same.item.run
            kept.operationFingerprint = item.operationFingerprint ?? same.item.operationFingerprint
            if kept != same.item {
                try db.run("DELETE FROM quarantine WHERE id = ?", [same.id])
                try insert(db, pair: pair, kept)
            }
        }
        for gone in known.values.joined() { try db.run("DELETE FROM quarantine WHERE id = ?", [gone.id]) }
    }

    private static func insert(_ db: Database, pair: Int64, _ item: QuarantineItem) throws {
        try db.run(
            """
            INSERT INTO quarantine
                (pair, side, key, label, cause, message, file, line, operation_fingerprint, record_fingerprint,
                fields, run, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                pair, item.side.rawValue, item.key, item.label, item.cause.rawValue, item.message, item.place?.file,
                item.place?.line, item.operationFingerprint?.data, item.recordFingerprint?.data,
                Stored.list(item.fields), item.run, item.since,
            ])
    }

    fileprivate static func all(_ db: Database, pair: Int64, key: String? = nil) throws -> [StoredQuarantine] {
        let columns = """
            id, side, key, label, cause, message, file, line, operation_fingerprint, record_fingerprint, fields,
            run, since
            """
        if let key {
            return try db.rows("SELECT \(columns) FROM quarantine WHERE pair = ? AND key = ? ORDER BY id", [pair, key])
                .map(StoredQuarantine.init(row:))
        }
        return try db.rows("SELECT \(columns) FROM quarantine WHERE pair = ? ORDER BY since, id", [pair])
            .map(StoredQuarantine.init(row:))
    }

    private init(row: Row) throws {
        id = row[0]
        let (file, line): (String?, Int?) = (row[6], row[7])
        item = QuarantineItem(
            side: try row.word(1), key: row[2], label: row[3], cause: try row.word(4), message: row[5],
            place: file.flatMap { file in line.map { Place(file: file, line: $0) } },
            operationFingerprint: try row.fingerprint(8), recordFingerprint: try row.fingerprint(9),
            fields: try Stored.texts(row[10]).sorted(), run: row[11], since: row[12])
    }
}
