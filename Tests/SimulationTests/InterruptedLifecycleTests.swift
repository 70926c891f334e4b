import AccordHTTP
import AccordSandbox
import Foundation
import Testing

/// A run dies while it hides a customer or shows them again, and the source changes its mind before the next one.
@Suite("Archives that were interrupted")
struct InterruptedLifecycleTests {
    private static let all = (1...12).map { person($0) }
    private static let without = all.filter { $0 != person(1) }

    /// Twelve people whom both sides know, in the state before the run that dies.
    private func world(isAway: Bool) async throws -> World {
        let world = try World()
        try world.write(InterruptedLifecycleTests.all)
        try await world.sync()
        guard isAway else { return world }
        try world.write(InterruptedLifecycleTests.without)
        try await world.sync()
        #expect(world.isArchived(1))
        return world
    }

    @Test(
        "at whatever step it dies, what the source says in the end is so",
        arguments: [(false, false), (false, true), (true, true)])
    func everyStep(isAway: Bool, isSameRow: Bool) async throws {
        let (all, without) = (InterruptedLifecycleTests.all, InterruptedLifecycleTests.without)
        let (before, meanwhile) = isAway ? (without, all) : (all, without)
        let undisturbed = CrashPoint()
        let first = try await world(isAway: isAway)
        try first.write(meanwhile)
        try await first.sync(undisturbed)
        #expect(first.isArchived(1) != isAway && undisturbed.steps > 4)
        for step in 1...undisturbed.steps {
            let world = try await world(isAway: isAway)
            try world.write(meanwhile)
            try await world.crash(atStep: step)
            let changed = [person(1, company: "Elsewhere")] + without
            let end = isSameRow || isAway ? before : changed
            try world.write(end)
            for _ in 0..<2 { try await world.sync() }
            #expect(world.isArchived(1) == isAway, "step \(step) of \(undisturbed.steps)")
            if !isAway, !isSameRow { #expect(world.customer(1)?["company"]?.string == "Elsewhere") }
            #expect(
                try world.rows.filter { $0.contains("p1@") } == (isAway ? [] : [end.first { $0.contains("p1@") } ?? ""])
            )
            #expect(try await world.sync().operations == 0)
        }
    }

    /// Lets a run take away the first person, and die right after the service has done it.
    private func dieAfterwards(_ world: World, _ suffix: String) async throws {
        try world.write(InterruptedLifecycleTests.without)
        let crashPoint = CrashPoint()
        world.intruder = { if $0.url.hasSuffix(suffix) || $0.method == suffix { crashPoint.die() } }
        try await world.crash(crashPoint)
    }

    @Test("what it did is remembered by the next run, whatever the source says then", arguments: ["1", "K9"])
    func between(key: String) async throws {
        let (all, without) = (InterruptedLifecycleTests.all, InterruptedLifecycleTests.without)
        let world = try await world(isAway: false)
        try await dieAfterwards(world, "/archive")
        // A scheduled run, while the row is still away.
        if key == "1" { try await world.sync() }
        try world.write([person(1, key: key)] + without)
        try await world.sync()
        #expect(!world.isArchived(1))
        // And the same the other way round.
        try world.write(without)
        try await world.sync()
        #expect(world.isArchived(1))
        try world.write([person(1, key: key)] + without)
        let crashPoint = CrashPoint()
        world.intruder = { if $0.url.hasSuffix("/unarchive") { crashPoint.die() } }
        try await world.crash(crashPoint)
        try await world.sync()
        try world.write(without)
        try await world.sync()
        #expect(world.isArchived(1))
        try world.write(all)
        try await world.sync()
        #expect(!world.isArchived(1))
    }

    @Test("nor is it forgotten if the row that comes back under another key has to be set aside for a while")
    func setAside() async throws {
        let without = InterruptedLifecycleTests.without
        let world = try await world(isAway: false)
        try await dieAfterwards(world, "/archive")
        try world.edit(2, ["phone": .string("+14155550102")])
        try world.write([person(1, key: "K9", phone: "+14155550102")] + without)
        #expect(try await world.sync().quarantined == 1)
        try world.write([person(1, key: "K9")] + without)
        for _ in 0..<2 { try await world.sync() }
        #expect(!world.isArchived(1))
    }

    @Test("a record that was deleted is made again when its row comes back")
    func deleted() async throws {
        let world = try World(World.Rules(goneFromSource: "delete"))
        try world.write(InterruptedLifecycleTests.all)
        try await world.sync()
        try await dieAfterwards(world, "DELETE")
        #expect(world.customer(1) == nil)
        try world.write(InterruptedLifecycleTests.all)
        #expect(try await world.sync().done == [.project(.create): 1])
        #expect(world.customer(1) != nil)
        #expect(try await world.sync().outcome == .done)
    }

    @Test("an archive whose answer is lost is taken back when the row is", arguments: [false, true])
    func answerLost(isAway: Bool) async throws {
        let (all, without) = (InterruptedLifecycleTests.all, InterruptedLifecycleTests.without)
        let world = try await world(isAway: isAway)
        try world.write(isAway ? all : without)
        world.intruder = { request in
            if request.method == "GET" { return }
            throw TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the answer is lost")
        }
        let report = try await world.sync()
        #expect(report.unknown > 0, "\(report)")
        try world.write(isAway ? without : all)
        for _ in 0..<2 { try await world.sync() }
        #expect(world.isArchived(1) == isAway)
    }
}
