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

    /// What somebody does when the first create is already on its way.
    private func disturb(
        _ world: World, _ change: @escaping @Sendable (inout SandboxProject) throws(SandboxError) -> Void
    ) {
        let service = world.service
        let isDone = Mutex(false)
        world.refusal = { request in
            guard request.method == "POST" else { return nil }
            let isFirst = isDone.withLock { done in
                defer { done = true }
                return !done
            }
            guard isFirst else { return nil }
            try service.edit(change)
            return nil
        }
    }

    /// Somebody gives Bea the telephone of the new row.
    private func disturb(_ world: World) throws {
        let id = try #require(world.customer(1)?["id"]?.int)
        disturb(world) { project throws(SandboxError) in
            try project.editCustomer(id, ["phone": .string(LandedTests.phone)])
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

    @Test("whom somebody made a moment before is one with the row, and it is said that they were written over")
    func madeMeanwhile() async throws {
        let world = try World()
        try world.write([person(1)])
        let time = world.time
        disturb(world) { project throws(SandboxError) in
            try project.addCustomer([
                "first_name": .string("Beatrice"), "email": .string("p1@example.com"), "company": .string("Bea's"),
            ])
            time.advance(30)
        }
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 1] && report.outcome == .attention, "\(report)")
        let told = try await world.withEngine { _, store in try store.quarantine("customers").map(\.message) }
        #expect(told.count == 1 && told.allSatisfy { $0.contains("whether email, first_name, last_name are right") })
        // What no row said is theirs, and goes to the row.
        #expect(try await world.sync().done == [.source(.update): 1])
        #expect(try world.rows.contains { $0.contains("Bea's") })
        // It stands until somebody has seen it.
        #expect(try await world.sync().outcome == .attention)
        _ = try await world.withEngine { _, store in try store.clearQuarantine("customers", key: nil) }
        #expect(try await world.sync().outcome == .done)
    }

    @Test("that they were written over is said beside what was refused after it")
    func refusedAfterwards() async throws {
        let world = try World()
        try world.write([person(1, out: "yes")])
        let (service, time) = (world.service, world.time)
        let isMade = Mutex(false)
        world.refusal = { request in
            if request.url.hasSuffix("/unsubscribe") { return 422 }
            let isFirst = isMade.withLock { made in
                defer { made = made || request.method == "POST" }
                return request.method == "POST" && !made
            }
            guard isFirst else { return nil }
            try service.edit { project throws(SandboxError) in
                try project.addCustomer(["first_name": .string("Beatrice"), "email": .string("p1@example.com")])
                time.advance(30)
            }
            return nil
        }
        let report = try await world.sync()
        #expect(report.outcome == .attention, "\(report)")
        let causes = try await world.withEngine { _, store in Set(try store.quarantine("customers").map(\.cause)) }
        #expect(causes == [.refused, .wroteOver])
    }

    @Test("who is made by a create whose answer was lost, and sent once more, was not there before")
    func madeByItself() async throws {
        let world = try World()
        try world.write([person(1)])
        // It arrives only after it was looked for, a moment before it is sent once more.
        let (service, time) = (world.service, world.time)
        let creates = Mutex(0)
        world.refusal = { request in
            guard request.method == "POST" else { return nil }
            let number = creates.withLock { creates in
                creates += 1
                return creates
            }
            guard number == 2 else { return number == 1 ? 504 : nil }
            try service.edit { project throws(SandboxError) in
                try project.addCustomer([
                    "first_name": .string("First1"), "last_name": .null, "email": .string("p1@example.com"),
                ])
            }
            time.advance(30)
            return nil
        }
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 1] && report.outcome == .done, "\(report)")
        #expect(creates.withLock { $0 } == 2)
    }
}
