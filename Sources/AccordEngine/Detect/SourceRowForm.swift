import AccordCore
import FoundationEssentials

/// The bytes of a mapped row while it waits to be decided: a form of its own that lives no longer than the run.
struct SourceRowForm: Sendable {
    /// Those that rows may have; rows name them by their positions.
    private let fields: [String]
    private let positions: [String: UInt16]
    /// The name of the file in which all rows are.
    private let file: String

    init(fields: [String], file: String) {
        self.fields = fields
        self.file = file
        positions = Dictionary(zip(fields, UInt16(0)...), uniquingKeysWith: { first, _ in first })
    }

    func bytes(of row: SourceRow) -> [UInt8] {
        var encoder = Encoder()
        encoder.bytes.reserveCapacity(256)
        encoder.row(row, positions)
        return encoder.bytes
    }

    /// - Parameter position: where the row's bytes begin.
    func row(_ bytes: [UInt8], at position: Int) -> SourceRow {
        bytes.withUnsafeBytes {
            var decoder = Decoder(bytes: $0, position: position)
            return decoder.row(fields, file: file)
        }
    }
}

private struct Encoder {
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

    mutating func row(_ row: SourceRow, _ positions: [String: UInt16]) {
        text(row.record.key)
        optional(row.place.map { Int64($0.line) })
        optional(row.record.modified)
        bytes.append(row.fingerprint == nil ? 0 : 1)
        row.fingerprint?.withBytes { bytes.append(contentsOf: $0) }
        bytes.append(row.quarantine == nil ? 0 : 1)
        if let quarantine = row.quarantine {
            text(quarantine.cause.rawValue)
            text(quarantine.message)
        }
        int32(Int32(row.record.values.count))
        for (field, value) in row.record.values {
            int32(Int32(positions[field] ?? UInt16.max))
            self.value(value)
        }
        int32(Int32(row.record.unknown.count))
        for field in row.record.unknown { int32(Int32(positions[field] ?? UInt16.max)) }
    }

    private mutating func value(_ value: Value) {
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

private struct Decoder {
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

    mutating func optional() -> Int64? { byte() == 0 ? nil : int64() }

    mutating func row(_ fields: [String], file: String) -> SourceRow {
        let key = text()
        let line = optional()
        let modified = optional()
        var fingerprint: Fingerprint?
        if byte() == 1 {
            fingerprint = bytes.baseAddress.map { Fingerprint(stored: $0 + position) }
            position += Fingerprint.size
        }
        var quarantine: Quarantine?
        if byte() == 1 {
            let cause = Quarantine.Cause(rawValue: text()) ?? .unreadable
            quarantine = Quarantine(cause, text())
        }
        var values: [String: Value] = [:]
        let count = int32()
        values.reserveCapacity(Int(count))
        for _ in 0..<count {
            let field = Int(int32())
            let value = value()
            if fields.indices.contains(field) { values[fields[field]] = value }
        }
        var unknown: Set<String> = []
        for _ in 0..<int32() {
            let field = Int(int32())
            if fields.indices.contains(field) { unknown.insert(fields[field]) }
        }
        return SourceRow(
            record: Record(key: key, values: values, unknown: unknown, modified: modified), fingerprint: fingerprint,
            place: line.map { Place(file: file, line: Int($0)) }, quarantine: quarantine)
    }

    private mutating func value() -> Value {
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
