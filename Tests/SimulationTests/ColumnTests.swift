import AccordCore
import AccordEngine
import Foundation
import Synchronization
import Testing

private final class WriteCount: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

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
        #expect(refusals.map(\.limit) == [.tooMany(.clears)] && refusals.first?.count == 30, "\(refusals)")
        #expect(world.project == before)
        #expect(try await self.refusals(world, Allowances([.clears: 29])).count == 1)
        #expect(try await self.refusals(world, Allowances([.clears: 30])).isEmpty)
        #expect(world.customer(7)?["company"]?.string ?? "" == "")
    }

    @Test("a column of opt-outs that flips opts nobody out, unless a person says how many")
    func flipped() async throws {
        let world = try await agreed()
        try world.write((1...30).map { person($0, company: "Company \($0)", out: "yes") })
        let refusals = try await refusals(world)
        #expect(refusals.map(\.limit) == [.tooMany(.optOuts)] && refusals.first?.count == 30, "\(refusals)")
        #expect((1...30).allSatisfy { !world.isOut($0) })
        #expect(try await self.refusals(world, Allowances([.optOuts: 30])).isEmpty)
        #expect((1...30).allSatisfy { world.isOut($0) })
    }

    @Test("a column of e-mails that is another one gives nobody another e-mail, unless a person says how many")
    func otherAddresses() async throws {
        let world = try await agreed()
        let before = world.project
        try world.write(
            (1...30).map {
                person($0, company: "Company \($0)").replacing("p\($0)@example.com", with: "q\($0)@example.com")
            })
        let refusals = try await refusals(world)
        #expect(refusals.map(\.limit) == [.tooMany(.contactChanges)] && refusals.first?.count == 30, "\(refusals)")
        #expect(world.project == before)
        #expect(try await self.refusals(world, Allowances([.contactChanges: 30])).isEmpty)
        #expect(world.project.contains { $0.contains("q7@example.com") })
    }

    @Test(
        "what the rest of a first run adds to the source is no harm, however much of it was done before it was stopped")
    func stoppedFirstRun() async throws {
        let world = try World()
        try world.write((1...3).map { person($0) })
        for number in 1_001...1_120 { try world.add(number) }
        let writes = WriteCount()
        world.refusal = { $0.method == "GET" || writes.next() <= 2 ? nil : 401 }
        let stopped = try await world.sync()
        #expect(stopped.outcome == .failed)
        #expect(try await refusals(world).isEmpty)
        #expect(try world.rows.count == 124)
        // From now on so many at once are too many.
        for number in 2_001...2_150 { try world.add(number) }
        let refused = try await refusals(world)
        #expect(refused.map(\.limit) == [.tooMany(.sourceCreates)] && refused.first?.count == 150, "\(refused)")
        #expect(try await self.refusals(world, Allowances([.sourceCreates: 150])).isEmpty)
    }

    @Test("ten people who opt out are ten people who opt out")
    func few() async throws {
        let world = try await agreed()
        try world.write((1...30).map { person($0, company: "Company \($0)", out: $0 <= 10 ? "yes" : "no") })
        #expect(try await refusals(world).isEmpty)
        #expect((1...10).allSatisfy { world.isOut($0) })
    }
}
