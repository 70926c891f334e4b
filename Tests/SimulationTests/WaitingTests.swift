import AccordCore
import AccordState
import Testing

/// Records that wait for each other: none is forgotten.
@Suite("Records that wait")
struct WaitingTests {
    @Test("records that wait for each other are skipped, and the report names them", arguments: [1, 4])
    func circle(concurrency: Int) async throws {
        let world = try World()
        try world.write((1...3).map { person($0) })
        var plan = try await world.plan()
        let builder = PlanRecordsBuilder(folder: world.folder.path)
        for var entry in plan.pairs[0].entries {
            entry.after = [1: [2], 2: [1]][entry.position] ?? []
            try builder.append(WrittenRecord(entry), rank: UInt64(entry.position))
        }
        plan.pairs[0].records = try builder.finish()
        let report = try await world.apply(plan, concurrency: concurrency)
        #expect(report.done == [.project(.create): 1])
        #expect(report.skipped.map(\.label).sorted() == plan.pairs[0].entries.prefix(2).map(\.label).sorted())
        #expect(report.outcome == .attention)
        #expect(try await world.sync().done == [.project(.create): 2])
    }

    @Test("a service that allows a few requests a second is waited for, and nobody is doubled")
    func rateLimit() async throws {
        let world = try World()
        try world.write((1...30).map { person($0) })
        try await world.sync()
        let undisturbed = world.service.requestCount
        let crashed = try World()
        try crashed.write((1...30).map { person($0) })
        // Time passes only while somebody waits: without a wait all requests are of one second.
        try crashed.set(faults: "rate-limit=10")
        for _ in 0..<7 where try await crashed.sync().outcome != .done {}
        #expect(crashed.service.requestCount > undisturbed, "some were refused")
        #expect(crashed.project == world.project)
    }
}
