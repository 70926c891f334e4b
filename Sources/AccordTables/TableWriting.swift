import AccordCore

/// A change of one record, in its table's own columns or fields.
public struct TableChange: Sendable, Hashable {
    public var kind: Operation.Kind
    /// What the table knows the record by; nil for a create whose key the table makes itself. A table of text knows no
    /// keys.
    public var key: String?
    /// The row that is changed, of a table whose records have a place; nil for a create.
    public var row: RowPlace?
    /// By column or field: what must be there before, and what is to be there after. Columns that a create does not name
    /// stay blank.
    public var cells: [String: CellChange]
    /// The record as it is known, for tables that find the record they write by its values; else empty.
    public var known: Record

    public init(
        kind: Operation.Kind, key: String?, row: RowPlace? = nil, cells: [String: CellChange] = [:],
        known: Record = Record(key: "", values: [:])
    ) {
        self.kind = kind
        self.key = key
        self.row = row
        self.cells = cells
        self.known = known
    }
}

extension TableChange {
    /// What the fields are to hold; those that are to be emptied hold null.
    public var values: [String: Value] {
        cells.compactMapValues { $0.after == .absent ? nil : $0.after.value }
    }
}

/// Where a scan found a row, and what it was then.
public struct RowPlace: Sendable, Hashable {
    /// 1-based.
    public var line: Int
    public var fingerprint: Fingerprint

    public init(line: Int, fingerprint: Fingerprint) {
        self.line = line
        self.fingerprint = fingerprint
    }

    /// - Returns: nil for a record without a place.
    public init?(of record: TableRecord) {
        guard let place = record.place else { return nil }
        self.init(line: place.line, fingerprint: record.fingerprint)
    }
}

/// A cell before and after a change, both in the table's own form.
public struct CellChange: Sendable, Hashable {
    /// ``Cell/absent``: nothing is expected.
    public var before: Cell
    public var after: Cell

    public init(before: Cell = .absent, after: Cell) {
        self.before = before
        self.after = after
    }
}

/// What became of a change of one record.
public enum WriteOutcome: Sendable {
    /// It was made, and this is what is stored now.
    case stored(TableRecord)
    /// It was made, and the table does not say what is stored now.
    case storedUnseen
    /// The record is not there: what a delete wanted, and what no other change can be made to.
    case gone(TableError?)
    /// It was certainly not made, and no part of it.
    case refused(TableError)
    /// It may have been made, or a part of it was.
    case unknown(TableError)
}

/// Changes of a table in their order, read one at a time and as often as wanted: there may be more than memory holds.
public protocol TableChanges {
    var count: Int { get }
    func change(at index: Int) throws -> TableChange
}

extension [TableChange]: TableChanges {
    public func change(at index: Int) -> TableChange { self[index] }
}
