/// Turns a file's bytes into UTF-8 and back, losing nothing.
///
/// A half of a UTF-16 pair without its other half becomes the three bytes that UTF-8 would have for it: these are not
/// valid UTF-8, so its row is reported, and they turn back into what they were.
struct CSVTranscoder {
    enum Form: Equatable {
        case utf8
        case utf16(bigEndian: Bool)
        case windows1252
    }

    let form: Form
    /// The bytes of a unit or a pair that the next chunk completes.
    private var pending: [UInt8] = []

    init(_ form: Form) { self.form = form }

    /// Whether the file ended in the middle of a UTF-16 unit.
    var endsInsideUnit: Bool { pending.count % 2 == 1 }

    mutating func decode(_ chunk: UnsafeBufferPointer<UInt8>, isLast: Bool) -> [UInt8] {
        switch form {
        case .utf8:
            return Array(chunk)
        case .windows1252:
            var text: [UInt8] = []
            text.reserveCapacity(chunk.count + chunk.count / 8)
            for byte in chunk { CSVTranscoder.append(Windows1252.scalar(of: byte), to: &text) }
            return text
        case .utf16(let bigEndian):
            return decode16(pending + chunk, bigEndian, isLast)
        }
    }

    private mutating func decode16(_ bytes: [UInt8], _ bigEndian: Bool, _ isLast: Bool) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        func unit(_ index: Int) -> UInt32 {
            let (first, second) = (UInt32(bytes[index]), UInt32(bytes[index + 1]))
            return bigEndian ? first << 8 | second : second << 8 | first
        }
        var index = 0
        while index + 1 < bytes.count {
            let first = unit(index)
            if (0xD800..<0xDC00).contains(first) {
                if index + 3 >= bytes.count, !isLast { break }
                if index + 3 < bytes.count, (0xDC00..<0xE000).contains(unit(index + 2)) {
                    let pair = 0x10000 + (first - 0xD800) << 10 + (unit(index + 2) - 0xDC00)
                    CSVTranscoder.append(pair, to: &text)
                    index += 4
                    continue
                }
            }
            CSVTranscoder.append(first, to: &text)
            index += 2
        }
        pending = Array(bytes[index...])
        return text
    }

    private static func append(_ code: UInt32, to text: inout [UInt8]) {
        switch code {
        case 0..<0x80:
            text.append(UInt8(code))
        case 0x80..<0x800:
            text.append(UInt8(0xC0 | code >> 6))
            text.append(UInt8(0x80 | code & 0x3F))
        case 0x800..<0x10000:
            text.append(UInt8(0xE0 | code >> 12))
            text.append(UInt8(0x80 | code >> 6 & 0x3F))
            text.append(UInt8(0x80 | code & 0x3F))
        default:
            text.append(UInt8(0xF0 | code >> 18 & 0x07))
            text.append(UInt8(0x80 | code >> 12 & 0x3F))
            text.append(UInt8(0x80 | code >> 6 & 0x3F))
            text.append(UInt8(0x80 | code & 0x3F))
        }
    }

    /// The file's bytes for what `decode` gave; nil if the encoding has no such character.
    func encode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard form != .utf8 else { return Array(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 2)
        var rest = text.makeIterator()
        while let first = rest.next() {
            let (lead, more): (UInt32, Int) =
                switch first {
                case 0..<0x80: (UInt32(first), 0)
                case 0x80..<0xE0: (UInt32(first & 0x1F), 1)
                case 0xE0..<0xF0: (UInt32(first & 0x0F), 2)
                default: (UInt32(first & 0x07), 3)
                }
            var code = lead
            for _ in 0..<more { code = code << 6 | UInt32((rest.next() ?? 0x80) & 0x3F) }
            guard append(code: code, to: &bytes) else { return nil }
        }
        return bytes
    }

    private func append(code: UInt32, to bytes: inout [UInt8]) -> Bool {
        switch form {
        case .utf8:
            return false
        case .windows1252:
            guard let byte = Windows1252.byte(of: code) else { return false }
            bytes.append(byte)
        case .utf16(let bigEndian):
            let units =
                code < 0x10000
                ? [code] : [0xD800 + (code - 0x10000) >> 10, 0xDC00 + (code - 0x10000) & 0x3FF]
            for unit in units {
                let (high, low) = (UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit))
                bytes.append(bigEndian ? high : low)
                bytes.append(bigEndian ? low : high)
            }
        }
        return true
    }
}

/// Windows' Western European code page; its five holes stand for the control characters of their own number.
enum Windows1252 {
    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    static func scalar(of byte: UInt8) -> UInt32 {
        (0x80..<0xA0).contains(byte) ? upper[Int(byte) - 0x80] : UInt32(byte)
    }

    static func byte(of code: UInt32) -> UInt8? {
        if code < 0x80 || (0xA0...0xFF).contains(code) { return UInt8(code) }
        return upper.firstIndex(of: code).map { UInt8($0 + 0x80) }
    }
}
