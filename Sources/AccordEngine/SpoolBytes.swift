import AccordCore
import FoundationEssentials

/// Writes what is put aside on disk while a run goes on: bytes that live no longer than the run.
struct SpoolWriter {
    var bytes: [UInt8] = []

    mutating func int32(_ number: Int32) { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }
    mutating func int64(_ number: Int64) { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            int32(Int32(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func optional(_ number: Int64?) {
        bytes.append(number == nil ? 0 : 1)
        if let number { int64(number) }
    }

    mutating func optional(_ text: String?) {
        bytes.append(text == nil ? 0 : 1)
        if let text { self.text(text) }
    }

    mutating func optional(_ fingerprint: Fingerprint?) {
        bytes.append(fingerprint == nil ? 0 : 1)
        fingerprint?.withBytes { bytes.append(contentsOf: $0) }
    }

    mutating func value(_ value: Value) {
        switch value {
        case .null: bytes.append(0)
        case .string(let text):
            bytes.append(1)
            self.text(text)
        case .integer(let number):
            bytes.append(2)
            int64(number)
        case .decimal(let number):
            bytes.append(3)
            text(number.description)
        case .boolean(let flag): bytes.append(flag ? 4 : 5)
        case .date(let day):
            bytes.append(6)
            int64(Int64(day.daysSinceEpoch))
        case .timestamp(let seconds):
            bytes.append(7)
            int64(seconds)
        case .set(let elements):
            bytes.append(8)
            int32(Int32(elements.count))
            for element in elements { text(element) }
        }
    }
}

/// Reads what a ``SpoolWriter`` wrote.
struct SpoolReader {
    let bytes: UnsafeRawBufferPointer
    var position: Int

    mutating func byte() -> UInt8 {
        defer { position += 1 }
        return bytes[position]
    }

    mutating func int32() -> Int32 {
        defer { position += 4 }
        return bytes.loadUnaligned(fromByteOffset: position, as: Int32.self)
    }

    mutating func int64() -> Int64 {
        defer { position += 8 }
        return bytes.loadUnaligned(fromByteOffset: position, as: Int64.self)
    }

    mutating func text() -> String {
        let count = Int(int32())
        defer { position += count }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]), as: UTF8.self)
    }

    mutating func optionalNumber() -> Int64? { byte() == 0 ? nil : int64() }

    mutating func optionalText() -> String? { byte() == 0 ? nil : text() }

    mutating func optionalFingerprint() -> Fingerprint? {
        guard byte() == 1 else { return nil }
        defer { position += Fingerprint.size }
        return bytes.baseAddress.map { Fingerprint(stored: $0 + position) }
    }

    mutating func value() -> Value {
        switch byte() {
        case 1: return .string(text())
        case 2: return .integer(int64())
        case 3: return Decimal(string: text()).map(Value.decimal) ?? .null
        case 4: return .boolean(true)
        case 5: return .boolean(false)
        case 6: return .date(CalendarDay(daysSinceEpoch: Int(int64())))
        case 7: return .timestamp(int64())
        case 8: return .set(Set((0..<int32()).map { _ in text() }))
        default: return .null
        }
    }
}
