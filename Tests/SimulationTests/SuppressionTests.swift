import AccordCore
import AccordEngine
import AccordSandbox
import Foundation
import Testing

/// Whoever opted out once is not subscribed again because their record is gone.
@Suite("Opt-outs outlive records")
struct SuppressionTests {
    /// Person 1 opted out in the project, and their record is gone from both sides.
    private func forgotten(_ rules: World.Rules = rules, phone: String = "") async throws -> World {
        let world = try World(rules)
        try world.write([person(1, phone: phone), person(2), person(3)])
        try await world.sync()
        try world.edit(1, ["unsubscribed": .bool(true)])
        try await world.sync()
        #expect(try world.rows.contains(person(1, phone: phone, out: "yes")))
        try world.write([person(2), person(3)])
        try await world.sync()
        #expect(world.customer(1) == nil)
        return world
    }

    private static let rules = World.Rules(goneFromSource: "delete")

    @Test("a row that comes back is opted out, and learns of it", arguments: ["no", ""])
    func comesBack(out: String) async throws {
        let world = try await forgotten()
        try world.write([person(1, out: out), person(2), person(3)])
        let report = try await world.sync()
        #expect(world.isOut(1) && report.done[.project(.unsubscribe)] == 1, "\(report.done)")
        try await world.sync()
        #expect(try world.rows.contains(person(1, out: "yes")))
        #expect(try await world.sync().operations == 0)
    }

    @Test("so is who comes back by their telephone alone, and with another e-mail")
    func phone() async throws {
        let world = try await forgotten(phone: "+14155550101")
        try world.write([person(2), person(3), person(8, phone: "(415) 555-0101")])
        try await world.sync()
        #expect(world.isOut(8) && !world.isOut(2))
    }

    @Test(
        "so is who comes by a corrected key in the run in which the old row is gone", arguments: [true, false],
        [true, false])
    func correctedKey(isKnownOut: Bool, knowsOptOuts: Bool) async throws {
        let mapping = """
            resource: customers
            key: email
            match: [email]
            fields:
              first_name: first
              last_name: last
              email: {column: email, type: email}
              \(knowsOptOuts ? #"unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}"# : "")
            """
        let world = try World(mapping: mapping)
        try world.write([person(1, email: "ada@exmaple.com"), person(2), person(3)])
        try await world.sync()
        try world.edit("ada@exmaple.com", ["unsubscribed": .bool(true)])
        if isKnownOut { try await world.sync() }
        let other = person(4, first: "First2", last: "Last3")
        try world.write([
            person(1, email: "ADA@example.com").replacing("First1", with: "first1 "), person(2), person(3), other,
        ])
        let report = try await world.sync()
        #expect(world.customer("ada@example.com")?["unsubscribed_at"] != .null && !world.isOut(4), "\(report)")
        for _ in 0..<2 { try await world.sync() }
        #expect(
            try !knowsOptOuts || world.rows.contains { $0.hasPrefix("1,first1 ,Last1,ADA@") && $0.hasSuffix("yes") })
        #expect(try await world.sync().operations == 0)
        // Whoever has their full name and comes later may be them as well.
        try world.write([person(2), person(3), other])
        try await world.sync()
        try world.write([person(2), person(3), other, person(1, email: "new@example.com")])
        try await world.sync()
        #expect(world.customer("new@example.com")?["unsubscribed_at"] != .null)
    }

    @Test("so is who gets the address of somebody who opted out")
    func takenOver() async throws {
        let world = try await forgotten()
        try world.write([person(2, email: "p1@example.com"), person(3)])
        try await world.sync()
        #expect(world.isOut(1) && world.customer(1)?["first_name"]?.string == "First2")
        try await world.sync()
        #expect(try world.rows.contains(person(2, email: "p1@example.com", out: "yes")))
    }

    @Test(
        "who was created, and whose opt-out did not get there, is opted out by a later run", arguments: [422, 500, 503])
    func refused(status: Int) async throws {
        let world = try await forgotten()
        try world.write([person(1), person(2), person(3)])
        world.refusal = { $0.url.hasSuffix("/unsubscribe") ? status : nil }
        let report = try await world.sync()
        #expect(world.customer(1) != nil && !world.isOut(1) && report.outcome != .done, "\(report)")
        world.refusal = { $0.url.hasSuffix("/unsubscribe") ? status : nil }
        let again = try await world.sync()
        #expect(!world.isOut(1) && again.outcome != .done, "\(again)")
        // What was refused for good is tried again when somebody says so.
        _ = try await world.withEngine { _, store in try store.clearQuarantine("customers", key: nil) }
        for _ in 0..<2 { try await world.sync() }
        #expect(world.isOut(1))
        #expect(try world.rows.contains(person(1, out: "yes")))
        #expect(try await world.sync().outcome == .done)
    }

    @Test(
        "who was created by a run that died is opted out by the next one, wherever it died", arguments: [false, true])
    func died(byCorrectedKey: Bool) async throws {
        var (step, isDead) = (1, true)
        while isDead {
            let world = byCorrectedKey ? try await outByName() : try await forgotten()
            let row = byCorrectedKey ? person(8, first: "First1", last: "Last1") : person(1)
            try world.write([row, person(2), person(3)])
            let crash = CrashPoint(dieAt: step)
            _ = try? await world.sync(crash)
            isDead = crash.isDead
            for _ in 0..<2 { try await world.sync() }
            #expect(world.isOut(byCorrectedKey ? 8 : 1), "died at step \(step)")
            step += 1
        }
        #expect(step > 10)
    }

    @Test("nor is it forgotten while the mapping protects them, or their row is missing for a while")
    func waits() async throws {
        let world = try await forgotten()
        try world.write([person(1), person(2), person(3)])
        world.refusal = { $0.url.hasSuffix("/unsubscribe") ? 500 : nil }
        try await world.sync()
        let rules = SuppressionTests.rules
        try world.use(mapping: World.mapping(rules) + "\nprotect: [\"1\"]")
        try await world.sync()
        #expect(!world.isOut(1))
        try world.use(rules)
        try await world.sync()
        #expect(world.isOut(1))
    }

    @Test("whoever's create arrives while their row is missing is opted out then")
    func arrivesLate() async throws {
        let world = try await forgotten()
        let others = [person(2), person(3)]
        try world.write([person(1)] + others)
        try world.set(faults: "late=100%,late-by=200s")
        try await world.sync()
        try world.set(faults: "")
        try world.write(others)
        for _ in 0..<6 { try await world.sync() }
        // Gone from the source again, and deleted for it.
        #expect(world.customer(1) == nil)
    }

    @Test("whoever opts out in the file while others are created is not created as somebody who gets messages")
    func meanwhile() async throws {
        let world = try World()
        world.config.project.rate = 5
        try world.write((1...100).map { person($0) })
        let csv = world.csv
        let text = ([World.header] + (1...100).map { person($0, out: "yes") }).joined(separator: "\n") + "\n"
        world.refusal = { request in
            if request.method == "POST" { try Data(text.utf8).write(to: csv) }
            return nil
        }
        let report = try await world.sync()
        #expect(report.outcome == .attention && world.service.snapshot().count < 70, "\(report)")
    }

    @Test(
        "a record that a person has made anew for a row is opted out like the one that was there before",
        arguments: [true, false])
    func keptByPerson(isMapped: Bool) async throws {
        var rules = World.Rules(goneFromProject: "delete")
        rules.resubscribe = ""
        let mapping = World.mapping(rules)
        let lines = mapping.split(separator: "\n").filter { isMapped || !$0.contains("unsubscribed_at") }
        let world = try World(mapping: lines.joined(separator: "\n"))
        let others = (2...12).map { person($0) }
        try world.write([person(1)] + others)
        try await world.sync()
        try world.edit(1, ["unsubscribed": .bool(true)])
        for _ in 0..<2 { try await world.sync() }
        try world.edit(1, ["delete": .bool(true)])
        try world.write([person(1, email: "new@example.com")] + others)
        let plan = try await world.plan(full: true)
        #expect(plan.pairs.first?.counts.conflicts == 1)
        _ = try await world.withEngine { engine, store in
            _ = try await engine.sync(RunOptions(full: true))
            #expect(try store.resolve("customers", sourceKey: "1", field: nil, .source))
        }
        try await world.sync()
        #expect(world.customer("new@example.com").map { $0["unsubscribed_at"] != .null } == true)
    }

    @Test("an address that is not given, as another record has it, opts nobody out")
    func notGiven() async throws {
        let world = try World()
        try world.write([person(1, out: "yes"), person(2)])
        try await world.sync()
        try world.write([person(1, out: "yes"), person(2, email: "p1@example.com")])
        #expect(try await world.sync().quarantined == 1)
        #expect(!world.isOut(2))
        try world.write([person(1, out: "yes"), person(2)])
        #expect(try await world.sync().outcome == .done)
        #expect(try !world.isOut(2) && world.rows.contains(person(2)))
    }

    @Test("a row under another key brings nobody back who opted out, though the mapping lets the source do so")
    func otherKeyBringsNobodyBack() async throws {
        let world = try World(World.Rules(resubscribe: "source"))
        try world.write([person(1, phone: "+14155550101", out: "yes"), person(2)])
        try await world.sync()
        try world.write([person(1, key: "K9", phone: "+14155550101"), person(2)])
        for _ in 0..<2 { try await world.sync() }
        #expect(try world.isOut(1) && world.rows.contains(person(1, key: "K9", phone: "+14155550101", out: "yes")))
    }

    @Test("nor is it forgotten if the run that is to make up for it dies, wherever, or the row has another key by then")
    func diedAgain() async throws {
        var (step, isDead) = (1, true)
        while isDead {
            let world = try await forgotten()
            try world.write([person(1), person(2), person(3)])
            world.refusal = { $0.url.hasSuffix("/unsubscribe") ? 500 : nil }
            try await world.sync()
            let crash = CrashPoint(dieAt: step)
            if step.isMultiple(of: 2) { try world.write([person(1, key: "K9"), person(2), person(3)]) }
            _ = try? await world.sync(crash)
            isDead = crash.isDead
            for _ in 0..<2 { try await world.sync() }
            #expect(world.isOut(1), "died at step \(step)")
            step += 1
        }
        #expect(step > 10)
    }

    @Test("who was to get somebody's address, and did not, is not opted out for it")
    func spared() async throws {
        let world = try await forgotten()
        try world.write([person(2, email: "p1@example.com"), person(3)])
        let plan = try await world.plan()
        try world.write([person(2), person(3)])
        try await world.apply(plan)
        try await world.sync()
        try world.write([person(2, email: "p1@example.com"), person(3)])
        world.refusal = { $0.method == "GET" ? nil : 401 }
        try await world.sync()
        try world.write([person(2, first: "Renamed"), person(3)])
        for _ in 0..<2 { try await world.sync() }
        #expect(!world.isOut(2) && world.customer(2)?["first_name"]?.string == "Renamed")
        #expect(try await world.sync().outcome == .done)
    }

    @Test("many who are owed an opt-out need no leave")
    func manyOwed() async throws {
        let world = try World(SuppressionTests.rules)
        let people = (1...60).map { person($0) }
        try await world.withEngine { _, store in
            _ = try store.suppress((1...60).map { "p\($0)@example.com" }, at: 1)
        }
        try world.write(people)
        world.refusal = { $0.url.hasSuffix("/unsubscribe") ? 500 : nil }
        _ = try? await world.sync()
        for _ in 0..<2 { _ = try? await world.sync() }
        #expect((1...60).allSatisfy { world.isOut($0) })
    }

    /// Person 1 opted out in the project, and keeps their row.
    private func outByName() async throws -> World {
        let world = try World(SuppressionTests.rules)
        try world.write([person(1), person(2), person(3)])
        try await world.sync()
        try world.edit(1, ["unsubscribed": .bool(true)])
        try await world.sync()
        return world
    }

    @Test(
        "all addresses that somebody ever had are on the list once they opt out",
        arguments: ["source", "project", "at once"])
    func formerAddresses(way: String) async throws {
        let world = try await outByName()
        switch way {
        case "source": try world.write([person(1, email: "new@example.com", out: "yes"), person(2), person(3)])
        case "project": try world.edit(1, ["email": .string("new@example.com")])
        default:
            try world.edit(2, ["email": .string("new2@example.com"), "unsubscribed": .bool(true)])
        }
        try await world.sync()
        try await world.withEngine { _, store in
            let list = try store.suppressionList()
            let expected =
                way == "at once" ? ["p2@example.com", "new2@example.com"] : ["p1@example.com", "new@example.com"]
            for address in expected { #expect(list.contains(address), "\(address)") }
        }
    }

    @Test("who comes back from the archive is opted out before, by the list or by their row", arguments: ["no", "yes"])
    func unarchived(out: String) async throws {
        let world = try World()
        try world.write([person(1), person(2), person(3)])
        try await world.sync()
        try world.write([person(2), person(3)])
        try await world.sync()
        #expect(world.customer(1)?["archived_at"] != .null)
        if out == "no" { try await world.withEngine { _, store in _ = try store.suppress(["p1@example.com"], at: 1) } }
        try world.write([person(1, out: out), person(2), person(3)])
        let plan = try await world.plan()
        let kinds = plan.pairs[0].operations.filter { $0.side == .project }.map(\.kind)
        #expect(kinds == [.unsubscribe, .unarchive])
        try await world.sync()
        #expect(world.isOut(1) && world.customer(1)?["archived_at"] == .null)
    }

    @Test("a row that the mapping leaves out, and that says so, counts")
    func leftOut() async throws {
        let mapping = """
            resource: customers
            key: id
            match: [email]
            only: {column: company, is: [Active]}
            create: project
            fields:
              first_name: first
              email: {column: email, type: email}
              unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}
            """
        let world = try World(mapping: mapping)
        try world.write([
            person(8, email: "p1@example.com", company: "Gone", out: "yes"), person(1, company: "Active"),
            person(2, company: "Active"),
        ])
        try await world.sync()
        #expect(world.isOut(1) && !world.isOut(2) && world.customer(2) != nil)
    }

    @Test("so is who comes in another file, whose mapping knows of no opt-outs")
    func anotherFile() async throws {
        let more = """
            resource: customers
            key: id
            match: [email]
            create: project
            fields:
              first_name: first
              email: {column: email, type: email}
            """
        let world = try World(
            mapping: more.replacing(
                "create: project", with: "create: project\nwhen gone from source: delete")
                + "\n  unsubscribed_at: {column: out, type: boolean, yes: [\"yes\"], no: [\"no\"]}",
            others: ["more": more])
        func write(_ rows: [String], _ file: URL) throws {
            try Data((["id,first,email,out"] + rows).joined(separator: "\n").appending("\n").utf8).write(to: file)
        }
        let other = world.file(of: "more")
        let others = ["2,Ben,p2@example.com,no", "3,Eva,p3@example.com,no"]
        try write(["1,Ada,p1@example.com,yes"] + others, world.csv)
        try write(["9,Cid,p9@example.com,no"], other)
        try await world.sync()
        #expect(world.isOut(1))
        try write(others, world.csv)
        try await world.sync()
        #expect(world.customer(1) == nil)
        // By then a whole read has shown the other pair that the record is gone.
        world.time.advance(8 * 86_400)
        try write(["9,Cid,p9@example.com,no", "10,Ada,P1@Example.com,no"], other)
        try await world.sync()
        #expect(world.isOut(1) && !world.isOut(9))
        #expect(try await world.sync().operations == 0)
    }

    @Test("whoever is opted out is on the list as soon as it is done", arguments: [false, true])
    func atOnce(isLinked: Bool) async throws {
        let world = try World()
        if isLinked {
            try world.write([person(1, phone: "+14155550101")])
            try await world.sync()
        }
        try world.write([person(1, phone: "+14155550101", out: "yes")])
        try await world.sync()
        try await world.withEngine { _, store in
            let list = try store.suppressionList()
            #expect(list.contains("p1@example.com") && list.contains("+14155550101") && list.count == 2)
        }
    }

    @Test("who is subscribed again by their own record is free")
    func resubscribed() async throws {
        var rules = SuppressionTests.rules
        rules.resubscribe = "source"
        let world = try World(rules)
        try world.write([person(1), person(2)])
        try await world.sync()
        try world.edit(1, ["unsubscribed": .bool(true)])
        try await world.sync()
        try world.write([person(1, out: "no"), person(2)])
        try await world.sync()
        #expect(!world.isOut(1))
        try world.write([person(2)])
        try await world.sync()
        try world.write([person(1), person(2)])
        try await world.sync()
        #expect(!world.isOut(1) && world.customer(1) != nil)
    }

    @Test("a plan of before somebody was put on the list is stale")
    func stale() async throws {
        let world = try World()
        try world.write([person(1)])
        let plan = try await world.plan()
        try await world.withEngine { _, store in
            let count = try store.suppress(["p1@example.com"], at: 1)
            #expect(count == 1)
        }
        await #expect(throws: EngineError.self) { try await world.apply(plan) }
        #expect(world.customer(1) == nil)
        try await world.sync()
        #expect(world.isOut(1))
    }

    @Test(
        "whoever opts out in their row after the plan was saved is not created by it as somebody who gets messages",
        arguments: ["yes", "perhaps"])
    func afterThePlan(out: String) async throws {
        let world = try World()
        try world.write([person(1), person(2)])
        let report = try await world.apply(after: { try world.write([person(1, out: out), person(2)]) })
        #expect(report.outcome == .attention && world.customer(1) == nil && world.customer(2) != nil, "\(report)")
        try world.write([person(1, out: "yes"), person(2)])
        try await world.sync()
        #expect(world.isOut(1) && !world.isOut(2))
    }

    @Test("who is on the list is not asked, whoever made a new record of them")
    func asked() async throws {
        let world = try World(
            mapping: """
                resource: customers
                key: id
                match: [email]
                create: project
                fields:
                  first_name: first
                  email: {column: email, type: email}
                """,
            others: ["jobs": World.emailAsks])
        try Data("id,first,email\n1,Ada,p1@example.com\n2,Ben,p2@example.com\n".utf8).write(to: world.csv)
        try Data("id,email,done\n".utf8).write(to: world.file(of: "jobs"))
        try await world.sync()
        try world.edit(1, ["unsubscribed": .bool(true)])
        try await world.sync()
        // Somebody deletes the record in the console, and makes it anew.
        try world.edit(1, ["delete": .bool(true)])
        try world.add(1)
        let done = Int64(world.time.unixTime) - 3600
        try Data("id,email,done\nJ1,p1@example.com,\(done)\nJ2,p2@example.com,\(done)\n".utf8)
            .write(to: world.file(of: "jobs"))
        var reasons: [Reason] = []
        try await world.sync(sends: 9) { plan in
            reasons = plan.pairs.last?.entries.compactMap(\.note) ?? []
        }
        #expect(reasons.contains(.notSent(.suppressed)), "\(reasons)")
        let asks = world.service.edit { project in project.asks }
        #expect(asks.map { $0["customer_id"] } == [world.customer(2)?["id"]])
        try await world.withEngine { _, store in
            let count = try store.release(["p1@example.com"])
            #expect(count == 1)
        }
        try await world.sync(sends: 9)
        #expect(world.service.edit { project in project.asks }.count == 2)
    }
}
