import AccordCore
import AccordTables

/// Which changes can be made, and where.
struct CSVDecisions {
    /// The changes of rows, in the order of the lines on which the rows begin.
    private(set) var rows: [(line: Int, index: Int)] = []
    private(set) var creates: [Int] = []
    /// Those that are made.
    private(set) var deletes: [Int] = []
    private(set) var refusals: [(index: Int, reason: String)] = []
    /// Whether new rows have quotes around every cell, as the file's last row has.
    private(set) var quotesAll = false

    private let changes: any TableChanges
    private var faults: [Int: String] = [:]

    var changeAnything: Bool { !rows.isEmpty || !creates.isEmpty }

    /// - Parameter reader: after its header.
    init(_ changes: any TableChanges, reader: CSVReader, header: TextRow.Header, table: CSVTable) throws {
        self.changes = changes
        try takeOrder()
        let undecodable = try hold(against: reader, header, table.format.formulas)
        let checker = CSVCellCheck(
            format: table.format, transcoder: reader.input.transcoder, header: header, undecodable: undecodable)
        for index in 0..<changes.count {
            let change = try changes.change(at: index)
            let fault = checker.fault(change) ?? faults[index]
            if let fault { refusals.append((index, fault)) }
            faults[index] = fault
            if fault == nil, change.kind == .create { creates.append(index) }
            if fault == nil, change.kind == .delete { deletes.append(index) }
        }
        rows.removeAll { faults[$0.index] != nil }
    }

    /// Of rows, the first change is the one that counts.
    private mutating func takeOrder() throws {
        for index in 0..<changes.count {
            let change = try changes.change(at: index)
            if let row = change.row, change.kind != .create {
                rows.append((row.line, index))
            } else if change.kind != .create {
                faults[index] = "it names no row"
            }
        }
        rows.sort { ($0.line, $0.index) < ($1.line, $1.index) }
        for (row, before) in zip(rows.dropFirst(), rows) where row.line == before.line {
            faults[row.index] = "another change is of the same row, on line \(row.line)"
        }
    }

    /// Holds what the changes expect against the file.
    ///
    /// - Returns: the first line whose bytes are no text.
    private mutating func hold(
        against reader: CSVReader, _ header: TextRow.Header, _ formulas: CSVFormat.Formulas
    ) throws -> Int? {
        let fingerprint = CSVRowFingerprint(header, delimiter: reader.delimiter, formulas)
        quotesAll = reader.cells.allSatisfy(\.isQuoted)
        var (undecodable, rest) = (Int?.none, rows[...])
        while try reader.next() {
            if undecodable == nil, reader.undecodable() != nil { undecodable = reader.line }
            quotesAll = reader.cells.allSatisfy(\.isQuoted)
            while let row = rest.first, row.line <= reader.line {
                rest.removeFirst()
                if faults[row.index] != nil { continue }
                faults[row.index] =
                    row.line < reader.line
                    ? CSVDecisions.noRow(row.line)
                    : CSVDecisions.fault(try changes.change(at: row.index), reader, header, formulas, fingerprint)
            }
        }
        for row in rest where faults[row.index] == nil { faults[row.index] = CSVDecisions.noRow(row.line) }
        return undecodable
    }

    private static func noRow(_ line: Int) -> String { "there is no row that begins on line \(line)" }

    /// What the row at hand holds other than the change expects.
    private static func fault(
        _ change: TableChange, _ reader: CSVReader, _ header: TextRow.Header, _ formulas: CSVFormat.Formulas,
        _ fingerprint: CSVRowFingerprint
    ) -> String? {
        if let fault = reader.fault(header) { return fault }
        for (column, cell) in change.cells.sorted(by: { $0.key < $1.key }) {
            guard let index = header.index(of: column), let before = cell.before.text else { continue }
            let text = reader.text(of: reader.cells[index], formulas)
            if text != before {
                return "expected \(column) to be \"\(before)\", found \"\(text)\""
            }
        }
        let found = fingerprint.of(UnsafeRawBufferPointer(reader.row))
        return found == change.row?.fingerprint ? nil : "the row on line \(reader.line) changed meanwhile"
    }
}
