import AccordEngine
import AccordSandbox
import Chance
import Foundation
import Synchronization
import Testing

/// Requests that a gateway holds back: they arrive after the client gave up, in the same run or in one of the next.
@Suite("Effects that arrive late")
struct LateTests {
    private static let locations = """
        resource: locations
        key: id
        match: [name]
        fields:
          name: name
        """

    /// - Returns: how many payments there are.
    private func count(_ world: World) -> Int { world.service.edit { project in project.charges.count } }

    private func world(payments rows: [String]) throws -> World {
        let world = try World(mapping: ChargeTests.mapping)
        try Data(("id,email,amount,paid\n" + rows.map { $0 + "\n" }.joined()).utf8).write(to: world.csv)
        try world.add(0)
        return world
    }

    @Test("a payment is charged once, whenever its request arrives", arguments: [5, 45, 100, 300, 890])
    func charge(seconds: Int) async throws {
        let world = try world(payments: ["1,p0@example.com,1.50,1600000000", "2,p0@example.com,2.50,1600000000"])
        try world.set(faults: "late=100%,late-by=\(seconds)s")
        let report = try await world.sync(concurrency: 4)
        #expect(report.unknown == 2 && report.outcome == .attention, "\(report)")
        try world.set(faults: "")
        for _ in 0..<20 {
            let report = try await world.sync()
            #expect(report.outcome == (count(world) == 2 ? .done : .attention), "\(report)")
            #expect(count(world) <= 2)
        }
        #expect(count(world) == 2)
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false)
    }

    @Test("one that never arrives is charged when it would have arrived, and said to be open until then")
    func never() async throws {
        let world = try world(payments: ["1,p0@example.com,1.50,1600000000"])
        try world.set(faults: "late=100%,late-by=100000s")
        #expect(try await world.sync().unknown == 1)
        try world.set(faults: "")
        let plan = try await world.plan()
        let record = try #require(try plan.pairs.first?.records.record(at: 0))
        #expect(record.quarantine?.cause == .inDoubt && record.operations.isEmpty)
        #expect(try await world.sync().outcome == .attention && count(world) == 0)
        world.passSettleTime()
        #expect(try await world.sync().done == [.project(.create): 1])
        #expect(count(world) == 1)
    }

    @Test(
        "one that had to wait until it was sent is given as long to arrive as any other",
        arguments: [1, 4], [false, true])
    func sentLate(concurrency: Int, isKilled: Bool) async throws {
        let world = try world(payments: (1...60).map { "\($0),p0@example.com,\($0).50,1600000000" })
        world.config.project.rate = 1.0 / 60
        let crashPoint = CrashPoint()
        let creates = Mutex((count: 0, last: 0.0))
        let time = world.time
        world.refusal = { request in
            guard request.method == "POST" else { return nil }
            let isLast = creates.withLock { creates in
                // Of a run that lives, a longer wait counts, too: it knows when the request was given up.
                if creates.count == 59, !isKilled { time.advance(400) }
                creates = (creates.count + 1, time.unixTime)
                return creates.count == 60
            }
            if isLast, isKilled { crashPoint.die() }
            return isLast ? 504 : nil
        }
        if isKilled {
            try await world.crash(crashPoint, concurrency: concurrency)
        } else {
            #expect(try await world.sync(concurrency: concurrency).unknown == 1)
        }
        world.config.project.rate = 5
        // Each run begins a minute after the one before.
        let arrival = creates.withLock(\.last) + 900
        while time.unixTime + 60 < arrival {
            #expect(try await world.sync().outcome == .attention && count(world) == 59)
        }
        world.passSettleTime()
        try await world.sync()
        #expect(count(world) == 60)
    }

    @Test(
        "nor is it charged twice if its row has another key by then, or is missing from one export",
        arguments: ["9,p0@example.com,1.50,1600000000", nil])
    func otherKey(row: String?) async throws {
        let row1 = "1,p0@example.com,1.50,1600000000"
        let world = try world(payments: [row1])
        try world.set(faults: "late=100%,late-by=600s")
        #expect(try await world.sync().unknown == 1)
        try world.set(faults: "")
        try Data("id,email,amount,paid\n\(row.map { $0 + "\n" } ?? "")".utf8).write(to: world.csv)
        for _ in 0..<2 { #expect(try await world.sync().done.isEmpty && count(world) == 0) }
        try Data("id,email,amount,paid\n\(row ?? row1)\n".utf8).write(to: world.csv)
        for _ in 0..<12 {
            try await world.sync()
            #expect(count(world) <= 1)
        }
        #expect(count(world) == 1)
        #expect(try await world.sync().outcome == .done)
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false)
    }

    @Test("nor is it charged twice if its row is in the file of another pair by then")
    func otherPair() async throws {
        let world = try World(mapping: ChargeTests.mapping, others: ["terminal": ChargeTests.mapping])
        try world.add(0)
        let (header, row) = ("id,email,amount,paid\n", "1,p0@example.com,1.50,1600000000\n")
        try Data((header + row).utf8).write(to: world.csv)
        try Data(header.utf8).write(to: world.file(of: "terminal"))
        try world.set(faults: "late=100%,late-by=600s")
        #expect(try await world.sync().unknown == 1)
        try world.set(faults: "")
        try Data(header.utf8).write(to: world.csv)
        try Data((header + row).utf8).write(to: world.file(of: "terminal"))
        for _ in 0..<14 {
            try await world.sync()
            #expect(count(world) <= 1)
        }
        world.passSettleTime()
        try await world.sync()
        #expect(count(world) == 1)
    }

    @Test("a customer whose address is put right while their create is on its way is there once")
    func corrected() async throws {
        let world = try World()
        try world.write([person(1, email: "typo@example.com"), person(2)])
        try world.set(faults: "late=100%,late-by=300s")
        try await world.sync()
        try world.set(faults: "")
        try world.write([person(1), person(2)])
        for _ in 0..<8 { try await world.sync() }
        world.passSettleTime()
        for _ in 0..<2 { try await world.sync() }
        #expect(world.service.snapshot().count == 2 && world.customer(1) != nil)
        #expect(try world.rows == [World.header, person(1), person(2)].sorted())
    }

    @Test("what a pair had begun under another name is not begun once more")
    func renamedPair() async throws {
        let world = try world(payments: ["1,p0@example.com,1.50,1600000000"])
        try world.set(faults: "late=100%,late-by=300s")
        try await world.sync()
        try world.set(faults: "")
        let name = world.config.pairs[0].name
        world.config.pairs[0].name = "money"
        await #expect(throws: EngineError.unfinishedPair(name, records: 1)) { try await world.sync() }
        world.config.pairs[0].name = name
        for _ in 0..<8 { try await world.sync() }
        #expect(count(world) == 1)
        world.config.pairs[0].name = "money"
        try await world.sync()
        #expect(count(world) == 1)
    }

    @Test("a location whose row has another key by the time that its request arrives is there once")
    func locationUnderOtherKey() async throws {
        let world = try World(mapping: LateTests.locations)
        try Data("id,name\n1,Harbor Street\n".utf8).write(to: world.csv)
        try world.set(faults: "late=100%,late-by=300s")
        try await world.sync()
        try world.set(faults: "")
        try Data("id,name\n9,harbor  street\n".utf8).write(to: world.csv)
        for _ in 0..<8 { try await world.sync() }
        #expect(world.named(\.locations) == ["Harbor Street"])
    }

    @Test("payments alike are as many as their rows, whichever of them arrive late", arguments: 1...12)
    func alike(seed: Int) async throws {
        let row = "p0@example.com,1.50,1600000000"
        let world = try world(payments: (1...4).map { "\($0),\(row)" })
        var dice = Dice(seed: UInt64(seed))
        try world.set(faults: "seed=\(seed),late=40%,late-by=1-800s,drop-after=30%")
        for _ in 0..<2 {
            if dice.below(2) == 0 {
                try await world.crash(
                    atStep: 1 + dice.below(30), unless: .hasFaults, concurrency: 4, "seed \(seed)")
            } else {
                try await world.sync(concurrency: 4)
            }
        }
        try world.set(faults: "")
        for _ in 0..<4 {
            try await world.sync(concurrency: 4)
            #expect(count(world) <= 4, "seed \(seed)")
        }
        world.passSettleTime()
        try await world.sync(concurrency: 4)
        #expect(count(world) == 4, "seed \(seed)")
        #expect(try await world.sync().operations == 0, "seed \(seed)")
        #expect(try await world.plan(full: true).pairs.first?.hasChanges == false, "seed \(seed)")
    }

    @Test("a location is there once, whenever its request arrives", arguments: [1, 5, 45, 300])
    func location(seconds: Int) async throws {
        let world = try World(mapping: LateTests.locations)
        try Data("id,name\n1,Harbor Street\n".utf8).write(to: world.csv)
        try world.set(faults: "late=100%,late-by=\(seconds)s")
        try await world.sync()
        try world.set(faults: "")
        for _ in 0..<8 { try await world.sync() }
        #expect(world.named(\.locations) == ["Harbor Street"])
        #expect(try await world.sync().outcome == .done)
        #expect(try String(contentsOf: world.csv, encoding: .utf8) == "id,name\n1,Harbor Street\n")
    }
}
