import AccordCore

/// What shows that a table is as it was: for a file its size, times and identity.
public struct Stamp: Hashable, Sendable {
    public let text: String
    public init(_ text: String) { self.text = text }
}

/// How far a table was read by its changes. Its text means something to its table alone.
public struct Cursor: Hashable, Sendable {
    public let text: String
    public init(_ text: String) { self.text = text }
}

/// Some records of a table, in its order.
public struct RecordBatch: Sendable {
    public var records: [TableRecord]
    public init(_ records: [TableRecord]) { self.records = records }

    /// More records than this are several batches.
    public static let most = 1000

    /// Any number of records, in their order, in batches of a bounded size.
    public static func batches(of records: [TableRecord]) -> [RecordBatch] {
        stride(from: 0, to: records.count, by: most).map { start in
            RecordBatch(Array(records[start..<min(start + most, records.count)]))
        }
    }

    /// The records, decoded, each with the row that a mapping reads.
    public func forEachRow(_ rows: RowForm, _ body: (TableRecord, TextRow) throws -> Void) rethrows {
        for record in records {
            if case .text(let row) = record.cells {
                try body(record, row)
            } else {
                let record = record.decoded()
                try body(record, rows.row(of: record))
            }
        }
    }
}

/// What a whole scan found, and whether it may be trusted to say what is not there.
public struct ScanProof: Sendable, Hashable {
    /// The table's stamp as the scan began, where it has one.
    public var stamp: Stamp?
    /// Records, those with a problem too.
    public var count: Int
    /// Bytes read; 0 where that means nothing.
    public var bytes: Int
    /// Why the scan is no proof of what is gone; nil if it is.
    public var incomplete: String?
    /// The last record ended with a line end (true where a table has no such thing).
    public var endsCleanly: Bool

    public init(stamp: Stamp? = nil, count: Int, bytes: Int = 0, incomplete: String? = nil, endsCleanly: Bool = true) {
        self.stamp = stamp
        self.count = count
        self.bytes = bytes
        self.incomplete = incomplete
        self.endsCleanly = endsCleanly
    }
}
