import AccordCore
import GRDB

/// A conflict that waits for a person, or whose resolution waits for the next run.
public struct ConflictItem: Sendable, Hashable {
    public var sourceKey: String
    public var projectID: String
    /// For people.
    public var label: String
    public var conflict: Conflict
    /// Unix seconds. A conflict that was there already keeps its own.
    public var since: Int64
    /// The side that a person chose; nil while nobody has.
    public var resolution: Side?

    public init(
        sourceKey: String, projectID: String, label: String, conflict: Conflict, since: Int64, resolution: Side? = nil
    ) {
        self.sourceKey = sourceKey
        self.projectID = projectID
        self.label = label
        self.conflict = conflict
        self.since = since
        self.resolution = resolution
    }
}

extension StateStore {
    /// The conflicts of a pair, resolved ones too; by source key and field.
    public func conflicts(_ pair: String) throws -> [ConflictItem] {
        try read { db in
            guard let number = try db.pair(pair) else { return [] }
            return try StoredConflict.all(db, pair: number)
        }
    }

    /// Keeps what a person chose, for the next run.
    ///
    /// - Parameters:
    ///   - field: nil for a conflict of the whole record.
    ///   - side: whose value stands; nil takes an earlier choice back.
    /// - Returns: whether there is such a conflict.
    @discardableResult
    public func resolve(_ pair: String, sourceKey: String, field: String?, _ side: Side?) throws -> Bool {
        var isThere = false
        try settle { db in
            guard let number = try db.pair(pair) else { return }
            try db.run(
                "UPDATE conflicts SET resolution = ? WHERE pair = ? AND source_key = ? AND field = ?",
                [side?.rawValue, number, sourceKey, field ?? ""])
            isThere = db.changesCount > 0
        }
        return isThere
    }
}

enum StoredConflict {
    private struct Identity: Hashable {
        var sourceKey: String
        var field: String?

        init(_ item: ConflictItem) {
            sourceKey = item.sourceKey
            field = item.conflict.field
        }
    }

    /// - Parameter keepingResolved: source keys of records that are still to be settled: a choice made for them, which
    ///   is no conflict any more in the plan that follows it, is kept until they are.
    static func replace(
        _ db: Database, pair: Int64, by items: [ConflictItem], keepingResolved unfinished: Set<String>
    ) throws {
        var known = Dictionary(try all(db, pair: pair).map { (Identity($0), $0) }, uniquingKeysWith: { $1 })
        for item in items {
            let before = known.removeValue(forKey: Identity(item))
            var kept = item
            kept.since = before?.since ?? item.since
            if let before, isSame(before.conflict, item.conflict) {
                kept.resolution = item.resolution ?? before.resolution
            }
            if kept != before { try put(db, pair: pair, kept) }
        }
        for gone in known.values where gone.resolution == nil || !unfinished.contains(gone.sourceKey) {
            try db.run(
                "DELETE FROM conflicts WHERE pair = ? AND source_key = ? AND field = ?",
                [pair, gone.sourceKey, gone.conflict.field ?? ""])
        }
    }

    /// A person chose between these very values.
    private static func isSame(_ a: Conflict, _ b: Conflict) -> Bool {
        a.source == b.source && a.project == b.project && a.remaining == b.remaining && a.what == b.what
    }

    private static func put(_ db: Database, pair: Int64, _ item: ConflictItem) throws {
        try db.run(
            """
            INSERT OR REPLACE INTO conflicts (pair, source_key, field, project_id, label, conflict, since, resolution)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                pair, item.sourceKey, item.conflict.field ?? "", item.projectID, item.label,
                try Stored.text(item.conflict), item.since, item.resolution?.rawValue,
            ])
    }

    static func all(_ db: Database, pair: Int64) throws -> [ConflictItem] {
        try db.rows(
            """
            SELECT source_key, project_id, label, conflict, since, resolution FROM conflicts WHERE pair = ?
                ORDER BY source_key, field
            """, [pair]
        ).map { row in
            ConflictItem(
                sourceKey: row[0], projectID: row[1], label: row[2], conflict: try Stored.value(row[3]), since: row[4],
                resolution: row.hasNull(atIndex: 5) ? nil : try row.word(5))
        }
    }
}
