import AccordCore
import AccordEngine
import AccordSandbox
import AccordState
import Foundation
import Testing

/// What a run promises, one promise a test, on a small world without faults.
@Suite("The engine")
struct EngineTests {
    private let world: World

    init() throws { world = try World() }

    private func counts(since before: [String: Int]) -> [String: Int] {
        world.service.requestCounts.merging(before) { $0 - $1 }.filter { $0.value > 0 }
    }

    // MARK: - Requests

    @Test("a run in which nothing changed costs one request, and does not read the source")
    func idle() async throws {
        try world.write((1...80).map { person($0) })
        #expect(try await world.sync().done == [.project(.create): 80])
        // All 80 were created in one second. Now that it is over it is read once more, three pages of it.
        #expect(try await world.sync().requests == 3)
        var plan: Plan?
        let report = try await world.sync { plan = $0 }
        #expect(report.requests == 1)
        #expect(plan?.pairs.first?.source.mode == .notRead)
        #expect(plan?.pairs.first?.project.mode == .changes)
        #expect(plan?.pairs.first?.source[.unchanged] == 80)
    }

    @Test("an update sends only what changed, by the operation that writes it")
    func fewestRequests() async throws {
        try world.write([person(1), person(2)])
        try await world.sync()
        // The first ones are trials.
        try world.write([person(1), person(2, company: "Once").replacing("First2", with: "Once")])
        try await world.sync()
        var before = world.service.requestCounts
        try world.write([
            person(1).replacing("First1", with: "Other"), person(2, company: "Once").replacing("First2", with: "Once"),
        ])
        var plan: Plan?
        // What others have changed is looked for right before.
        #expect(try await world.sync { plan = $0 }.requests == 3)
        #expect(counts(since: before) == ["listCustomers": 2, "updateCustomer": 1])
        #expect(plan?.pairs.first?.requests == 1)

        // The company is written by the create alone, which would bring back somebody who is gone: so they are looked
        // for before.
        before = world.service.requestCounts
        try world.write([
            person(1, company: "New").replacing("First1", with: "Other"),
            person(2, company: "Once").replacing("First2", with: "Once"),
        ])
        try await world.sync { plan = $0 }
        #expect(counts(since: before) == ["listCustomers": 3, "createCustomer": 1])
        #expect(plan?.pairs.first?.requests == 2)
    }

    @Test("a full read happens when it is due, when it is asked for, and when the state is new")
    func fullReads() async throws {
        try world.write([person(1)])
        #expect(try await world.plan().pairs.first?.project.mode == .full)
        try await world.sync()
        #expect(try await world.plan().pairs.first?.project.mode == .changes)
        #expect(try await world.plan(full: true).pairs.first?.project.mode == .full)
        world.time.advance(7 * 86_400)
        #expect(try await world.plan().pairs.first?.project.mode == .full)
    }

    // MARK: - What is gone

    @Test("somebody deleted in the project is not brought back by an update of what the create alone writes")
    func notBroughtBack() async throws {
        try world.write([person(1), person(2)])
        try await world.sync()
        try world.edit("p1@example.com", ["delete": .bool(true)])
        try world.write([person(1, company: "Anew"), person(2)])
        let report = try await world.sync()
        #expect(report.quarantined == 1)
        #expect(world.service.snapshot().count == 1)
        var plan: Plan?
        try await world.sync { plan = $0 }
        #expect(plan?.pairs.first?.project.mode == .full, "the next run looks what became of them")
        #expect(world.service.snapshot().count == 1)
    }

    @Test("a record that a full read passed over, though its numbers agree, is not gone")
    func unlisted() async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write((1...65).map { person($0) })
        try await world.sync()
        // Between the first page and the second somebody deletes one that was read and adds one at the end.
        let service = world.service
        world.intruder = { request in
            guard request.url.contains("sort_dir=asc"), request.url.contains("page=1&"),
                service.snapshot().contains(where: { $0["id"]?.int == 3 })
            else { return }
            try service.edit { project throws(SandboxError) in
                try project.editCustomer(3, ["delete": .bool(true)])
                try project.addCustomer(["first_name": .string("Late"), "email": .string("late@example.com")])
            }
        }
        let plan = try await world.plan(full: true)
        let pair = try #require(plan.pairs.first)
        #expect(pair.project.mode == .full && pair.project.incomplete == nil)
        #expect(pair.operations.filter { $0.kind == .delete }.isEmpty, "nobody whom the pages missed is deleted")
        let later = try await world.plan(full: true)
        let deletes = try #require(later.pairs.first).entries.filter { $0.operations.contains { $0.kind == .delete } }
        #expect(deletes.map(\.projectID) == ["3"], "who is really gone is seen by the next whole read")
    }

    @Test("a whole read of the project that does not prove itself whole is said, and is no success")
    func incompleteRead() async throws {
        try world.write((1...65).map { person($0) })
        try await world.sync()
        try world.set(faults: "shift-pages=100%")
        let report = try await world.withEngine { engine, _ in try await engine.sync(RunOptions(full: true)) }
        #expect(report.incompleteReads == 1 && report.outcome == .attention, "\(report)")
        try world.set(faults: "")
        let next = try await world.withEngine { engine, _ in try await engine.sync(RunOptions(full: true)) }
        #expect(next.incompleteReads == 0 && next.outcome == .done, "\(next)")
    }

    @Test("deletes are withheld when the source's read is in doubt, and the run says that something waits")
    func withheld() async throws {
        try world.write((1...10).map { person($0) })
        try await world.sync()
        try world.write((1...4).map { person($0) })
        var plan: Plan?
        let report = try await world.sync { plan = $0 }
        #expect(report.operations == 0)
        #expect(report.withheld == 6)
        #expect(report.outcome == .attention)
        #expect(plan?.pairs.first?.notes.contains { $0.description.contains("--allow-deletes 6") } == true)
        // It is no settled run: the same file is not believed the second time either.
        #expect(try await world.sync().withheld == 6)
    }

    @Test("a source with another's records gone, and customers gone from the project, still adds up")
    func bothSidesLose() async throws {
        try world.write((1...6).map { person($0) })
        try await world.sync()
        try world.write([person(9)])
        for number in 1...3 { try world.edit("p\(number)@example.com", ["delete": .bool(true)]) }
        let plan = try await world.plan(full: true)
        let pair = try #require(plan.pairs.first)
        #expect(pair.source.records == 1)
        #expect(pair.project.records == 3)
        #expect(pair.source.buckets.values.reduce(0, +) == 1)
        #expect(pair.project.buckets.values.reduce(0, +) == 3)
    }

    // MARK: - Saved plans

    @Test("an operation whose expectation no longer holds is skipped and reported, and the rest is done")
    func expectations() async throws {
        try world.write((1...4).map { person($0) })
        try await world.sync()
        try world.write((1...4).map { person($0).replacing("First", with: "Changed") })
        let plan = try await world.plan()
        try world.edit("p2@example.com", ["first_name": .string("Elsewhere")])
        let report = try await world.apply(plan)
        #expect(report.done == [.project(.update): 3])
        #expect(report.skipped.map(\.reason) == [#"first_name is "Elsewhere" by now, not "First2""#])
        #expect(report.outcome == .attention)
        #expect(try await world.sync().conflicts == 1, "what was skipped is planned anew")
    }

    @Test("what somebody changes while a long run goes on is not overwritten")
    func longRun() async throws {
        try world.write((1...40).map { person($0) })
        try await world.sync()
        try world.write((1...40).map { person($0).replacing("First", with: "Changed") })
        let (service, time) = (world.service, world.time)
        world.intruder = { request in
            // Each request takes its time, as at a modest rate; the last customer is edited early on.
            time.advance(5)
            guard request.method == "PATCH", service.requests(by: "updateCustomer") == 3 else { return }
            try service.edit { project throws(SandboxError) in
                try project.editCustomer(40, ["first_name": .string("Elsewhere")])
            }
        }
        let report = try await world.sync()
        #expect(report.done == [.project(.update): 39])
        #expect(report.skipped.map(\.reason) == [#"first_name is "Elsewhere" by now, not "First40""#])
        #expect(world.project.contains { $0.hasPrefix("Elsewhere|") })
    }

    @Test("a row that changed since the plan was made is not overwritten")
    func sourceExpectations() async throws {
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.edit("p1@example.com", ["first_name": .string("There")])
        try world.edit("p2@example.com", ["first_name": .string("There")])
        let plan = try await world.plan()
        try world.write([person(1), person(2).replacing("First2", with: "Here"), person(3)])
        let report = try await world.apply(plan)
        #expect(report.done == [.source(.update): 1])
        #expect(report.skipped.count == 1)
        #expect(try world.rows.contains { $0.hasPrefix("2,Here,") })
        #expect(try world.rows.contains { $0.hasPrefix("1,There,") })
    }

    @Test("a plan is applied once, and not after another run settled something")
    func stale() async throws {
        try world.write([person(1)])
        let plan = try await world.plan()
        try await world.apply(plan)
        await #expect(throws: EngineError.stale(reason: "it was applied already")) { try await world.apply(plan) }
        try world.write([person(1), person(2)])
        let older = try await world.plan()
        try await world.sync()
        await #expect(throws: EngineError.stale(reason: EngineError.stateMoved)) {
            try await world.apply(older)
        }
        #expect(world.service.snapshot().count == 2)
    }

    // MARK: - Quarantine and conflicts

    @Test("what the service refused is not sent again until something about it changes")
    func refused() async throws {
        try world.write([person(1, tags: "unheard-of"), person(2)])
        let first = try await world.sync()
        #expect(first.quarantined == 1)
        #expect(first.done == [.project(.create): 1])
        let before = world.service.requestCounts
        #expect(try await world.sync().quarantined == 1)
        #expect(counts(since: before) == ["listCustomers": 1], "nothing is sent again")
        let held = try await world.withEngine { _, store in try store.quarantine("customers") }
        #expect(held.first?.cause == .refused)
        #expect(held.first?.message.contains("tag") == true, "in the service's own words: \(held)")
        try world.write([person(1, tags: "a"), person(2)])
        let mended = try await world.sync()
        #expect(mended.outcome == .done)
        #expect(mended.done == [.project(.create): 1])
    }

    @Test("what a person decided about a whole record counts only while what is left of it says the same")
    func decidedOnOldValues() async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        func decide() async throws -> Bool {
            try await world.withEngine { _, store in
                try store.resolve("customers", sourceKey: "1", field: nil, .project)
            }
        }
        func write(_ company: String) throws { try world.write([person(1, company: company), person(2)]) }
        try write("Old")
        try await world.sync()
        try write("New")
        try world.service.edit { project throws(SandboxError) in try project.editCustomer(1, ["delete": .bool(true)]) }
        world.time.advance(8 * 86_400)
        #expect(try await world.sync().conflicts == 1)
        #expect(try await decide())
        try write("Newer still")
        let report = try await world.sync()
        #expect(report.operations == 0 && report.conflicts == 1, "the row is not the one that was given up: \(report)")
        #expect(try await decide())
        #expect(try await world.sync().done == [.source(.delete): 1])
    }
}
