import AccordCore
import GRDB

/// What one operation changed, by which rule, in which run.
public struct LedgerRow: Sendable, Hashable {
    public var run: Int64
    /// Unix seconds.
    public var at: Int64
    public var pair: String
    public var sourceKey: String?
    public var projectID: String?
    /// The side that was written.
    public var side: Side
    /// What was done, for example `update` or `link`.
    public var action: String
    public var changes: [FieldChange]
    public var why: String

    public init(
        run: Int64, at: Int64, pair: String, sourceKey: String?, projectID: String?, side: Side, action: String,
        changes: [FieldChange] = [], why: String
    ) {
        self.run = run
        self.at = at
        self.pair = pair
        self.sourceKey = sourceKey
        self.projectID = projectID
        self.side = side
        self.action = action
        self.changes = changes
        self.why = why
    }
}

extension StateStore {
    /// What was done to a record, oldest first.
    ///
    /// - Parameter field: only what concerns this field; what says nothing of single fields concerns all of them.
    public func history(_ pair: String, sourceKey: String, field: String? = nil) throws -> [LedgerRow] {
        let rows = try read { db in
            try db.rows(
                "\(LedgerRow.selection) WHERE source_key = ? AND pairs.name = ? ORDER BY ledger.id", [sourceKey, pair]
            )
            .map(LedgerRow.init(stored:))
        }
        guard let field else { return rows }
        return rows.filter { row in row.changes.isEmpty || row.changes.contains { $0.field == field } }
    }

    /// What a run did, in its order.
    public func ledger(run: Int64) throws -> [LedgerRow] {
        try read { db in
            try db.rows("\(LedgerRow.selection) WHERE run = ? ORDER BY ledger.id", [run]).map(LedgerRow.init(stored:))
        }
    }

    /// Forgets the history, and the runs that ended, from before a moment.
    ///
    /// - Parameter moment: Unix seconds.
    /// - Returns: how many rows of the history went.
    @discardableResult
    public func prune(before moment: Int64) throws -> Int {
        try write { db in
            try db.run("DELETE FROM ledger WHERE at < ?", [moment])
            let count = db.changesCount
            try db.run("DELETE FROM runs WHERE ended < ?", [moment])
            return count
        }
    }
}

extension LedgerRow {
    fileprivate static let selection = """
        SELECT run, at, pairs.name, source_key, project_id, side, action, changes, why
        FROM ledger JOIN pairs ON pairs.id = ledger.pair
        """

    /// A change with short names, and without what another part of it says already.
    private struct Change: Codable {
        var f: String
        var b: Value?
        var a: Value?
        var o: Value?
        var r: Rule

        init(_ change: FieldChange) {
            f = change.field
            b = change.before.isNull ? nil : change.before
            a = change.after.isNull ? nil : change.after
            o = change.origin == change.after ? nil : change.origin
            r = change.rule
        }

        /// An origin that is empty while the value is not is written as null, which is not the same as left out.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            f = try container.decode(String.self, forKey: .f)
            b = try container.decodeIfPresent(Value.self, forKey: .b)
            a = try container.decodeIfPresent(Value.self, forKey: .a)
            o = container.contains(.o) ? try container.decode(Value.self, forKey: .o) : nil
            r = try container.decode(Rule.self, forKey: .r)
        }

        var change: FieldChange {
            let after = a ?? .null
            return FieldChange(field: f, before: b ?? .null, after: after, origin: o ?? after, rule: r)
        }
    }

    fileprivate init(stored row: Row) throws {
        let changes: [Change] = try (row[7] as String?).map { try Stored.value($0) } ?? []
        self.init(
            run: row[0], at: row[1], pair: row[2], sourceKey: row[3], projectID: row[4], side: try row.word(5),
            action: row[6], changes: changes.map(\.change), why: row[8])
    }

    func store(_ db: Database) throws {
        try db.run(
            """
            INSERT INTO ledger (run, at, pair, source_key, project_id, side, action, changes, why)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run, at, try db.pairOrNew(pair), sourceKey, projectID, side.rawValue, action,
                changes.isEmpty ? nil : try Stored.text(changes.map(Change.init)), why,
            ])
    }
}
