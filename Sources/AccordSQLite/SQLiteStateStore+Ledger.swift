import AccordCore
import AccordState
import GRDB

extension SQLiteStateStore {
    public func history(_ pair: String, sourceKey: String) throws -> [LedgerRow] {
        try read { db in
            try db.rows(
                "\(LedgerRow.selection) WHERE source_key = ? AND pairs.name = ? ORDER BY ledger.id", [sourceKey, pair]
            )
            .map(LedgerRow.init(stored:))
        }
    }

    public func ledger(run: Int64) throws -> [LedgerRow] {
        try read { db in
            try db.rows("\(LedgerRow.selection) WHERE run = ? ORDER BY ledger.id", [run]).map(LedgerRow.init(stored:))
        }
    }

    @discardableResult
    public func prune(before moment: Int64) throws -> Int {
        try write { db in
            // Runs follow each other, so that their numbers say which rows are old without a look at each of them.
            // One whose clock was wrong takes nothing along that is newer.
            let first = try db.row(
                """
                SELECT coalesce(
                    (SELECT min(id) FROM runs WHERE coalesce(ended, started) >= ?), (SELECT max(id) + 1 FROM runs))
                """, [moment])
            guard let first: Int64 = first?[0] else { return 0 }
            try db.run("DELETE FROM ledger WHERE run < ?", [first])
            let count = db.changesCount
            try db.run("DELETE FROM runs WHERE id < ?", [first])
            return count
        }
    }
}

extension LedgerRow {
    fileprivate static let selection = """
        SELECT run, at, pairs.name, source_key, project_id, side, action, changes, reason, details
        FROM ledger JOIN pairs ON pairs.id = ledger.pair
        """

    fileprivate init(stored row: Row) throws {
        let changes = try ((row[7] as String?).map { try Stored.json($0).elements ?? [] } ?? []).map(LedgerRow.change)
        let code: String = row[8]
        let details = try (row[9] as String?).map { try Stored.json($0).elements ?? [] }?.compactMap(\.string)
        guard let reason = Reason(code: code, details: details ?? LedgerRow.implied(code, changes)) else {
            throw Stored.malformed("the reason \"\(code)\" in the history")
        }
        self.init(
            run: row[0], at: row[1], pair: row[2], sourceKey: row[3], projectID: row[4], side: try row.word(5),
            action: row[6], changes: changes, reason: reason)
    }

    /// - Parameter number: of its pair.
    func store(_ db: Database, pair number: Int64) throws {
        let details = reason.details
        try db.run(
            """
            INSERT INTO ledger (run, at, pair, source_key, project_id, side, action, changes, reason, details)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run, at, number, sourceKey, projectID, side.rawValue, action,
                changes.isEmpty ? nil : Stored.text { $0.array(changes, LedgerRow.write) }, reason.code,
                details == LedgerRow.implied(reason.code, changes) ? nil : Stored.list(details),
            ])
    }

    /// The details of a reason that the changes say already: by which rules they were made.
    private static func implied(_ code: String, _ changes: [FieldChange]) -> [String] {
        let rules = Reason.rules(of: changes)
        return code == rules.code ? rules.details : []
    }

    // MARK: - Changes, with short names, and without what another part says already

    private static func write(_ writer: inout JSONWriter, _ change: FieldChange) {
        writer.object { writer in
            writer.member("f")
            writer.string(change.field)
            for (name, value) in [("b", change.before), ("a", change.after)] where !value.isNull {
                writer.member(name)
                ValueForm.write(value, to: &writer)
            }
            if change.origin != change.after {
                writer.member("o")
                ValueForm.write(change.origin, to: &writer)
            }
            writer.member("r")
            writer.string(change.rule.rawValue)
        }
    }

    private static func change(_ json: JSONView) throws -> FieldChange {
        guard let field = json["f"]?.string, let rule = json["r"]?.string.flatMap(FieldRule.init(rawValue:)) else {
            throw Stored.malformed("a change in the history")
        }
        func value(_ name: String) throws -> Value? { try json[name].map { try ValueForm.read($0, "a change") } }
        let after = try value("a") ?? .null
        return FieldChange(
            field: field, before: try value("b") ?? .null, after: after, origin: try value("o") ?? after, rule: rule)
    }
}
