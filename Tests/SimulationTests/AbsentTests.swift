import AccordCore
import AccordEngine
import AccordFiles
import Chance
import Foundation
import TableFakes
import Testing

/// A service that leaves members out of some of its answers, which is not to say that they are empty.
@Suite("Members that answers leave out")
struct AbsentTests {
    private let world: World

    init() throws { world = try World() }

    private func hide(_ members: String...) { world.leftOut = { _ in Set(members) } }

    /// What each side holds of person 1.
    private func company() throws -> (source: String, project: String) {
        let row = try #require(try world.rows.first { $0.hasPrefix("1,") })
        let cells = row.split(separator: ",", omittingEmptySubsequences: false)
        return (String(cells[5]), world.customer(1)?["company"]?.string ?? "")
    }

    private func bases() async throws -> [Value?] {
        try await world.withEngine { _, store in
            let link = try store.link("customers", sourceKey: "1")
            return [link?.sourceBase["company"], link?.projectBase["company"]]
        }
    }

    private func expectCompany(_ source: String, _ project: String, _ comment: Comment) throws {
        let (mine, theirs) = try company()
        #expect(mine == source && theirs == project, comment)
    }

    @Test("a field that no answer ever held is overwritten on neither side, and the plan says so")
    func neverSaid() async throws {
        try world.add(1, ["company": .string("Harbor")])
        try world.write([person(1, company: "Pier")])
        hide("company")
        for _ in 0..<2 {
            var notes: [PlanNote] = []
            let report = try await world.sync { notes = $0.pairs.flatMap(\.notes) }
            #expect(report.operations == 0 && report.conflicts == 0 && report.outcome == .done)
            #expect(notes == [.unknownFields(of: .project, ["company"])])
        }
        #expect(try await bases() == [nil, nil])
        world.leftOut = { _ in [] }
        try world.edit(1, ["last_name": .string("Last1")])
        let met = try await world.sync()
        #expect(met.conflicts == 1 && met.operations == 0)
        try expectCompany("Pier", "Harbor", "a person decides")
    }

    @Test("what the project turns out to hold fills a blank cell, as when two records are linked")
    func blank() async throws {
        try world.add(1, ["company": .string("Harbor")])
        try world.write([person(1)])
        hide("company")
        try await world.sync()
        let quiet = try await world.sync()
        #expect(quiet.operations == 0)
        world.leftOut = { _ in [] }
        try world.edit(1, ["phone": .string("+14155552671")])
        #expect(try await world.sync().done == [.source(.update): 1])
        try expectCompany("Harbor", "Harbor", "it came with the telephone")
    }

    @Test("a value that was known is kept, by lists and by answers to writes, until an answer says otherwise")
    func known() async throws {
        try world.write([person(1, company: "Pier")])
        try await world.sync()
        hide("company")
        try world.edit(1, ["last_name": .string("There")])
        world.time.advance(8 * 86_400)
        #expect(try await world.sync().done == [.source(.update): 1])
        try world.write([person(1, first: "Other", last: "There", company: "Pier")])
        #expect(try await world.sync().done == [.project(.update): 1])
        try expectCompany("Pier", "Pier", "nobody touched it")
        #expect(try await bases() == [.string("Pier"), .string("Pier")])
        // A cell that was emptied is a change, also while the answers do not hold the field.
        try world.write([person(1, first: "Other", last: "There")])
        #expect(try await world.sync().done == [.project(.update): 1])
        try expectCompany("", "", "it flowed")
        #expect(try await world.sync().operations == 0)
        world.leftOut = { _ in [] }
        world.time.advance(8 * 86_400)
        #expect(try await world.sync().operations == 0)
    }

    @Test("what a create sent and its answer does not hold is agreed on when it is seen", arguments: [false, true])
    func created(isChanged: Bool) async throws {
        try world.write([person(1, company: "Pier")])
        hide("company")
        #expect(try await world.sync().done == [.project(.create): 1])
        #expect(try await bases() == [nil, nil])
        if isChanged { try world.edit(1, ["company": .string("Harbor")]) }
        #expect(try await world.sync().operations == 0)
        world.leftOut = { _ in [] }
        world.time.advance(8 * 86_400)
        let met = try await world.sync()
        #expect(met.operations == 0 && met.conflicts == (isChanged ? 1 : 0))
        try expectCompany("Pier", isChanged ? "Harbor" : "Pier", "nothing is overwritten")
        #expect(try await bases() == (isChanged ? [nil, nil] : [.string("Pier"), .string("Pier")]))
    }

    @Test("a field that is mapped later is unknown of the records that were known before")
    func mappedLater() async throws {
        try world.add(1, ["last_name": .string("There")])
        try world.write([person(1, last: "Here")])
        let other = try World(
            mapping: """
                resource: customers
                key: id
                conflict: source
                fields:
                  first_name: first
                  email: {column: email, type: email}
                """)
        try other.add(1, ["last_name": .string("There")])
        try other.write([person(1, last: "Here")])
        try await other.sync()
        try other.use(World.Rules(conflict: "source"))
        other.leftOut = { _ in ["last_name"] }
        for _ in 0..<2 { try await other.sync() }
        #expect(other.customer(1)?["last_name"]?.string == "There", "nobody knows that it was there")
        other.leftOut = { _ in [] }
        other.time.advance(8 * 86_400)
        try await other.sync()
        #expect(other.customer(1)?["last_name"]?.string == "Here", "the policy decides, as both are known")
    }

    @Test("where the answers do not say who opted out, nobody is brought back, and an opt-out still goes through")
    func optOut() async throws {
        let world = try World(World.Rules(resubscribe: "[source, project]"))
        for number in 1...2 { try world.add(number) }
        try world.edit(1, ["unsubscribed": .bool(true)])
        try world.write([person(1), person(2, out: "yes")])
        world.service.edit { $0.habits = [.noUnsubscribedList, .ignoresUnknownKeys] }
        world.leftOut = { _ in ["unsubscribed_at"] }
        #expect(try await world.sync().done[.project(.unsubscribe)] == 1)
        #expect(world.isOut(1) && world.isOut(2))
        #expect(try await world.sync().operations == 0)
        #expect(try world.rows.contains { $0.hasPrefix("1,") && $0.hasSuffix(",no") })
        world.leftOut = { _ in [] }
        world.time.advance(8 * 86_400)
        #expect(try await world.sync().done == [.source(.update): 1])
        #expect(try world.rows.contains { $0.hasPrefix("1,") && $0.hasSuffix(",yes") })
        #expect(world.isOut(1) && world.isOut(2))
    }

    @Test("where the answers do not say who opted out but a list of them does, it flows as if they said it")
    func optOutByList() async throws {
        let world = try World(World.Rules(resubscribe: "[source, project]"))
        for number in 1...2 { try world.add(number) }
        try world.edit(1, ["unsubscribed": .bool(true)])
        try world.write([person(1), person(2, out: "yes")])
        world.leftOut = { _ in ["unsubscribed_at"] }
        #expect(try await world.sync().done == [.project(.unsubscribe): 1, .source(.update): 1])
        #expect(try world.rows.contains { $0.hasPrefix("1,") && $0.hasSuffix(",yes") })
        #expect(world.isOut(1) && world.isOut(2))
        #expect(try await world.sync().operations == 0)
        try world.edit(1, ["unsubscribed": .bool(false)])
        try await world.sync()
        #expect(try world.rows.contains { $0.hasPrefix("1,") && $0.hasSuffix(",no") })
        #expect(!world.isOut(1) && world.isOut(2))
    }

    @Test("who is archived stays so while answers do not say it, and when a record was changed stays known until it is")
    func archived() async throws {
        try world.write([person(1), person(2)])
        let path = world.csv.path
        world.source = { _ in CSVTable(path: path, name: "contacts.csv") }
        let table = MemoryTable(
            fields: ["first_name", "last_name", "email", "phone", "company", "tags", "unsubscribed_at"],
            isWrittenAsWhole: false, isStamped: false)
        world.projectTable = table
        try await world.sync()
        let id = try #require(table.records.first { $0.value["email"] == .string("p1@example.com") }?.key)
        func known() async throws -> MirrorRecord {
            try await world.withEngine { _, store in try #require(try store.projectRecord("customers", id)) }
        }
        table.archive(id)
        try await world.sync()
        let before = try await known()
        #expect(before.archived && before.modified != nil)
        table.leaveOutMarks(id)
        try await world.sync()
        let silent = try await known()
        #expect(silent.archived && silent.modified == before.modified && silent.answer != before.answer)
        table.edit(id, "last_name", .string("Changed"))
        try await world.sync()
        let changed = try await known()
        #expect(changed.archived && changed.values["last_name"] == .string("Changed"))
        #expect(changed.modified == nil, "it was changed since, and nobody says when")
        try world.write([person(1, first: "Other"), person(2)])
        #expect(try await world.sync().operations == 0, "whom a person archived is left alone")
        #expect(table.records[id]?["first_name"] == .string("First1"))
        try world.write([person(1, first: "Other", out: "yes"), person(2)])
        #expect(try await world.sync().done == [.project(.unsubscribe): 1])
        #expect(try await known().archived, "the answer to a write does not say it either")
    }

    @Test("whatever some answers leave out, nothing that a person wrote is lost", arguments: 0..<4)
    func scenario(shard: Int) async throws {
        for seed in stride(from: shard, to: seeds / 4, by: 4) {
            let world = try World()
            var dice = Dice(seed: UInt64(seed))
            // Two who differ before they meet, which a person decides; or one that the other side gets.
            let differ = dice.below(2) == 0
            var (mine, theirs, last) = ("s0", "p0", "s0")
            if differ { try world.add(1, ["company": .string(theirs)]) }
            try world.write([person(1, company: mine)])
            for round in 1...6 {
                let kind = dice.below(3)
                world.leftOut = { request in
                    let isHidden = kind == 0 || kind == 1 && request.method == "GET"
                    return isHidden ? ["company", "last_name"] : []
                }
                try await world.sync()
                last = "c\(round)"
                if dice.below(2) == 0 {
                    try world.edit(1, ["company": .string(last)])
                    theirs = last
                } else {
                    try world.write([person(1, company: last)])
                    mine = last
                }
                if dice.below(3) == 0 { world.time.advance(8 * 86_400) }
            }
            world.leftOut = { _ in [] }
            world.time.advance(8 * 86_400)
            try await world.sync()
            let report = try await world.sync()
            let row = try #require(try world.rows.first { $0.hasPrefix("1,") })
            let cells = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let held = (source: cells[5], project: world.customer(1)?["company"]?.string ?? "")
            let context: Comment = "seed \(seed): \(held), the last are \(mine) and \(theirs)"
            if differ {
                #expect(held.source == mine && held.project == theirs && report.conflicts == 1, context)
            } else {
                #expect([held.source, held.project].contains(last), context)
                #expect(held.source == held.project || report.conflicts == 1, context)
            }
            #expect(cells[2] == "Last1" && world.customer(1)?["last_name"]?.string == "Last1", context)
        }
    }
}
