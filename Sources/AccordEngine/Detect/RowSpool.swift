import AccordCore
import AccordState
import FoundationEssentials

/// Mapped rows that wait to be decided, in the order in which they were read: written once, read once or twice.
///
/// A scan has to be over before any row can be decided, as only then duplicate keys and missing records are known. So
/// rows that have to be decided are put aside here, in a few megabytes of memory and beyond that in a file.
final class RowSpool {
    private let fields: [String]
    private let positions: [String: UInt16]
    private let file: String
    private let spill: SpillFile
    private var ends: SpilledBytes?
    private var size = 0
    private(set) var count = 0
    private var encoder = Encoder()

    /// - Parameters:
    ///   - fields: those that rows may have.
    ///   - file: the name of the file in which all rows stand.
    ///   - folder: for what does not fit into memory.
    init(fields: [String], file: String, folder: String) {
        self.fields = fields
        positions = Dictionary(
            zip(fields, UInt16(0)...), uniquingKeysWith: { first, _ in first })
        self.file = file
        spill = SpillFile(folder: folder)
    }

    func append(_ row: SourceRow) throws {
        encoder.bytes.removeAll(keepingCapacity: true)
        encoder.int32(0)
        encoder.row(row, positions)
        encoder.setLength()
        try spill.append(encoder.bytes)
        size += encoder.bytes.count
        count += 1
    }

    /// All rows, some at a time. Nothing may be appended any more.
    func forEachBatch(_ most: Int, _ body: ([SourceRow]) async throws -> Void) async throws {
        if ends == nil { ends = try spill.freeze() }
        guard let bytes = ends else { return }
        var offset = 0
        var window: [UInt8] = []
        var position = 0
        var batch: [SourceRow] = []
        func fill(_ wanted: Int) throws {
            guard position + wanted > window.count else { return }
            offset += position
            window = try bytes.read(at: offset, count: min(max(wanted, 1_048_576), size - offset))
            position = 0
        }
        for _ in 0..<count {
            try fill(4)
            var decoder = Decoder(bytes: window, position: position)
            let length = Int(decoder.int32())
            try fill(length)
            decoder = Decoder(bytes: window, position: position + 4)
            batch.append(decoder.row(fields, file: file))
            position += length
            if batch.count == most {
                try await body(batch)
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { try await body(batch) }
    }

    // MARK: - Bytes

    /// A form of its own that lives no longer than the run.
    private struct Encoder {
        var bytes: [UInt8] = []

        mutating func int32(_ number: Int32) { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }
        mutating func int64(_ number: Int64) { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }

        mutating func setLength() {
            let length = Int32(bytes.count)
            withUnsafeBytes(of: length) { for (index, byte) in $0.enumerated() { bytes[index] = byte } }
        }

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
            if let fingerprint = row.fingerprint { bytes.append(contentsOf: fingerprint.bytes) }
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
        let bytes: [UInt8]
        var position: Int

        mutating func byte() -> UInt8 {
            defer { position += 1 }
            return bytes[position]
        }

        mutating func int32() -> Int32 {
            defer { position += 4 }
            return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Int32.self) }
        }

        mutating func int64() -> Int64 {
            defer { position += 8 }
            return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Int64.self) }
        }

        mutating func text() -> String {
            let count = Int(int32())
            defer { position += count }
            return String(decoding: bytes[position..<position + count], as: UTF8.self)
        }

        mutating func optional() -> Int64? { byte() == 0 ? nil : int64() }

        mutating func row(_ fields: [String], file: String) -> SourceRow {
            let key = text()
            let line = optional()
            let modified = optional()
            var fingerprint: Fingerprint?
            if byte() == 1 {
                fingerprint = Fingerprint(bytes: bytes[position..<position + Fingerprint.size])
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
            return SourceRow(
                record: Record(key: key, values: values, modified: modified), fingerprint: fingerprint,
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
}
