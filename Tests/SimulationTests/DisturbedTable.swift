import AccordCore
import AccordFiles
import AccordTables

/// A file that somebody may change before it is read, and before it is asked for its stamp.
struct DisturbedTable: ScannableTable, BatchWritable {
    let inner: CSVTable
    let beforeStamp: @Sendable () throws -> Void
    let beforeScan: @Sendable () throws -> Void

    var name: String { inner.name }
    var capabilities: Capabilities { inner.capabilities }

    func schema() async throws -> TableSchema { try await inner.schema() }

    func stamp() async throws -> Stamp {
        try beforeStamp()
        return try await inner.stamp()
    }

    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        try beforeScan()
        return try await inner.scan(take)
    }

    func write(
        _ changes: any TableChanges, expecting stamp: Stamp, _ take: (Int, WriteOutcome) throws -> Void
    ) async throws -> Stamp {
        try await inner.write(changes, expecting: stamp, take)
    }
}
