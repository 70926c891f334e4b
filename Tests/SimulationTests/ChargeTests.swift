import AccordEngine
import AccordHTTP
import AccordReport
import AccordSandbox
import Chance
import Foundation
import Synchronization
import Testing

/// Money: each row becomes one charge, ever, whatever goes wrong.
@Suite("Charges, with a crash")
struct ChargeTests {
    static let mapping = """
        resource: charges
        key: id
        create: project
        fields:
          email: {column: email, direction: to-project}
          amount: {column: amount, type: money, currency: USD, direction: to-project, required: true}
          charged_at: {column: paid, type: timestamp, pattern: unix, direction: to-project, required: true}
        """

    /// Payments of two people, drawn from so few that many are alike.
    private struct Payments {
        var rows: [String]
        var there: [String]

        init(rows: [String], there: [String]) {
            self.rows = rows
            self.there = there
        }

        init(seed: Int) {
            var dice = Dice(seed: UInt64(seed))
            func payment() -> String {
                "p\(dice.below(2))@example.com,\(1 + dice.below(2)).50,\(1_600_000_000 + 200 * 86_400 * dice.below(3))"
            }
            rows = (0..<4 + dice.below(5)).map { _ in payment() }
            there = (0..<dice.below(4)).map { _ in payment() }
        }

        /// Of payments alike there are as many as there are rows, or as there were before.
        var expected: [String: Int] {
            func counted(_ payments: [String]) -> [String: Int] {
                Dictionary(payments.map { ($0, 1) }, uniquingKeysWith: +)
            }
            return counted(rows).merging(counted(there)) { max($0, $1) }
        }
    }

    private func write(_ payments: Payments, to world: World) throws {
        let rows = payments.rows.enumerated().map { "\($0.offset),\($0.element)\n" }.joined()
        try Data(("id,email,amount,paid\n" + rows).utf8).write(to: world.csv)
    }

    private func world(_ payments: Payments, mapping: String = ChargeTests.mapping) throws -> World {
        let world = try World(mapping: mapping)
        try write(payments, to: world)
        for person in 0..<2 { try world.add(person) }
        for payment in payments.there {
            let cells = payment.split(separator: ",")
            try world.service.edit { project throws(SandboxError) in
                try project.addCharge(
                    email: String(cells[0]), amount: cells[1] == "1.50" ? 150 : 250, currency: "USD",
                    at: Int64(cells[2]) ?? 0)
            }
        }
        return world
    }

    @Test(
        "a row that changes is one charge all the same, where the mapping replaces it", arguments: 0..<CrashTests.shards
    )
    func replaced(shard: Int) async throws {
        for seed in stride(from: shard, to: seeds / 2, by: CrashTests.shards) {
            var payments = Payments(seed: seed)
            payments.there = []
            let undisturbed = try await agreed(payments)
            let crashed = try await agreed(payments)
            var dice = Dice(seed: UInt64(seed) &* 37)
            for index in payments.rows.indices where dice.below(2) == 0 {
                payments.rows[index] = payments.rows[index].replacing(",2.50", with: ",1.50").replacing(
                    "p0@", with: "p1@")
            }
            for world in [undisturbed, crashed] { try write(payments, to: world) }
            let crashPoint = CrashPoint()
            try await undisturbed.sync(crashPoint, concurrency: 4)
            #expect(charges(undisturbed) == payments.expected, "seed \(seed), nothing went wrong")
            #expect(try await undisturbed.sync().operations == 0, "seed \(seed)")

            try await crashTwice(crashed, payments, steps: crashPoint.steps, seed: seed, &dice)
        }
    }

    @Test("where charges do not say whose they are, none is made a second time")
    func nameless() async throws {
        let there = ["p0@example.com,1.50,1600000000", "p1@example.com,2.50,1617280000"]
        let new = ["p0@example.com,2.50,1600000000", "p1@example.com,1.50,1634560000"]
        let payments = Payments(rows: there + new, there: there)
        let world = try world(payments)
        world.service.edit { $0.habits = [.chargesOfIDs] }
        for run in 1...3 {
            let report = try await world.sync()
            #expect(charges(world) == payments.expected, "run \(run): \(report)")
        }
        #expect(try await world.sync().operations == 0)
    }

    private static let namedTwice = ChargeTests.mapping.replacing(
        "amount:", with: "phone: {column: phone, type: phone, country: US, direction: to-project}\n  amount:")

    /// Payments that name their customers by e-mail and telephone, of whom the project knows one each by now.
    private func worldOfTwoNames() async throws -> World {
        let world = try World(mapping: ChargeTests.namedTwice)
        try world.service.edit { project throws(SandboxError) in
            try project.addCustomer(["first_name": .string("Ann"), "email": .string("ann@example.com")])
            try project.addCustomer([
                "first_name": .string("Bob"), "email": .string("bob@example.com"), "phone": .string("+14155550102"),
            ])
        }
        let rows = [
            "1,ann@example.com,415-555-0101,1.50,1600000000", "2,bob.old@example.com,415-555-0102,1.50,1600000000",
            // As much, of the same moment, and of somebody else by its e-mail.
            "3,ann@example.com,415-555-0102,1.50,1600000000",
        ]
        try Data("id,email,phone,amount,paid\n\(rows.joined(separator: "\n"))\n".utf8).write(to: world.csv)
        return world
    }

    private func customers(_ world: World) -> [String] {
        world.service.edit { $0.charges }.compactMap { $0["customer"]?["name"]?.string }.sorted()
    }

    @Test(
        "a payment whose customer is known to the service by one of two names is recorded once, though the state is lost"
    )
    func twoNames() async throws {
        let world = try await worldOfTwoNames()
        #expect(try await world.sync().outcome == .done)
        #expect(customers(world) == ["Ann", "Ann", "Bob"])
        world.config.state += "-2"
        let report = try await world.sync()
        #expect(report.done.isEmpty && report.linked == 3 && customers(world).count == 3, "\(report)")
        #expect(try await world.sync().outcome == .done)
    }

    @Test("nor is it recorded twice if its answer is lost")
    func twoNamesLost() async throws {
        let world = try await worldOfTwoNames()
        world.intruder = { request in
            if request.method == "GET" { return }
            throw TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the answer is lost")
        }
        try await world.sync(concurrency: 4)
        #expect(customers(world).count == 3)
        for _ in 0..<2 { try await world.sync() }
        world.passSettleTime()
        #expect(try await world.sync().outcome == .done)
        #expect(customers(world) == ["Ann", "Ann", "Bob"])
    }

    @Test("many that were begun on one day cost one look at that day")
    func oneLook() async throws {
        let world = try World(mapping: ChargeTests.mapping)
        try world.add(0)
        let rows = (1...90).map { "\($0),p0@example.com,\($0).50,1600000000" }
        try Data("id,email,amount,paid\n\(rows.joined(separator: "\n"))\n".utf8).write(to: world.csv)
        let crashPoint = CrashPoint()
        let creates = Mutex(0)
        world.intruder = { request in
            guard request.method == "POST" else { return }
            let count = creates.withLock { creates in
                creates += 1
                return creates
            }
            if count == 40 { crashPoint.die() }
        }
        try await world.crash(crashPoint)
        let report = try await world.sync()
        // Three pages of the day, a few looks, and the creates that are left.
        #expect(report.requests < 80, "\(report)")
        world.passSettleTime()
        try await world.sync()
        #expect(world.service.edit { $0.charges.count } == 90)
    }

    @Test("a replacement that the service refuses is not forgotten: it is done when its row is corrected")
    func refusedReplacement() async throws {
        var payments = Payments(seed: 1)
        payments.rows = ["p0@example.com,1.50,1600000000"]
        payments.there = []
        let world = try await agreed(payments)
        payments.rows = ["p0@example.com,2.50,1600000000"]
        try write(payments, to: world)
        world.refusal = { $0.method == "POST" ? 422 : nil }
        #expect(try await world.sync().quarantined == 1)
        #expect(charges(world) == ["p0@example.com,1.50,1600000000": 1], "nothing is deleted for it")
        #expect(try await world.sync().operations == 0, "the same is not tried again")
        payments.rows = ["p1@example.com,2.50,1600000000"]
        try write(payments, to: world)
        #expect(try await world.sync().done == [.project(.create): 1, .project(.delete): 1])
        #expect(charges(world) == payments.expected)
    }

    /// More payments of today than a page of changes holds: those of long ago come on later pages, which nobody reads.
    private static let recent = (0..<150).map { "p\($0 % 2)@example.com,2.50,\(1_789_990_000 + $0)" }

    private func settle(_ rows: [String], in world: World) async throws {
        try write(Payments(rows: rows, there: []), to: world)
        try await world.sync(concurrency: 4)
        #expect(try await world.sync().operations == 0)
    }

    @Test(
        "a payment that somebody else records meanwhile is not recorded again, however old it is",
        arguments: [false, true])
    func recordedMeanwhile(isSaved: Bool) async throws {
        var payments = Payments(seed: 1)
        // Of two payments alike somebody records one.
        payments.rows = [
            "p0@example.com,1.50,1600000000", "p0@example.com,1.50,1600000000", "p1@example.com,2.50,1600000000",
        ]
        payments.there = []
        let world = try world(payments)
        try await settle(ChargeTests.recent, in: world)
        payments.rows = ChargeTests.recent + payments.rows
        try write(payments, to: world)
        let plan = try await world.plan()
        try world.service.edit { project throws(SandboxError) in
            try project.addCharge(email: "p0@example.com", amount: 150, currency: "USD", at: 1_600_000_000)
        }
        let report = try await isSaved ? world.apply(plan) : world.sync()
        #expect(report.outcome == .attention && report.skipped.count >= 1, "\(report)")
        try await world.sync()
        #expect(charges(world) == payments.expected)
        #expect(try await world.sync().operations == 0)
        #expect(charges(world) == payments.expected)
    }

    @Test("rows that were numbered anew record nothing a second time, and it is said")
    func numberedAnew() async throws {
        let payments = Payments(rows: ["p0@example.com,1.50,1600000000", "p1@example.com,2.50,1600000001"], there: [])
        let world = try world(payments)
        try await world.sync()
        try write(Payments(rows: ["p1@example.com,9.50,1590000000"] + payments.rows, there: []), to: world)
        let before = charges(world)
        for _ in 0..<2 {
            let report = try await world.sync()
            #expect(report.quarantined == 3 && report.done.isEmpty, "\(report)")
        }
        #expect(charges(world) == before)
        try write(Payments(rows: payments.rows + ["p1@example.com,9.50,1590000000"], there: []), to: world)
        try await world.sync()
        #expect(charges(world).values.reduce(0, +) == 3)
    }

    @Test("with a state of before, no payment is recorded a second time")
    func olderState() async throws {
        var payments = Payments(rows: ChargeTests.recent, there: [])
        let world = try world(payments)
        try await settle(payments.rows, in: world)
        let (state, copy) = (world.config.state, world.config.state + "-copy")
        try FileManager.default.copyItem(atPath: state, toPath: copy)
        payments.rows += (1...9).map { "p\($0 % 2)@example.com,1.50,\(1_600_000_000 + $0 % 3 * 86_400 * 200)" }
        try write(payments, to: world)
        try await world.sync(concurrency: 4)
        #expect(charges(world) == payments.expected)
        for file in [state, state + "-wal", state + "-shm"] { try? FileManager.default.removeItem(atPath: file) }
        try FileManager.default.copyItem(atPath: copy, toPath: state)
        for _ in 0..<2 { try await world.sync(concurrency: 4) }
        #expect(charges(world) == payments.expected)
        #expect(try await world.sync().operations == 0)
    }

    /// The first of two payments was changed: what takes its place is there, and the service does not delete the old one.
    private func undeleted(refusedWith status: Int) async throws -> (World, Payments) {
        var payments = Payments(
            rows: ["p0@example.com,1.50,1600000000", "p1@example.com,1.50,1600000000"], there: [])
        let world = try await agreed(payments)
        payments.rows[0] = "p0@example.com,2.50,1600000000"
        try write(payments, to: world)
        world.refusal = { $0.method == "DELETE" ? status : nil }
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 1] && report.outcome == .attention, "\(report)")
        #expect(charges(world).values.reduce(0, +) == 3)
        return (world, payments)
    }

    @Test("a record whose replacement is there is deleted later, if it cannot be now", arguments: [422, 500])
    func undeleted(status: Int) async throws {
        let (world, payments) = try await undeleted(refusedWith: status)
        #expect(try await world.sync().done == [.project(.delete): 1])
        #expect(charges(world) == payments.expected)
        #expect(try await world.sync().operations == 0)
    }

    @Test("a record whose replacement is there is another row's that says the same by now, and stays")
    func undeletedAndTaken() async throws {
        var (world, payments) = try await undeleted(refusedWith: 422)
        payments.rows.append("p0@example.com,1.50,1600000000")
        try write(payments, to: world)
        for _ in 0..<2 { try await world.sync() }
        #expect(charges(world) == payments.expected)
        #expect(try await world.sync().operations == 0)
    }

    @Test("a plan of before a run that died is stale: what that run may have charged is not charged again")
    func staleAfterCrash() async throws {
        var payments = Payments(seed: 1)
        payments.rows = ["p0@example.com,1.50,1600000000"]
        payments.there = []
        let world = try world(payments)
        let plan = try await world.plan()
        let crashPoint = CrashPoint()
        world.intruder = { request in
            if request.method == "POST" { crashPoint.die() }
        }
        try await world.crash(crashPoint)
        await #expect(throws: EngineError.stale(reason: EngineError.stateMoved)) {
            try await world.apply(plan)
        }
        #expect(charges(world) == payments.expected)
        try await world.sync()
        #expect(charges(world) == payments.expected)
    }

    private func agreed(_ payments: Payments) async throws -> World {
        let world = try world(
            payments, mapping: ChargeTests.mapping + "\nwhen changed: replace\nguards: {deletes: 100%}")
        try await world.sync(concurrency: 4)
        #expect(charges(world) == payments.expected)
        return world
    }

    private func charges(_ world: World) -> [String: Int] {
        let shown = world.service.edit { project in project.charges }
        return Dictionary(
            shown.map { charge in
                let amount = charge["amount"]?.int == 150 ? "1.50" : "2.50"
                return ("\(charge["customer"]?["email"]?.string ?? ""),\(amount),\(charge["charged_at"]?.int ?? 0)", 1)
            }, uniquingKeysWith: +)
    }

    @Test("no row is charged twice, and none is forgotten", arguments: 0..<CrashTests.shards)
    func once(shard: Int) async throws {
        for seed in stride(from: shard, to: seeds, by: CrashTests.shards) {
            let payments = Payments(seed: seed)
            let undisturbed = try world(payments)
            let crashPoint = CrashPoint()
            try await undisturbed.sync(crashPoint, concurrency: 4)
            #expect(charges(undisturbed) == payments.expected, "seed \(seed), nothing went wrong")

            let crashed = try world(payments)
            var dice = Dice(seed: UInt64(seed) &* 31)
            try await crashTwice(crashed, payments, steps: crashPoint.steps, seed: seed, &dice)
        }
    }

    /// Two runs that die, half of them while the service has faults, and what follows when it has none.
    private func crashTwice(
        _ world: World, _ payments: Payments, steps: Int, seed: Int, _ dice: inout Dice
    ) async throws {
        if seed % 2 == 0 { try world.set(faults: "seed=\(seed + 1),\(CrashTests.faults)") }
        for run in 0..<2 {
            let survival: Survival = seed % 2 == 0 ? .hasFaults : run > 0 ? .endsBefore : .never
            try await world.crash(atStep: 1 + dice.below(steps), unless: survival, concurrency: 4, "seed \(seed)")
        }
        try world.set(faults: "")
        try await world.sync()
        world.passSettleTime()
        for _ in 0..<2 { try await world.sync() }
        #expect(charges(world) == payments.expected, "seed \(seed)")
        #expect(try await world.sync().operations == 0, "seed \(seed)")
    }
}
