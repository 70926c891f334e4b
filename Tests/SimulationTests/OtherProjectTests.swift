import AccordCore
import AccordEngine
import AccordSandbox
import AccordState
import Foundation
import Testing

/// A key that opens another project than the one that the state belongs to.
@Suite("Another project's key")
struct OtherProjectTests {
    private static let count = 12

    /// A world in which all agree, and an edit of each side that waits for the next run.
    private func settled() async throws -> World {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write((1...OtherProjectTests.count).map { person($0) })
        try await world.sync()
        try world.write((1...OtherProjectTests.count).map { person($0, last: $0 == 1 ? "Here" : nil) })
        try world.edit(2, ["last_name": .string("There")])
        return world
    }

    /// Another project with people of its own, under the same ids.
    private func another(of world: World, people: Int, newer: Bool = false) throws -> SandboxService {
        var project = SandboxProject()
        for number in 0..<people {
            _ = try project.addCustomer([
                "first_name": .string("Other\(number)"), "last_name": .string("Person"),
                "email": .string("other\(number)@example.org"), "unsubscribed_at": .int(1_780_000_000),
            ])
        }
        let time = world.time
        return SandboxService(key: "key", now: { Int64(time.unixTime) + (newer ? 30 : 0) }, project: project)
    }

    private func mismatch(_ run: () async throws -> Void) async throws -> ProjectMismatch {
        let error = await #expect(throws: EngineError.self) { try await run() }
        guard case .otherProject(let mismatch) = error else { throw error ?? EngineError.stopped }
        return mismatch
    }

    /// With the right key, what waited is done, and nothing else.
    private func expectUntouched(_ world: World, _ comment: Comment) async throws {
        let report = try await world.sync()
        #expect(report.done == [.project(.update): 1, .source(.update): 1], comment)
        #expect(world.project.count == OtherProjectTests.count, comment)
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false, comment)
        #expect(try world.rows.allSatisfy { !$0.hasSuffix(",yes") }, "nobody is opted out for it")
    }

    @Test(
        "a run is refused before anything is written or remembered, and says what was expected and found",
        arguments: [1, 12, 65], [false, true])
    func refused(people: Int, full: Bool) async throws {
        let world = try await settled()
        let right = world.service
        let before = try world.rows
        world.service = try another(of: world, people: people, newer: true)
        let there = world.service.snapshot()
        if full { world.time.advance(8 * 86_400) }
        let mismatch = try await mismatch { try await world.sync() }
        #expect(mismatch.state == world.config.state && mismatch.project.contains("customers of http"))
        #expect(mismatch.lookedFor == 10 && mismatch.linked == OtherProjectTests.count)
        #expect(mismatch.expected.hasSuffix("@example.com> as 1") || !full && people == 65, "\(mismatch)")
        #expect(mismatch.found?.contains("@example.org> as ") == true, "\(mismatch)")
        let error = EngineError.otherProject(mismatch)
        #expect(error.what.contains(world.config.state) && error.next?.contains("project.key") == true)
        #expect(try world.rows == before)
        #expect(world.service.snapshot() == there)
        world.service = right
        try await expectUntouched(world, "\(people), \(full)")
    }

    @Test("a project without anybody is refused, too", arguments: [false, true])
    func empty(full: Bool) async throws {
        let world = try await settled()
        let right = world.service
        world.service = try another(of: world, people: 0)
        if full { world.time.advance(8 * 86_400) }
        await #expect(throws: EngineError.self) { try await world.sync() }
        #expect(world.service.snapshot().isEmpty)
        world.service = right
        try await expectUntouched(world, "\(full)")
    }

    /// A world with one whom Accord archived, 12, and one whom a person did, 11. Nothing waits.
    private func withArchived() async throws -> World {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write((1...12).map { person($0) })
        try await world.sync()
        try world.write((1...11).map { person($0) })
        #expect(try await world.sync().done == [.project(.archive): 1])
        try world.edit(11, ["archived": .bool(true)])
        for _ in 0..<2 { _ = try await world.plan(full: true) }
        #expect(try await world.sync().operations == 0)
        return world
    }

    @Test(
        "a project without anybody, read whole, makes nobody gone, not even those who are archived",
        arguments: [false, true], [1, 3])
    func emptyForArchived(isDue: Bool, runs: Int) async throws {
        let world = try await withArchived()
        let right = world.service
        world.service = try another(of: world, people: 0)
        if isDue { world.time.advance(8 * 86_400) }
        for _ in 0..<runs {
            let mismatch = try await mismatch { _ = try await world.plan(full: !isDue) }
            #expect(
                mismatch.linked == 11 && mismatch.found == nil && mismatch.expected.contains("@example.com"),
                "\(mismatch)")
        }
        world.service = right
        let plan = try await world.plan()
        #expect(plan.pairs.first?.hasChanges == false && plan.pairs.first?.project.records == 12)
        #expect(plan.pairs.first?.project.mode == (isDue ? .full : .changes), "a whole read is as due as before")
        #expect(try await world.sync().operations == 0)
        #expect(try world.rows.contains { $0.hasPrefix("11,") })
        try world.write((1...12).map { person($0) })
        #expect(try await world.sync().done == [.project(.unarchive): 1], "the link is there")
    }

    @Test("links of archived customers alone are looked for, too, and their project may have been emptied on purpose")
    func emptyForArchivedOnly() async throws {
        let world = try World(World.Rules())
        try world.write((1...4).map { person($0) })
        try await world.sync()
        // A source without anybody is refused.
        try world.write([person(9)])
        let options = RunOptions(allowances: Allowances([.deletes: 4]))
        let report = try await world.withEngine { engine, _ in try await engine.sync(options) }
        #expect(report.done == [.project(.archive): 4, .project(.create): 1])
        try world.edit(9, ["delete": .bool(true)])
        _ = try await world.plan(full: true)
        try await world.sync()
        let right = world.service
        world.service = try another(of: world, people: 0)
        let mismatch = try await mismatch { _ = try await world.plan(full: true) }
        #expect(EngineError.otherProject(mismatch).next?.contains("--allow-deletes 1") == true, "\(mismatch)")
        world.service = right
        try world.write((1...4).map { person($0) })
        #expect(try await world.sync().done == [.project(.unarchive): 4])
        let allowed = RunOptions(full: true, allowances: Allowances([.deletes: 9]))
        world.service = try another(of: world, people: 0)
        _ = try await world.withEngine { engine, _ in try await engine.plan(allowed) }
    }

    @Test("two records that are gone prove nothing, but the project is read whole before anything is done for it")
    func emptyForTwo() async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write((1...2).map { person($0) })
        try await world.sync()
        try world.edit(2, ["archived": .bool(true)])
        _ = try await world.plan(full: true)
        let right = world.service
        world.service = try another(of: world, people: 0)
        await #expect(throws: EngineError.self) {
            try await world.withEngine { engine, _ in try await engine.sync(RunOptions(full: true)) }
        }
        world.service = right
        #expect(try await world.sync().operations == 0)
        #expect(try world.rows.contains { $0.hasPrefix("2,") })
    }

    @Test("a project that was emptied on purpose is allowed for by the number of those who were linked")
    func emptiedOnPurpose() async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write((1...5).map { person($0) })
        try await world.sync()
        for number in 1...5 { try world.edit(number, ["delete": .bool(true)]) }
        let mismatch = try await mismatch { _ = try await world.plan(full: true) }
        #expect(EngineError.otherProject(mismatch).next?.contains("--allow-deletes 5") == true)
        let options = RunOptions(full: true, allowances: Allowances([.deletes: 5]))
        let report = try await world.withEngine { engine, _ in try await engine.sync(options) }
        #expect(report.done == [.source(.delete): 5])
        #expect(try await world.sync().operations == 0)
    }

    @Test("a saved plan is not applied to another project")
    func apply() async throws {
        let world = try await settled()
        let right = world.service
        let plan = try await world.plan()
        world.service = try another(of: world, people: 12)
        let there = world.service.snapshot()
        _ = try await mismatch { try await world.apply(plan) }
        #expect(world.service.snapshot() == there)
        world.service = right
        try await expectUntouched(world, "after a plan")
    }

    @Test("a run is planned as long as one of those that are looked for is there, whatever else is new or gone")
    func someAreThere() async throws {
        let world = try World(World.Rules(goneFromProject: "ignore"))
        try world.write((1...6).map { person($0) })
        try await world.sync()
        for number in 1...3 { try world.edit(number, ["delete": .bool(true)]) }
        for number in 4...5 { try world.edit(number, ["email": .string("anew\(number)@example.com")]) }
        world.time.advance(60)
        for number in 101...140 { try world.add(number) }
        #expect(try await world.sync().done[.source(.create)] == 40)
    }

    @Test(
        "nobody is looked for where the first page shows somebody who is known, though all got another e-mail, or all else",
        arguments: [["email"], ["first_name", "last_name"]])
    func allRenamed(fields: [String]) async throws {
        let world = try World()
        try world.write((1...6).map { person($0) })
        try await world.sync()
        for number in 1...6 {
            try world.edit(
                number, Dictionary(fields.map { ($0, .string("x\(number)@example.org")) }, uniquingKeysWith: { $1 }))
        }
        let report = try await world.sync()
        #expect(report.done == [.source(.update): 6])
        #expect(report.requests == 1)
    }

    @Test("all linked records gone at once are refused, though others are there, unless that is allowed")
    func allGone() async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write((1...4).map { person($0) })
        try await world.sync()
        for number in 1...4 { try world.edit(number, ["delete": .bool(true)]) }
        for number in 11...12 { try world.add(number) }
        let mismatch = try await mismatch { _ = try await world.plan(full: true) }
        #expect(EngineError.otherProject(mismatch).next?.contains("--allow-deletes 4") == true)
        _ = try await self.mismatch { try await world.sync() }
        let options = RunOptions(full: true, allowances: Allowances([.deletes: 4]))
        let report = try await world.withEngine { engine, _ in try await engine.sync(options) }
        #expect(report.done == [.source(.delete): 4, .source(.create): 2])
    }

    @Test("two records that are gone prove nothing")
    func tooFew() async throws {
        let world = try World()
        try world.write((1...2).map { person($0) })
        try await world.sync()
        for number in 1...2 { try world.edit(number, ["delete": .bool(true)]) }
        try world.add(11)
        #expect(try await world.sync().done == [.source(.create): 1])
    }
}
