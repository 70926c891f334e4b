import AccordCore
import AccordEngine
import Foundation
import Testing

/// In doubt nobody is asked: what the customers' own files say of an opt-out counts, however badly they say it.
@Suite("Asks, and the customers' own files")
struct AskOptOutTests {
    private static let customers = """
        resource: customers
        key: id
        match: [email]
        fields:
          first_name: first
          last_name: last
          email: {column: email, type: email}
          unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}
        """

    private static let now: Int64 = 1_790_000_000
    private let world: World

    /// Three customers whom both sides know, and a job of each.
    init() async throws {
        world = try World(
            mapping: AskOptOutTests.customers, others: ["jobs": World.emailAsks, "more": AskOptOutTests.customers])
        try write((1...3).map { row($0) })
        try write([], to: world.file(of: "more"))
        try write(jobs: [])
        try await world.sync()
        try write(jobs: [1, 2, 3])
    }

    private func row(_ number: Int, out: String = "no", more: String = "") -> String {
        "\(number),First\(number),Last\(number),p\(number)@example.com,\(out)\(more)"
    }

    private func write(_ rows: [String], to file: URL? = nil) throws {
        let text = (["id,first,last,email,out"] + rows).joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: file ?? world.csv)
    }

    private func write(jobs: [Int]) throws {
        let rows = jobs.map { "J\($0),p\($0)@example.com,\(AskOptOutTests.now - 86_400)\n" }
        try Data(("id,email,done\n" + rows.joined()).utf8).write(to: world.file(of: "jobs"))
    }

    /// The people who were asked, by their numbers.
    private var asked: [Int] {
        let ids = Set(world.service.edit { project in project.asks }.compactMap { $0["customer_id"]?.int })
        return (1...3).filter { number in world.customer(number)?["id"]?.int.map(ids.contains) ?? false }
    }

    @Test("all are asked whose rows say nothing against it")
    func all() async throws {
        try await world.sync(sends: 9)
        #expect(asked == [1, 2, 3])
    }

    @Test(
        "who may have opted out in a row that cannot be read is not asked",
        arguments: [",too much", " perhaps", ""])
    func brokenRow(more: String) async throws {
        // Without anything more, a cell is missing.
        let broken = more.isEmpty ? "2,First2,p2@example.com,yes" : row(2, out: "yes", more: more)
        try write([row(1), broken, row(3)])
        try await world.sync(sends: 9)
        #expect(asked == [1, 3])
    }

    @Test("whoever opted out by another name that the job gives them is not asked", arguments: [false, true])
    func otherName(isOnList: Bool) async throws {
        let asks = """
            resource: asks
            key: id
            ask: {channels: [email], reminders: 0}
            fields:
              email: {column: email, type: email}
              phone: {column: phone, type: phone, country: US}
              asked_at: {column: done, type: timestamp, pattern: unix, required: true}
            """
        let people = AskOptOutTests.customers + "\n  phone: {column: phone, type: phone, country: US}"
        let world = try World(mapping: people, others: ["jobs": asks])
        let header = "id,first,last,email,out,phone"
        let ann = "1,Ann,Lee,p1@example.com,no,"
        try Data("\(header)\n\(ann)\n".utf8).write(to: world.csv)
        try Data("id,email,phone,done\n".utf8).write(to: world.file(of: "jobs"))
        try await world.sync()
        if isOnList {
            _ = try await world.withEngine { _, store in try store.suppress(["+14155550101"], at: 1) }
        } else {
            try Data("\(header)\n\(ann)\n,Ann,,,yes,415-555-0101\n".utf8).write(to: world.csv)
        }
        let job = "J1,p1@example.com,415-555-0101,\(AskOptOutTests.now - 86_400)"
        try Data("id,email,phone,done\n\(job)\n".utf8).write(to: world.file(of: "jobs"))
        try await world.sync(sends: 9)
        #expect(world.service.edit { $0.asks }.isEmpty)
    }

    @Test("who opts out in the file while others are asked is not asked any more")
    func meanwhile() async throws {
        let (csv, rows) = (world.csv, (1...3).map { row($0, out: "yes") })
        let text = (["id,first,last,email,out"] + rows).joined(separator: "\n") + "\n"
        world.refusal = { request in
            if request.url.hasSuffix("/asks") { try Data(text.utf8).write(to: csv) }
            return nil
        }
        let report = try await world.sync(sends: 9)
        #expect(asked.count == 1 && report.skipped.count == 2, "\(report)")
    }

    @Test("who was asked is not asked again because their record was made anew")
    func madeAnew() async throws {
        try write(jobs: [1])
        try await world.sync(sends: 9)
        #expect(asked == [1])
        let id = try #require(world.customer(1)?["id"]?.int)
        try world.edit(1, ["delete": .bool(true)])
        try world.add(1)
        #expect(world.customer(1)?["id"]?.int != id)
        let rows = [
            "J1,p1@example.com,\(AskOptOutTests.now - 86_400)", "J9,p1@example.com,\(AskOptOutTests.now - 3_600)",
        ]
        try Data(("id,email,done\n" + rows.joined(separator: "\n") + "\n").utf8).write(to: world.file(of: "jobs"))
        for _ in 0..<2 { try await world.sync(sends: 9) }
        #expect(world.service.requests(by: "createAsk") == 1)
    }

    @Test("who opted out in a row whose e-mail cannot be read as it is, is not asked")
    func brokenName() async throws {
        try write([row(1), row(2), row(3), "4,First4,Last4,<p2@example.com>,yes"])
        try await world.sync(sends: 9)
        #expect(asked == [1, 3])
    }

    @Test("who opted out in the file of another pair of customers is not asked")
    func anotherPair() async throws {
        // Two rows have one key, so that nothing of them is carried to the project.
        let rows = ["Z1,First2,Last2,p2@example.com,yes", "Z1,First9,Last9,p9@example.com,no"]
        try write(rows, to: world.file(of: "more"))
        try await world.sync(sends: 9)
        #expect(asked == [1, 3])
    }

    @Test("nor who opted out in a row that is linked to them, and calls them otherwise", arguments: ["yes", "perhaps"])
    func linkedRow(out: String) async throws {
        try write(jobs: [])
        try write(["Z2,First2,Last2,p2@example.com,no"], to: world.file(of: "more"))
        try await world.sync()
        try write(jobs: [1, 2, 3])
        try write(["Z2,First2,Last2,p8@example.com,\(out)"], to: world.file(of: "more"))
        try await world.withEngine(only: ["jobs"]) { engine, _ in
            _ = try await engine.sync(RunOptions(allowances: Allowances(sends: 9)))
        }
        #expect(asked == [1, 3])
    }

    @Test(
        "nor whom a mapping of customers protects, by their key there or by what they are known by",
        arguments: ["K2", "p2@example.com"])
    func protected(name: String) async throws {
        try write([row(1), row(2).replacing("2,First", with: "K2,First"), row(3)])
        try write(jobs: [])
        try await world.sync()
        try write(jobs: [1, 2, 3])
        try world.use(mapping: AskOptOutTests.customers + "\nprotect: [\(name)]")
        try await world.sync(sends: 9)
        #expect(asked == [1, 3])
    }

    @Test("who opted out after the plan was saved is not asked when it is applied")
    func afterThePlan() async throws {
        let plan = try await world.withEngine { engine, _ in
            try await engine.plan(RunOptions(allowances: Allowances(sends: 9)))
        }
        try write([row(1), row(2, out: "yes"), row(3)])
        let report = try await world.apply(plan, sends: 9)
        #expect(asked == [1, 3] && report.outcome == .attention, "\(report)")
    }

    @Test("nobody is asked while the customers' file may have been cut, and the run says that something waits")
    func cut() async throws {
        let text = (["id,first,last,email,out"] + (1...2).map { row($0, out: "yes") }).joined(separator: "\n")
        try Data(text.utf8).write(to: world.csv)
        let report = try await world.sync(sends: 9)
        #expect(asked.isEmpty && report.outcome == .attention, "\(report)")
    }
}
