import AccordCore
import GRDB

extension StateStore {
    /// The link of a source record; nil if it has none.
    public func link(_ pair: String, sourceKey: String) throws -> Link? {
        try read { db in
            try db.pair(pair).flatMap { try StoredLink.find(db, pair: $0, sourceKey: sourceKey)?.link(of: pair) }
        }
    }

    /// The link of a project record; nil if it has none.
    public func link(_ pair: String, projectID: String) throws -> Link? {
        try read { db in
            try db.pair(pair).flatMap { try StoredLink.find(db, pair: $0, projectID: projectID)?.link(of: pair) }
        }
    }

    /// The linked records of a pair that the project has: the source's key of each, and the first of the match values by
    /// which the project knows it.
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

    /// What the project holds of each link of a pair, as far as is remembered.
    public func projectBases(_ pair: String) throws -> [[String: Value]] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try db.rows("SELECT source_base, project_base FROM links WHERE pair = ?", [number]).map { row in
                try Stored.base(row[1], from: Stored.value(row[0]))
            }
        }
    }

    public func linkedProjectIDs(_ pair: String) throws -> Set<String> {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return Set(try db.rows("SELECT project_id FROM links WHERE pair = ?", [number]).map { $0[0] as String })
        }
    }

    /// Links of which both records are there, as far as is known.
    public func linkedCount(_ pair: String) throws -> Int {
        try read { db in try db.row("SELECT linked FROM pairs WHERE name = ?", [pair])?[0] ?? 0 }
    }

    /// The links, whatever their state, whose source record a pass over the source did not meet; by source key.
    public func linksNotSeen(_ pair: String, _ seen: SeenKeys) throws -> [Link] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            let ids = try Int64.fetchCursor(
                db.cachedStatement(sql: "SELECT id FROM links WHERE pair = ? ORDER BY source_key"),
                arguments: [number])
            var links: [Link] = []
            while let id = try ids.next() {
                guard !seen.contains(id), let stored = try StoredLink.find(db, id: id) else { continue }
                links.append(stored.link(of: pair))
            }
            return links
        }
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

    private static let columns = "id, source_key, project_id, state, source_fingerprint, source_base, project_base"

    static func find(_ db: Database, id: Int64) throws -> StoredLink? {
        try db.row("SELECT \(columns) FROM links WHERE id = ?", [id]).map(StoredLink.init(row:))
    }

    static func find(_ db: Database, pair: Int64, sourceKey: String) throws -> StoredLink? {
        try db.row("SELECT \(columns) FROM links WHERE pair = ? AND source_key = ?", [pair, sourceKey])
            .map(StoredLink.init(row:))
    }

    static func find(_ db: Database, pair: Int64, projectID: String) throws -> StoredLink? {
        try db.row("SELECT \(columns) FROM links WHERE pair = ? AND project_id = ?", [pair, projectID])
            .map(StoredLink.init(row:))
    }

    private init(row: Row) throws {
        id = row[0]
        sourceKey = row[1]
        projectID = row[2]
        state = try row.word(3)
        sourceFingerprint = try row.fingerprint(4)
        sourceBase = try Stored.value(row[5])
        projectBase = try Stored.base(row[6], from: sourceBase)
    }

    init(sourceKey: String, projectID: String) {
        self.sourceKey = sourceKey
        self.projectID = projectID
    }

    // MARK: - Keeping

    func store(_ db: Database, pair: Int64) throws {
        let values: StatementArguments = [
            sourceKey, projectID, state.rawValue, sourceFingerprint?.data, try Stored.text(sourceBase),
            try Stored.difference(of: projectBase, from: sourceBase),
        ]
        if let id {
            try db.run(
                """
                UPDATE links SET source_key = ?, project_id = ?, state = ?, source_fingerprint = ?, source_base = ?,
                    project_base = ? WHERE id = ?
                """, values + [id])
        } else {
            try db.run(
                """
                INSERT INTO links (source_key, project_id, state, source_fingerprint, source_base, project_base, pair)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                """, values + [pair])
        }
    }

    func remove(_ db: Database) throws {
        if let id { try db.run("DELETE FROM links WHERE id = ?", [id]) }
    }
}
