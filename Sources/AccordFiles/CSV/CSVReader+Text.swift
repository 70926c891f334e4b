import AccordCore
import AccordTables

extension CSVReader {
    /// A cell's bytes without its quotes, and without the apostrophe that belongs to the file and not to the text.
    private func content(of cell: CSVCell, _ formulas: CSVFormat.Formulas) -> UnsafeBufferPointer<UInt8> {
        let bytes = UnsafeBufferPointer(rebasing: row[cell.content])
        guard formulas == .escape, FormulaGuard.isGuarded(bytes) else { return bytes }
        return UnsafeBufferPointer(rebasing: bytes.dropFirst())
    }

    private func append(
        _ cell: CSVCell, _ formulas: CSVFormat.Formulas, to bytes: inout [UInt8]
    ) {
        let content = content(of: cell, formulas)
        guard cell.hasDoubledQuotes else {
            bytes.append(contentsOf: content)
            return
        }
        var isSecond = false
        for byte in content {
            isSecond = byte == UInt8(ascii: "\"") && !isSecond
            if !isSecond { bytes.append(byte) }
        }
    }

    /// The text of a cell of the row at hand; bytes that are not UTF-8 become U+FFFD.
    func text(of cell: CSVCell, _ formulas: CSVFormat.Formulas) -> String {
        var bytes: [UInt8] = []
        append(cell, formulas, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func texts(_ formulas: CSVFormat.Formulas) -> [String] { cells.map { text(of: $0, formulas) } }

    /// The row at hand as a record; its number of cells must be the header's.
    func record(_ header: RawRecord.Header, _ formulas: CSVFormat.Formulas) -> RawRecord {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(row.count)
        var ends: [Int] = []
        ends.reserveCapacity(cells.count)
        for cell in cells {
            append(cell, formulas, to: &bytes)
            ends.append(bytes.count)
        }
        return RawRecord(
            place: place, fingerprint: Fingerprint(of: UnsafeRawBufferPointer(row)), header: header, bytes: bytes,
            ends: ends)
    }

    /// What is wrong with the row at hand; nil if it is a record.
    func fault(_ header: RawRecord.Header) -> String? {
        guard cells.count == header.columns.count else {
            return "expected \(header.columns.count) cells, as the header has, found \(cells.count)"
        }
        guard let index = undecodable() else { return nil }
        return "expected text in \(header.columns[index]), found bytes that the file's encoding does not have; "
            + "exports of German or French spreadsheets often are encoding: windows-1252"
    }

    /// The first cell of the row at hand whose bytes are no text of the file's encoding.
    func undecodable() -> Int? {
        guard row.contains(where: { $0 >= 0x80 }) else { return nil }
        return cells.firstIndex { cell in
            String(validating: UnsafeBufferPointer(rebasing: row[cell.content]), as: UTF8.self) == nil
        }
    }

    /// The key of the row at hand: the first of its key cells that is not blank.
    func key(_ positions: [Int], _ formulas: CSVFormat.Formulas) -> String? {
        for position in positions where position < cells.count {
            let key = text(of: cells[position], formulas).trimmed
            if !key.isEmpty { return key }
        }
        return nil
    }

    /// Whether the row at hand is one of those that are meant; one that is too short to tell is.
    func isMeant(_ only: RowFilter?, _ header: RawRecord.Header, _ formulas: CSVFormat.Formulas) -> Bool {
        guard let only, let position = header.index(of: only.column), position < cells.count else { return true }
        return only.takes(text(of: cells[position], formulas))
    }

    /// Reads the header, which must come before any row; nil if the file is empty.
    ///
    /// - Throws: ``TableError/malformed(_:what:next:)``.
    func header() throws -> RawRecord.Header? {
        guard try next() else { return nil }
        let columns = texts(.asIs).map(\.trimmed)
        guard !columns.contains(where: { $0.utf8.contains { $0 < 0x09 } }) else {
            throw TableError.malformed(
                place, what: "expected a CSV file, found bytes that are no text, as in a spreadsheet's own file",
                next: "Export it as CSV")
        }
        var seen: Set<String> = []
        for (index, column) in columns.enumerated() {
            guard !column.isEmpty else {
                throw TableError.malformed(
                    place, what: "column \(index + 1) of \(columns.count) has no name",
                    next: "Give each column a name in the header")
            }
            guard cells[index].isQuoted || !column.utf8.contains(UInt8(ascii: "\r")) else {
                throw TableError.malformed(
                    place, what: "expected lines that end with LF or CRLF, found a lone CR in the header",
                    next: "Save the file with LF or CRLF line ends")
            }
            guard seen.insert(column).inserted else {
                throw TableError.malformed(
                    place, what: "the column \(column) is there twice", next: "Give each column a name of its own")
            }
        }
        if let fault = fault(RawRecord.Header(columns)) {
            throw TableError.malformed(place, what: fault, next: "Check `encoding`")
        }
        return RawRecord.Header(columns)
    }
}

extension String {
    /// Without the white space at both ends.
    var trimmed: String {
        guard let first = first, let last = last, first.isWhitespace || last.isWhitespace else { return self }
        let rest = drop(while: \.isWhitespace)
        return String(rest[..<(rest.lastIndex { !$0.isWhitespace }.map { rest.index(after: $0) } ?? rest.startIndex)])
    }
}
