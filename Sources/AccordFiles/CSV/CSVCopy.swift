import AccordCore
import AccordDisk
import AccordTables

/// Copies a file's rows into its replacement, with the changes made.
struct CSVCopy {
    let reader: CSVReader
    let header: TextRow.Header
    let formulas: CSVFormat.Formulas
    let file: FileReplacement

    func run(_ changes: [TableChange], _ decisions: inout CSVDecisions) throws {
        try file.append(reader.input.mark)
        var line = 1
        var lineEnd: [UInt8] = []
        var endsCleanly = false
        while try reader.scan() {
            if lineEnd.isEmpty { lineEnd = Array(reader.rowAndLineEnd.suffix(reader.lineEndLength)) }
            guard let index = decisions.changeByLine[reader.line] else {
                try emit(reader.rowAndLineEnd)
                line += lines(in: reader.rowAndLineEnd)
                endsCleanly = reader.lineEndLength > 0
                continue
            }
            guard changes[index].kind == .update else { continue }
            let row = updated(changes[index])
            decisions.outcomes[index] = .stored(record(row, line: line))
            let whole = row.bytes + reader.rowAndLineEnd.suffix(reader.lineEndLength)
            try emit(whole)
            line += lines(in: whole)
            endsCleanly = reader.lineEndLength > 0
        }
        if lineEnd.isEmpty { lineEnd = [UInt8(ascii: "\n")] }
        let habit = endsCleanly
        for index in decisions.creates {
            if !endsCleanly {
                try emit(lineEnd)
                line += 1
            }
            let row = created(changes[index], quotesAll: decisions.quotesAll)
            decisions.outcomes[index] = .stored(record(row, line: line))
            try emit(row.bytes)
            line += lines(in: row.bytes)
            if habit {
                try emit(lineEnd)
                line += 1
            }
            endsCleanly = habit
        }
    }

    /// A row's bytes without its line end, and its texts.
    private struct Row {
        var bytes: [UInt8] = []
        var texts: [String] = []
    }

    private func updated(_ change: TableChange) -> Row {
        var row = Row()
        for (index, cell) in reader.cells.enumerated() {
            if index > 0 { row.bytes.append(reader.delimiter) }
            let text = reader.text(of: cell, formulas)
            if let after = change.cells[header.columns[index]]?.after.text, !after.utf8.elementsEqual(text.utf8) {
                append(after, isQuoted: cell.isQuoted, to: &row)
            } else {
                row.bytes.append(contentsOf: reader.row[cell.start..<cell.end])
                row.texts.append(text)
            }
        }
        return row
    }

    private func created(_ change: TableChange, quotesAll: Bool) -> Row {
        var cells = change.cells.compactMapValues(\.after.text)
        let keys = change.keyColumns.filter { header.index(of: $0) != nil }
        if let first = keys.first, keys.allSatisfy({ (cells[$0] ?? "").trimmed.isEmpty }) {
            cells[first] = change.key
        }
        var row = Row()
        for (index, column) in header.columns.enumerated() {
            if index > 0 { row.bytes.append(reader.delimiter) }
            append(cells[column] ?? "", isQuoted: quotesAll, to: &row)
        }
        return row
    }

    private func append(_ text: String, isQuoted: Bool, to row: inout Row) {
        row.texts.append(text)
        let quote = UInt8(ascii: "\"")
        let bytes = Array((formulas == .escape ? FormulaGuard.guarded(text) : text).utf8)
        let mustQuote =
            bytes.contains { $0 == reader.delimiter || $0 == quote || $0 == 0x0A || $0 == 0x0D }
            // Alone on its line, a blank cell would be no row.
            || bytes.isEmpty && header.columns.count == 1
        guard isQuoted || mustQuote else {
            row.bytes.append(contentsOf: bytes)
            return
        }
        row.bytes.append(quote)
        for byte in bytes {
            row.bytes.append(byte)
            if byte == quote { row.bytes.append(quote) }
        }
        row.bytes.append(quote)
    }

    private func record(_ row: Row, line: Int) -> TableRecord {
        TableRecord(
            cells: .text(TextRow(header: header, cells: row.texts)), fingerprint: Fingerprint(of: row.bytes),
            place: Place(file: reader.name, line: line))
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
