import AccordCore
import AccordEngine
import AccordSandbox
import Foundation
import Testing

/// Rows of payments and asks that name a customer by the key of their row in another file: whose address that is may change
/// between the plan and the moment at which it is used.
@Suite("Customers named by their keys")
struct NamedByKeyTests {
    private static let customers = """
        resource: customers
        key: id
        match: [email]
        when gone from source: ignore
        fields:
          first_name: first
          email: {column: email, type: email}
        """

    private static let charges = """
        resource: charges
        key: id
        create: project
        fields:
          email: {column: client, pair: customers, direction: to-project}
          amount: {column: amount, type: money, currency: USD, direction: to-project, required: true}
          charged_at: {column: paid, type: timestamp, pattern: unix, direction: to-project, required: true}
        """

    private static let asks = """
        resource: asks
        key: id
        ask: {channels: [email], reminders: 0}
        fields:
          email: {column: client, pair: customers}
          asked_at: {column: paid, type: timestamp, pattern: unix, required: true}
        """

    private let world: World
    private let names: [String]

    /// Ada has the address of the office, and Bob one of his own.
    init() async throws {
        world = try World(
            mapping: NamedByKeyTests.customers,
            others: ["charges": NamedByKeyTests.charges, "asks": NamedByKeyTests.asks])
        names = ["office@example.com", "bob@example.com"]
        try writeCustomers("office@example.com", "bob@example.com")
        try write("", to: "charges")
        try write("", to: "asks")
        try await world.sync()
    }

    private func writeCustomers(_ ada: String, _ bob: String) throws {
        try Data("id,first,email\nK1,Ada,\(ada)\nK2,Bob,\(bob)\n".utf8).write(to: world.csv)
    }

    private func write(_ row: String, to pair: String) throws {
        try Data("id,client,amount,paid\n\(row)".utf8).write(to: world.file(of: pair))
    }

    /// In the project, the address of the office becomes Bob's.
    private func swap() throws {
        try world.edit("office@example.com", ["email": .string("ada@example.com")])
        try world.edit("bob@example.com", ["email": .string("office@example.com")])
    }

    private func id(_ name: String) throws -> Int64 {
        try #require(world.service.snapshot().first { $0["first_name"]?.string == name }?["id"]?.int)
    }

    private var charged: [Int64?] { world.service.edit { $0.charges.map { $0["customer_id"]?.int } } }
    private var asked: [Int64?] { world.service.edit { $0.messages.map { $0["customer"]?["id"]?.int } } }

    @Test(
        "a saved plan reaches nobody who has got the address since, whichever pairs it is of",
        arguments: ["charges", "asks"], [false, true])
    func saved(pair: String, isAlone: Bool) async throws {
        try write("1,K1,12.00,\(Int(world.time.unixTime) - 3600)\n", to: pair)
        let only = isAlone ? [pair] : []
        let plan = try await world.withEngine(only: only) { engine, _ in
            try await engine.plan(RunOptions(allowances: Allowances(sends: 1)))
        }
        try swap()
        let report = try await world.withEngine(only: only) { engine, _ in
            try await engine.apply(plan, id: Fingerprint(of: "plan"), RunOptions(allowances: Allowances(sends: 1)))
        }
        #expect(charged.isEmpty && asked.isEmpty, "\(report)")
        #expect(report.outcome == .attention)
        for _ in 0..<2 { try await world.sync(sends: 1) }
        let ada = try id("Ada")
        #expect(pair == "charges" ? charged == [ada] : asked == [ada])
    }

    @Test("a run of one pair alone knows whose address it is by now")
    func alone() async throws {
        try swap()
        try write("1,K1,12.00,1600000000\n", to: "charges")
        _ = try await world.withEngine(only: ["charges"]) { engine, _ in try await engine.sync() }
        #expect(charged == [try id("Ada")])
    }

    @Test(
        "whoever gets the address while the run is under way is neither asked nor charged",
        arguments: ["charges", "asks"])
    func meanwhile(pair: String) async throws {
        try write("1,K1,12.00,\(Int(world.time.unixTime) - 3600)\n", to: pair)
        try Data("id,first,email\nK1,Ada,office@example.com\nK2,Bob,bob@example.com\nK3,Cy,cy@example.com\n".utf8)
            .write(to: world.csv)
        let (service, ada, bob) = (world.service, try id("Ada"), try id("Bob"))
        // When the new customer is created, and before the payment or the ask is.
        world.refusal = { request in
            guard request.method == "POST", request.url.hasSuffix("/customers") else { return nil }
            try service.edit { project throws(SandboxError) in
                try project.editCustomer(ada, ["email": .string("ada@example.com")])
                try project.editCustomer(bob, ["email": .string("office@example.com")])
            }
            return nil
        }
        let report = try await world.sync(sends: 1)
        #expect(charged.isEmpty && asked.isEmpty && report.skipped.count == 1, "\(report)")
        for _ in 0..<2 { try await world.sync(sends: 1) }
        #expect(pair == "charges" ? charged == [ada] : asked == [ada])
    }

    @Test("a payment whose key changes in the run in which its customer gets another address is recorded once")
    func bothChange() async throws {
        try write("1,K1,12.00,1600000000\n", to: "charges")
        try await world.sync()
        try writeCustomers("ada@example.com", "bob@example.com")
        try write("J1,K1,12.00,1600000000\n", to: "charges")
        for _ in 0..<2 { try await world.sync() }
        #expect(charged == [try id("Ada")])
    }

    @Test("a payment of somebody whose own change was not made is not recorded on whoever has the address still")
    func refused() async throws {
        try writeCustomers("ada@example.com", "office@example.com")
        try write("1,K2,12.00,1600000000\n", to: "charges")
        let ada = try id("Ada")
        world.refusal = { $0.method == "PATCH" && $0.url.hasSuffix("/customers/\(ada)") ? 422 : nil }
        let report = try await world.sync()
        #expect(charged.isEmpty && report.outcome == .attention, "\(report)")
        _ = try await world.withEngine { _, store in try store.clearQuarantine("customers", key: nil) }
        for _ in 0..<3 { try await world.sync() }
        #expect(charged == [try id("Bob")])
    }
}
