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
                guard try FileState(path: target, name: name).stamp(table.format) == stamp else {
                    throw TableError.changedMeanwhile(name: name)
                }
            }
            // It is written: a stamp that cannot be had any more is one that no file has.
            let after = try? FileState(descriptor: file.descriptor, name: name).stamp(table.format)
            return (after ?? Stamp(""), written)
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
            var batch = CSVBatch(header, reader, table.format.formulas)
            var read = rest.prefix(0)
            func takeRead() throws {
                for (row, record) in zip(read, batch.take().records(table.name).records) {
                    try take(row.index, record.fingerprint == row.fingerprint ? .stored(record) : .storedUnseen)
                }
                rest = rest.dropFirst(read.count)
                read = rest.prefix(0)
            }
            while read.count < rest.count, (try? reader.next()) == true {
                guard reader.line == rest[rest.startIndex + read.count].line else { continue }
                batch.append(reader, problem: nil)
                read = rest.prefix(read.count + 1)
                if batch.isFull { try takeRead() }
            }
            try takeRead()
        }
        for row in rest { try take(row.index, .storedUnseen) }
    }
}
