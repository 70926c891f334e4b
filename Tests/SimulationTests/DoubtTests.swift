import AccordCore
import AccordEngine
import AccordFiles
import Foundation
import Testing

/// A file that was cut, or that somebody is writing: nothing is added to it, as it would look whole by that.
@Suite("A source in doubt")
struct DoubtTests {
    private func agreed(_ count: Int) async throws -> (World, rows: [String]) {
        let world = try World()
        let rows = (1...count).map { person($0) }
        try world.write(rows)
        try await world.sync()
        return (world, rows)
    }

    private func archived(_ world: World) -> Int { world.service.snapshot().count { $0["archived_at"] != .null } }

    @Test(
        "nothing is added to a file that is cut or half as long, so that nobody counts as gone",
        arguments: [true, false])
    func cut(isCut: Bool) async throws {
        let (world, rows) = try await agreed(18)
        try world.add(40)
        let whole = ([World.header] + rows).joined(separator: "\n") + "\n"
        let half = ([World.header] + rows.prefix(9)).joined(separator: "\n") + "\n"
        try Data((isCut ? String(whole.dropLast(20)) : half).utf8).write(to: world.csv)
        let before = try world.rows
        for _ in 0..<3 {
            let report = try await world.sync()
            #expect(report.operations == 0 && report.outcome == .attention, "\(report)")
            #expect(try world.rows == before && archived(world) == 0)
        }
        try Data(whole.utf8).write(to: world.csv)
        #expect(try await world.sync().done == [.source(.create): 1])
        #expect(archived(world) == 0)
    }

    @Test("a plan of a whole file writes nothing into it once it is cut, half as long or empty", arguments: 0..<3)
    func applied(way: Int) async throws {
        let (world, rows) = try await agreed(18)
        try world.add(40)
        try world.edit(1, ["first_name": .string("There")])
        let plan = try await world.plan()
        let whole = ([World.header] + rows).joined(separator: "\n") + "\n"
        let cut = [
            String(whole.dropLast(20)), ([World.header] + rows.prefix(9)).joined(separator: "\n") + "\n",
            World.header + "\n",
        ][way]
        try Data(cut.utf8).write(to: world.csv)
        let report = try await world.apply(plan)
        #expect(report.outcome == .failed && report.operations == 0, "\(report)")
        #expect(report.failures.contains { $0.contains("nothing was written to contacts.csv") }, "\(report.failures)")
        #expect(try String(contentsOf: world.csv, encoding: .utf8) == cut)
        try Data(whole.utf8).write(to: world.csv)
        try await world.sync()
        #expect(try world.rows.contains(person(1, first: "There")) && world.rows.count == 20)
        #expect(archived(world) == 0)
    }

    @Test("the last cell of a file that lost its line end is no edit")
    func lastCell() async throws {
        let world = try World(
            mapping: """
                resource: customers
                key: id
                match: [email]
                fields:
                  first_name: first
                  email: {column: email, type: email}
                """)
        let whole = "id,first,email\n1,Ada,ada@example.com\n2,Ben,ben@example.com\n"
        try Data(whole.utf8).write(to: world.csv)
        try await world.sync()
        try Data(whole.dropLast(2).utf8).write(to: world.csv)
        for _ in 0..<2 {
            let report = try await world.sync()
            #expect(report.operations == 0 && report.quarantined == 1 && report.outcome == .attention, "\(report)")
        }
        #expect(world.customer("ben@example.com") != nil)
        // A new row that is cut is not created either.
        try Data((whole + "3,Cy,cy@example.co").utf8).write(to: world.csv)
        #expect(try await world.sync().operations == 0)
        try Data((whole + "3,Cy,cy@example.com\n").utf8).write(to: world.csv)
        #expect(try await world.sync().done == [.project(.create): 1])
        #expect(world.customer("cy@example.com") != nil && world.customer("cy@example.co") == nil)
    }
}
