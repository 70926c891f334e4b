import AccordCore
import AccordTables

/// Gathers rows until there are enough of them for a batch. Its records may be made while the next rows are read.
struct CSVBatch: Sendable {
    private let header: TextRow.Header
    private let formulas: CSVFormat.Formulas
    private let fingerprint: CSVRowFingerprint
    private var bytes: [UInt8] = []
    private var cells: [CSVCell] = []
    private var rows: [Row] = []
    private static let rowLimit = 512
    private static let byteLimit = 1_048_576

    private struct Row: Sendable {
        var bytes: Range<Int>
        var cells: Range<Int>
        var line: Int
        var problem: String?
    }

    /// - Parameter reader: whose rows it gathers.
    init(_ header: TextRow.Header, _ reader: CSVReader, _ formulas: CSVFormat.Formulas) {
        (self.header, self.formulas) = (header, formulas)
        fingerprint = CSVRowFingerprint(header, delimiter: reader.delimiter, formulas)
    }

    var isFull: Bool { rows.count >= CSVBatch.rowLimit || bytes.count >= CSVBatch.byteLimit }
    var isEmpty: Bool { rows.isEmpty }

    /// Takes the reader's row at hand.
    mutating func append(_ reader: CSVReader, problem: String?) {
        if rows.isEmpty { reserve(reader.row.count, reader.cells.count) }
        let (firstByte, firstCell) = (bytes.count, cells.count)
        bytes.append(contentsOf: reader.row)
        cells.append(contentsOf: reader.cells)
        rows.append(
            Row(
                bytes: firstByte..<bytes.count, cells: firstCell..<cells.count, line: reader.line, problem: problem))
    }

    private mutating func reserve(_ rowBytes: Int, _ rowCells: Int) {
        rows.reserveCapacity(CSVBatch.rowLimit)
        cells.reserveCapacity(CSVBatch.rowLimit * rowCells)
        bytes.reserveCapacity(min(CSVBatch.rowLimit * (rowBytes + rowBytes / 4), CSVBatch.byteLimit))
    }

    /// The batch as it is; after it there are no rows in this one.
    mutating func take() -> CSVBatch {
        let full = self
        (bytes, cells) = ([], [])
        rows.removeAll(keepingCapacity: true)
        return full
    }

    /// The rows as records.
    func records(_ name: String) -> RecordBatch {
        bytes.withUnsafeBufferPointer { bytes in
            var texts: [TextCell] = []
            texts.reserveCapacity(cells.count)
            for row in rows {
                let content = UnsafeBufferPointer(rebasing: bytes[row.bytes])
                for cell in cells[row.cells] {
                    texts.append(cell.textCell(in: content, formulas, offset: row.bytes.lowerBound))
                }
            }
            let storage = TextRow.Storage(bytes: self.bytes, cells: texts)
            return RecordBatch(
                rows.map { row in
                    TableRecord(
                        cells: .text(TextRow(header: header, storage: storage, cells: row.cells)),
                        fingerprint: fingerprint.of(
                            UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[row.bytes])),
                        place: Place(file: name, line: row.line), problem: row.problem)
                })
        }
    }
}
