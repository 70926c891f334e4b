import AccordCore
import AccordFiles
import AccordTables
import Foundation
import TableFakes
import Testing

/// A service that takes a value and stores another one.
@Suite("What a service stores differently")
struct StoredDifferentlyTests {
    @Test("is said in the run's outcome, and is not sent again and again")
    func stored() async throws {
        let world = try World()
        try world.write([person(1, company: "Pier"), person(2)])
        let path = world.csv.path
        world.source = { _ in CSVTable(path: path, name: "contacts.csv") }
        let table = MemoryTable(
            fields: ["first_name", "last_name", "email", "phone", "company", "tags", "unsubscribed_at"],
            isWrittenAsWhole: false, isStamped: false)
        world.projectTable = AlteringTable(inner: table)
        let report = try await world.sync()
        #expect(report.outcome == .attention && report.quarantined == 1, "\(report)")
        #expect(report.done == [.project(.create): 2])
        let before = table.records
        #expect(Set(before.values.compactMap { $0["company"] }) == [.string("PIER!"), .null])
        #expect(try await world.sync().done.isEmpty)
        #expect(table.records == before)
    }
}

private struct AlteringTable: ScannableTable, RecordWritable {
    let inner: MemoryTable

    var name: String { inner.name }
    var capabilities: Capabilities { Capabilities(scan: true, recordWrites: true) }

    func schema() async throws -> TableSchema { try await inner.schema() }
    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof { try await inner.scan(take) }
    func requests(for change: TableChange) -> Int { 1 }

    func write(_ change: TableChange) async throws -> WriteOutcome {
        var change = change
        if case .value(.string(let text))? = change.cells["company"]?.after {
            change.cells["company"]?.after = .value(.string(text.uppercased() + "!"))
        }
        return try await inner.write(change)
    }
}
