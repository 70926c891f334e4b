import AccordCore
import AccordTables

/// Streams a CSV file's rows, one at a time, as bytes.
///
/// Only the row at hand and the bytes read with it are in memory. A blank line is a row too: see `isBlank`.
final class CSVReader {
    let input: CSVInput
    /// The 1-based line on which the row begins.
    private(set) var line = 1
    private let grammar: CSVGrammar
    private var current = CSVRow()

    /// - Throws: ``TableError``.
    init(path: String, name: String, format: CSVFormat) throws {
        let input = try CSVInput(path: path, name: name, format: format)
        self.input = input
        let delimiter =
            try format.delimiter.map { try CSVReader.asciiDelimiter($0, name) }
            ?? CSVReader.detectDelimiter(input, fieldLimit: format.fieldLimit)
        grammar = CSVGrammar(delimiter: delimiter, fieldLimit: format.fieldLimit)
    }

    var name: String { input.name }
    var delimiter: UInt8 { grammar.delimiter }
    var cells: [CSVCell] { current.cells }
    var lineEndLength: Int { current.lineEndLength }
    var row: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: input.bytes, count: current.length) }
    /// The row with its line end.
    var rowAndLineEnd: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: input.bytes, count: current.length + current.lineEndLength)
    }
    var isBlank: Bool { current.length == 0 }
    var place: Place { Place(file: name, line: line) }

    /// The next row that is not blank; false at the end.
    func next() throws -> Bool {
        repeat { guard try scan() else { return false } } while isBlank
        return true
    }

    /// The next row, blank or not; false at the end.
    func scan() throws -> Bool {
        input.drop(current.length + current.lineEndLength)
        line += current.lineFeeds
        current.clear()
        if input.count == 0 {
            try input.fill(line: line)
            if input.count == 0 { return false }
        }
        while true {
            switch current.scan(input.bytes, input.count, isWhole: input.isAtEnd, grammar) {
            case .rowEnd:
                return true
            case .bytesEnd:
                try input.fill(line: line)
            case .unclosedQuote:
                throw malformed(
                    "a quote is opened here and never closed",
                    next: "Close it, or double it if it belongs to the text; the file may also have been cut off")
            case .textAfterQuote:
                throw malformed(
                    "expected a separator or the row's end after a closing quote, found something else",
                    next: "Double the quotes that belong to the text, or check the delimiter")
            case .tooLong:
                throw malformed(
                    "a cell that begins here is longer than \(grammar.fieldLimit) bytes",
                    next: "Look for a quote that is opened and not closed")
            }
        }
    }

    private func malformed(_ what: String, next: String) -> TableError {
        .malformed(Place(file: name, line: line + current.lineFeeds), what: what, next: next)
    }
}

// MARK: The delimiter

extension CSVReader {
    private static func asciiDelimiter(_ character: Character, _ name: String) throws -> UInt8 {
        guard let byte = character.asciiValue, byte != CSVGrammar.quote, byte >= 0x20 || byte == 0x09 else {
            throw TableError.unreadable(
                name: name, reason: "`delimiter` must be one ASCII character other than a quote or a line end")
        }
        return byte
    }

    /// Whichever of comma, semicolon and tab the first line that is not blank has most of, outside of quotes.
    private static func detectDelimiter(_ input: CSVInput, fieldLimit: Int) throws -> UInt8 {
        let candidates: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        var counts = [0, 0, 0]
        var (isQuoted, isEmpty, position) = (false, true, 0)
        while position <= fieldLimit {
            if position == input.count {
                try input.fill(line: 1)
                if position == input.count { break }
            }
            let byte = input.bytes[position]
            position += 1
            if byte == CSVGrammar.quote { isQuoted.toggle() }
            if byte == CSVGrammar.lineFeed, !isQuoted, !isEmpty { break }
            if byte != CSVGrammar.lineFeed, byte != CSVGrammar.carriageReturn { isEmpty = false }
            if !isQuoted, let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        let most = counts.max() ?? 0
        return counts.firstIndex(of: most).map { candidates[$0] } ?? candidates[0]
    }
}
