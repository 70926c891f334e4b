import AccordCore
import AccordEngine
import AccordFiles
import AccordSandbox
import AccordTables
import Chance
import Foundation
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

extension PassedOverTests {
    /// The list has more pages than one. While it is read somebody of its first page is archived and somebody of its last page
    /// is there again, so that its numbers agree and whoever stood first on a page is on none.
    @Test(
        "whoever a list of several pages passes over is neither made again nor lost", arguments: 0..<CrashTests.shards)
    func whilePaged(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds / 10, 80), by: CrashTests.shards) {
            var dice = Dice(seed: UInt64(seed) &* 47 &+ 3)
            let count = 35 + dice.below(40)
            let rules = World.Rules(
                conflict: "source", create: dice.pick(["both", "project"]), goneFromSource: "ignore",
                goneFromProject: dice.pick(["delete", "ignore"]))
            let world = try World(rules)
            for number in 1...count { try world.add(number, ["company": .string("Pier\(number)end")]) }
            let archived = count - dice.below(4)
            try world.edit(archived, ["archived": .bool(true)])
            let rows = (1...count).map { person($0) }
            try world.write(rows)
            // Everybody is known by then, or nobody is.
            let isKnown = dice.below(2) == 0
            if isKnown {
                try await world.sync()
                world.time.advance(8 * 86_400)
            }
            let (service, first) = (world.service, 1 + dice.below(30))
            world.intruder = { request in
                guard request.url.contains("sort_dir=asc"), request.url.contains("page=1&"),
                    !request.url.contains("filter=archived")
                else { return }
                try service.edit { project throws(SandboxError) in
                    for (number, isArchived) in [(first, true), (archived, false)] {
                        guard let id = project.customerID(email: "p\(number)@example.com") else { continue }
                        try project.editCustomer(id, ["archived": .bool(isArchived)])
                    }
                }
            }
            do {
                try await world.sync(concurrency: 4)
            } catch let error as EngineError {
                #expect("\(error)".contains("could not be read whole"), "seed \(seed)")
            }
            for _ in 0..<3 { try await world.sync(concurrency: 4) }
            world.time.advance(8 * 86_400)
            for _ in 0..<2 { try await world.sync(concurrency: 4) }
            let made = world.service.creates.filter(\.isNew)
            #expect(made.isEmpty, "seed \(seed): \(made)")
            #expect(world.service.snapshot().count == count, "seed \(seed)")
            for number in 1...count {
                let company = "Pier\(number)end"
                #expect(world.customer(number)?["company"]?.string == company, "seed \(seed)")
                // Who is archived rests.
                if number == first || number == archived { continue }
                #expect(
                    try world.rows.contains(person(number, company: company)), "seed \(seed), \(isKnown), \(number)")
            }
            #expect(try await world.sync().operations == 0, "seed \(seed)")
        }
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
