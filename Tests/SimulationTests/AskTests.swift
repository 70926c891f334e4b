import AccordCore
import AccordEngine
import AccordHTTP
import AccordSandbox
import Chance
import Foundation
import Testing

/// Messages reach people: once for each row, or not at all, whatever goes wrong.
@Suite("Asks, whatever goes wrong")
struct AskTests {
    private static let mapping = """
        resource: asks
        key: id
        ask: {channels: [email, sms], reminders: 1, within: 14 days, window: 90 days}
        fields:
          email: email
          asked_at: {column: done, type: timestamp, pattern: unix}
        """

    private static let now: Int64 = 1_790_000_000

    /// Jobs of people of whom one opted out.
    private func world(_ jobs: [(key: String, person: Int, daysAgo: Int64)]) throws -> World {
        let world = try World(mapping: AskTests.mapping)
        try write(jobs, to: world)
        for person in 0..<6 { try world.add(person) }
        try world.edit(4, ["unsubscribed": .bool(true)])
        return world
    }

    private func write(_ jobs: [(key: String, person: Int, daysAgo: Int64)], to world: World) throws {
        let rows = jobs.map { "\($0.key),p\($0.person)@example.com,\(AskTests.now - $0.daysAgo * 86_400)\n" }
        try Data(("id,email,done\n" + rows.joined()).utf8).write(to: world.csv)
    }

    private func jobs(seed: Int) -> [(key: String, person: Int, daysAgo: Int64)] {
        var dice = Dice(seed: UInt64(seed))
        return (0..<3 + dice.below(6)).map { ("J\($0)", dice.below(6), Int64(dice.below(20))) }
    }

    /// Somebody else asks, past Accord.
    private func askByHand(_ person: Int, _ world: World) async throws {
        let body = #"{"email":"p\#(person)@example.com","channels":["email"]}"#
        let reply = await world.service.handle(
            HTTPRequest(
                method: "POST", url: "http://sandbox/project/asks",
                headers: [("Authorization", "Bearer key"), ("Content-Type", "application/json")],
                body: Array(body.utf8)))
        #expect(reply.response?.status == 200)
    }

    /// How many asks each person got.
    private func asks(_ world: World) -> [Int64: Int] {
        let asks = world.service.edit { project in project.asks }
        return Dictionary(asks.map { ($0["customer_id"]?.int ?? 0, 1) }, uniquingKeysWith: +)
    }

    private func id(_ person: Int, _ world: World) -> Int64 { world.customer(person)?["id"]?.int ?? 0 }

    @Test("nobody is asked twice, nor one who opted out, and all others once", arguments: 0..<CrashTests.shards)
    func once(shard: Int) async throws {
        for seed in stride(from: shard, to: seeds, by: CrashTests.shards) {
            let jobs = jobs(seed: seed)
            let wanted = Set(jobs.filter { $0.daysAgo < 14 && $0.person != 4 }.map(\.person))
            let undisturbed = try world(jobs)
            let crashPoint = CrashPoint()
            try await undisturbed.sync(crashPoint, concurrency: 4, sends: 9)
            let all = Dictionary(wanted.map { (id($0, undisturbed), 1) }, uniquingKeysWith: +)
            #expect(asks(undisturbed) == all, "seed \(seed), nothing went wrong")

            let crashed = try world(jobs)
            var dice = Dice(seed: UInt64(seed) &* 31)
            if seed % 2 == 0 { try crashed.set(faults: "seed=\(seed + 1),\(CrashTests.faults)") }
            for run in 0..<3 {
                let survival: Survival = seed % 2 == 0 ? .hasFaults : run > 0 ? .endsBefore : .never
                try await crashed.crash(
                    atStep: 1 + dice.below(crashPoint.steps), unless: survival, concurrency: 4, sends: 9, "seed \(seed)"
                )
                #expect(asks(crashed).values.allSatisfy { $0 == 1 }, "seed \(seed)")
                if dice.below(2) == 0 { crashed.passSettleTime() }
            }
            try crashed.set(faults: "")
            crashed.passSettleTime()
            for _ in 0..<2 { try await crashed.sync(concurrency: 4, sends: 9) }
            #expect(asks(crashed) == all, "seed \(seed)")
            let messages = crashed.service.edit { project in project.messages }
            #expect(messages.count == 2 * wanted.count, "seed \(seed): a request and a reminder each")
            let idle = try await crashed.sync(sends: 9)
            #expect(idle.operations == 0 && idle.unknown == 0, "seed \(seed)")
            let linked = try await crashed.withEngine { _, store in try store.linkedCount("asks") }
            #expect(linked == wanted.count, "seed \(seed): each that was sent is known as sent")
        }
    }

    @Test("without the memory of the first time, nobody is asked again")
    func lostState() async throws {
        let world = try world([("J1", 1, 1), ("J2", 2, 13)])
        try await world.sync(sends: 9)
        try FileManager.default.removeItem(at: world.folder.appendingPathComponent("state.sqlite"))
        for suffix in ["-wal", "-shm"] {
            let file = world.folder.appendingPathComponent("state.sqlite\(suffix)")
            if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        }
        for _ in 0..<4 {
            #expect(try await world.sync(sends: 9).operations == 0)
            world.time.advance(5 * 86_400)
        }
        #expect(asks(world).values.allSatisfy { $0 == 1 })
    }

    @Test("who is asked by one pair is not asked by another, and the explanation says so as well as the plan")
    func twoPairs() async throws {
        let world = try World(mapping: AskTests.mapping, others: ["others": AskTests.mapping])
        try world.add(1)
        try write([("J1", 1, 1)], to: world)
        let other = "id,email,done\nK1,p1@example.com,\(AskTests.now - 86_400)\n"
        try Data(other.utf8).write(to: world.file(of: "others"))
        try await world.withEngine { engine, _ in
            let plan = try await engine.plan(RunOptions(allowances: Allowances(sends: 9)))
            #expect(plan.pairs.map(\.counts.sends) == [1, 0])
            let first = try await engine.explain(.source(key: "J1"), in: "asks")
            let second = try await engine.explain(.source(key: "K1"), in: "others")
            #expect(first.entries.flatMap(\.operations).count == 1)
            #expect(second.entries.flatMap(\.operations).isEmpty, "\(second.entries)")
        }
    }

    @Test("who may have been asked for a row is not asked for another one, of that pair or of another")
    func lostForAnotherRow() async throws {
        let world = try World(mapping: AskTests.mapping, others: ["others": AskTests.mapping])
        try world.add(1)
        try write([("J1", 1, 1), ("J2", 1, 1)], to: world)
        // A gateway holds the request back, and says nothing.
        world.refusal = { $0.method == "POST" ? 504 : nil }
        let lost = try await world.sync(sends: 9)
        #expect(lost.unknown == 1 && asks(world).isEmpty)
        let other = "id,email,done\nK1,p1@example.com,\(AskTests.now - 86_400)\n"
        try Data(other.utf8).write(to: world.file(of: "others"))
        for only in [["asks"], [], ["others"]] {
            let report = try await world.withEngine(only: only) { engine, _ in
                try await engine.sync(RunOptions(allowances: Allowances(sends: 9)))
            }
            #expect(report.done.isEmpty && asks(world).isEmpty, "\(only)")
        }
    }

    @Test("who is asked for one pair, and whose answer is lost, is not asked for another one in that run")
    func claimedByAnotherPair() async throws {
        let world = try World(mapping: AskTests.mapping, others: ["others": AskTests.mapping])
        try world.add(1)
        try world.add(2)
        try write([("J1", 1, 1)], to: world)
        let other = "id,email,done\nK1,p2@example.com,\(AskTests.now - 86_400)\n"
        try Data(other.utf8).write(to: world.file(of: "others"))
        let service = world.service
        let ids = try [1, 2].map { try #require(world.customer($0)?["id"]?.int) }
        world.refusal = { request in
            guard request.method == "POST" else { return nil }
            // Meanwhile the two turn out to be one, who is known by the address of the other row by now.
            try service.edit { project throws(SandboxError) in
                try project.editCustomer(ids[1], ["email": .string("old@example.com")])
                try project.editCustomer(ids[0], ["email": .string("p2@example.com")])
            }
            return 504
        }
        let report = try await world.sync(sends: 9)
        #expect(
            report.unknown == 1 && report.skipped.map(\.reason).contains("another row of this run asks them"),
            "\(report)")
        #expect(asks(world).isEmpty)
    }

    @Test("nothing is sent unless the run allows it, and not more than it allows")
    func allowance() async throws {
        let world = try world([("J1", 1, 1), ("J2", 2, 1)])
        let held = try await world.sync()
        #expect(held.held == 2)
        #expect(held.outcome == .done)
        for allowed in [0, 1] {
            let plan = try await world.withEngine { engine, _ in
                try await engine.plan(RunOptions(allowances: Allowances(sends: allowed)))
            }
            #expect(plan.pairs.flatMap(\.refusals).isEmpty)
            #expect(plan.pairs.flatMap(\.notes).contains(.tooManySends(count: 2, most: allowed)))
            let fewer = try await world.sync(sends: allowed)
            #expect(fewer.held == 2 && fewer.allowedSends == allowed)
            #expect(fewer.outcome == .attention)
            #expect(asks(world).isEmpty, "it is all, or none")
        }
        #expect(try await world.sync(sends: 2).done == [.project(.send): 2])
    }

    @Test("who opts out, or is asked by somebody else, between plan and apply is not asked")
    func meanwhile() async throws {
        let world = try world([("J1", 1, 1), ("J2", 2, 1), ("J3", 3, 1)])
        let plan = try await world.plan()
        try world.edit(1, ["unsubscribed": .bool(true)])
        try await askByHand(2, world)
        let report = try await world.apply(plan, sends: 3)
        #expect(report.done == [.project(.send): 1])
        #expect(report.skipped.map(\.reason).contains("opted out"))
        #expect(report.skipped.count == 2)
        #expect(asks(world) == [id(2, world): 1, id(3, world): 1])
    }

    @Test("who comes to be known by what the mapping protects, between plan and apply, is not asked")
    func protectedMeanwhile() async throws {
        let world = try World(mapping: AskTests.mapping + "\nprotect: [\"+14155550101\"]")
        try world.add(1)
        try world.add(2, ["phone": .string("+14155550102")])
        try write([("J1", 1, 1), ("J2", 2, 1)], to: world)
        let plan = try await world.plan()
        #expect(plan.pairs.first?.counts.sends == 2)
        try world.edit(2, ["phone": .string("+14155550101")])
        let report = try await world.apply(plan, sends: 2)
        #expect(asks(world) == [id(1, world): 1])
        #expect(report.skipped.map(\.reason) == ["a mapping protects them, and they are known by it by now"])
    }

    @Test("an ask that was lost on its way waits until it cannot arrive any more, and is sent once")
    func lost() async throws {
        let world = try world([("J1", 1, 1)])
        world.refusal = { $0.url.hasSuffix("/asks") ? 500 : nil }
        let doubt = try await world.sync(sends: 1)
        #expect(doubt.unknown == 1)
        #expect(try await world.sync(sends: 1).quarantined == 1, "it may still be on its way")
        #expect(asks(world).isEmpty)
        world.passSettleTime()
        #expect(try await world.sync(sends: 1).done == [.project(.send): 1])
        #expect(asks(world).count == 1)
    }

    @Test("what cannot be told goes to a person, and is done as they say", arguments: [Side.project, .source])
    func person(says side: Side) async throws {
        let world = try world([("J1", 1, 1)])
        world.refusal = { $0.url.hasSuffix("/asks") ? 500 : nil }
        #expect(try await world.sync(sends: 1).unknown == 1)
        // They got a message meanwhile: whose it was cannot be told.
        try world.service.edit { project throws(SandboxError) in
            try project.addMessage(email: "p1@example.com", at: AskTests.now + 100)
        }
        world.passSettleTime()
        for _ in 0..<2 { #expect(try await world.sync(sends: 1).conflicts == 1) }
        try await world.withEngine { _, store in
            let isThere = try store.resolve("asks", sourceKey: "J1", field: nil, side)
            #expect(isThere)
        }
        let report = try await world.sync(sends: 1)
        #expect(report.done == (side == .source ? [.project(.send): 1] : [:]))
        #expect(report.conflicts == 0)
        #expect(asks(world).count == (side == .source ? 1 : 0))
        #expect(try await world.sync(sends: 1).operations == 0)
    }

    @Test(
        "where the answers do not say who opted out, or who was asked when, nobody is asked",
        arguments: ["unsubscribed_at", "last_asked_at"])
    func leftOut(member: String) async throws {
        let world = try world([("J1", 1, 1), ("J4", 4, 1)])
        world.service.edit { $0.habits = [.noUnsubscribedList, .ignoresUnknownKeys] }
        world.leftOut = { _ in [member] }
        let report = try await world.sync(sends: 9)
        #expect(report.operations == 0 && report.quarantined == (member == "unsubscribed_at" ? 2 : 1))
        let causes = try await world.withEngine { _, store in try store.quarantine("asks").map(\.cause) }
        #expect(Set(causes) == [.unknown])
        world.leftOut = { _ in [] }
        let plan = try await world.plan(full: true)
        // What is known is kept; but before a message is sent, the person is looked at once more.
        world.leftOut = { _ in [member] }
        let doubt = try await world.apply(plan, sends: 9)
        #expect(doubt.operations == 0 && doubt.skipped.count == 1)
        #expect(asks(world).isEmpty)
        world.leftOut = { _ in [] }
        #expect(try await world.sync(sends: 9).done == [.project(.send): 1])
        #expect(asks(world) == [id(1, world): 1])
    }

    @Test("where the answers do not say who opted out but a list of them does, the others are asked")
    func listedApart() async throws {
        let world = try world([("J1", 1, 1), ("J2", 2, 1)])
        try world.edit(2, ["unsubscribed": .bool(true)])
        world.leftOut = { _ in ["unsubscribed_at"] }
        #expect(try await world.sync(sends: 9).done == [.project(.send): 1])
        #expect(asks(world) == [id(1, world): 1])
    }

    @Test("who was asked by one of the first rows is not asked by one of the last, however many come between")
    func manyRows() async throws {
        let strangers = (1...1100).map { (key: "J\($0)", person: 9, daysAgo: Int64(1)) }
        let world = try world([("J0", 1, 1)] + strangers + [("K1", 1, 1), ("K2", 2, 1)])
        let report = try await world.sync(sends: 9)
        #expect(report.done == [.project(.send): 2])
        #expect(report.quarantined == strangers.count)
        #expect(asks(world) == [id(1, world): 1, id(2, world): 1])
    }

    @Test("a row that changes or vanishes after it was asked about asks nobody again")
    func changed() async throws {
        let world = try world([("J1", 1, 1)])
        try await world.sync(sends: 9)
        try write([("J1", 2, 0)], to: world)
        #expect(try await world.sync(sends: 9).operations == 0)
        try write([], to: world)
        #expect(try await world.sync(sends: 9).operations == 0)
        try write([("J1", 3, 0)], to: world)
        #expect(try await world.sync(sends: 9).operations == 0)
        #expect(asks(world).count == 1)
    }

    @Test("a row that was doubled after a crash does not forget that it asked")
    func doubledRow() async throws {
        let crashPoint = CrashPoint()
        try await world([("J1", 1, 1)]).sync(crashPoint, sends: 9)
        for step in 1...crashPoint.steps {
            let world = try world([("J1", 1, 1)])
            try await world.crash(atStep: step, sends: 9)
            try write([("J1", 1, 1), ("J1", 1, 1)], to: world)
            world.passSettleTime()
            try await world.sync(sends: 9)
            let wasAsked = !asks(world).isEmpty
            let linked = try await world.withEngine { _, store in try store.linkedCount("asks") }
            #expect(linked == (wasAsked ? 1 : 0), "step \(step)")
            try write([("J1", 1, 1)], to: world)
            try await world.sync(sends: 9)
            #expect(asks(world).values.map { $0 } == [1], "step \(step)")
        }
    }

    @Test("a second row with the key of one that was asked about is set aside: it may be another job")
    func doubledLater() async throws {
        let world = try world([("J1", 1, 1)])
        try await world.sync(sends: 9)
        try write([("J1", 1, 1), ("J1", 2, 1)], to: world)
        let report = try await world.sync(sends: 9)
        #expect(report.quarantined == 1 && report.operations == 0)
        #expect(asks(world).count == 1)
    }
}
