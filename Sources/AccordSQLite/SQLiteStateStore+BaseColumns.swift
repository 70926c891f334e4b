import AccordCore
import AccordState
import GRDB

/// From which columns of the source the bases of links were read.
extension SQLiteStateStore {
    public func baseColumns(_ pair: String) throws -> [String: String]? {
        try read { db in try db.pair(pair).flatMap { try SQLiteStateStore.baseColumns(db, pair: $0) } }
    }

    public func keepBases(_ pair: String, readFrom columns: [String: String]) throws {
        try changeKnowledge(.keepBases) { db in
            let number = try db.pairOrNew(pair)
            let before = try SQLiteStateStore.baseColumns(db, pair: number)
            guard before != columns else { return }
            if let before {
                let moved = columns.keys.filter { before[$0] != columns[$0] }
                try SQLiteStateStore.forgetBases(db, pair: number, of: moved)
            }
            try db.run(
                "UPDATE pairs SET base_columns = ? WHERE id = ?", [SQLiteStateStore.text(of: columns), number])
        }
    }

    private static func baseColumns(_ db: Database, pair: Int64) throws -> [String: String]? {
        guard let text: String = try db.row("SELECT base_columns FROM pairs WHERE id = ?", [pair])?[0] else {
            return nil
        }
        guard let members = try Stored.json(text).members else { throw Stored.malformed("the columns of bases") }
        return try members.reduce(into: [:]) { columns, member in
            guard let column = member.value.string else { throw Stored.malformed("the columns of bases") }
            columns[member.name] = column
        }
    }

    private static func text(of columns: [String: String]) -> String {
        Stored.text { writer in
            writer.object { writer in
                for (field, column) in columns.sorted(by: { $0.key < $1.key }) {
                    writer.member(field)
                    writer.string(column)
                }
            }
        }
    }

    /// What is known of the project's records stays: what lay in a base that loses a field is written out.
    private static func forgetBases(_ db: Database, pair: Int64, of fields: [String]) throws {
        let concerned = fields.map { _ in "instr(source_base, ?) OR instr(coalesce(project_base, ''), ?)" }
        guard !fields.isEmpty else { return }
        // As they stand in what is stored, in quotes.
        let names = fields.map { String(Stored.list([$0]).dropFirst().dropLast()) + ":" }
        let sql = """
            SELECT id FROM links WHERE pair = ? AND id > ? AND (\(concerned.joined(separator: " OR ")))
                ORDER BY id LIMIT 1024
            """
        var last: Int64 = 0
        while true {
            let arguments: [any DatabaseValueConvertible] = [pair, last] + names.flatMap { [$0, $0] }
            let numbers = try Int64.fetchAll(db, sql: sql, arguments: StatementArguments(arguments))
            guard let end = numbers.last else { return }
            last = end
            for link in try StoredLink.find(db, pair: pair, numbers: numbers) {
                try forgetBase(db, pair: pair, of: link, fields)
            }
        }
    }

    private static func forgetBase(_ db: Database, pair: Int64, of link: StoredLink, _ fields: [String]) throws {
        let record = try StoredRecord.find(db, pair: pair, id: link.projectID)
        var after = link
        after.sourceFingerprint = nil
        for field in fields {
            after.sourceBase[field] = nil
            after.projectBase[field] = nil
        }
        try record?.store(db, pair: pair, base: after.projectBase)
        try after.store(db, pair: pair, before: link)
    }
}
