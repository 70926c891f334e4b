import AccordCore
import AccordTables

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes changes into a CSV file, leaving every byte that they do not name as it was.
///
/// The file is read twice: first to find the rows and to check what the changes expect of them, then to copy it.
struct CSVWriter {
    private let connector: CSVConnector
    private let changes: [SourceChange]

    init(connector: CSVConnector, changes: [SourceChange]) {
        self.connector = connector
        self.changes = changes
    }

    /// - Throws: ``TableError``; then nothing was written.
    func write(expecting stamp: SourceStamp) throws -> SourceWriteReport {
        let name = connector.name
        guard let resolved = realpath(connector.path, nil) else { throw FileState.readError(errno, name: name) }
        defer { free(resolved) }
        let target = String(cString: resolved)
        let reader = try CSVReader(path: target, name: name, format: connector.format)
        guard reader.stamp == stamp else { throw TableError.changedMeanwhile(name: name) }
        let header = try CSVConnector.header(of: reader)
        var decisions = try CSVDecisions(changes, reader: reader, header: header, connector: connector)
        guard decisions.changeAnything else {
            return SourceWriteReport(outcomes: decisions.outcomes, stamp: stamp)
        }
        let copy = CSVCopy(
            reader: try CSVReader(path: target, name: name, format: connector.format), header: header,
            formulas: connector.format.formulas, file: try FileReplacement(of: target, name: name))
        try copy.run(changes, &decisions)
        return SourceWriteReport(outcomes: decisions.outcomes, stamp: try copy.file.commit(expecting: stamp))
    }
}

/// Which changes can be made, and where.
struct CSVDecisions {
    /// Indices of the changes of rows, by the line on which the row begins.
    private(set) var changeByLine: [Int: Int] = [:]
    private(set) var creates: [Int] = []
    /// For a change that is yet to be made: `written(nil)`.
    var outcomes: [SourceWriteReport.Outcome]
    /// Whether new rows have quotes around every cell, as the file's last row has.
    private(set) var quotesAll = false

    var changeAnything: Bool { !changeByLine.isEmpty || !creates.isEmpty }

    /// - Parameter reader: after its header.
    init(_ changes: [SourceChange], reader: CSVReader, header: RawRecord.Header, connector: CSVConnector) throws {
        let format = connector.format
        outcomes = changes.map { _ in .written(nil) }
        quotesAll = reader.cells.allSatisfy(\.isQuoted)
        let wanted = Wanted(changes, header)
        var found: [Int: [Int]] = [:]
        var faults: [Int: String] = [:]
        /// The first line whose bytes are no text.
        var undecodable: Int?
        while try reader.next() {
            if undecodable == nil, reader.undecodable() != nil { undecodable = reader.line }
            quotesAll = reader.cells.allSatisfy(\.isQuoted)
            guard reader.isMeant(connector.only, header, format.formulas) else { continue }
            for (positions, changesByKey) in wanted.groups {
                guard let key = reader.key(positions, format.formulas), let index = changesByKey[key] else { continue }
                found[index, default: []].append(reader.line)
                if faults[index] == nil {
                    faults[index] = CSVDecisions.fault(changes[index], reader, header, format.formulas)
                }
            }
        }
        let checker = CSVCellCheck(
            format: format, transcoder: reader.transcoder, header: header, undecodable: undecodable)
        for (index, change) in changes.enumerated() {
            let lines = found[index] ?? []
            if let reason = wanted.repeated[index] ?? checker.fault(change)
                ?? CSVDecisions.fault(change, lines: lines) ?? faults[index]
            {
                outcomes[index] = .expectationFailed(reason)
            } else if let line = lines.first {
                if changeByLine[line] == nil {
                    changeByLine[line] = index
                } else {
                    outcomes[index] = .expectationFailed("another change is of the same row, on line \(line)")
                }
            } else {
                creates.append(index)
            }
        }
    }

    /// The changes by their keys, for each choice of key columns.
    private struct Wanted {
        var groups: [[Int]: [String: Int]] = [:]
        var repeated: [Int: String] = [:]

        init(_ changes: [SourceChange], _ header: RawRecord.Header) {
            for (index, change) in changes.enumerated() {
                let positions = change.keyColumns.compactMap { header.index(of: $0) }
                let key = change.key.trimmed
                if key.isEmpty { continue }
                if groups[positions]?[key] != nil {
                    repeated[index] = "another change is of the same key, \"\(key)\""
                } else {
                    groups[positions, default: [:]][key] = index
                }
            }
        }
    }

    private static func fault(_ change: SourceChange, lines: [Int]) -> String? {
        let list = lines.map(String.init).joined(separator: ", ")
        switch (change.kind, lines.count) {
        case (.create, 0), (.update, 1), (.delete, 1): return nil
        case (.create, _): return "the key \"\(change.key)\" is already used on line \(list)"
        case (_, 0): return "there is no row with the key \"\(change.key)\""
        default: return "more than one row has the key \"\(change.key)\": lines \(list)"
        }
    }

    /// What the row at hand holds other than the change expects.
    private static func fault(
        _ change: SourceChange, _ reader: CSVReader, _ header: RawRecord.Header, _ formulas: CSVFormat.Formulas
    ) -> String? {
        if let fault = reader.fault(header) { return fault }
        guard case .update(let cells) = change.kind else { return nil }
        for (column, cell) in cells.sorted(by: { $0.key < $1.key }) {
            guard let index = header.index(of: column) else { continue }
            let text = reader.text(of: reader.cells[index], formulas)
            if text != cell.before {
                return "expected \(column) to be \"\(cell.before)\", found \"\(text)\""
            }
        }
        return nil
    }
}

/// Whether a change's texts can be written into the file at all.
struct CSVCellCheck {
    let format: CSVFormat
    let transcoder: CSVTranscoder
    let header: RawRecord.Header
    /// The first line whose bytes are no text: the file is of another encoding than it is said to be.
    let undecodable: Int?

    func fault(_ change: SourceChange) -> String? {
        var texts: [String: String] = [:]
        switch change.kind {
        case .create(let cells): texts = cells
        case .update(let cells): texts = cells.mapValues(\.after)
        case .delete: return nil
        }
        for (column, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard header.index(of: column) != nil else { return "there is no column \(column)" }
            guard text.utf8.count < format.fieldLimit / 2 else { return "the text for \(column) is too long" }
            if let undecodable, text.utf8.contains(where: { $0 >= 0x80 }) {
                return "line \(undecodable) shows that the file is not \(format.encoding.rawValue), so the text for "
                    + "\(column) cannot be written beside it; set encoding, for example to windows-1252"
            }
            guard transcoder.encode(Array(text.utf8)) != nil else {
                return "the text for \(column) has a character that \(format.encoding.rawValue) does not have"
            }
        }
        return nil
    }
}
