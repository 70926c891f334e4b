import AccordCore
import AccordTables
import TableFakes
import Testing

@Suite("What a table can do")
struct CapabilityTests {
    /// Conforms to more than its capabilities say, as the resources of an API do.
    private struct Claims: StampedTable, RecordWritable {
        let name = "claims"
        var capabilities: Capabilities

        func schema() async throws -> TableSchema { TableSchema(name: name, label: "record", fields: []) }
        func stamp() async throws -> Stamp { Stamp("") }
        func write(_ change: TableChange) async throws -> WriteOutcome { .storedUnseen }
        func requests(for change: TableChange) -> Int { 1 }
    }

    @Test("is what its capabilities say and its type has a protocol for")
    func both() {
        let silent: any Table = Claims(capabilities: Capabilities())
        #expect(silent.stamped == nil && silent.recordWritable == nil)
        let all = Capabilities(
            scan: true, stamp: true, changes: true, searchable: ["name"], recordWrites: true, batchWrites: true)
        let loud: any Table = Claims(capabilities: all)
        #expect(loud.stamped != nil && loud.recordWritable != nil)
        #expect(loud.scannable == nil && loud.incremental == nil && loud.batchWritable == nil)
        #expect(loud.searchable(by: "name") == nil)
    }

    @Test("a record is looked up by the fields that are searched, and by no other")
    func fields() {
        let table: any Table = MemoryTable(fields: ["name"])
        #expect(table.searchable(by: "name") != nil && table.searchable(by: "other") == nil)
    }
}
