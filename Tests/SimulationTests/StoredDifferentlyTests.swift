import AccordCore
import AccordFiles
import AccordTables
import Foundation
import TableFakes
import Testing

/// A service that takes a value and stores another one.
@Suite("What a service stores differently")
struct StoredDifferentlyTests {
    private let world: World
    private let table = MemoryTable(
        fields: ["first_name", "last_name", "email", "phone", "company", "tags", "unsubscribed_at"],
        isWrittenAsWhole: false, isStamped: false)

    /// Two customers, of whom one works for a company.
    init() async throws {
        world = try World()
        try world.write([person(1, company: "Pier"), person(2)])
        let path = world.csv.path
        world.source = { _ in CSVTable(path: path, name: "contacts.csv") }
        world.projectTable = AlteringTable(inner: table)
        let report = try await world.sync()
        #expect(report.outcome == .attention && report.quarantined == 1, "\(report)")
        #expect(report.done == [.project(.create): 2])
    }

    @Test("is not sent again and again, and is said by each run until a person has seen it")
    func stands() async throws {
        let before = table.records
        #expect(Set(before.values.compactMap { $0["company"] }) == [.string("PIER!"), .null])
        for _ in 0..<2 {
            let report = try await world.sync()
            #expect(report.done.isEmpty && report.outcome == .attention && report.quarantined == 1, "\(report)")
        }
        #expect(table.records == before)
        let count = try await world.withEngine { _, store in try store.clearQuarantine("customers", key: "1") }
        let seen = try await world.sync()
        #expect(count == 1 && seen.outcome == .done && seen.done.isEmpty, "\(seen)")
    }

    @Test("another field of the record does not settle it, the same one does")
    func settled() async throws {
        try world.write([person(1, company: "Pier").replacing("First1", with: "Renamed"), person(2)])
        let other = try await world.sync()
        #expect(other.done == [.project(.update): 1] && other.quarantined == 1, "\(other)")
        try world.write([person(1).replacing("First1", with: "Renamed"), person(2)])
        let same = try await world.sync()
        #expect(same.done == [.project(.update): 1] && same.outcome == .done, "\(same)")
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
