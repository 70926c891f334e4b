import Crypto
import FoundationEssentials

/// The first 16 bytes of a SHA-256: equal fingerprints mean nothing to do.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    public static let size = 16
    let high: UInt64
    let low: UInt64

    private init(digest: SHA256.Digest) {
        (high, low) = digest.withUnsafeBytes {
            (
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    public init(of bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        self.init(digest: hash.finalize())
    }

    public init(of bytes: some ContiguousBytes) {
        self = bytes.withUnsafeBytes { Fingerprint(of: $0) }
    }

    public init(of text: String) { self.init(of: Array(text.utf8)) }

    /// The parts as one text in which each carries its length, so that no two lists look alike.
    public static func withLengths(_ parts: [String]) -> String { parts.map { "\($0.utf8.count):\($0)" }.joined() }

    /// Of a record's values, whatever their order. Each part carries its length, so that no two records look alike.
    public init(of values: [String: Value], isArchived: Bool) {
        var text: [UInt8] = []
        text.reserveCapacity(32 * values.count)
        text.append(contentsOf: (isArchived ? "archived" : "present").utf8)
        func append(_ part: String) {
            text.append(0x1F)
            text.append(contentsOf: String(part.utf8.count).utf8)
            text.append(UInt8(ascii: ":"))
            text.append(contentsOf: part.utf8)
        }
        for (field, value) in values.sorted(by: { $0.key < $1.key }) where !value.isNull {
            append(field)
            switch value {
            case .null: break
            case .string(let content):
                append("s")
                append(content)
            case .integer(let number):
                append("i")
                append(String(number))
            case .decimal(let number):
                append("n")
                append(number.description)
            case .boolean(let flag):
                append("b")
                append(String(flag))
            case .date(let day):
                append("d")
                append(String(day.daysSinceEpoch))
            case .timestamp(let seconds):
                append("t")
                append(String(seconds))
            case .set(let elements):
                append("e")
                append(String(elements.count))
                for element in elements.sorted() { append(element) }
            }
        }
        self.init(of: text)
    }

    /// Likewise of values that are known, and of which fields are not: a field that is empty is another one.
    public init(of values: [String: Value], unknown: Set<String>, isArchived: Bool) {
        guard !unknown.isEmpty else {
            self.init(of: values, isArchived: isArchived)
            return
        }
        // No field holds a set without elements.
        let marks = Dictionary(unknown.map { ($0, Value.set([])) }, uniquingKeysWith: { first, _ in first })
        self.init(of: values.merging(marks) { _, mark in mark }, isArchived: isArchived)
    }

    /// Of two things, each known by its own: another one as soon as either is.
    public func combined(with other: Fingerprint) -> Fingerprint {
        Fingerprint(high: high ^ other.high, low: low ^ other.low)
    }

    /// Of nothing: stands where there is no fingerprint.
    public static let zero = Fingerprint(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// A fingerprint as it was stored; `bytes` are 16.
    public init(stored bytes: UnsafeRawPointer) {
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// A fingerprint as it was stored; nil unless it is 16 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Fingerprint.size else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A fingerprint as it was shown: 32 hexadecimal digits.
    public init?(hex: String) {
        guard hex.utf8.count == 32, hex.allSatisfy(\.isHexDigit), let high = UInt64(hex.prefix(16), radix: 16),
            let low = UInt64(hex.suffix(16), radix: 16)
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    public var bytes: [UInt8] { withBytes { Array($0) } }

    public func withBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
    }

    public var description: String {
        withBytes { bytes in
            String(unsafeUninitializedCapacity: 2 * Fingerprint.size) { digits in
                for (index, byte) in bytes.enumerated() {
                    digits[2 * index] = Fingerprint.digit(byte >> 4)
                    digits[2 * index + 1] = Fingerprint.digit(byte & 15)
                }
                return 2 * Fingerprint.size
            }
        }
    }

    private static func digit(_ number: UInt8) -> UInt8 {
        number < 10 ? UInt8(ascii: "0") + number : UInt8(ascii: "a") + number - 10
    }
}

/// A fingerprint of bytes that come piece by piece.
public struct RunningFingerprint {
    private var hash = SHA256()

    public init() {}

    public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { hash.update(bufferPointer: $0) } }

    public var value: Fingerprint {
        hash.finalize().withUnsafeBytes { bytes in
            bytes.baseAddress.map { Fingerprint(stored: $0) } ?? .zero
        }
    }
}
