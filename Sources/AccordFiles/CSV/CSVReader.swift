import AccordCore
import AccordTables

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A cell of a row: where it stands in the row's bytes, its quotes included.
struct CSVCell {
    var start: Int
    var end: Int
    var isQuoted = false
    var hasDoubledQuotes = false

    /// Without the quotes.
    var content: Range<Int> { isQuoted ? start + 1..<end - 1 : start..<end }
}

/// Streams a CSV file's rows, one at a time, as bytes.
///
/// Only the row at hand and one chunk are in memory. A blank line is a row too: `isBlank` tells.
final class CSVReader {
    /// The file that was opened, when it was opened.
    let stamp: SourceStamp
    let name: String
    /// The mark that the file begins with.
    let mark: [UInt8]
    private(set) var transcoder: CSVTranscoder
    private(set) var delimiter = UInt8(ascii: ",")
    private(set) var cells: [CSVCell] = []
    /// The 1-based line on which the row begins.
    private(set) var line = 1
    /// 0 at the end of a file that ends without one.
    private(set) var lineEndLength = 0

    private let format: CSVFormat
    private let descriptor: Int32
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var filled = 0
    private var rowStart = 0
    private var rowLength = 0
    private var linesInRow = 0
    private var isAtEnd = false
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// - Throws: ``TableError``.
    init(path: String, name: String, format: CSVFormat) throws {
        (self.name, self.format) = (name, format)
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw FileState.readError(errno, name: name) }
        do {
            stamp = try FileState(descriptor: opened, name: name).stamp
            (mark, transcoder) = try CSVReader.encoding(of: opened, name: name, format: format)
        } catch {
            close(opened)
            throw error
        }
        descriptor = opened
        capacity = max(format.chunkSize, 16)
        buffer = UnsafeMutablePointer.allocate(capacity: capacity)
        lseek(descriptor, off_t(mark.count), SEEK_SET)
        delimiter = try format.delimiter.map { try asciiDelimiter($0) } ?? detectDelimiter()
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    var row: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: buffer + rowStart, count: rowLength) }
    /// The row with its line end.
    var rowAndLineEnd: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: buffer + rowStart, count: rowLength + lineEndLength)
    }
    var isBlank: Bool { rowLength == 0 }
    var place: Place { Place(file: name, line: line) }

    /// Whether the file is still the one that was opened, as it was.
    func isUnchanged(path: String) -> Bool {
        (try? FileState(descriptor: descriptor, name: name).stamp) == stamp
            && (try? FileState(path: path, name: name).stamp) == stamp
    }

    /// The next row that is not blank; false at the end.
    func next() throws -> Bool {
        repeat { guard try scan() else { return false } } while isBlank
        return true
    }

    /// The next row, blank or not; false at the end.
    func scan() throws -> Bool {
        rowStart += rowLength + lineEndLength
        line += linesInRow
        (rowLength, lineEndLength, linesInRow) = (0, 0, 0)
        cells.removeAll(keepingCapacity: true)
        guard try has(0) else { return false }
        var position = 0
        while true {
            let cell =
                try has(position) && byte(position) == CSVReader.quote
                ? quotedCell(from: position) : plainCell(from: position)
            cells.append(cell)
            position = cell.end
            guard try has(position) else { break }
            if byte(position) == delimiter {
                position += 1
            } else if try isLineEnd(position) {
                lineEndLength = byte(position) == CSVReader.lineFeed ? 1 : 2
                linesInRow += 1
                break
            } else {
                throw TableError.malformed(
                    Place(file: name, line: line + linesInRow),
                    what: "expected a separator or the row's end after a closing quote, found something else",
                    next: "Double the quotes that belong to the text, or check the delimiter")
            }
        }
        rowLength = position
        return true
    }

    private func quotedCell(from start: Int) throws -> CSVCell {
        var cell = CSVCell(start: start, end: start, isQuoted: true)
        let opened = line + linesInRow
        var position = start + 1
        while true {
            guard try has(position) else {
                throw TableError.malformed(
                    Place(file: name, line: opened), what: "a quote is opened here and never closed",
                    next: "Close it, or double it if it belongs to the text; the file may also have been cut off")
            }
            switch byte(position) {
            case CSVReader.quote:
                position += 1
                guard try has(position), byte(position) == CSVReader.quote else {
                    cell.end = position
                    return cell
                }
                cell.hasDoubledQuotes = true
            case CSVReader.lineFeed:
                linesInRow += 1
            default:
                break
            }
            position += 1
            try checkLimit(position - start - 1, line: opened)
        }
    }

    private func plainCell(from start: Int) throws -> CSVCell {
        var position = start
        while try has(position) {
            let stop = filled - rowStart
            let bytes = buffer + rowStart
            while position < stop, bytes[position] != delimiter, bytes[position] != CSVReader.lineFeed,
                bytes[position] != CSVReader.carriageReturn
            {
                position += 1
            }
            try checkLimit(position - start, line: line + linesInRow)
            if position == stop { continue }
            if try byte(position) == delimiter || isLineEnd(position) { break }
            position += 1
        }
        return CSVCell(start: start, end: position)
    }

    private func checkLimit(_ size: Int, line: Int) throws {
        guard size > format.fieldLimit else { return }
        throw TableError.malformed(
            Place(file: name, line: line), what: "a cell that begins here is longer than \(format.fieldLimit) bytes",
            next: "Look for a quote that is opened and not closed")
    }

    private func byte(_ position: Int) -> UInt8 { buffer[rowStart + position] }

    private func isLineEnd(_ position: Int) throws -> Bool {
        if byte(position) == CSVReader.lineFeed { return true }
        return try byte(position) == CSVReader.carriageReturn && has(position + 1)
            && byte(position + 1) == CSVReader.lineFeed
    }

    /// Whether the file has a byte there, counted from the row's beginning.
    private func has(_ position: Int) throws -> Bool {
        while rowStart + position >= filled {
            guard try fill() else { return false }
        }
        return true
    }
}

// MARK: The file's bytes

extension CSVReader {
    /// Reads one more chunk; false at the end of the file.
    private func fill() throws -> Bool {
        guard !isAtEnd else { return false }
        if rowStart > 0 {
            memmove(buffer, buffer + rowStart, filled - rowStart)
            filled -= rowStart
            rowStart = 0
        }
        guard filled <= 8 * format.fieldLimit + 1_048_576 else {
            throw TableError.malformed(
                place, what: "the row that begins here is longer than \(filled) bytes",
                next: "Look for a quote that is opened and not closed")
        }
        if case .utf8 = transcoder.form {
            reserve(format.chunkSize)
            let count = try readBytes(into: buffer + filled)
            filled += count
            isAtEnd = count == 0
            return count > 0
        }
        let raw = UnsafeMutablePointer<UInt8>.allocate(capacity: format.chunkSize)
        defer { raw.deallocate() }
        let count = try readBytes(into: raw)
        isAtEnd = count == 0
        let text = transcoder.decode(UnsafeBufferPointer(start: raw, count: count), isLast: isAtEnd)
        if isAtEnd, transcoder.endsInsideUnit {
            throw TableError.malformed(
                place, what: "the file ends in the middle of a UTF-16 character",
                next: "It may have been cut off: export it again")
        }
        reserve(text.count)
        for (index, byte) in text.enumerated() { buffer[filled + index] = byte }
        filled += text.count
        return !isAtEnd || !text.isEmpty
    }

    private func reserve(_ count: Int) {
        guard filled + count > capacity else { return }
        let larger = max(capacity * 2, filled + count)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memcpy(new, buffer, filled)
        buffer.deallocate()
        (buffer, capacity) = (new, larger)
    }

    private func readBytes(into target: UnsafeMutablePointer<UInt8>) throws -> Int {
        while true {
            let count = Int(read(descriptor, target, format.chunkSize))
            if count >= 0 { return count }
            guard errno == EINTR else { throw FileState.readError(errno, name: name) }
        }
    }

    private static func encoding(
        of descriptor: Int32, name: String, format: CSVFormat
    ) throws -> ([UInt8], CSVTranscoder) {
        var start = [UInt8](repeating: 0, count: 3)
        let count = pread(descriptor, &start, 3, 0)
        guard count >= 0 else { throw FileState.readError(errno, name: name) }
        start.removeLast(3 - count)
        let first = Place(file: name, line: 1)
        let bigEndian: Bool? =
            switch Array(start.prefix(2)) {
            case [0xFF, 0xFE]: false
            case [0xFE, 0xFF]: true
            default: nil
            }
        switch (format.encoding, bigEndian) {
        case (.utf16, let bigEndian?):
            return (Array(start.prefix(2)), CSVTranscoder(.utf16(bigEndian: bigEndian)))
        case (.utf16, nil) where count == 0:
            return ([], CSVTranscoder(.utf8))
        case (.utf16, nil):
            throw TableError.malformed(
                first, what: "expected UTF-16 with its mark, found none", next: "Check `encoding`: it may be utf-8")
        case (.utf8, .some):
            throw TableError.malformed(
                first, what: "expected UTF-8, found the mark of UTF-16", next: "Set `encoding: utf-16`")
        case (.utf8, nil):
            return (start == [0xEF, 0xBB, 0xBF] ? start : [], CSVTranscoder(.utf8))
        case (.windows1252, _) where start == [0xEF, 0xBB, 0xBF] || bigEndian != nil:
            throw TableError.malformed(
                first, what: "expected Windows-1252, found the mark of UTF-8 or UTF-16",
                next: "Set `encoding` to utf-8 or utf-16")
        case (.windows1252, _):
            return ([], CSVTranscoder(.windows1252))
        }
    }

    private func asciiDelimiter(_ character: Character) throws -> UInt8 {
        guard let byte = character.asciiValue, byte != CSVReader.quote, byte >= 0x20 || byte == 0x09 else {
            throw TableError.unreadable(
                name: name, reason: "`delimiter` must be one ASCII character other than a quote or a line end")
        }
        return byte
    }

    /// Whichever of comma, semicolon and tab the first line that is not blank has most of, outside of quotes.
    private func detectDelimiter() throws -> UInt8 {
        let candidates: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        var counts = [0, 0, 0]
        var (isQuoted, isEmpty, position) = (false, true, 0)
        while position <= format.fieldLimit, try has(position) {
            let byte = byte(position)
            position += 1
            if byte == CSVReader.quote { isQuoted.toggle() }
            if byte == CSVReader.lineFeed, !isQuoted, !isEmpty { break }
            if byte != CSVReader.lineFeed, byte != CSVReader.carriageReturn { isEmpty = false }
            if !isQuoted, let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        let most = counts.max() ?? 0
        return counts.firstIndex(of: most).map { candidates[$0] } ?? candidates[0]
    }
}
