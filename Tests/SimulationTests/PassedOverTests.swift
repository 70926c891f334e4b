import AccordCore
import AccordEngine
import AccordFiles
import AccordTables
import Synchronization
import TableFakes
import Testing

/// A list that passes over a record, though its numbers agree.
@Suite("Records that a whole read passes over")
struct PassedOverTests {
    @Test("where none can be looked for, a second read says whether one is gone", arguments: [1, 2])
    func twice(reads: Int) async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        let rows = (1...6).map { person($0) }
        try world.write(rows)
        let path = world.csv.path
        world.source = { _ in CSVTable(path: path, name: "contacts.csv") }
        let inner = MemoryTable(
            fields: ["first_name", "last_name", "email", "phone", "company", "tags", "unsubscribed_at"],
            isWrittenAsWhole: false, isStamped: false)
        let table = ForgetfulTable(inner: inner)
        world.projectTable = table
        try await world.sync()
        let key = try #require(inner.records.first { $0.value["email"] == .string("p3@example.com") }?.key)
        table.passOver(key, reads: reads)
        let plan = try await world.plan(full: true)
        #expect(plan.pairs.first?.counts.writes(to: .source) == (reads == 2))
        guard reads == 1 else { return }
        table.passOver(key, reads: 1)
        try await world.sync()
        #expect(try world.rows == ([World.header] + rows).sorted())
        inner.remove(key)
        table.passOver(key, reads: 0)
        _ = try await world.withEngine { engine, _ in try await engine.sync(RunOptions(full: true)) }
        #expect(try world.rows == ([World.header] + rows.filter { $0 != rows[2] }).sorted(), "one that is gone is")
    }
}

/// A table that cannot be searched, and whose next reads pass over a record.
private final class ForgetfulTable: ScannableTable, RecordWritable {
    let inner: MemoryTable
    private let passedOver = Mutex((key: "", reads: 0))

    init(inner: MemoryTable) { self.inner = inner }

    var name: String { inner.name }
    var capabilities: Capabilities { Capabilities(scan: true, recordWrites: true) }

    func passOver(_ key: String, reads: Int) { passedOver.withLock { $0 = (key, reads) } }

    func schema() async throws -> TableSchema { try await inner.schema() }
    func requests(for change: TableChange) -> Int { inner.requests(for: change) }
    func write(_ change: TableChange) async throws -> WriteOutcome { try await inner.write(change) }

    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        let key = passedOver.withLock { state -> String? in
            guard state.reads > 0 else { return nil }
            state.reads -= 1
            return state.key
        }
        return try await inner.scan { batch in
            try await take(RecordBatch(batch.records.filter { $0.key != key }))
        }
    }
}
