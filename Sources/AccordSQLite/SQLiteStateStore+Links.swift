import AccordCore
import AccordState
import GRDB

extension SQLiteStateStore {
    public func link(_ pair: String, sourceKey: String) throws -> Link? {
        try read { db in
            try db.pair(pair).flatMap { try StoredLink.find(db, pair: $0, sourceKey: sourceKey)?.link(of: pair) }
        }
    }

    public func link(_ pair: String, projectID: String) throws -> Link? {
        try read { db in
            try db.pair(pair).flatMap { try StoredLink.find(db, pair: $0, projectID: projectID)?.link(of: pair) }
        }
    }

    public func linkedNames(_ pair: String) throws -> [(key: String, name: String)] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try db.rows(
                """
                SELECT links.source_key, project_records.match_a FROM links JOIN project_records
                    ON project_records.pair = links.pair AND project_records.id = links.project_id
                    WHERE links.pair = ? AND project_records.gone = 0 AND project_records.match_a IS NOT NULL
                """, [number]
            ).map { (key: $0[0], name: $0[1]) }
        }
    }

    public func renamedCount(_ pair: String) throws -> Int {
        try read { db in try db.row("SELECT renamed FROM pairs WHERE name = ?", [pair])?[0] ?? 0 }
    }

    public func bases(_ pair: String) throws -> [(source: [String: Value], project: [String: Value])] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try db.rows("SELECT source_base, project_base FROM links WHERE pair = ?", [number]).map { row in
                let source = try Stored.values(row[0])
                return (source, try Stored.base(row[1], from: source))
            }
        }
    }

    public func linkedProjectIDs(_ pair: String) throws -> Set<String> {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return Set(try db.rows("SELECT project_id FROM links WHERE pair = ?", [number]).map { $0[0] as String })
        }
    }

    public func linkedCount(_ pair: String) throws -> Int {
        try read { db in try db.row("SELECT linked FROM pairs WHERE name = ?", [pair])?[0] ?? 0 }
    }

    // MARK: - Many at once

    public func linkedRecords(
        _ pair: String, sourceKeys: some Collection<String>
    ) throws -> [Knowledge.LinkedRecord] {
        guard !sourceKeys.isEmpty else { return [] }
        return try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredLink.findWithRecords(db, pair: number, sourceKeys: sourceKeys).map { link, record in
                Knowledge.LinkedRecord(link: try numbered(link, pair), record: record?.record)
            }
        }
    }

    public func links(_ pair: String, projectIDs: some Collection<String>) throws -> [String: Knowledge.NumberedLink] {
        guard !projectIDs.isEmpty else { return [:] }
        return try read { db in
            guard let number = try db.pair(pair) else { return [:] }
            let links = try StoredLink.find(db, pair: number, projectIDs: projectIDs).map { try numbered($0, pair) }
            return Dictionary(links.map { ($0.link.projectID, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    public func links(_ pair: String, numbers: some Collection<Int64>) throws -> [Knowledge.NumberedLink] {
        guard !numbers.isEmpty else { return [] }
        return try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredLink.find(db, pair: number, numbers: numbers).map { try numbered($0, pair) }
                .sorted { $0.link.sourceKey < $1.link.sourceKey }
        }
    }

    private func numbered(_ stored: StoredLink, _ pair: String) throws -> Knowledge.NumberedLink {
        guard let id = stored.id else { throw Stored.malformed("a link") }
        return Knowledge.NumberedLink(number: id, link: stored.link(of: pair))
    }
}

/// A link as it lies in its row.
struct StoredLink: Hashable {
    /// Nil: not stored yet.
    var id: Int64?
    var sourceKey: String
    var projectID: String
    var state = LinkState.active
    var sourceFingerprint: Fingerprint?
    var sourceBase: [String: Value] = [:]
    var projectBase: [String: Value] = [:]

    func link(of pair: String) -> Link {
        Link(
            pair: pair, sourceKey: sourceKey, projectID: projectID, state: state,
            sourceFingerprint: sourceFingerprint, sourceBase: sourceBase, projectBase: projectBase)
    }

    // MARK: - Finding

    private static let columns =
        "links.id, source_key, project_id, state, source_fingerprint, source_base, project_base"

    private static let tables = "links JOIN link_index ON link_index.pair = links.pair AND link_index.link = links.id"

    private static let selection = "SELECT \(columns) FROM \(tables)"

    static func find(_ db: Database, pair: Int64, sourceKey: String) throws -> StoredLink? {
        try db.row("\(selection) WHERE links.pair = ? AND source_key = ?", [pair, sourceKey])
            .map(StoredLink.init(row:))
    }

    static func find(_ db: Database, pair: Int64, projectID: String) throws -> StoredLink? {
        try db.row("\(selection) WHERE links.pair = ? AND project_id = ?", [pair, projectID])
            .map(StoredLink.init(row:))
    }

    static func find(_ db: Database, pair: Int64, projectIDs: some Collection<String>) throws -> [StoredLink] {
        try db.rows(
            "\(selection) WHERE links.pair = ? AND project_id IN (SELECT value FROM json_each(?))",
            [pair, Stored.list(projectIDs)]
        ).map(StoredLink.init(row:))
    }

    /// The links of some source records, each with its project record, whose values are mostly those of the base.
    static func findWithRecords(
        _ db: Database, pair: Int64, sourceKeys: some Collection<String>
    ) throws -> [(StoredLink, StoredRecord?)] {
        try db.rows(
            """
            SELECT \(columns), \(StoredRecord.columns) FROM \(tables) LEFT JOIN project_records
                ON project_records.pair = links.pair AND project_records.id = links.project_id
                WHERE links.pair = ? AND source_key IN (SELECT value FROM json_each(?))
            """, [pair, Stored.list(sourceKeys)]
        ).map { row in
            let link = try StoredLink(row: row)
            guard row[7] != nil else { return (link, nil) }
            return (link, try StoredRecord(row: row, at: 7) { link.projectBase })
        }
    }

    static func find(_ db: Database, pair: Int64, numbers: some Collection<Int64>) throws -> [StoredLink] {
        let list = "[" + numbers.map(String.init).joined(separator: ",") + "]"
        return try db.rows(
            "\(selection) WHERE links.pair = ? AND links.id IN (SELECT value FROM json_each(?))", [pair, list]
        ).map(StoredLink.init(row:))
    }

    private init(row: Row) throws {
        id = row[0]
        sourceKey = row[1]
        projectID = row[2]
        state = try row.word(3)
        sourceFingerprint = try row.fingerprint(4)
        sourceBase = try Stored.values(row[5])
        projectBase = try Stored.base(row[6], from: sourceBase)
    }

    init(sourceKey: String, projectID: String) {
        self.sourceKey = sourceKey
        self.projectID = projectID
    }

    // MARK: - Keeping

    /// - Parameter before: as it was stored, if it was.
    func store(_ db: Database, pair: Int64, before: StoredLink?) throws {
        guard let id else { return try insert(db, pair: pair) }
        if before?.sourceBase != sourceBase || before?.projectBase != projectBase || before?.state != state
            || before?.sourceKey != sourceKey || before?.projectID != projectID
        {
            try db.run(
                """
                UPDATE links SET source_key = ?, project_id = ?, state = ?, source_base = ?, project_base = ?
                    WHERE id = ?
                """,
                [
                    sourceKey, projectID, state.rawValue, Stored.text(sourceBase),
                    Stored.difference(of: projectBase, from: sourceBase), id,
                ])
        }
        if before?.sourceFingerprint != sourceFingerprint || before?.sourceKey != sourceKey {
            try db.run(
                "UPDATE link_index SET key_hash = ?, source_fingerprint = ? WHERE pair = ? AND link = ?",
                [keyHash, sourceFingerprint?.data, pair, id])
        }
    }

    private func insert(_ db: Database, pair: Int64) throws {
        try db.run(
            """
            INSERT INTO links (source_key, project_id, state, source_base, project_base, pair)
                VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                sourceKey, projectID, state.rawValue, Stored.text(sourceBase),
                Stored.difference(of: projectBase, from: sourceBase), pair,
            ])
        try db.run(
            "INSERT INTO link_index (pair, link, key_hash, source_fingerprint) VALUES (?, ?, ?, ?)",
            [pair, db.lastInsertedRowID, keyHash, sourceFingerprint?.data])
    }

    func remove(_ db: Database, pair: Int64) throws {
        guard let id else { return }
        try db.run("DELETE FROM links WHERE id = ?", [id])
        try db.run("DELETE FROM link_index WHERE pair = ? AND link = ?", [pair, id])
    }

    private var keyHash: Int64 { Int64(bitPattern: KeyHash.of(sourceKey)) }
}
