import AccordCore
import AccordDisk
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
    private let table: CSVTable
    private let changes: [TableChange]

    init(table: CSVTable, changes: [TableChange]) {
        self.table = table
        self.changes = changes
    }

    /// - Throws: ``TableError``; then nothing was written.
    func write(expecting stamp: Stamp) throws -> BatchWriteResult {
        do {
            return try replaceFile(expecting: stamp)
        } catch FileReplacement.Problem.busy {
            throw TableError.busy(name: table.name)
        } catch let problem as FileReplacement.Problem {
            throw TableError.notWritable(name: table.name, reason: problem.reason)
        }
    }

    private func replaceFile(expecting stamp: Stamp) throws -> BatchWriteResult {
        let name = table.name
        guard let resolved = realpath(table.path, nil) else { throw FileState.readError(errno, name: name) }
        defer { free(resolved) }
        let target = String(cString: resolved)
        let reader = try CSVReader(path: target, name: name, format: table.format)
        guard reader.input.stamp == stamp else { throw TableError.changedMeanwhile(name: name) }
        let header = try CSVTable.header(of: reader)
        var decisions = try CSVDecisions(changes, reader: reader, header: header, table: table)
        guard decisions.changeAnything else {
            return BatchWriteResult(outcomes: decisions.outcomes, stamp: stamp)
        }
        guard access(target, W_OK) == 0 else { throw FileReplacement.Problem.system(errno) }
        let file = try FileReplacement(of: target)
        try file.keepOwnerAndMode(of: FileState(path: target, name: name).information)
        let copy = CSVCopy(
            reader: try CSVReader(path: target, name: name, format: table.format), header: header,
            formulas: table.format.formulas, file: file)
        try copy.run(changes, &decisions)
        try file.commit {
            guard try FileState(path: target, name: name).stamp == stamp else {
                throw TableError.changedMeanwhile(name: name)
            }
        }
        return BatchWriteResult(
            outcomes: decisions.outcomes, stamp: try FileState(descriptor: file.descriptor, name: name).stamp)
    }
}

/// Which changes can be made, and where.
struct CSVDecisions {
    /// Indices of the changes of rows, by the line on which the row begins.
    private(set) var changeByLine: [Int: Int] = [:]
    private(set) var creates: [Int] = []
    /// For a change that is yet to be made, and for a delete: `gone`.
    var outcomes: [WriteOutcome]
    /// Whether new rows have quotes around every cell, as the file's last row has.
    private(set) var quotesAll = false

    var changeAnything: Bool { !changeByLine.isEmpty || !creates.isEmpty }

    /// - Parameter reader: after its header.
    init(_ changes: [TableChange], reader: CSVReader, header: TextRow.Header, table: CSVTable) throws {
        let format = table.format
        outcomes = changes.map { _ in .gone(nil) }
        quotesAll = reader.cells.allSatisfy(\.isQuoted)
        let wanted = Wanted(changes, header)
        var found: [Int: [Int]] = [:]
        var faults: [Int: String] = [:]
        /// The first line whose bytes are no text.
        var undecodable: Int?
        while try reader.next() {
            if undecodable == nil, reader.undecodable() != nil { undecodable = reader.line }
            quotesAll = reader.cells.allSatisfy(\.isQuoted)
            for group in wanted.groups {
                guard let key = reader.key(group.key.positions, format.formulas), let index = group.value[key],
                    reader.isMeant(group.key.only, header, format.formulas)
                else { continue }
                found[index, default: []].append(reader.line)
                if faults[index] == nil {
                    faults[index] = CSVDecisions.fault(changes[index], reader, header, format.formulas)
                }
            }
        }
        let checker = CSVCellCheck(
            format: format, transcoder: reader.input.transcoder, header: header, undecodable: undecodable)
        func refuse(_ index: Int, _ reason: String) {
            outcomes[index] = .refused(.expectationFailed(name: table.name, reason: reason))
        }
        for (index, change) in changes.enumerated() {
            let lines = found[index] ?? []
            if let reason = wanted.repeated[index] ?? checker.fault(change)
                ?? CSVDecisions.fault(change, lines: lines) ?? faults[index]
            {
                refuse(index, reason)
            } else if let line = lines.first {
                if changeByLine[line] == nil {
                    changeByLine[line] = index
                } else {
                    refuse(index, "another change is of the same row, on line \(line)")
                }
            } else {
                creates.append(index)
            }
        }
    }

    /// The changes by their keys, for each choice of key columns and of rows.
    private struct Wanted {
        struct Group: Hashable {
            var positions: [Int]
            var only: RowFilter?
        }

        var groups: [Group: [String: Int]] = [:]
        var repeated: [Int: String] = [:]

        init(_ changes: [TableChange], _ header: TextRow.Header) {
            for (index, change) in changes.enumerated() {
                let group = Group(
                    positions: change.keyColumns.compactMap { header.index(of: $0) }, only: change.onlyWhere)
                guard let key = change.key.flatMap(RecordKey.of) else { continue }
                if groups[group]?[key] != nil {
                    repeated[index] = "another change is of the same key, \"\(key)\""
                } else {
                    groups[group, default: [:]][key] = index
                }
            }
        }
    }

    private static func fault(_ change: TableChange, lines: [Int]) -> String? {
        let key = change.key ?? ""
        let list = lines.map(String.init).joined(separator: ", ")
        switch (change.kind, lines.count) {
        case (.create, 0), (.update, 1), (.delete, 1): return nil
        case (.create, _): return "the key \"\(key)\" is already used on line \(list)"
        case (_, 0): return "there is no row with the key \"\(key)\""
        default: return "more than one row has the key \"\(key)\": lines \(list)"
        }
    }

    /// What the row at hand holds other than the change expects.
    private static func fault(
        _ change: TableChange, _ reader: CSVReader, _ header: TextRow.Header, _ formulas: CSVFormat.Formulas
    ) -> String? {
        if let fault = reader.fault(header) { return fault }
        guard change.kind == .update else { return nil }
        for (column, cell) in change.cells.sorted(by: { $0.key < $1.key }) {
            guard let index = header.index(of: column), let before = cell.before.text else { continue }
            let text = reader.text(of: reader.cells[index], formulas)
            if text != before {
                return "expected \(column) to be \"\(before)\", found \"\(text)\""
            }
        }
        return nil
    }
}

/// Whether a change's texts can be written into the file at all.
struct CSVCellCheck {
    let format: CSVFormat
    let transcoder: CSVTranscoder
    let header: TextRow.Header
    /// The first line whose bytes are no text: the file is of another encoding than it is said to be.
    let undecodable: Int?

    func fault(_ change: TableChange) -> String? {
        switch change.kind {
        case .create, .update: break
        case .delete: return nil
        default: return "a row of a file is created, updated or deleted; there is no \(change.kind.rawValue)"
        }
        for (column, cell) in change.cells.sorted(by: { $0.key < $1.key }) {
            guard header.index(of: column) != nil else { return "there is no column \(column)" }
            if cell.before.isTyped || cell.after.isTyped { return "expected a text for \(column), found a typed value" }
            guard let text = cell.after.text else { continue }
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

extension Cell {
    /// The text that a file has for it; nil where nothing is said of the cell.
    var text: String? {
        switch self {
        case .empty: ""
        case .text(let text): text
        case .absent, .value: nil
        }
    }

    fileprivate var isTyped: Bool { if case .value = self { true } else { false } }
}
