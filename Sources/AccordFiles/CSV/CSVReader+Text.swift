import AccordCore
import AccordTables

extension CSVCell {
    /// Where the cell's text is in the row's bytes: without its quotes, and without the apostrophe that belongs to the
    /// file and not to the text.
    ///
    /// - Parameter offset: how many bytes are before the row's.
    @inline(__always)
    func textCell(
        in row: UnsafeBufferPointer<UInt8>, _ formulas: CSVFormat.Formulas, offset: Int = 0
    ) -> TextCell {
        let range = content
        let isGuarded =
            formulas == .escape && !range.isEmpty && row[range.lowerBound] == UInt8(ascii: "'")
            && FormulaGuard.isGuarded(UnsafeBufferPointer(rebasing: row[range]))
        return TextCell(
            start: offset + range.lowerBound + (isGuarded ? 1 : 0), count: range.count - (isGuarded ? 1 : 0),
            hasDoubledQuotes: hasDoubledQuotes)
    }
}

extension CSVReader {
    /// The text of a cell of the row at hand; bytes that are not UTF-8 become U+FFFD.
    func text(of cell: CSVCell, _ formulas: CSVFormat.Formulas) -> String {
        cell.textCell(in: row, formulas).withText(in: row) { String(decoding: $0, as: UTF8.self) }
    }

    /// What is wrong with the row at hand; nil if it is a record.
    func fault(_ header: TextRow.Header) -> String? {
        guard cells.count == header.columns.count else {
            return "expected \(header.columns.count) cells, as the header has, found \(cells.count)"
        }
        guard let index = undecodable() else { return nil }
        return "expected text in \(header.columns[index]), found bytes that the file's encoding does not have; "
            + "exports of German or French spreadsheets often are encoding: windows-1252"
    }

    /// The first cell of the row at hand whose bytes are no text of the file's encoding.
    func undecodable() -> Int? {
        // Cells are divided by ASCII, so that a row is text if and only if all of its cells are.
        row.isUTF8 ? nil : cells.firstIndex { !UnsafeBufferPointer(rebasing: row[$0.content]).isUTF8 }
    }

    /// Reads the header, which must come before any row; nil if the file is empty.
    ///
    /// - Throws: ``TableError/malformed(_:what:next:)``.
    func header() throws -> TextRow.Header? {
        guard try next() else { return nil }
        let columns = cells.map { RecordKey.of(text(of: $0, .asIs)) ?? "" }
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
        if let fault = fault(TextRow.Header(columns)) {
            throw TableError.malformed(place, what: fault, next: "Check `encoding`")
        }
        return TextRow.Header(columns)
    }
}
