/// One row of a source as a mapping reads it: its cells' texts, as bytes until one is asked for.
///
/// The rows of a batch share their storage, so that a row which is never looked into costs no allocation. A row that
/// ``RowForm`` makes of a typed record has the record's values besides.
public struct TextRow: Sendable {
    public let header: Header
    private let storage: Storage
    private let cells: Range<Int>

    /// The bytes of some rows, and where each cell lies in them.
    public final class Storage: Sendable {
        let bytes: [UInt8]
        let cells: [TextCell]
        /// Of a single typed record, by column; empty for rows of text.
        let values: [Cell]

        public init(bytes: [UInt8], cells: [TextCell], values: [Cell] = []) {
            self.bytes = bytes
            self.cells = cells
            self.values = values
        }
    }

    /// - Parameter cells: the row's own among the storage's.
    public init(header: Header, storage: Storage, cells: Range<Int>) {
        self.header = header
        self.storage = storage
        self.cells = cells
    }

    /// - Parameter values: what the texts mean, of a typed record.
    public init(header: Header, cells texts: [String], values: [Cell] = []) {
        var bytes: [UInt8] = []
        var cells: [TextCell] = []
        for text in texts {
            let start = bytes.count
            bytes.append(contentsOf: text.utf8)
            cells.append(TextCell(start: start, count: bytes.count - start))
        }
        self.init(header: header, storage: Storage(bytes: bytes, cells: cells, values: values), cells: 0..<texts.count)
    }

    /// Its record has typed values.
    public var isTyped: Bool { !storage.values.isEmpty }

    /// A cell as its table has it: absent or with a value in a typed row, always a text in a row of text.
    public func cell(_ index: Int) -> Cell {
        storage.values.indices.contains(index) ? storage.values[index] : .text(self[index])
    }

    public var count: Int { cells.count }

    /// The cell of a column; nil if the table has no such column.
    public subscript(column: String) -> String? { header.index(of: column).map { self[$0] } }

    /// The text of a cell; empty where the row has no such cell. Bytes that are not UTF-8 become U+FFFD.
    public subscript(index: Int) -> String { withBytes(of: index) { String(decoding: $0, as: UTF8.self) } }

    public var texts: [String] { (0..<count).map { self[$0] } }

    /// The UTF-8 of a cell; nothing where the row has no such cell.
    public func withBytes<T>(of index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
        guard index >= 0, index < cells.count else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
        let cell = storage.cells[cells.lowerBound + index]
        return storage.bytes.withUnsafeBufferPointer { cell.withText(in: $0, body) }
    }

    /// The columns of a table, in their order.
    public final class Header: Sendable {
        public let columns: [String]
        private let positions: [String: Int]

        public init(_ columns: [String]) {
            self.columns = columns
            positions = Dictionary(zip(columns, columns.indices), uniquingKeysWith: { first, _ in first })
        }

        /// - Parameter column: as it is written, in a mapping or elsewhere: columns are recognised as keys are.
        public func index(of column: String) -> Int? {
            positions[column] ?? RecordKey.of(column).flatMap { positions[$0] }
        }
    }
}

/// Where a cell's text lies in its rows' bytes, without the quotes around it.
///
/// There is one for every cell of every row that is read, so it is kept small: the bytes of the rows that share a
/// storage are fewer than 2^32, and those of a cell fewer than 2^31.
public struct TextCell: Sendable {
    private let first: UInt32
    /// The count, and in the lowest bit whether each quote of the text stands there twice.
    private let countAndFlag: UInt32

    public init(start: Int, count: Int, hasDoubledQuotes: Bool = false) {
        first = UInt32(start)
        countAndFlag = UInt32(count) << 1 | (hasDoubledQuotes ? 1 : 0)
    }

    var start: Int { Int(first) }
    var count: Int { Int(countAndFlag >> 1) }
    /// Each quote of the text stands there twice.
    var hasDoubledQuotes: Bool { countAndFlag & 1 == 1 }

    /// - Parameter bytes: the bytes that the cell lies in.
    package func withText<T>(
        in bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> T
    ) -> T {
        let own = UnsafeBufferPointer(rebasing: bytes[start..<start + count])
        guard hasDoubledQuotes else { return body(own) }
        var plain: [UInt8] = []
        plain.reserveCapacity(own.count)
        var isSecond = false
        for byte in own {
            isSecond = byte == UInt8(ascii: "\"") && !isSecond
            if !isSecond { plain.append(byte) }
        }
        return plain.withUnsafeBufferPointer(body)
    }
}
