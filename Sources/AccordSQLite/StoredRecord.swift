import AccordCore
import GRDB

/// A project record as it lies in its row, whose values may be those of its link's base.
struct StoredRecord: Hashable {
    var record: MirrorRecord
    /// Nothing about it is pending. One without a link never is.
    var settled = false
    /// The number of the read that saw it last.
    var seen: Int

    /// Whether both say the same, whatever answer said it.
    func saysTheSame(as other: StoredRecord?) -> Bool {
        var other = other
        other?.record.answer = record.answer
        return self == other
    }

    init(record: MirrorRecord, settled: Bool = false, seen: Int) {
        self.record = record
        self.record.matchValues = (record.matchValues.map { $0?.composed } + [nil, nil]).prefix(2).map(\.self)
        self.settled = settled
        self.seen = seen
    }

    // MARK: - Finding

    static let columns = """
        project_records.id, project_records.fingerprint, match_a, match_b, modified, archived, gone, settled, seen,
            record, unknown_fields, answer
        """

    private static let selection = """
        SELECT \(columns), source_base, project_base
        FROM project_records LEFT JOIN links
            ON links.pair = project_records.pair AND links.project_id = project_records.id
        """

    static func find(_ db: Database, pair: Int64, id: String) throws -> StoredRecord? {
        try db.row("\(selection) WHERE project_records.pair = ? AND project_records.id = ?", [pair, id])
            .map(StoredRecord.init(row:))
    }

    static func find(_ db: Database, pair: Int64, ids: some Collection<String>) throws -> [StoredRecord] {
        try db.rows(
            "\(selection) WHERE project_records.pair = ? AND project_records.id IN (SELECT value FROM json_each(?))",
            [pair, Stored.list(ids)]
        ).map(StoredRecord.init(row:))
    }

    /// Those about which something is pending, in the order of their ids, after an id.
    static func unsettled(_ db: Database, pair: Int64, after id: String, limit: Int) throws -> [MirrorRecord] {
        try db.rows(
            """
            \(selection) WHERE project_records.pair = ? AND settled = 0 AND project_records.id > ?
                ORDER BY project_records.id LIMIT ?
            """, [pair, id, limit]
        ).map { try StoredRecord(row: $0).record }
    }

    static func linkedNotSeen(_ db: Database, pair: Int64, read: Int, limit: Int) throws -> [MirrorRecord] {
        let statement = try db.cachedStatement(
            sql: """
                \(selection) WHERE project_records.pair = ? AND seen < ? AND gone = 0 AND EXISTS
                    (SELECT 1 FROM links WHERE links.pair = project_records.pair
                        AND links.project_id = project_records.id)
                    ORDER BY length(project_records.id), project_records.id LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [pair, read, limit]).map { try StoredRecord(row: $0).record }
    }

    private init(row: Row) throws {
        try self.init(row: row, at: 0) {
            guard let sourceBase: String = row[12] else { return [:] }
            return try Stored.base(row[13], from: Stored.values(sourceBase))
        }
    }

    /// - Parameters:
    ///   - first: where ``columns`` begin in the row.
    ///   - base: the project's base of its link.
    init(row: Row, at first: Int, base: () throws -> [String: Value]) throws {
        guard let fingerprint = try row.fingerprint(first + 1) else { throw Stored.malformed("a project record") }
        let text: String? = row[first + 9]
        record = MirrorRecord(
            id: row[first], fingerprint: fingerprint, values: try text.map(Stored.values) ?? base(),
            unknown: try Stored.texts(row[first + 10]), modified: row[first + 4], archived: row[first + 5],
            matchValues: [row[first + 2], row[first + 3]], gone: row[first + 6],
            answer: try row.fingerprint(first + 11))
        settled = row[first + 7]
        seen = row[first + 8]
    }

    // MARK: - Keeping

    /// - Parameter base: of its link. Values equal to it are not written a second time.
    func store(_ db: Database, pair: Int64, base: [String: Value]? = nil) throws {
        try db.run(
            """
            INSERT INTO project_records
                (pair, id, fingerprint, match_a, match_b, modified, archived, gone, settled, seen, record,
                    unknown_fields, answer)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (pair, id) DO UPDATE SET fingerprint = excluded.fingerprint, match_a = excluded.match_a,
                    match_b = excluded.match_b, modified = excluded.modified, archived = excluded.archived,
                    gone = excluded.gone, settled = excluded.settled, seen = excluded.seen, record = excluded.record,
                    unknown_fields = excluded.unknown_fields, answer = excluded.answer
            """,
            [
                pair, record.id, record.fingerprint.data, record.matchValues[0], record.matchValues[1], record.modified,
                record.archived, record.gone, settled, seen,
                record.values == base ? nil : Stored.text(record.values),
                record.unknown.isEmpty ? nil : Stored.list(record.unknown.sorted()),
                record.answer?.data,
            ])
    }

    func remove(_ db: Database, pair: Int64) throws {
        try db.run("DELETE FROM project_records WHERE pair = ? AND id = ?", [pair, record.id])
    }
}
