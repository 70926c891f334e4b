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
/// The file is read twice: first to find the rows and to check what the changes expect of them, then to copy it. What was
/// written is read from the new file.
struct CSVWriter {
    private let table: CSVTable
    private let changes: any TableChanges

    init(table: CSVTable, changes: any TableChanges) {
        self.table = table
        self.changes = changes
    }

    /// - Throws: ``TableError``, or what the changes throw when they are read: then nothing was written. What `take`
    ///   throws comes back when everything is.
    func write(
        expecting stamp: Stamp, _ take: (_ index: Int, WriteOutcome) throws -> Void
    ) throws -> Stamp {
        let name = table.name
        guard let resolved = realpath(table.path, nil) else { throw FileState.readError(errno, name: name) }
        defer { free(resolved) }
        let target = String(cString: resolved)
        let reader = try CSVReader(path: target, name: name, format: table.format)
        guard reader.input.stamp == stamp else { throw TableError.changedMeanwhile(name: name) }
        let header = try CSVTable.header(of: reader)
        let decisions = try CSVDecisions(changes, reader: reader, header: header, table: table)
        let (after, written) =
            decisions.changeAnything ? try replace(target, header, decisions, expecting: stamp) : (stamp, [])
        for (index, reason) in decisions.refusals {
            try take(index, .refused(.expectationFailed(name: name, reason: reason)))
        }
        for index in decisions.deletes { try take(index, .gone(nil)) }
        try read(written, in: target, expecting: after, take)
        return after
    }

    private func replace(
        _ target: String, _ header: TextRow.Header, _ decisions: CSVDecisions, expecting stamp: Stamp
    ) throws -> (after: Stamp, written: [CSVCopy.Written]) {
        let name = table.name
        do {
            guard access(target, W_OK) == 0 else { throw FileReplacement.Problem.system(errno) }
            let file = try FileReplacement(of: target)
            try file.keepOwnerAndMode(of: FileState(path: target, name: name).information)
            let copy = CSVCopy(
                reader: try CSVReader(path: target, name: name, format: table.format), header: header,
                formulas: table.format.formulas, file: file)
            let written = try copy.run(changes, decisions)
            try file.commit {
                guard try FileState(path: target, name: name).stamp == stamp else {
                    throw TableError.changedMeanwhile(name: name)
                }
            }
            // It is written: a stamp that cannot be had any more is one that no file has.
            return ((try? FileState(descriptor: file.descriptor, name: name).stamp) ?? Stamp(""), written)
        } catch FileReplacement.Problem.busy {
            throw TableError.busy(name: name)
        } catch let problem as FileReplacement.Problem {
            throw TableError.notWritable(name: name, reason: problem.reason)
        }
    }

    /// What is stored now of the rows that were written. A row that is not there any more as it was written was changed
    /// by somebody since: of it no more is known than that it was written.
    private func read(
        _ written: [CSVCopy.Written], in target: String, expecting stamp: Stamp,
        _ take: (_ index: Int, WriteOutcome) throws -> Void
    ) throws {
        var rest = written[...]
        if let reader = try? CSVReader(path: target, name: table.name, format: table.format),
            reader.input.stamp == stamp, let header = try? reader.header()
        {
            var batch = CSVBatch(header, table.format.formulas)
            while let row = rest.first, (try? reader.next()) == true {
                guard reader.line == row.line else { continue }
                batch.append(reader, problem: nil)
                for record in batch.take().records(table.name).records {
                    try take(row.index, record.fingerprint == row.fingerprint ? .stored(record) : .storedUnseen)
                }
                rest.removeFirst()
            }
        }
        for row in rest { try take(row.index, .storedUnseen) }
    }
}

/// Which changes can be made, and where.
struct CSVDecisions {
    /// Indices of the changes of rows, by the line on which the row begins.
    private(set) var changeByLine: [Int: Int] = [:]
    private(set) var creates: [Int] = []
    /// Those that are made.
    private(set) var deletes: [Int] = []
    private(set) var refusals: [(index: Int, reason: String)] = []
    /// Whether new rows have quotes around every cell, as the file's last row has.
    private(set) var quotesAll = false

    var changeAnything: Bool { !changeByLine.isEmpty || !creates.isEmpty }

    /// - Parameter reader: after its header.
    init(_ changes: any TableChanges, reader: CSVReader, header: TextRow.Header, table: CSVTable) throws {
        let formulas = table.format.formulas
        quotesAll = reader.cells.allSatisfy(\.isQuoted)
        var wanted = try CSVWantedRows(changes, header)
        var faults: [Int: String] = [:]
        /// The first line whose bytes are no text.
        var undecodable: Int?
        while try reader.next() {
            if undecodable == nil, reader.undecodable() != nil { undecodable = reader.line }
            quotesAll = reader.cells.allSatisfy(\.isQuoted)
            try wanted.find(reader, header, formulas) { index, change in
                guard faults[index] == nil else { return }
                faults[index] = CSVDecisions.fault(change, reader, header, formulas)
            }
        }
        let checker = CSVCellCheck(
            format: table.format, transcoder: reader.input.transcoder, header: header, undecodable: undecodable)
        for index in 0..<changes.count {
            let (change, lines) = (try changes.change(at: index), wanted.lines(of: index))
            let fault =
                wanted.repeated[index] ?? checker.fault(change) ?? CSVDecisions.fault(change, lines: lines)
                ?? faults[index]
            if let fault {
                refusals.append((index, fault))
            } else if let line = lines.first {
                guard changeByLine[line] == nil else {
                    refusals.append((index, "another change is of the same row, on line \(line)"))
                    continue
                }
                changeByLine[line] = index
                if change.kind == .delete { deletes.append(index) }
            } else {
                creates.append(index)
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
