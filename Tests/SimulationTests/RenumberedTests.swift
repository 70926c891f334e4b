import AccordCore
import AccordEngine
import AccordSandbox
import AccordState
import Foundation
import Testing

/// Rows that got each other's keys, or each other's addresses.
@Suite("Renumbered rows")
struct RenumberedTests {
    private func agreed(_ count: Int) async throws -> World {
        let world = try World()
        try world.write((1...count).map { person($0, company: "Company \($0)") })
        try await world.sync()
        return world
    }

    /// The refusals of a plan. A sync and the saved plan say the same, and leave everything as it is.
    private func refusals(_ world: World) async throws -> [Refusal] {
        let (project, rows) = (world.project, try world.rows)
        let plan = try await world.plan()
        let refusals = plan.pairs.flatMap(\.refusals)
        guard !refusals.isEmpty else { return [] }
        for run in [{ try await world.sync() }, { try await world.apply(plan) }] {
            await #expect(throws: EngineError.guarded(refusals)) { _ = try await run() }
            #expect(try world.project == project && world.rows == rows)
        }
        return refusals
    }

    private func isRenumbered(_ refusals: [Refusal], _ count: Int, _ side: Side = .project) -> Bool {
        refusals.contains { $0.limit == .renumbered && $0.count == count && $0.side == side }
    }

    @Test("a row that comes in at the top makes nobody their neighbour, and moves no opt-out")
    func inserted() async throws {
        let world = try await agreed(3)
        try world.edit(2, ["unsubscribed": .bool(true)])
        try world.write(
            [person(1, first: "New", email: "new@example.com")] + (1...3).map { person($0, key: "\($0 + 1)") })
        let refusals = try await refusals(world)
        #expect(isRenumbered(refusals, 2), "\(refusals)")
        #expect(refusals.first?.description.contains("renumbered") == true)
        #expect(world.isOut(2) && !world.isOut(1))
        // The keys are put back: what was to be done is done.
        try world.write((1...3).map { person($0) } + [person(4, first: "New", email: "new@example.com")])
        #expect(try await world.sync().outcome == .done)
        #expect(world.customer("new@example.com") != nil && world.isOut(2))
    }

    @Test("rows in another order are refused as a whole, though the service would refuse each of them in any order")
    func reversed() async throws {
        let world = try await agreed(6)
        try world.write((1...6).map { person(7 - $0, key: "\($0)", company: "Company \(7 - $0)") })
        let refusals = try await refusals(world)
        #expect(isRenumbered(refusals, 6), "\(refusals)")
    }

    @Test("two rows that got each other's keys")
    func swapped() async throws {
        let world = try await agreed(5)
        try world.write([person(2, key: "1"), person(1, key: "2")] + (3...5).map { person($0) })
        #expect(isRenumbered(try await refusals(world), 2))
    }

    @Test("a column of e-mails that was sorted by itself, and a person who says that it is right")
    func sortedColumn() async throws {
        let world = try await agreed(8)
        try world.write(
            [person(1, email: "p0@example.com", company: "Company 1")]
                + (2...8).map { person($0, email: "p\($0 - 1)@example.com", company: "Company \($0)") })
        #expect(isRenumbered(try await refusals(world), 7))
        let report = try await world.withEngine { engine, _ in
            try await engine.sync(RunOptions(allowances: Allowances([.contactChanges: 7])))
        }
        #expect(report.done == [.project(.update): 8])
        #expect(world.customer(7)?["first_name"]?.string == "First8")
    }

    @Test("customers whom the project gave each other's e-mails change no row")
    func inProject() async throws {
        // Of whom all are somebody else, the project is another one; here the fifth is who they were.
        let world = try await agreed(5)
        let ids = try (1...4).map { try #require(world.customer($0)?["id"]?.int) }
        try world.service.edit { project throws(SandboxError) in
            for id in ids { try project.editCustomer(id, ["email": .string("x\(id)@example.com")]) }
            for (index, id) in ids.enumerated() {
                let other = (index + 1) % 4 + 1
                try project.editCustomer(
                    id, ["email": .string("p\(other)@example.com"), "first_name": .string("First\(other)")])
            }
        }
        #expect(isRenumbered(try await refusals(world), 4, .source))
    }

    @Test("two people who exchange a telephone number are two people, and are set aside or written as before")
    func exchanged() async throws {
        let world = try World()
        func rows(_ phones: [String]) -> [String] {
            (1...4).map { person($0, phone: $0 <= 2 ? phones[$0 - 1] : "") }
        }
        let phones = ["+14155550101", "+14155550102"]
        try world.write(rows(phones))
        try await world.sync()
        try world.write(rows(phones.reversed()))
        #expect(try await refusals(world).isEmpty)
        #expect(try await world.sync().outcome == .attention, "the service takes them in no order")
    }
}
