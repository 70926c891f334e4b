import AccordCore
import AccordHTTP
import AccordSandbox
import Testing

/// A cursor is a second, and more records than a page holds may change in one: as an import at the console makes them.
@Suite("Many changes of one and the same second")
struct SameSecondTests {
    private static let all = Set<Int64>(1...70)

    /// Everybody is on both sides, and the project was read up to a second in which some had changed before that read, and
    /// the others after it.
    private func world(before: Set<Int64>) async throws -> World {
        let world = try World()
        try world.write(SameSecondTests.all.map { person(Int($0)) })
        try await world.sync()
        let service = world.service
        world.refusal = { request in
            if request.method == "GET" { try SameSecondTests.edit(service, before) }
            return nil
        }
        try await world.sync()
        #expect(try edited(world) == before.count)
        try SameSecondTests.edit(service, SameSecondTests.all.subtracting(before))
        #expect(Set(service.snapshot().map { $0["updated_at"]?.int }).count == 1, "they changed in several seconds")
        return world
    }

    private static func edit(_ service: SandboxService, _ ids: Set<Int64>) throws {
        try service.edit { project throws(SandboxError) in
            for id in ids { try project.editCustomer(id, ["last_name": .string("Edited")]) }
        }
    }

    private func edited(_ world: World) throws -> Int { try world.rows.count { $0.contains(",Edited,") } }

    // The service lists the highest id of a second first, so a page of those who were read may come before the others.
    @Test("what changed after a read comes with the next one, wherever it is listed", arguments: [1...1, 31...70])
    func afterTheRead(before: ClosedRange<Int64>) async throws {
        let world = try await world(before: Set(before))
        try await world.sync()
        #expect(try edited(world) == 70)
    }

    @Test("a read that dies between two pages of them hides nothing from the next one", arguments: 1...12)
    func diesBetweenPages(step: Int) async throws {
        let world = try await world(before: [1])
        try await world.crash(atStep: step)
        try await world.sync()
        #expect(try edited(world) == 70)
    }

    @Test("what a run wrote itself in that second hides nothing that others changed in it")
    func ownWrites() async throws {
        let world = try World()
        try world.write((1...70).map { person($0) })
        try await world.sync()
        try world.write((1...70).map { person($0, first: $0 > 30 ? "New" : nil) })
        let service = world.service
        world.refusal = { request in
            if request.method == "GET" { try SameSecondTests.edit(service, [70]) }
            return nil
        }
        try await world.sync(onFirst: { $0.method == "PATCH" }) { project throws(SandboxError) in
            for id in Int64(1)...30 { try project.editCustomer(id, ["last_name": .string("Edited")]) }
        }
        try await world.sync()
        #expect(try edited(world) == 31)
    }

    @Test("once the second is over, and was read, it is not read again")
    func isOver() async throws {
        let world = try await world(before: [1])
        #expect(try await world.sync().requests == 3, "all pages of the second, and no source writes in the project")
        #expect(try await world.sync().requests == 1)
        try world.edit(5, ["last_name": .string("Again")])
        #expect(try await world.sync().requests == 1)
        #expect(try world.rows.count { $0.contains(",Again,") } == 1)
    }
}
