import AccordCore
import AccordEngine
import AccordHTTP
import Foundation
import Synchronization
import Testing

/// What a run could not finish, the next one does: nothing is forgotten, and nothing taken for done.
@Suite("What is left open")
struct RepairTests {
    private let world: World

    init() throws { world = try World() }

    /// A run that dies right after the service has answered a request.
    private func dies(in world: World, after fits: @escaping @Sendable (AccordHTTP.HTTPRequest) -> Bool) async throws {
        let crashPoint = CrashPoint()
        world.intruder = { request in
            if fits(request) { crashPoint.die() }
        }
        try await world.crash(crashPoint)
    }

    // MARK: - One half refused

    @Test("the source half of a record waits for its project half, which stays in quarantine until it goes through")
    func halves() async throws {
        try world.write([person(1)])
        try await world.sync()
        try world.write([person(1, tags: "unheard-of")])
        try world.edit(1, ["last_name": .string("There")])
        for _ in 0..<3 {
            let report = try await world.sync()
            #expect(report.quarantined == 1 && report.operations == 0)
        }
        world.service.edit { project in project.addTag("unheard-of") }
        // A whole read of the project may have shown what was missing: the write is tried once more.
        world.time.advance(8 * 86_400)
        #expect(try await world.sync().outcome == .done)
        #expect(world.project == ["First1|There|p1@example.com|-|-|unheard-of|no|no"])
        #expect(try world.rows.contains { $0.hasPrefix("1,First1,There,") })
    }

    @Test("a passing 404 does not hold a write for ever, nor is it tried again and again")
    func passing404() async throws {
        try world.write([person(1)])
        try await world.sync()
        try world.write([person(1, first: "Other")])
        world.refusal = { $0.method == "PATCH" ? 404 : nil }
        #expect(try await world.sync().quarantined == 1)
        #expect(try await world.sync().quarantined == 1)
        world.time.advance(8 * 86_400)
        #expect(try await world.sync().done == [.project(.update): 1])
    }

    @Test("an opt-out whose customer was created, and no more, is sent by the next run", arguments: [401, 404, 422])
    func createdOnly(_ status: Int) async throws {
        let world = try World(World.Rules(match: "[email]"))
        try world.write([person(1, email: "", phone: "+14155550101", out: "yes")])
        world.refusal = { $0.url.hasSuffix("/unsubscribe") ? status : nil }
        let first = try await world.sync()
        #expect(first.done == [.project(.create): 1])
        #expect(try await world.sync().done == [.project(.unsubscribe): 1])
        #expect(world.project == ["First1|Last1|-|+14155550101|-|yes|no"])
        #expect(try world.rows.count == 2)
    }

    @Test("a create whose answer is lost, and which cannot be looked up, is remembered as one that may have happened")
    func lostAndNotFound() async throws {
        try world.write([person(1)])
        let isSent = Mutex(false)
        world.intruder = { request in
            guard request.method == "POST" else { return }
            isSent.withLock { $0 = true }
            throw TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the answer is lost")
        }
        world.refusal = { _ in isSent.withLock { $0 } ? 503 : nil }
        #expect(try await world.sync().outcome != .done)
        #expect(world.project.count == 1)
        #expect(try await world.withEngine { _, store in try store.openIntents("customers").count } == 1)
        // What is edited meanwhile is an edit, no conflict with what was sent.
        try world.write([person(1, first: "Edited")])
        #expect(try await world.sync().done == [.project(.update): 1])
        #expect(world.project == ["Edited|Last1|p1@example.com|-|-|no|no"])
    }

    @Test("somebody whom a person kept is created once, though the run dies after the create")
    func keptOnce() async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write([person(1), person(2)])
        try await world.sync()
        try world.edit(1, ["delete": .bool(true)])
        try world.write([person(1, company: "Changed"), person(2)])
        world.time.advance(8 * 86_400)
        #expect(try await world.sync().conflicts == 1)
        _ = try await world.withEngine { _, store in
            try store.resolve("customers", sourceKey: "1", field: nil, .source)
        }
        try await dies(in: world) { $0.method == "POST" }
        try await world.sync()
        #expect(world.project.count == 2)
        #expect(try world.rows.count == 3)
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false)
    }

    // MARK: - Made in part

    /// Two requests make each of these changes, and the second one is refused.
    @Test(
        "what was made of a change is known as our own, and only the rest is sent again",
        arguments: [("New", "no"), ("", "yes")], [401, 422])
    func madeInPart(_ change: (company: String, out: String), _ status: Int) async throws {
        try world.write([person(1)])
        try await world.sync()
        // What updates do here is known by now.
        try world.write([person(1, first: "Once", company: "Once")])
        try await world.sync()
        try world.write([person(1)])
        try await world.sync()
        try world.write([person(1, first: "Other", company: change.company, out: change.out)])
        let isSecond = Mutex(false)
        world.refusal = { request in
            guard request.method != "GET" else { return nil }
            let isSecond = isSecond.withLock { isSecond in
                defer { isSecond = true }
                return isSecond
            }
            return isSecond ? status : nil
        }
        let report = try await world.sync()
        #expect(report.unknown == 1 && report.quarantined == 0 && report.operations == 0)
        #expect(report.skipped.first?.reason.contains("a part of") == true)
        #expect(report.failures.isEmpty == (status == 422 || change.out == "no"))
        // Were the first half taken for somebody else's edit, this would be a conflict.
        try world.write([person(1, first: "Third", company: change.company, out: change.out)])
        let next = try await world.sync()
        #expect(next.conflicts == 0 && next.unknown == 0)
        let company = change.company.isEmpty ? "-" : change.company
        #expect(world.project == ["Third|Last1|p1@example.com|-|\(company)|\(change.out)|no"])
    }

    // MARK: - Archived

    @Test("an unarchive that does not go through is tried again", arguments: [401, 503])
    func unarchive(_ status: Int) async throws {
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.write([person(1), person(3)])
        try await world.sync()
        #expect(world.isArchived(2))
        try world.write((1...3).map { person($0) })
        world.refusal = { $0.url.hasSuffix("/unarchive") ? status : nil }
        #expect(try await world.sync().outcome != .done)
        #expect(try await world.sync().done == [.project(.unarchive): 1])
        #expect(!world.isArchived(2))
    }

    @Test("an opt-out in a row that cannot be used does not forget that it was Accord who archived the customer")
    func archivedAndOut() async throws {
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.write([person(1), person(3)])
        try await world.sync()
        try world.write([person(1), person(2, phone: "12", out: "yes"), person(3)])
        #expect(try await world.sync().done == [.project(.unsubscribe): 1])
        try world.write([person(1), person(2, out: "yes"), person(3)])
        #expect(try await world.sync().done == [.project(.unarchive): 1])
        #expect(world.isOut(2) && !world.isArchived(2))
    }

    @Test("who was archived by a run that died right then comes back with the row")
    func archivedAndKilled() async throws {
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.write([person(1), person(3)])
        try await dies(in: world) { $0.url.hasSuffix("/archive") }
        #expect(world.isArchived(2))
        try world.write((1...3).map { person($0) })
        #expect(try await world.sync().done == [.project(.unarchive): 1])
    }

    @Test("a row that comes back is not deleted because its archived customer was deleted meanwhile")
    func backAndPurged() async throws {
        let world = try World(World.Rules(goneFromProject: "delete"))
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.write([person(1), person(3)])
        #expect(try await world.sync().done == [.project(.archive): 1])
        try world.edit(2, ["delete": .bool(true)])
        try world.write((1...3).map { person($0) })
        for _ in 0..<3 { #expect(try await world.sync().operations == 0) }
        #expect(try world.rows.count == 4, "the row stays")
        #expect(try await world.sync().conflicts == 1, "a person says what becomes of it")
        _ = try await world.withEngine { _, store in
            try store.resolve("customers", sourceKey: "2", field: nil, .source)
        }
        #expect(try await world.sync().done == [.project(.create): 1])
        #expect(try await world.sync().operations == 0)
        #expect(world.project.count == 3)
    }

    // MARK: - Rows that cannot be found

    @Test("nobody is deleted because the row of a customer who was just created cannot be found in a file that is cut")
    func cutFile() async throws {
        let world = try World(World.Rules(goneFromSource: "delete"))
        try world.write([person(1)])
        try await world.sync()
        try world.write([person(1), person(2)])
        try await dies(in: world) { $0.method == "POST" }
        try world.write([person(1), "2,Fir"], ending: "")
        for _ in 0..<2 {
            #expect(try await world.sync().operations == 0)
            #expect(world.project.count == 2)
        }
        try world.write([person(1), person(2, first: "Edited")])
        let report = try await world.sync()
        #expect(report.conflicts == 0, "the create is remembered, so that an edit since is no conflict: \(report)")
        #expect(world.project.contains { $0.hasPrefix("Edited|") } && world.project.count == 2)
    }

    // MARK: - What waits for a person

    @Test("a conflict about a whole record stays until a person decides it")
    func conflictStays() async throws {
        let world = try World(World.Rules(goneFromSource: "delete"))
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.write([person(1), person(3)])
        try world.edit(2, ["company": .string("Changed")])
        for _ in 0..<3 {
            let report = try await world.sync()
            #expect(report.conflicts == 1 && report.operations == 0)
        }
        #expect(world.customer(2)?["company"]?.string == "Changed")
    }

    @Test("a row that another mapping cannot use stays in quarantine, and comes out with the first one")
    func otherMapping() async throws {
        try world.write([person(1), person(2, phone: "+14155550102")])
        for _ in 0..<2 { try await world.sync() }
        try world.use(World.Rules(phoneIsRequired: true))
        for _ in 0..<3 { #expect(try await world.sync().quarantined == 1) }
        try world.use(World.Rules())
        #expect(try await world.sync().outcome == .done)
    }

    @Test("a field that is read from another column now was never agreed on: a blank there clears nothing")
    func otherColumn() async throws {
        try world.write([person(1)])
        for _ in 0..<2 { try await world.sync() }
        try world.use(World.Rules(lastColumn: "surname"))
        let header = World.header + ",surname"
        try Data("\(header)\n\(person(1)),\n".utf8).write(to: world.csv)
        #expect(try await world.sync().done == [.source(.update): 1])
        #expect(world.customer(1)?["last_name"]?.string == "Last1")
    }

    // MARK: - Opt-outs

    @Test("a blank cell, or a no that is older than the project's opt-out, brings nobody back")
    func nobodyBack() async throws {
        let world = try World(World.Rules(resubscribe: "source"))
        try world.write([person(1, out: "yes"), person(2, out: "yes")])
        for _ in 0..<2 { try await world.sync() }
        try world.edit(2, ["unsubscribed": .bool(false)])
        world.time.advance(60)
        try world.edit(2, ["unsubscribed": .bool(true)])
        try world.write([person(1, out: ""), person(2, out: "no")])
        try await world.sync()
        #expect(world.isOut(1) && world.isOut(2))
        #expect(try world.rows.filter { $0.hasSuffix(",yes") }.count == 2)
        // And an explicit one does.
        try world.write([person(1, out: "no"), person(2, out: "yes")])
        #expect(try await world.sync().done == [.project(.resubscribe): 1])
        #expect(!world.isOut(1) && world.isOut(2))
    }

    @Test("an opt-out goes through though the rest of its row cannot be used, once")
    func behindFaults() async throws {
        try world.write([person(1), person(2)])
        try await world.sync()
        // No telephone; and another one's e-mail.
        try world.write([person(1, phone: "12", out: "yes"), person(2, email: "p1@example.com", out: "yes")])
        let report = try await world.sync()
        #expect(report.done == [.project(.unsubscribe): 2] && report.quarantined == 2)
        #expect(world.isOut(1) && world.isOut(2))
        let again = try await world.sync()
        #expect(again.operations == 0 && again.quarantined == 2, "\(again)")
    }

    @Test("many subscribed again at once is refused, until it is allowed with its number")
    func manyBack() async throws {
        let world = try World(World.Rules(resubscribe: "source"))
        try world.write((1...20).map { person($0, out: "yes") })
        for _ in 0..<2 { try await world.sync() }
        try world.write((1...20).map { person($0, out: "no") })
        let plan = try await world.plan()
        #expect(plan.pairs.first?.refusals.first?.next?.contains("--allow-resubscribes 20") == true)
        await #expect(throws: EngineError.self) { try await world.sync() }
        #expect((1...20).allSatisfy { world.isOut($0) })
        let report = try await world.withEngine { engine, _ in
            try await engine.sync(RunOptions(allowances: Allowances([.resubscribes: 20])))
        }
        #expect(report.done == [.project(.resubscribe): 20])
    }
}
