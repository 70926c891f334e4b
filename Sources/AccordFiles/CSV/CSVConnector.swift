import AccordCore
import AccordTables

/// A CSV file as a source: RFC 4180 with what exports do besides.
///
/// Reading streams; writing changes only the cells that change and replaces the file whole, so that the file is at
/// any instant either the old one or the new one. A blank line holds no record. White space around a column's name
/// does not belong to it.
public struct CSVConnector: SourceConnector {
    public let name: String
    public let format: CSVFormat
    public let keyColumns: [String]
    public let only: RowFilter?
    let path: String

    /// - Parameters:
    ///   - name: the file as the user wrote it, for messages.
    ///   - keyColumns: the columns that hold a row's key: the first that is not blank counts. With them, a row
    ///     whose key an earlier row has is broken, and the report names the key.
    ///   - only: the rows that are meant, if not all are: a key is no other row's for being one's that is left out.
    public init(
        path: String, name: String, format: CSVFormat = CSVFormat(), keyColumns: [String] = [], only: RowFilter? = nil
    ) {
        self.path = path
        self.name = name
        self.format = format
        self.keyColumns = keyColumns
        self.only = only
    }

    /// Size, times and identity.
    public func stamp() async throws -> SourceStamp { try FileState(path: path, name: name).stamp }

    /// - Throws: ``TableError``; also for an empty file.
    public func header() async throws -> RawRecord.Header {
        try CSVConnector.header(of: CSVReader(path: path, name: name, format: format))
    }

    static func header(of reader: CSVReader) throws -> RawRecord.Header {
        guard let header = try reader.header() else {
            throw TableError.malformed(
                Place(file: reader.name, line: 1), what: "expected a header, found an empty file",
                next: "Export it again, or put the columns' names in its first line")
        }
        return header
    }

    public func read(_ body: (SourceItem) throws -> Void) async throws -> SourceReport {
        let reader = try CSVReader(path: path, name: name, format: format)
        var report = SourceReport(stamp: reader.stamp, count: 0, bytes: 0)
        guard let header = try reader.header() else {
            report.incomplete = "the file is empty"
            return report
        }
        report.bytes = reader.mark.count + reader.rowAndLineEnd.count
        let keys = keyColumns.compactMap { header.index(of: $0) }
        // Of a key only its hash is kept: two keys with one hash are taken for one, and quarantined.
        var lines: [Int: Int] = [:]
        report.endsCleanly = reader.lineEndLength > 0
        while try reader.scan() {
            report.bytes += reader.rowAndLineEnd.count
            report.endsCleanly = reader.lineEndLength > 0
            if reader.isBlank { continue }
            if report.count % 1024 == 0 { try Task.checkCancellation() }
            report.count += 1
            var fault = reader.fault(header)
            if reader.lineEndLength == 0, reader.cells.count < header.columns.count {
                report.incomplete = "the file stops in the middle of the row on line \(reader.line)"
            }
            if let key = reader.key(keys, format.formulas), reader.isMeant(only, header, format.formulas) {
                if let first = lines[key.hashValue] {
                    report.duplicateKeys.insert(key)
                    fault = fault ?? "the key \"\(key)\" is already used on line \(first)"
                } else {
                    lines[key.hashValue] = reader.line
                }
            }
            if let fault {
                let cells = reader.texts(format.formulas)
                try body(.broken(BrokenRecord(place: reader.place, reason: fault, cells: cells)))
            } else {
                try body(.record(reader.record(header, format.formulas)))
            }
        }
        if !reader.isUnchanged(path: path) { report.incomplete = "the file changed while it was read" }
        return report
    }

    public func write(_ changes: [SourceChange], expecting stamp: SourceStamp) async throws -> SourceWriteReport {
        try CSVWriter(connector: self, changes: changes).write(expecting: stamp)
    }
}
