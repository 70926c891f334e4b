import AccordCore

/// The bytes of a mapped row while it waits to be decided: a form of its own that lives no longer than the run.
package struct SourceRowForm: Sendable {
    /// Those that rows may have; rows name them by their positions.
    private let fields: [String]
    private let positions: [String: UInt16]
    /// The name of the file in which all rows are.
    private let file: String

    package init(fields: [String], file: String) {
        self.fields = fields
        self.file = file
        positions = Dictionary(zip(fields, UInt16(0)...), uniquingKeysWith: { first, _ in first })
    }

    package func bytes(of row: SourceRow) -> [UInt8] {
        var writer = SpoolWriter()
        writer.bytes.reserveCapacity(256)
        writer.row(row, positions)
        return writer.bytes
    }

    /// - Parameter position: where the row's bytes begin.
    func row(_ bytes: [UInt8], at position: Int) -> SourceRow {
        bytes.withUnsafeBytes {
            var reader = SpoolReader(bytes: $0, position: position)
            return reader.row(fields, file: file)
        }
    }
}

extension SpoolWriter {
    fileprivate mutating func row(_ row: SourceRow, _ positions: [String: UInt16]) {
        text(row.record.key)
        optional(row.place.map { Int64($0.line) })
        optional(row.record.modified)
        optional(row.fingerprint)
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
}

extension SpoolReader {
    fileprivate mutating func row(_ fields: [String], file: String) -> SourceRow {
        let key = text()
        let line = optionalNumber()
        let modified = optionalNumber()
        let fingerprint = optionalFingerprint()
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
}
