import AccordCore
import AccordEngine
import AccordHTTP
import AccordSandbox
import Foundation
import Synchronization
import Testing

/// Creates that the service takes for somebody else, as somebody gave them the same telephone a moment before.
@Suite("Creates that land on another record")
struct LandedTests {
    private static let phone = "+14155550102"

    /// Somebody gives Bea the telephone of the new row when its create is already on its way.
    private func disturb(_ world: World) throws {
        let id = try #require(world.customer(1)?["id"]?.int)
        let service = world.service
        let isDone = Mutex(false)
        world.refusal = { request in
            guard request.method == "POST" else { return nil }
            let isFirst = isDone.withLock { done in
                defer { done = true }
                return !done
            }
            guard isFirst else { return nil }
            try service.edit { project throws(SandboxError) in
                try project.editCustomer(id, ["phone": .string(LandedTests.phone)])
            }
            return nil
        }
    }

    private func restore(_ world: World) throws {
        try world.edit(
            2,
            [
                "first_name": .string("First1"), "last_name": .string("Last1"), "email": .string("p1@example.com"),
                "phone": .null,
            ])
    }

    @Test("neither is touched until the one who was there is put right, and then both go on", arguments: [false, true])
    func linked(isKilled: Bool) async throws {
        let world = try World()
        try world.write([person(1)])
        try await world.sync()
        let rows = [person(1), person(2, phone: LandedTests.phone)]
        try world.write(rows)
        try disturb(world)
        let crashPoint = CrashPoint()
        if isKilled { world.intruder = { if $0.method == "POST" { crashPoint.die() } } }
        if isKilled {
            try await world.crash(crashPoint)
        } else {
            let report = try await world.sync()
            #expect(report.quarantined == 1 && report.outcome == .attention, "\(report)")
        }
        #expect(world.customer(2)?["first_name"]?.string == "First2", "the service wrote over Bea")
        for _ in 0..<3 {
            let report = try await world.sync()
            #expect(report.operations == 0 && report.quarantined == 2 && report.outcome == .attention, "\(report)")
            #expect(try world.rows == ([World.header] + rows).sorted())
        }
        try restore(world)
        try await world.sync()
        #expect(world.customer(1)?["first_name"]?.string == "First1")
        #expect(world.customer(2)?["phone"]?.string == LandedTests.phone)
        #expect(try await world.sync().outcome == .done)
        #expect(try world.rows == ([World.header] + rows).sorted())
        #expect(world.service.snapshot().count == 2)
    }

    @Test("a create that got no answer is not taken for done by somebody else who has the same telephone")
    func lost() async throws {
        let world = try World(World.Rules(create: "project"))
        try world.write([])
        try world.add(1)
        try await world.sync()
        try world.write([person(2, phone: LandedTests.phone)])
        let id = try #require(world.customer(1)?["id"]?.int)
        let service = world.service
        // It never arrives, and meanwhile somebody gives Bea the telephone.
        world.refusal = { request in
            guard request.method == "POST" else { return nil }
            try? service.edit { project throws(SandboxError) in
                try project.editCustomer(id, ["phone": .string(LandedTests.phone)])
            }
            return 504
        }
        let report = try await world.sync()
        #expect(report.unknown == 1 && report.done.isEmpty && report.outcome == .attention, "\(report)")
        #expect(try await world.withEngine { _, store in try store.linkedCount("customers") } == 0)
        #expect(world.customer(1)?["first_name"]?.string == "First1" && world.customer(2) == nil)
    }

    @Test("one whom no row is linked to is not taken over either")
    func unlinked() async throws {
        let world = try World(World.Rules(create: "project"))
        try world.write([])
        try world.add(1)
        try await world.sync()
        try world.write([person(2, phone: LandedTests.phone)])
        try disturb(world)
        let report = try await world.sync()
        #expect(report.quarantined == 1 && report.outcome == .attention, "\(report)")
        for _ in 0..<2 {
            #expect(try await world.sync().operations == 0)
            #expect(try await world.withEngine { _, store in try store.linkedCount("customers") } == 0)
        }
        try restore(world)
        try await world.sync()
        #expect(world.customer(1) != nil && world.customer(2) != nil)
        #expect(try await world.sync().outcome == .done)
    }
}
