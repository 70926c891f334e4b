import AccordCore
import AccordTables

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The bytes of a CSV file as UTF-8, in memory from those that were not dropped yet.
final class CSVInput {
    /// The file that was opened, when it was opened.
    let stamp: Stamp
    let name: String
    /// The mark that the file begins with; more than one, as of a tool that adds a mark to a file which has one.
    let mark: [UInt8]
    private(set) var transcoder: CSVTranscoder
    /// Nothing comes after the bytes in memory.
    private(set) var isAtEnd = false

    private let format: CSVFormat
    private let descriptor: Int32
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var filled = 0

    /// - Throws: ``TableError``.
    init(path: String, name: String, format: CSVFormat) throws {
        (self.name, self.format) = (name, format)
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw FileState.readError(errno, name: name) }
        do {
            stamp = try FileState(descriptor: opened, name: name).stamp(format)
            (mark, transcoder) = try CSVInput.encoding(of: opened, name: name, format: format)
        } catch {
            close(opened)
            throw error
        }
        descriptor = opened
        capacity = max(format.chunkSize, 16)
        buffer = UnsafeMutablePointer.allocate(capacity: capacity)
        lseek(descriptor, off_t(mark.count), SEEK_SET)
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// Valid until more are read.
    var bytes: UnsafePointer<UInt8> { UnsafePointer(buffer + start) }
    var count: Int { filled - start }

    func drop(_ count: Int) { start += count }

    /// Whether the file is still the one that was opened, as it was.
    func isUnchanged(path: String) -> Bool {
        (try? FileState(descriptor: descriptor, name: name).stamp(format)) == stamp
            && (try? FileState(path: path, name: name).stamp(format)) == stamp
    }

    /// Reads one more chunk, or finds that there is none.
    ///
    /// - Parameter line: of the first of the bytes in memory.
    func fill(line: Int) throws {
        guard !isAtEnd else { return }
        if start > 0 {
            memmove(buffer, buffer + start, filled - start)
            filled -= start
            start = 0
        }
        guard filled <= format.rowLimit else {
            throw TableError.malformed(
                Place(file: name, line: line), what: "the row that begins here is longer than \(filled) bytes",
                next: "Look for a quote that is opened and not closed")
        }
        if case .utf8 = transcoder.form {
            reserve(format.chunkSize)
            let count = try readBytes(into: buffer + filled)
            filled += count
            isAtEnd = count == 0
        } else {
            try fillTranscoded(line)
        }
    }

    private func fillTranscoded(_ line: Int) throws {
        let raw = UnsafeMutablePointer<UInt8>.allocate(capacity: format.chunkSize)
        defer { raw.deallocate() }
        var text: [UInt8] = []
        // A chunk may hold no whole character.
        while !isAtEnd, text.isEmpty {
            let count = try readBytes(into: raw)
            isAtEnd = count == 0
            text = transcoder.decode(UnsafeBufferPointer(start: raw, count: count), isLast: isAtEnd)
        }
        if isAtEnd, transcoder.endsInsideUnit {
            throw TableError.malformed(
                Place(file: name, line: line), what: "the file ends in the middle of a UTF-16 character",
                next: "It may have been cut off: export it again")
        }
        reserve(text.count)
        text.withUnsafeBufferPointer { text in
            guard let source = text.baseAddress else { return }
            memcpy(buffer + filled, source, text.count)
        }
        filled += text.count
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
}

// MARK: The encoding

extension CSVInput {
    private static func encoding(
        of descriptor: Int32, name: String, format: CSVFormat
    ) throws -> ([UInt8], CSVTranscoder) {
        var start = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &start, start.count, 0)
        guard count >= 0 else { throw FileState.readError(errno, name: name) }
        start.removeLast(start.count - count)
        let utf8 = marks([0xEF, 0xBB, 0xBF], of: start)
        let first = Place(file: name, line: 1)
        let bigEndian: Bool? =
            switch Array(start.prefix(2)) {
            case [0xFF, 0xFE]: false
            case [0xFE, 0xFF]: true
            default: nil
            }
        switch (format.encoding, bigEndian) {
        case (.utf16, let bigEndian?):
            return (marks(Array(start.prefix(2)), of: start), CSVTranscoder(.utf16(bigEndian: bigEndian)))
        case (.utf16, nil) where count == 0:
            return ([], CSVTranscoder(.utf8))
        case (.utf16, nil):
            throw TableError.malformed(
                first, what: "expected UTF-16 with its mark, found none", next: "Check `encoding`: it may be utf-8")
        case (.utf8, .some):
            throw TableError.malformed(
                first, what: "expected UTF-8, found the mark of UTF-16", next: "Set `encoding: utf-16`")
        case (.utf8, nil):
            return (utf8, CSVTranscoder(.utf8))
        case (.windows1252, _) where !utf8.isEmpty || bigEndian != nil:
            throw TableError.malformed(
                first, what: "expected Windows-1252, found the mark of UTF-8 or UTF-16",
                next: "Set `encoding` to utf-8 or utf-16")
        case (.windows1252, _):
            return ([], CSVTranscoder(.windows1252))
        }
    }

    private static func marks(_ mark: [UInt8], of start: [UInt8]) -> [UInt8] {
        var count = 0
        while start[count...].starts(with: mark) { count += mark.count }
        return Array(start.prefix(count))
    }
}
