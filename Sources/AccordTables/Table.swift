import AccordCore

/// A set of records of one kind that can be read and perhaps written: a CSV file, a resource of a REST API.
///
/// A table plays one of two roles in a pair, source or project, and does not know which. It conforms to those of the
/// protocols below that it can keep; `capabilities` says which of them hold for this very table (a REST resource
/// conforms to all of them, and its description may have no list of changes). The `TableConformance` suite checks each
/// promise for any table.
///
/// Duplicate keys, row filters and mappings are no table's business: the engine's detector sees to them.
public protocol Table: Sendable {
    /// For messages: the file's name, or the resource and its address.
    var name: String { get }
    /// What this table can do. A plan that asks for more is refused before anything is sent.
    var capabilities: Capabilities { get }
    /// The requests that were sent so far, retries included; 0 for a file.
    var requestCount: Int { get async }
    /// Whom it shares its requests with: tables of one service count them together. Nil for a file.
    var service: AnyObject? { get }
    /// What its records look like.
    ///
    /// - Throws: ``TableError``: a file's columns are read from it.
    func schema() async throws -> TableSchema
}

extension Table {
    public var requestCount: Int { get async { 0 } }
    public var service: AnyObject? { nil }
}

/// A table of a service that is described, and may differ from its description.
///
/// **Promise.** What it has found out is handed over once, by whichever table of the service is asked. Probing reads alone,
/// and asks nothing that is known.
public protocol DescribedTable: Table {
    /// Finds out what the table can, as far as reading shows it: its ``Table/capabilities`` may be others after it.
    func probe() async throws
    /// The keys of the records of which a list of their own says what the records do not show themselves: of a field that
    /// is an opt-out, those who opted out. Of an archived record it may say nothing.
    ///
    /// - Returns: nil where records show the field, and where no list is known to say it.
    /// - Throws: ``TableError`` if the list did not prove itself whole.
    func listed(_ field: String) async throws -> Set<String>?
    /// Whether an operation will do what it is for, before a write is made that must not stay without it.
    func assurance(of kind: Operation.Kind) async throws -> Assurance
    /// What would be done for the first time, where that is tried on one record before others get it.
    ///
    /// - Parameters:
    ///   - kinds: what is to be done.
    ///   - fields: those that updates write.
    func trials(of kinds: Set<Operation.Kind>, writing fields: Set<String>) -> [Trial]
    func takeFindings() -> [Finding]
}

/// The first use of an operation, which is made alone and looked at.
public struct Trial: Hashable, Sendable {
    /// For people: `update of city and notes`, `unsubscribe`.
    public var name: String
    /// Those that it takes besides the one that is tried.
    public var requests: Int

    public init(name: String, requests: Int) { (self.name, self.requests) = (name, requests) }
}

/// Whether something that is still to be done will be.
public enum Assurance: Hashable, Sendable {
    /// It was done before.
    case given
    /// It was not tried: the first one is to be made alone.
    case open
    /// It will not; why.
    case refused(String)
}

/// A table that can be read whole.
///
/// **Promise.** Every record is handed over once, in batches, in bounded memory; one that changed while the table was read
/// may come again, as it is then. What is wrong with a single record is said in ``TableRecord/problem`` and the rest goes
/// on; what makes the whole unreadable throws. The proof says that the scan was whole only where that is certain.
public protocol ScannableTable: Table {
    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof
}

/// A table that says cheaply whether it is as it was.
///
/// **Promise.** A stamp reads no records. Equal stamps mean that nothing changed; unequal ones mean nothing.
public protocol StampedTable: Table {
    func stamp() async throws -> Stamp
}

/// A table that can be read by what changed.
///
/// **Promise.** ``changes(since:_:)`` hands over every record that changed since the cursor was made, newest change
/// first; it may hand over more. What one cursor shows it shows again, also after a read that did not come to its end.
/// ``Capabilities/unseenChanges`` says what kinds of change it cannot show.
public protocol IncrementalTable: Table {
    /// How far the table is now: what a scan that begins after this moment reads is no change since.
    func cursor() async throws -> Cursor?
    /// - Returns: the cursor for the next time.
    func changes(since cursor: Cursor, _ take: (RecordBatch) async throws -> Void) async throws -> Cursor
}

/// A table that can be asked for records with a value.
///
/// **Promise.** All records that hold the value are found, archived ones too, as the table's own matcher would find them.
public protocol SearchableTable: Table {
    func find(_ field: String, _ value: Value) async throws -> [TableRecord]
    /// The records that hold any of some values, each once: in fewer requests, where the table can.
    func find(_ field: String, anyOf values: [Value]) async throws -> [TableRecord]
}

extension SearchableTable {
    public func find(_ field: String, anyOf values: [Value]) async throws -> [TableRecord] {
        try await eachFound(field, values)
    }

    /// Value by value.
    public func eachFound(_ field: String, _ values: [Value]) async throws -> [TableRecord] {
        var (found, keys): ([TableRecord], Set<String?>) = ([], [])
        for value in values {
            for record in try await find(field, value) where keys.insert(record.key).inserted { found.append(record) }
        }
        return found
    }
}

/// A table that is written record by record.
///
/// **Promise.** The outcome never claims more than the answer proves. What may be tried again is, within; what may
/// have happened is ``WriteOutcome/unknown(_:)``. An error is thrown only where nothing more can be written: the key
/// is refused, the service is away. Then this change was certainly not made, and no part of it.
public protocol RecordWritable: Table {
    func write(_ change: TableChange) async throws -> WriteOutcome
    /// The requests that a change takes if none has to be sent again.
    func requests(for change: TableChange) -> Int
}

/// A table that is written as a whole.
///
/// **Promise.** All changes are made, or none; nothing else is touched. A change whose expectation is not met is
/// refused by itself: also where its row is not the one that a scan of the same stamp found. Throws ``TableError/changedMeanwhile(name:)`` when the table no longer has the stamp, and no error of
/// its own any more once something was written. Of as many changes as there may be, a few bytes each are in memory.
public protocol BatchWritable: StampedTable {
    /// - Parameter take: takes the outcome of each change, in any order: stored, stored but not seen, gone after a delete,
    ///   or refused. It is called when all are made; what it throws comes back, and undoes none.
    /// - Returns: the table's stamp after the write.
    func write(
        _ changes: any TableChanges, expecting stamp: Stamp, _ take: (_ index: Int, WriteOutcome) throws -> Void
    ) async throws -> Stamp
}
