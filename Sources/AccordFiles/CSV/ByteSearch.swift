/// Finds the first of up to three kinds of bytes, looking at eight bytes at a time.
struct ByteSearch {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    init(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
        self.first = ByteSearch.ones &* UInt64(first)
        self.second = ByteSearch.ones &* UInt64(second)
        self.third = ByteSearch.ones &* UInt64(third)
    }

    /// Where one of them is, at or after `position`; `count` if there is none before it.
    @inline(__always)
    func position(in bytes: UnsafePointer<UInt8>, from position: Int, to count: Int) -> Int {
        var position = position
        while position &+ 8 <= count {
            let word = ByteSearch.word(bytes + position)
            let found =
                ByteSearch.zeros(word ^ first) | ByteSearch.zeros(word ^ second) | ByteSearch.zeros(word ^ third)
            if found != 0 { return position &+ found.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < count {
            let byte = UInt64(bytes[position]) &* ByteSearch.ones
            if byte == first || byte == second || byte == third { break }
            position &+= 1
        }
        return position
    }

    /// How many bytes from `position` on are ASCII, in whole groups of eight.
    @inline(__always)
    static func endOfASCII(in bytes: UnsafePointer<UInt8>, from position: Int, to count: Int) -> Int {
        var position = position
        while position &+ 8 <= count, word(bytes + position) & highBits == 0 { position &+= 8 }
        return position
    }

    /// The first of the eight bytes is the lowest.
    @inline(__always)
    private static func word(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
    }

    /// The high bit of each byte that is zero. A byte after the first zero may be marked wrongly; only the first counts.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highBits }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are UTF-8. No `String` is made.
    var isUTF8: Bool {
        guard let bytes = baseAddress else { return true }
        var position = 0
        while true {
            position = ByteSearch.endOfASCII(in: bytes, from: position, to: count)
            guard position < count else { return true }
            let lead = bytes[position]
            if lead < 0x80 {
                position += 1
                continue
            }
            // How many bytes follow, and between which bounds the first of them is.
            let (more, low, high): (Int, UInt8, UInt8)
            switch lead {
            case 0xC2...0xDF: (more, low, high) = (1, 0x80, 0xBF)
            case 0xE0: (more, low, high) = (2, 0xA0, 0xBF)
            case 0xED: (more, low, high) = (2, 0x80, 0x9F)
            case 0xE1...0xEF: (more, low, high) = (2, 0x80, 0xBF)
            case 0xF0: (more, low, high) = (3, 0x90, 0xBF)
            case 0xF1...0xF3: (more, low, high) = (3, 0x80, 0xBF)
            case 0xF4: (more, low, high) = (3, 0x80, 0x8F)
            default: return false
            }
            guard position + more < count, bytes[position + 1] >= low, bytes[position + 1] <= high else { return false }
            for next in position + 1...position + more where bytes[next] & 0xC0 != 0x80 { return false }
            position += more + 1
        }
    }
}
