import AccordCore
import GRDB

extension StateStore {
    /// What tells whether a source row needs any work at all.
    public struct Lookup: Sendable, Hashable {
        let link: Int64
        public let projectID: String
        public let state: LinkState
        /// Of the source record that is fully settled; nil while something of it is open.
        public let sourceFingerprint: Fingerprint?
        /// The project record is as the link's base says, and nothing about it is pending.
        public let projectSettled: Bool
    }

    /// Looks up many rows in one read transaction.
    ///
    /// - Parameter body: may not call the store itself, which is busy meanwhile.
    public func withReader<T>(_ body: (Reader) throws -> T) throws -> T {
        try read { db in try body(Reader(db)) }
    }

    /// Looks up links by source key, at the cost of one prepared statement each. For use inside
    /// ``StateStore/withReader(_:)`` only.
    public final class Reader {
        private let db: Database
        private let statement: Statement
        private var numbers: [String: Int64] = [:]

        init(_ db: Database) throws {
            self.db = db
            statement = try db.cachedStatement(
                sql: """
                    SELECT links.id, links.project_id, links.state, links.source_fingerprint, project_records.settled
                    FROM links LEFT JOIN project_records
                        ON project_records.pair = links.pair AND project_records.id = links.project_id
                    WHERE links.pair = ? AND links.source_key = ?
                    """)
        }

        /// Nil if the source record has no link.
        public func lookup(_ pair: String, sourceKey: String) throws -> Lookup? {
            guard let number = try number(of: pair) else { return nil }
            return try Lookup.fetchOne(statement, arguments: [number, sourceKey])
        }

        private func number(of pair: String) throws -> Int64? {
            if let number = numbers[pair] { return number }
            numbers[pair] = try db.pair(pair)
            return numbers[pair]
        }
    }
}

extension StateStore.Lookup: FetchableRecord {
    public init(row: Row) throws {
        link = row[0]
        projectID = row[1]
        state = try row.word(2)
        sourceFingerprint = try row.fingerprint(3)
        projectSettled = row[4] ?? false
    }
}

/// The links that a pass over the source has met: about a bit each.
public struct SeenKeys: Sendable {
    private var words: [Int64: UInt64] = [:]

    public init() {}

    public mutating func insert(_ lookup: StateStore.Lookup) {
        words[lookup.link >> 6, default: 0] |= SeenKeys.bit(lookup.link)
    }

    public func contains(_ lookup: StateStore.Lookup) -> Bool { contains(lookup.link) }

    func contains(_ link: Int64) -> Bool { (words[link >> 6] ?? 0) & SeenKeys.bit(link) != 0 }

    private static func bit(_ link: Int64) -> UInt64 { 1 << UInt64(link & 63) }
}
