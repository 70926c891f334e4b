import AccordCore
import AccordTables

/// Gathers rows until there are enough of them for a batch.
struct CSVBatch {
    private let header: TextRow.Header
    private let formulas: CSVFormat.Formulas
    private var bytes: [UInt8] = []
    private var cells: [TextCell] = []
    private var rows: [Row] = []
    private static let rowLimit = 512
    private static let byteLimit = 1_048_576

    private struct Row {
        var bytes: Range<Int>
        var cells: Range<Int>
        var line: Int
        var problem: String?
    }

    init(_ header: TextRow.Header, _ formulas: CSVFormat.Formulas) {
        (self.header, self.formulas) = (header, formulas)
    }

    var isFull: Bool { rows.count >= CSVBatch.rowLimit || bytes.count >= CSVBatch.byteLimit }
    var isEmpty: Bool { rows.isEmpty }

    /// Takes the reader's row at hand.
    mutating func append(_ reader: CSVReader, problem: String?) {
        if rows.isEmpty { reserve(reader.row.count, reader.cells.count) }
        let (firstByte, firstCell) = (bytes.count, cells.count)
        bytes.append(contentsOf: reader.row)
        cells.append(
            contentsOf: reader.cells.lazy.map { [formulas] in reader.textCell(of: $0, formulas, offset: firstByte) })
        rows.append(
            Row(
                bytes: firstByte..<bytes.count, cells: firstCell..<cells.count, line: reader.line, problem: problem))
    }

    private mutating func reserve(_ rowBytes: Int, _ rowCells: Int) {
        rows.reserveCapacity(CSVBatch.rowLimit)
        cells.reserveCapacity(CSVBatch.rowLimit * rowCells)
        bytes.reserveCapacity(min(CSVBatch.rowLimit * (rowBytes + rowBytes / 4), CSVBatch.byteLimit))
    }

    /// The rows as records; after it there are none.
    mutating func take(_ name: String) -> RecordBatch {
        let storage = TextRow.Storage(bytes: bytes, cells: cells)
        let records = bytes.withUnsafeBytes { bytes in
            rows.map { row in
                TableRecord(
                    cells: .text(TextRow(header: header, storage: storage, cells: row.cells)),
                    fingerprint: Fingerprint(of: UnsafeRawBufferPointer(rebasing: bytes[row.bytes])),
                    place: Place(file: name, line: row.line), problem: row.problem)
            }
        }
        (bytes, cells) = ([], [])
        rows.removeAll(keepingCapacity: true)
        return RecordBatch(records)
    }
}
