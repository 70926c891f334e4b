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

/// What a table can do.
public struct Capabilities: Sendable, Hashable {
    /// ``ScannableTable`` holds.
    public var scan: Bool
    /// ``StampedTable`` holds.
    public var stamp: Bool
    /// ``IncrementalTable`` holds.
    public var changes: Bool
    /// What changes do not show.
    public var unseenChanges: Set<UnseenChange>
    /// The fields by which ``SearchableTable`` finds records without looking through the whole table.
    public var searchable: Set<String>
    /// ``RecordWritable`` holds.
    public var recordWrites: Bool
    /// ``BatchWritable`` holds.
    public var batchWrites: Bool
    /// A scan whose records may still be taken for all that there are, though it did not prove itself whole.
    public var isListedAtOnce: Bool

    public enum UnseenChange: String, Sendable, Hashable, CaseIterable { case deletions, archiving }

    public init(
        scan: Bool = false, stamp: Bool = false, changes: Bool = false, unseenChanges: Set<UnseenChange> = [],
        searchable: Set<String> = [], recordWrites: Bool = false, batchWrites: Bool = false,
        isListedAtOnce: Bool = false
    ) {
        self.scan = scan
        self.stamp = stamp
        self.changes = changes
        self.unseenChanges = unseenChanges
        self.searchable = searchable
        self.recordWrites = recordWrites
        self.batchWrites = batchWrites
        self.isListedAtOnce = isListedAtOnce
    }
}
