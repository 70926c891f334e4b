import AccordState
import GRDB

/// What the settlements of one transaction need to know of their pair: looked up once, so that of what is new, as of all
/// records in a first run, nothing is looked for one by one.
final class SettledPair {
    let number: Int64
    let lastRead: Int
    var hasQuarantine: Bool
    let hasConflicts: Bool
    let hasIntentsWithoutKey: Bool
    /// Of the keys and ids that the settlements name, those that are there or that one of them stored.
    private var linkedKeys: Set<String>
    private var linkedIDs: Set<String>
    private var records: Set<String>

    init(_ db: Database, _ name: String, _ settlements: [Settlement]) throws {
        number = try db.pairOrNew(name)
        let row = try db.row(
            """
            SELECT reads, EXISTS (SELECT 1 FROM quarantine WHERE pair = ?1),
                EXISTS (SELECT 1 FROM conflicts WHERE pair = ?1),
                EXISTS (SELECT 1 FROM intents WHERE pair = ?1 AND source_key IS NULL) FROM pairs WHERE id = ?1
            """, [number])
        lastRead = row?[0] ?? 0
        hasQuarantine = row?[1] ?? true
        hasConflicts = row?[2] ?? true
        hasIntentsWithoutKey = row?[3] ?? true
        let ids = settlements.compactMap(\.projectID)
        linkedKeys = try db.known("source_key", of: "links", pair: number, settlements.compactMap(\.sourceKey))
        linkedIDs = try db.known("project_id", of: "links", pair: number, ids)
        records = try db.known("id", of: "project_records", pair: number, ids)
    }

    func mayHaveLink(sourceKey key: String) -> Bool { linkedKeys.contains(key) }
    func mayHaveLink(projectID id: String) -> Bool { linkedIDs.contains(id) }
    func mayHaveRecord(_ id: String) -> Bool { records.contains(id) }

    func noteLink(sourceKey: String, projectID: String) {
        linkedKeys.insert(sourceKey)
        linkedIDs.insert(projectID)
    }

    func noteRecord(_ id: String) { records.insert(id) }
}

extension Database {
    /// Those of some texts that a column of a table holds for a pair.
    fileprivate func known(
        _ column: String, of table: String, pair: Int64, _ texts: [String]
    ) throws -> Set<String> {
        let statement = try cachedStatement(
            sql: "SELECT \(column) FROM \(table) WHERE pair = ? AND \(column) IN (SELECT value FROM json_each(?))")
        return try String.fetchSet(statement, arguments: [pair, Stored.list(texts)])
    }
}
