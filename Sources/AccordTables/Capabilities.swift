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

/// What a table can do, for whoever wants it done. It can what its capabilities say, and only what its type has a
/// protocol for: both are asked here, and nowhere else.
extension Table {
    /// Nil for a table that cannot be read whole.
    public var scannable: (any ScannableTable)? { capabilities.scan ? self as? any ScannableTable : nil }

    /// Nil for a table without a stamp.
    public var stamped: (any StampedTable)? { capabilities.stamp ? self as? any StampedTable : nil }

    /// Nil for a table whose changes cannot be listed.
    public var incremental: (any IncrementalTable)? { capabilities.changes ? self as? any IncrementalTable : nil }

    /// Nil for a table that does not find records by the field.
    public func searchable(by field: String) -> (any SearchableTable)? {
        capabilities.searchable.contains(field) ? self as? any SearchableTable : nil
    }

    /// Nil for a table that is not written record by record.
    public var recordWritable: (any RecordWritable)? { capabilities.recordWrites ? self as? any RecordWritable : nil }

    /// Nil for a table that is not written as a whole.
    public var batchWritable: (any BatchWritable)? { capabilities.batchWrites ? self as? any BatchWritable : nil }
}
