import AccordCore
import AccordDisk
import AccordTables

/// Copies a file's rows into its replacement, with the changes made.
struct CSVCopy {
    let reader: CSVReader
    let header: TextRow.Header
    let formulas: CSVFormat.Formulas
    let file: FileReplacement

    /// A change that was made: the line on which its row begins in the new file, and the row's own fingerprint.
    struct Written {
        var index: Int
        var line: Int
        var fingerprint: Fingerprint
    }

    /// - Returns: the rows that are new or were changed, in their order.
    func run(_ changes: any TableChanges, _ decisions: CSVDecisions) throws -> [Written] {
        try file.append(reader.input.mark)
        let fingerprint = CSVRowFingerprint(header, delimiter: reader.delimiter, formulas)
        var written: [Written] = []
        var line = 1
        var lineEnd: [UInt8] = []
        var endsCleanly = false
        var rows = decisions.rows[...]
        while try reader.scan() {
            if lineEnd.isEmpty { lineEnd = Array(reader.rowAndLineEnd.suffix(reader.lineEndLength)) }
            guard let next = rows.first, next.line == reader.line else {
                try emit(reader.rowAndLineEnd)
                line += lines(in: reader.rowAndLineEnd)
                endsCleanly = reader.lineEndLength > 0
                continue
            }
            rows.removeFirst()
            let (index, change) = (next.index, try changes.change(at: next.index))
            guard change.kind == .update else { continue }
            let row = updated(change)
            written.append(Written(index: index, line: line, fingerprint: fingerprint.of(row)))
            let whole = row + reader.rowAndLineEnd.suffix(reader.lineEndLength)
            try emit(whole)
            line += lines(in: whole)
            endsCleanly = reader.lineEndLength > 0
        }
        if lineEnd.isEmpty { lineEnd = [UInt8(ascii: "\n")] }
        // The last row ends as it did before.
        let lastEnd = endsCleanly ? lineEnd : []
        for index in decisions.creates {
            if !endsCleanly {
                try emit(lineEnd)
                line += 1
            }
            let row = created(try changes.change(at: index), quotesAll: decisions.quotesAll)
            written.append(Written(index: index, line: line, fingerprint: fingerprint.of(row)))
            try emit(row + lastEnd)
            line += lines(in: row + lastEnd)
            endsCleanly = !lastEnd.isEmpty
        }
        return written
    }

    /// The row's bytes without its line end.
    private func updated(_ change: TableChange) -> [UInt8] {
        var row: [UInt8] = []
        for (index, cell) in reader.cells.enumerated() {
            if index > 0 { row.append(reader.delimiter) }
            if let after = change.cells[header.columns[index]]?.after.text,
                !after.utf8.elementsEqual(reader.text(of: cell, formulas).utf8)
            {
                append(after, isQuoted: cell.isQuoted, to: &row)
            } else {
                row.append(contentsOf: reader.row[cell.start..<cell.end])
            }
        }
        return row
    }

    private func created(_ change: TableChange, quotesAll: Bool) -> [UInt8] {
        let cells = change.cells.compactMapValues(\.after.text)
        var row: [UInt8] = []
        for (index, column) in header.columns.enumerated() {
            if index > 0 { row.append(reader.delimiter) }
            append(cells[column] ?? "", isQuoted: quotesAll, to: &row)
        }
        return row
    }

    private func append(_ text: String, isQuoted: Bool, to row: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let bytes = Array((formulas == .escape ? FormulaGuard.guarded(text) : text).utf8)
        let mustQuote =
            bytes.contains { $0 == reader.delimiter || $0 == quote || $0 == 0x0A || $0 == 0x0D }
            // Alone on its line, a blank cell would be no row.
            || bytes.isEmpty && header.columns.count == 1
        guard isQuoted || mustQuote else {
            row.append(contentsOf: bytes)
            return
        }
        row.append(quote)
        for byte in bytes {
            row.append(byte)
            if byte == quote { row.append(quote) }
        }
        row.append(quote)
    }

    private func lines(in bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
    }

    /// - Throws: also for a text that the encoding does not have, which the check before should have found.
    private func emit(_ bytes: some Collection<UInt8>) throws {
        guard let encoded = reader.input.transcoder.encode(bytes) else {
            throw TableError.notWritable(name: reader.name, reason: "a text does not fit the file's encoding")
        }
        try file.append(encoded)
    }
}
