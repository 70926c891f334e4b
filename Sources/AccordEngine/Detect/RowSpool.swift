import AccordCore
import AccordState

/// Mapped rows that wait to be decided, in the order in which they were read: written once, read once or twice.
///
/// A scan has to be over before any row can be decided, as only then duplicate keys and missing records are known. So
/// rows that have to be decided are put aside here, in a few megabytes of memory and beyond that in a file.
package final class RowSpool {
    package let form: SourceRowForm
    private let spill: SpillFile
    private var ends: SpilledBytes?
    private var lengths: [Int32] = []

    /// - Parameter folder: for what does not fit into memory.
    package init(form: SourceRowForm, folder: String) {
        self.form = form
        spill = SpillFile(folder: folder)
    }

    var isEmpty: Bool { lengths.isEmpty }

    /// - Parameter row: a row in the spool's form.
    package func append(_ row: [UInt8]) throws {
        try spill.append(row)
        lengths.append(Int32(row.count))
    }

    /// All rows, some at a time. Nothing may be appended any more.
    package func forEachBatch(_ most: Int, _ body: ([SourceRow]) async throws -> Void) async throws {
        if ends == nil { ends = try spill.freeze() }
        guard let bytes = ends else { return }
        var (next, offset) = (0, 0)
        while next < lengths.count {
            let batch = lengths[next..<min(next + most, lengths.count)]
            var (places, size): ([Int], Int) = ([], 0)
            for length in batch {
                places.append(size)
                size += Int(length)
            }
            let (form, window) = (form, try bytes.read(at: offset, count: size))
            try await body(await places.concurrentMap { form.row(window, at: $0) })
            next += batch.count
            offset += size
        }
    }
}
