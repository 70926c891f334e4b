import AccordCore
import AccordSandbox
import Chance
import Foundation
import Testing

/// Customers of two files, what they name, what they paid and what they are asked, in one run, and crashes in it.
@Suite("Several pairs of one run, with a crash")
struct AssemblyTests {
    @Test(
        "everybody and everything is made once, and asked once or not at all, by the service's own log",
        arguments: 0..<CrashTests.shards)
    func once(shard: Int) async throws {
        var crashes = CrashCount()
        for seed in stride(from: shard, to: min(seeds / 8, 100), by: CrashTests.shards) {
            let comment: Comment = "seed \(seed)"
            var scenario = AssemblyScenario(seed: seed)
            let world = try await scenario.agreed()
            for died in try await scenario.play(world) { crashes.add(died) }
            scenario.judge(world, isOver: false, comment)
            world.passSettleTime()
            for _ in 0..<4 { try await world.sync(concurrency: 4, sends: 99) }
            scenario.judge(world, isOver: true, comment)
            #expect(try await world.sync(sends: 99).operations == 0, comment)
        }
        crashes.expectMost()
    }
}

/// What is expected is data: words that nothing else in the world has.
struct AssemblyScenario {
    let seed: Int
    private var dice: Dice
    /// The number of somebody whose row is broken by the time of the crash, and who opted out in it.
    private let broken: Int
    private let customers: Int
    private let leads: Range<Int>
    /// Each has an amount of its own, in whole dollars.
    private var payments: [(person: Int, amount: Int)] = []
    private var jobs: [(person: Int, daysAgo: Int64)] = []

    private static let now: Int64 = 1_790_000_000
    private static let known = 3

    init(seed: Int) {
        self.seed = seed
        dice = Dice(seed: UInt64(seed) &* 43 &+ 11)
        customers = AssemblyScenario.known + 2 + dice.below(4)
        broken = dice.below(AssemblyScenario.known)
        // Some of them are in both files.
        leads = customers - 1..<customers + 1 + dice.below(2)
        for person in 0..<leads.upperBound {
            for _ in 0..<dice.below(3) { payments.append((person, 10 + payments.count)) }
            if dice.below(3) > 0 || person == broken { jobs.append((person, Int64(dice.below(20)))) }
        }
    }

    private func token(_ person: Int) -> String { "T\(person)of\(seed)end" }
    private func store(_ person: Int) -> String { "Store \(person % 3) of \(seed)" }
    private func tag(_ person: Int) -> String { "tag \(person % 2) of \(seed)" }
    private func email(_ person: Int) -> String { "t\(person)@example.com" }

    private func row(_ person: Int, isBroken: Bool = false) -> String {
        "K\(person),\(token(person)),\(email(person)),\(store(person)),\(tag(person)),"
            + (isBroken ? "yes,too much" : "no")
    }

    // MARK: - The world

    /// Three people are known on both sides.
    func agreed() async throws -> World {
        let world = try World(
            mapping: AssemblyScenario.people,
            others: ["leads": AssemblyScenario.people, "charges": ChargeTests.mapping, "jobs": World.emailAsks])
        try write((0..<AssemblyScenario.known).map { row($0) }, to: world.csv)
        try write([], to: world.file(of: "leads"))
        try write([], "id,email,amount,paid", to: world.file(of: "charges"))
        try write([], "id,email,done", to: world.file(of: "jobs"))
        try await world.sync()
        return world
    }

    private func write(_ rows: [String], _ header: String = "id,first,email,store,tags,out", to file: URL) throws {
        try Data(([header] + rows).map { $0 + "\n" }.joined().utf8).write(to: file)
    }

    private static let people = """
        resource: customers
        key: id
        match: [email]
        conflict: source
        create: project
        when gone from source: ignore
        fields:
          first_name: first
          email: {column: email, type: email}
          location: {column: store, create missing: true}
          tags: {column: tags, type: set, separator: ";", create missing: true}
          unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}
        """

    // MARK: - What happens

    /// - Returns: the crashes that were meant, and whether they happened.
    mutating func play(_ world: World) async throws -> [Bool] {
        try write((0..<customers).map { row($0, isBroken: $0 == broken) }, to: world.csv)
        try write(leads.map { row($0) }, to: world.file(of: "leads"))
        try write(
            payments.map { "P\($0.amount),\(email($0.person)),\($0.amount).00,1600000000" },
            "id,email,amount,paid", to: world.file(of: "charges"))
        try write(
            jobs.enumerated().map {
                "J\($0.offset),\(email($0.element.person)),\(AssemblyScenario.now - $0.element.daysAgo * 86_400)"
            }, "id,email,done", to: world.file(of: "jobs"))
        var crashes: [Bool] = []
        for run in 0..<3 {
            let hasFaults = dice.below(2) == 0
            if hasFaults {
                let late = seed % 2 == 0 ? "late=10%,late-by=1-800s," : ""
                try world.set(
                    faults: "seed=\(seed * 10 + run + 1),\(late)drop-before=6%,drop-after=10%,5xx-after=6%,429=3%")
            }
            world.interleaving = UInt64(seed * 10 + run)
            crashes.append(
                try await world.crash(
                    atStep: 1 + dice.below(60), unless: hasFaults ? .hasFaults : .endsBefore,
                    concurrency: dice.pick([1, 4]), sends: 99, "seed \(seed), run \(run)"))
            try world.set(faults: "")
            if dice.below(2) == 0 { world.time.advance(Double(dice.below(1200))) }
        }
        return crashes
    }

    // MARK: - The judge

    func judge(_ world: World, isOver: Bool, _ comment: Comment) {
        let creates = world.service.creates.filter(\.isNew)
        func expect(_ operation: String, _ word: String, _ wanted: Int) {
            let times = creates.count { $0.operation == operation && $0.words.contains(word) }
            #expect(isOver ? times == wanted : times <= wanted, "\(comment): \(operation) \(word): \(times) times")
        }
        for person in 0..<leads.upperBound {
            expect("createCustomer", token(person), 1)
            // By now only those of the last 14 days; nobody of whom a row may say that they opted out.
            let isAsked = person != broken && jobs.contains { $0.person == person && $0.daysAgo < 13 }
            let mayBeAsked = isAsked || person != broken && jobs.contains { $0.person == person && $0.daysAgo == 13 }
            if isAsked || !mayBeAsked { expect("createAsk", email(person), isAsked ? 1 : 0) }
        }
        for payment in payments { expect("createCharge", "\"amount\":\(payment.amount)00", 1) }
        for number in Set((0..<leads.upperBound).map { $0 % 3 }) { expect("createLocation", "\"\(store(number))\"", 1) }
        for number in Set((0..<leads.upperBound).map { $0 % 2 }) { expect("createTag", "\"\(tag(number))\"", 1) }
    }
}
