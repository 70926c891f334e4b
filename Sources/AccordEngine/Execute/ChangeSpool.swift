import AccordCore
import AccordState
import AccordTables

/// The changes of a source that is written as a whole, put aside on disk until all of them are known: of each a few bytes
/// are in memory.
final class ChangeSpool: TableChanges {
    private let records: PlanRecords
    private let spill: SpillFile
    /// Where each change is.
    private var places: [Range<Int>] = []

    /// - Parameter folder: for what does not fit into memory.
    init(_ records: PlanRecords, folder: String) {
        self.records = records
        spill = SpillFile(folder: folder)
    }

    var count: Int { places.count }

    /// - Parameter write: one with a single change, as all of such a table are.
    func append(_ write: RecordWrite<SourceHalf.Basis>) throws {
        var writer = SpoolWriter()
        writer.int32(Int32(write.entry.position))
        for change in write.changes { writer.change(change) }
        writer.optional(write.basis.before)
        writer.record(write.basis.expected)
        let start = try spill.append(writer.bytes)
        places.append(start..<start + writer.bytes.count)
    }

    func change(at index: Int) throws -> TableChange {
        try read(index) { reader in
            _ = reader.int32()
            return reader.change()
        }
    }

    /// Takes out the changes of some records.
    ///
    /// - Parameter positions: of the plan's records.
    func remove(_ positions: NumberSet) throws {
        if positions.isEmpty { return }
        places = try places.indices.filter { !positions.contains(Int64(try read($0) { $0.int32() })) }.map {
            places[$0]
        }
    }

    /// The change with the record of the plan that it is of.
    func write(at index: Int) throws -> RecordWrite<SourceHalf.Basis> {
        let (position, change, before, expected) = try read(index) { reader in
            (Int(reader.int32()), reader.change(), reader.optionalFingerprint(), reader.record())
        }
        return RecordWrite(
            try records.record(at: position - 1), SourceHalf.Basis(before: before, expected: expected),
            changes: [change], known: change.known)
    }

    private func read<Content>(_ index: Int, _ body: (inout SpoolReader) -> Content) throws -> Content {
        let bytes = try spill.read(at: places[index].lowerBound, count: places[index].count)
        return bytes.withUnsafeBytes {
            var reader = SpoolReader(bytes: $0, position: 0)
            return body(&reader)
        }
    }
}

extension SpoolWriter {
    fileprivate mutating func change(_ change: TableChange) {
        bytes.append(UInt8(Operation.Kind.allCases.firstIndex(of: change.kind) ?? 0))
        optional(change.key)
        optional(change.row.map { Int64($0.line) })
        optional(change.row?.fingerprint)
        int32(Int32(change.cells.count))
        for (column, cell) in change.cells {
            text(column)
            self.cell(cell.before)
            self.cell(cell.after)
        }
        record(change.known)
    }

    private mutating func cell(_ cell: Cell) {
        switch cell {
        case .absent: bytes.append(0)
        case .empty: bytes.append(1)
        case .text(let text):
            bytes.append(2)
            self.text(text)
        case .value(let value):
            bytes.append(3)
            self.value(value)
        }
    }

    fileprivate mutating func record(_ record: Record) {
        text(record.key)
        optional(record.modified)
        int32(Int32(record.values.count))
        for (field, value) in record.values {
            text(field)
            self.value(value)
        }
        int32(Int32(record.unknown.count))
        for field in record.unknown { text(field) }
    }
}

extension SpoolReader {
    fileprivate mutating func change() -> TableChange {
        let kind = Operation.Kind.allCases[Int(byte())]
        let (key, line, fingerprint) = (optionalText(), optionalNumber(), optionalFingerprint())
        var row: RowPlace?
        if let line, let fingerprint { row = RowPlace(line: Int(line), fingerprint: fingerprint) }
        var cells: [String: CellChange] = [:]
        for _ in 0..<int32() {
            let column = text()
            let before = cell()
            cells[column] = CellChange(before: before, after: cell())
        }
        return TableChange(kind: kind, key: key, row: row, cells: cells, known: record())
    }

    private mutating func cell() -> Cell {
        switch byte() {
        case 1: .empty
        case 2: .text(text())
        case 3: .value(value())
        default: .absent
        }
    }

    fileprivate mutating func record() -> Record {
        let key = text()
        let modified = optionalNumber()
        var values: [String: Value] = [:]
        for _ in 0..<int32() {
            let field = text()
            values[field] = value()
        }
        var unknown: Set<String> = []
        for _ in 0..<int32() { unknown.insert(text()) }
        return Record(key: key, values: values, unknown: unknown, modified: modified)
    }
}
