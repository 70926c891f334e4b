import AccordCore

/// The business's side: a table of records that can be streamed whole, and perhaps written.
///
/// **Contract**, checked for any connector by the `TableConformance` suite:
/// - ``stamp()`` is cheap and reads no records. Equal stamps mean that nothing changed; an unequal one means nothing.
/// - ``read(_:)`` hands over every record once, in the source's order, holding one at a time. What is wrong with
///   a single record is handed over as a ``SourceItem/broken(_:)`` and the rest goes on; what makes the whole
///   unreadable throws. Its report says whether the read was whole, and never says so without proof.
/// - ``write(_:expecting:)`` makes all changes or none, touches nothing else, and refuses with
///   ``TableError/changedMeanwhile(_:)`` when the source no longer has the stamp that it was read with. Each answer
///   is what is stored now.
public protocol SourceConnector: Sendable {
    /// For messages: the file's name or the address.
    var name: String { get }
    func stamp() async throws -> SourceStamp
    func header() async throws -> RawRecord.Header
    func read(_ body: (SourceItem) throws -> Void) async throws -> SourceReport
    func write(_ changes: [SourceChange], expecting stamp: SourceStamp) async throws -> SourceWriteReport
}

/// What tells that a source is as it was: for a file its size, times and identity.
public struct SourceStamp: Hashable, Sendable, Codable {
    public let text: String
    public init(_ text: String) { self.text = text }
}

public enum SourceItem: Sendable {
    case record(RawRecord)
    case broken(BrokenRecord)
}

/// A record that could not be read as the header says: a row of the wrong length, bytes that are not text.
public struct BrokenRecord: Sendable, Hashable {
    public let place: Place
    public let reason: String
    /// The record's cells as far as they could be read, so that its key is not taken for vanished.
    public let cells: [String]

    public init(place: Place, reason: String, cells: [String]) {
        self.place = place
        self.reason = reason
        self.cells = cells
    }
}

/// What a whole read found.
public struct SourceReport: Sendable, Hashable {
    public var stamp: SourceStamp
    /// Records and broken records together.
    public var count: Int
    public var bytes: Int
    /// Nil if the read was whole; else why it cannot be trusted for deletions.
    public var incomplete: String?
    /// The last record ended with a line end (always true where a source has no such thing).
    public var endsCleanly: Bool
    /// Keys that more than one record has, of those that the mapping means: which of them it is cannot be told.
    public var duplicateKeys: Set<String>

    public init(
        stamp: SourceStamp, count: Int, bytes: Int, incomplete: String? = nil, endsCleanly: Bool = true,
        duplicateKeys: Set<String> = []
    ) {
        self.stamp = stamp
        self.count = count
        self.bytes = bytes
        self.incomplete = incomplete
        self.endsCleanly = endsCleanly
        self.duplicateKeys = duplicateKeys
    }
}

/// A change of one record, in the source's own columns and texts.
public struct SourceChange: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Cells by column. Columns not named stay blank.
        case create(cells: [String: String])
        /// Cells by column, each with the text that must be there before and the text to be there after.
        case update(cells: [String: Cell])
        case delete
    }

    public struct Cell: Sendable, Hashable {
        public var before: String
        public var after: String
        public init(before: String, after: String) {
            self.before = before
            self.after = after
        }
    }

    /// The columns that hold the key (the first that is not blank counts), and the key.
    public var keyColumns: [String]
    public var key: String
    public var kind: Kind

    public init(keyColumns: [String], key: String, kind: Kind) {
        self.keyColumns = keyColumns
        self.key = key
        self.kind = kind
    }
}

public struct SourceWriteReport: Sendable {
    public enum Outcome: Sendable {
        /// What is stored now; nil after a delete.
        case written(RawRecord?)
        /// The record is not there, or a cell did not hold what was expected: nothing of this change was written.
        case expectationFailed(String)
    }

    /// One for each change, in their order.
    public var outcomes: [Outcome]
    public var stamp: SourceStamp

    public init(outcomes: [Outcome], stamp: SourceStamp) {
        self.outcomes = outcomes
        self.stamp = stamp
    }
}
