import AccordCore
import AccordEngine
import Foundation
import Testing

/// A column that comes blank, or holds something else by now.
@Suite("Columns that went wrong")
struct ColumnTests {
    private func agreed() async throws -> World {
        let world = try World()
        try world.write((1...30).map { person($0, company: "Company \($0)") })
        try await world.sync()
        return world
    }

    private func refusals(_ world: World, _ allowances: Allowances = Allowances()) async throws -> [Refusal] {
        do {
            _ = try await world.withEngine { engine, _ in
                try await engine.sync(RunOptions(allowances: allowances))
            }
            return []
        } catch EngineError.guarded(let refusals) {
            return refusals
        }
    }

    @Test("a column that comes blank empties nothing in the project, unless a person says how many")
    func blank() async throws {
        let world = try await agreed()
        let before = world.project
        try world.write((1...30).map { person($0) })
        let refusals = try await refusals(world)
        #expect(refusals.map(\.limit) == [.clears] && refusals.first?.count == 30, "\(refusals)")
        #expect(world.project == before)
        #expect(try await self.refusals(world, Allowances(clears: 29)).count == 1)
        #expect(try await self.refusals(world, Allowances(clears: 30)).isEmpty)
        #expect(world.customer(7)?["company"]?.string ?? "" == "")
    }

    @Test("a column of opt-outs that flips opts nobody out, unless a person says how many")
    func flipped() async throws {
        let world = try await agreed()
        try world.write((1...30).map { person($0, company: "Company \($0)", out: "yes") })
        let refusals = try await refusals(world)
        #expect(refusals.map(\.limit) == [.optOuts] && refusals.first?.count == 30, "\(refusals)")
        #expect((1...30).allSatisfy { !world.isOut($0) })
        #expect(try await self.refusals(world, Allowances(optOuts: 30)).isEmpty)
        #expect((1...30).allSatisfy { world.isOut($0) })
    }

    @Test("ten people who opt out are ten people who opt out")
    func few() async throws {
        let world = try await agreed()
        try world.write((1...30).map { person($0, company: "Company \($0)", out: $0 <= 10 ? "yes" : "no") })
        #expect(try await refusals(world).isEmpty)
        #expect((1...10).allSatisfy { world.isOut($0) })
    }
}
