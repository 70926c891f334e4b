/// A cell of a row: where it begins and ends in the row's bytes, its quotes included.
struct CSVCell: Sendable {
    var start: Int
    var end: Int
    var isQuoted = false
    var hasDoubledQuotes = false

    /// Without the quotes.
    var content: Range<Int> { isQuoted ? start + 1..<end - 1 : start..<end }
}

/// What divides a file into rows and cells.
struct CSVGrammar {
    let delimiter: UInt8
    let fieldLimit: Int
    fileprivate let plainEnds: ByteSearch
    fileprivate let quotedStops: ByteSearch
    static let quote = UInt8(ascii: "\"")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    init(delimiter: UInt8, fieldLimit: Int) {
        self.delimiter = delimiter
        self.fieldLimit = fieldLimit
        plainEnds = ByteSearch(delimiter, CSVGrammar.lineFeed, CSVGrammar.carriageReturn)
        quotedStops = ByteSearch(CSVGrammar.quote, CSVGrammar.lineFeed, CSVGrammar.lineFeed)
    }
}

/// The cells of a row, as far as they were found.
struct CSVRow {
    private(set) var cells: [CSVCell] = []
    /// In bytes, without the line end.
    private(set) var length = 0
    /// 0 at the end of a file that ends without one.
    private(set) var lineEndLength = 0
    /// Line feeds in the row and at its end.
    private(set) var lineFeeds = 0
    /// Where the next cell begins.
    private var position = 0

    /// Why the search for cells stopped.
    enum Stop { case rowEnd, bytesEnd, unclosedQuote, textAfterQuote, tooLong }

    mutating func clear() {
        cells.removeAll(keepingCapacity: true)
        (length, lineEndLength, lineFeeds, position) = (0, 0, 0, 0)
    }

    /// Finds the row's cells. After ``Stop/bytesEnd`` it is called again with more bytes, and goes on with the cell at
    /// which the bytes ended.
    ///
    /// - Parameters:
    ///   - bytes: from the row's beginning.
    ///   - isWhole: nothing comes after these bytes.
    mutating func scan(_ bytes: UnsafePointer<UInt8>, _ count: Int, isWhole: Bool, _ grammar: CSVGrammar) -> Stop {
        while true {
            let start = position
            var cell = CSVCell(start: start, end: start)
            var lines = 0
            let isQuoted = start < count && bytes[start] == CSVGrammar.quote
            let isFound =
                isQuoted
                ? CSVRow.findQuotedEnd(of: &cell, bytes, count, isWhole, grammar, &lines)
                : CSVRow.findPlainEnd(of: &cell, bytes, count, isWhole, grammar)
            if cell.end - start - (isQuoted ? isFound ? 2 : 1 : 0) > grammar.fieldLimit { return .tooLong }
            guard isFound else { return isWhole ? .unclosedQuote : .bytesEnd }
            let end = cell.end
            if end < count, bytes[end] == grammar.delimiter {
                cells.append(cell)
                lineFeeds &+= lines
                position = end &+ 1
                continue
            }
            let lineEnd = CSVRow.lineEnd(bytes, count, at: end)
            if lineEnd == nil, end == count - 1, bytes[end] == CSVGrammar.carriageReturn, !isWhole { return .bytesEnd }
            lineFeeds &+= lines
            guard let lineEnd else { return .textAfterQuote }
            cells.append(cell)
            (length, lineEndLength) = (end, lineEnd)
            if lineEnd > 0 { lineFeeds &+= 1 }
            return .rowEnd
        }
    }

    /// The length of the line end there, 0 at the end of the bytes; nil if something else is there.
    @inline(__always)
    private static func lineEnd(_ bytes: UnsafePointer<UInt8>, _ count: Int, at end: Int) -> Int? {
        if end == count { return 0 }
        if bytes[end] == CSVGrammar.lineFeed { return 1 }
        return bytes[end] == CSVGrammar.carriageReturn && end + 1 < count && bytes[end + 1] == CSVGrammar.lineFeed
            ? 2 : nil
    }

    /// False if the bytes end before the cell is certain to; then the cell's end is theirs.
    @inline(__always)
    private static func findPlainEnd(
        of cell: inout CSVCell, _ bytes: UnsafePointer<UInt8>, _ count: Int, _ isWhole: Bool, _ grammar: CSVGrammar
    ) -> Bool {
        var position = cell.start
        while true {
            position = grammar.plainEnds.position(in: bytes, from: position, to: count)
            cell.end = position
            guard position < count else { return isWhole }
            // A carriage return by itself is text.
            guard bytes[position] == CSVGrammar.carriageReturn else { return true }
            if position + 1 == count, !isWhole { return false }
            if position + 1 < count, bytes[position + 1] == CSVGrammar.lineFeed { return true }
            position += 1
        }
    }

    /// False if the bytes end before the cell is certain to; then the cell's end is theirs.
    ///
    /// - Parameter lines: is raised by the line feeds in the cell.
    @inline(__always)
    private static func findQuotedEnd(
        of cell: inout CSVCell, _ bytes: UnsafePointer<UInt8>, _ count: Int, _ isWhole: Bool, _ grammar: CSVGrammar,
        _ lines: inout Int
    ) -> Bool {
        cell.isQuoted = true
        var position = cell.start + 1
        while true {
            position = grammar.quotedStops.position(in: bytes, from: position, to: count)
            cell.end = position
            guard position < count else { return false }
            position += 1
            if bytes[position - 1] == CSVGrammar.lineFeed {
                lines += 1
                continue
            }
            if position == count, !isWhole { return false }
            guard position < count, bytes[position] == CSVGrammar.quote else {
                cell.end = position
                return true
            }
            cell.hasDoubledQuotes = true
            position += 1
        }
    }
}
