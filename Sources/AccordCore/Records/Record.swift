/// A record of either side in normal form: the key that its own side gives it, and its values by field name.
///
/// The field names are those of the project's resource on both sides: the mapping has already said which column of
/// the source is which field. A field that is not there is ``Value/null``.
public struct Record: Hashable, Sendable {
    /// The source's key, or the project's id.
    public var key: String
    public private(set) var values: [String: Value]
    /// When its side last changed it, in Unix seconds, where the side says so: for the conflict policy `newest`.
    public var modified: Int64?

    public init(key: String, values: [String: Value], modified: Int64? = nil) {
        self.key = key
        self.values = values.filter { !$0.value.isNull }
        self.modified = modified
    }

    public subscript(field: String) -> Value {
        get { values[field] ?? .null }
        set { values[field] = newValue.isNull ? nil : newValue }
    }

    /// Of its values alone: whether it still says what it said.
    public var fingerprint: Fingerprint { Fingerprint(of: values, isArchived: false) }
}

/// A source record as its connector read it: named cells of text, not yet typed.
///
/// The cells stay bytes until one is asked for, so that a record whose fingerprint is known costs no `String`.
public struct RawRecord: Sendable {
    public let place: Place
    /// Of the record's bytes as they stand in the source.
    public let fingerprint: Fingerprint
    public let header: Header
    private let bytes: [UInt8]
    /// Where each cell ends in `bytes`; a cell begins where the one before it ends.
    private let ends: [Int]

    /// - Parameters:
    ///   - bytes: the cells' UTF-8, one after the other, without quotes or separators.
    ///   - ends: for each column of `header`, where its cell ends in `bytes`.
    public init(place: Place, fingerprint: Fingerprint, header: Header, bytes: [UInt8], ends: [Int]) {
        self.place = place
        self.fingerprint = fingerprint
        self.header = header
        self.bytes = bytes
        self.ends = ends
    }

    public init(place: Place, header: Header, cells: [String]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for cell in cells {
            bytes.append(contentsOf: cell.utf8)
            ends.append(bytes.count)
        }
        let identity = cells.map { "\($0.utf8.count):\($0)" }.joined()
        self.init(
            place: place, fingerprint: Fingerprint(of: identity), header: header, bytes: bytes, ends: ends)
    }

    /// The cell of a column; nil if the source has no such column.
    public subscript(column: String) -> String? {
        header.index(of: column).map { self[$0] }
    }

    public subscript(index: Int) -> String {
        guard ends.indices.contains(index) else { return "" }
        return String(decoding: bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]], as: UTF8.self)
    }

    /// The columns of a source, in their order.
    public final class Header: Sendable {
        public let columns: [String]
        private let positions: [String: Int]

        public init(_ columns: [String]) {
            self.columns = columns
            positions = Dictionary(zip(columns, columns.indices), uniquingKeysWith: { first, _ in first })
        }

        public func index(of column: String) -> Int? { positions[column] }
    }
}
