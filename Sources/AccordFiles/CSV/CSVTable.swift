import AccordCore
import AccordTables

/// A CSV file as a table of text: RFC 4180 with what exports do besides.
///
/// Reading streams; writing changes only the cells that change and replaces the file whole, so that the file is at
/// any instant either the old one or the new one. A blank line holds no record. White space around a column's name
/// does not belong to it.
public struct CSVTable: ScannableTable, BatchWritable {
    public let name: String
    public let format: CSVFormat
    let path: String

    /// - Parameter name: the file as the user wrote it, for messages.
    public init(path: String, name: String, format: CSVFormat = CSVFormat()) {
        self.path = path
        self.name = name
        self.format = format
    }

    public var capabilities: Capabilities { Capabilities(scan: true, stamp: true, batchWrites: true) }

    /// Size, times and identity, and how it is read.
    public func stamp() async throws -> Stamp { try FileState(path: path, name: name).stamp(format) }

    /// The columns.
    ///
    /// - Throws: ``TableError``; also for an empty file.
    public func schema() async throws -> TableSchema {
        let reader = try CSVReader(path: path, name: name, format: format)
        return TableSchema(name: name, columns: try CSVTable.header(of: reader).columns)
    }

    static func header(of reader: CSVReader) throws -> TextRow.Header {
        guard let header = try reader.header() else {
            throw TableError.malformed(
                Place(file: reader.name, line: 1), what: "expected a header, found an empty file",
                next: "Export it again, or put the columns' names in its first line")
        }
        return header
    }

    /// A record's fingerprint is of its row's bytes without the line end, in UTF-8, and of what they mean: of the header
    /// and the format.
    public func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        let reader = try CSVReader(path: path, name: name, format: format)
        var proof = ScanProof(stamp: reader.input.stamp, count: 0)
        guard let header = try reader.header() else {
            proof.incomplete = "the file is empty"
            return proof
        }
        proof.bytes = reader.input.mark.count + reader.rowAndLineEnd.count
        proof.endsCleanly = reader.lineEndLength > 0
        var batch = CSVBatch(header, reader, format.formulas)
        // While the rows of one batch are read, the records of the one before are made.
        var made: Task<RecordBatch, Never>?
        while try reader.scan() {
            proof.bytes += reader.rowAndLineEnd.count
            proof.endsCleanly = reader.lineEndLength > 0
            if reader.isBlank { continue }
            proof.count += 1
            if reader.lineEndLength == 0, reader.cells.count < header.columns.count {
                proof.incomplete = "the file stops in the middle of the row on line \(reader.line)"
            }
            batch.append(reader, problem: reader.fault(header))
            if batch.isFull {
                try Task.checkCancellation()
                let (before, full) = (made, batch.take())
                made = Task { full.records(name) }
                if let before { try await take(before.value) }
            }
        }
        if let made { try await take(made.value) }
        if !batch.isEmpty { try await take(batch.take().records(name)) }
        if !reader.input.isUnchanged(path: path) { proof.incomplete = "the file changed while it was read" }
        return proof
    }

    public func write(
        _ changes: any TableChanges, expecting stamp: Stamp, _ take: (_ index: Int, WriteOutcome) throws -> Void
    ) async throws -> Stamp {
        try CSVWriter(table: self, changes: changes).write(expecting: stamp, take)
    }
}
