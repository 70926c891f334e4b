import AccordCore
import AccordState
import Foundation
import Testing

/// Who is who when rows are broken, keys change and customers are made again: nobody is doubled, nobody taken for gone.
@Suite("Who is who")
struct IdentityTests {
    private let world: World

    init() throws { world = try World() }

    // MARK: - In the project

    @Test("a customer who was deleted and made again is the same person", arguments: [true, false])
    func madeAgain(_ isRead: Bool) async throws {
        try world.write([person(1, out: "yes"), person(2)])
        try await world.sync()
        try world.edit(1, ["delete": .bool(true)])
        if isRead { _ = try await world.plan(full: true) }
        try world.add(1)
        var plan: Plan?
        try await world.sync { plan = $0 }
        #expect(plan?.pairs.first?.entries.filter { $0.operations.contains { $0.kind == .create } }.isEmpty == true)
        #expect(try world.rows.count == 3)
        #expect(world.isOut(1), "the opt-out is not lost with the customer who was deleted")
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false)
    }

    // MARK: - Rows that cannot be told apart

    @Test(
        "a row that is broken, or has no key, is not taken for absent on the first run",
        arguments: ["1,First1,Last1,p1@example.com,,Smith, Inc,,no", person(1, key: "")])
    func notAbsent(_ row: String) async throws {
        try world.add(1)
        try world.write([row, person(2)])
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 1])
        #expect(try world.rows.count == 3)
        try world.write([person(1), person(2)])
        #expect(try await world.sync().linked == 1)
        #expect(try world.rows.count == 3)
    }

    @Test(
        "a linked record whose row lost its key is not gone; another one that is gone is",
        arguments: [person(2, key: ""), "oops,2,First2,Last2,p2@example.com,,,,no", person(2, key: "4")])
    func notGone(_ row: String) async throws {
        let world = try World(World.Rules(goneFromSource: "delete"))
        try world.write((1...4).map { person($0) })
        try await world.sync()
        let rows = row.hasPrefix("4,") ? [person(1), row, person(3), person(4)] : [person(1), row, person(4)]
        try world.write(rows)
        let report = try await world.sync()
        #expect(world.customer(2) != nil)
        #expect(report.withheld > 0)
        #expect((world.customer(3) == nil) == !row.hasPrefix("4,"), "who is not in doubt is dealt with")
    }

    @Test("a row whose key another row has is set aside for that, though a stopped run had created its record")
    func begunAndDoubled() async throws {
        try world.write([person(1)])
        let crashPoint = CrashPoint()
        world.intruder = { request in if request.method == "POST" { crashPoint.die() } }
        try await world.crash(crashPoint)
        try world.write([person(1, phone: "12"), person(1, first: "Other")])
        let entries = try #require(try await world.plan().pairs.first?.entries)
        #expect(entries.map(\.quarantine?.cause) == [.duplicateKey, .duplicateKey])
        try world.write([person(1)])
        #expect(try await world.sync().linked == 1)
        #expect(world.project.count == 1)
    }

    @Test("a row with another's key and nothing to match it by may be any missing one's, and the plan says so")
    func mayBeAnybody() async throws {
        let world = try World(World.Rules(match: "[phone]"))
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.write([person(1), person(1, email: "p2@example.com"), person(3)])
        let doubt = try await world.plan().pairs.first?.source.incomplete
        #expect(doubt == "nothing on line 3 says which record it is, so it could be any missing one")
    }

    @Test(
        "who comes to the project by himself is linked to his row, though the file is as it was",
        arguments: ["source", "none"])
    func notCreated(_ create: String) async throws {
        let world = try World(
            mapping: """
                resource: customers
                key: id
                match: email
                create: \(create)
                fields:
                  first_name: first
                  email: {column: email, type: email}
                """)
        try Data("id,first,email\n1,First1,p1@example.com\n".utf8).write(to: world.csv)
        for _ in 0..<2 { #expect(try await world.sync().operations == 0) }
        try world.add(1)
        #expect(try await world.sync().linked == 1)
        #expect(try world.rows.count == 2)
    }

    @Test("a new e-mail under the same name and telephone is the same person, where the key is made of both")
    func newEmail() async throws {
        let world = try World(World.Rules(goneFromSource: "delete", key: "[email, phone]"))
        try world.write([person(1, phone: "+14155550101"), person(2, phone: "+14155550102")])
        try await world.sync()
        try world.write([
            person(1, email: "new@example.com", phone: "+14155550101"), person(2, phone: "+14155550102"),
        ])
        #expect(try await world.sync().done == [.project(.update): 1])
        #expect(world.project.count == 2)
        #expect(world.customer("new@example.com")?["id"]?.int == 1)
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false)
    }

    @Test("somebody else with the same telephone is not: a person is asked, and nobody is deleted meanwhile")
    func anotherWithSamePhone() async throws {
        let world = try World(World.Rules(goneFromSource: "delete", key: "[email, phone]"))
        try world.write([person(1, phone: "+14155550101"), person(2, phone: "+14155550102")])
        try await world.sync()
        try world.write([person(9, phone: "+14155550101"), person(2, phone: "+14155550102")])
        let report = try await world.sync()
        #expect(report.operations == 0)
        #expect(report.quarantined == 1 && report.withheld == 1)
        #expect(world.customer(1) != nil)
    }

    // MARK: - Keys with accents

    private static let composed = "\u{E9}1"
    private static let decomposed = "e\u{301}1"

    @Test("a key is the same however an export spells its accents")
    func respelledKey() async throws {
        let world = try World(World.Rules(goneFromSource: "delete", match: "[email]"))
        try world.write([person(1, key: IdentityTests.composed), person(2)])
        try await world.sync()
        try world.write([person(1, key: IdentityTests.decomposed, email: "new@example.com"), person(2)])
        #expect(try await world.sync().done == [.project(.update): 1])
        #expect(world.service.snapshot().count == 2)
        try world.edit("new@example.com", ["first_name": .string("There")])
        #expect(try await world.sync().done == [.source(.update): 1])
        let bytes = try Data(contentsOf: world.csv)
        #expect(bytes.range(of: Data("\(IdentityTests.decomposed),There,".utf8)) != nil, "its cell is left as it is")
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false)
    }

    @Test("rows whose keys differ only in how an accent is spelled are set aside; neither gets what is the other's")
    func oneKeyTwice() async throws {
        let world = try World(World.Rules(goneFromSource: "delete", goneFromProject: "delete"))
        let rows = [person(1, key: IdentityTests.composed), person(2, key: IdentityTests.decomposed)]
        try world.write(rows + [person(3)])
        for done in [1, 0, 0] {
            let report = try await world.sync()
            #expect(report.quarantined == 2 && report.operations == done)
        }
        #expect(world.customer(1) == nil && world.customer(2) == nil)
        // Once one of them has another key, each is its own customer.
        try world.write([rows[0], person(2, key: "e2"), person(3)])
        #expect(try await world.sync().done == [.project(.create): 2])
        try world.edit(2, ["first_name": .string("There")])
        #expect(try await world.sync().done == [.source(.update): 1])
        #expect(try world.rows.contains { $0.hasPrefix("e2,There,Last2,") })
        // And if the same is done to linked ones, nothing is done about either until a person has seen to it.
        try world.write([
            person(1, key: IdentityTests.composed, first: "A"), person(2, key: IdentityTests.decomposed, first: "B"),
        ])
        let report = try await world.sync()
        #expect(report.operations == 0 && report.quarantined > 0)
        #expect(world.customer(1)?["first_name"]?.string == "First1")
        #expect(world.customer(2)?["first_name"]?.string == "There")
        #expect(world.customer(3) != nil)
    }

    @Test("a value by which records are matched is the same however its accents are spelled")
    func respelledValue() async throws {
        let world = try World(World.Rules(match: "[email]"))
        try world.add(1, ["email": .string("zo\u{EB}@example.com")])
        try world.write([person(1, email: "zoe\u{308}@example.com")])
        let report = try await world.sync()
        #expect(report.linked == 1 && report.operations <= 1)
        #expect(world.service.snapshot().count == 1)
    }

    @Test("a file without a final line end is believed about what is gone, however often it was not read")
    func noFinalLineEnd() async throws {
        try world.write((1...4).map { person($0) }, ending: "")
        for _ in 0..<3 { try await world.sync() }
        try world.write((1...3).map { person($0) }, ending: "")
        #expect(try await world.sync().done == [.project(.archive): 1])
    }

    @Test("whom the mapping protects is found however the file spells them")
    func protected() async throws {
        let world = try World(
            mapping: """
                resource: customers
                key: id
                match: [email]
                protect: [P1@Example.com, (415) 555-0102, " K-3 "]
                fields:
                  first_name: first
                  email: email
                  phone: {column: phone, country: US}
                """)
        let rows = [
            "1,Ada,p1@example.com,", "2,Bo,p2@example.com,+14155550102", "K-3,Cy,p3@example.com,",
            "4,Di,p4@example.com,",
        ]
        try Data((["id,first,email,phone"] + rows).joined(separator: "\n").appending("\n").utf8).write(to: world.csv)
        try await world.sync()
        #expect(
            world.project.count == 1 && world.project.allSatisfy { $0.contains("p4@example.com") }, "\(world.project)")
    }
}
