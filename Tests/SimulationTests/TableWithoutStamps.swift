import AccordCore
import AccordTables
import Synchronization
import TableFakes

final class Counter: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
}

/// A table of values that cannot say whether it moved, and counts how often it is read.
struct TableWithoutStamps: ScannableTable, RecordWritable {
    let inner: MemoryTable
    let scans: Counter

    var name: String { inner.name }
    var capabilities: Capabilities { Capabilities(scan: true, recordWrites: true) }

    func schema() async throws -> TableSchema { try await inner.schema() }
    func requests(for change: TableChange) -> Int { 1 }
    func write(_ change: TableChange) async throws -> WriteOutcome { try await inner.write(change) }

    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        scans.add()
        var proof = try await inner.scan(take)
        proof.stamp = nil
        return proof
    }
}
