import AccordCore
import AccordSandbox
import Foundation
import Testing

/// The service takes today for the day of signing up of a customer of whom it is told none.
@Suite("A blank date that the service fills")
struct BlankDateTests {
    private static func mapping(direction: String = "both") -> String {
        """
        resource: customers
        key: id
        fields:
          first_name: first
          email: email
          signed_up_at: {column: since, type: date, direction: \(direction)}
        """
    }

    private static let rows = ["1,Ann,ann@example.com,", "2,Bob,bob@example.com,2025-01-31"]

    private func world(direction: String = "both") throws -> World {
        let world = try World(mapping: BlankDateTests.mapping(direction: direction))
        try write(BlankDateTests.rows, to: world)
        return world
    }

    private func write(_ rows: [String], to world: World) throws {
        try Data((["id,first,email,since"] + rows).map { $0 + "\n" }.joined().utf8).write(to: world.csv)
    }

    private func expectBlank(_ world: World, _ comment: Comment = "") async throws {
        for full in [false, true] {
            let plan = try await world.plan(full: full)
            #expect(plan.pairs.allSatisfy { !$0.hasChanges }, comment)
        }
        #expect(try world.rows == BlankDateTests.rows + ["id,first,email,since"], comment)
    }

    private func signedUp(_ world: World) -> [Int64?] {
        world.service.snapshot().sorted { ($0["email"]?.string ?? "") < ($1["email"]?.string ?? "") }
            .map { $0["signed_up_at"]?.int }
    }

    @Test("stays blank, whatever changes besides")
    func staysBlank() async throws {
        let world = try world()
        try await world.sync()
        #expect(signedUp(world).allSatisfy { $0 != nil }, "the service has filled it")
        try await world.sync()
        try await expectBlank(world)
        // Another field of the same customer changes on either side.
        try world.edit("ann@example.com", ["first_name": .string("Anna")])
        try await world.sync()
        #expect(try world.rows.contains("1,Anna,ann@example.com,"))
        try write(["1,Anne,ann@example.com,", BlankDateTests.rows[1]], to: world)
        let before = signedUp(world)
        try await world.sync()
        #expect(try world.rows.contains("1,Anne,ann@example.com,"))
        #expect(signedUp(world) == before, "nor is it taken from the project")
    }

    @Test("is filled once somebody says a day, on either side")
    func edited() async throws {
        let world = try world()
        try await world.sync()
        try world.edit("ann@example.com", ["signed_up_at": .string("2024-02-29")])
        try await world.sync()
        #expect(try world.rows.contains("1,Ann,ann@example.com,2024-02-29"))
        try write(["1,Ann,ann@example.com,2024-03-01", BlankDateTests.rows[1]], to: world)
        try await world.sync()
        #expect(signedUp(world).first == CalendarDay(iso: "2024-03-01")?.midnight)
    }

    @Test("of a customer who is found in the project takes what the project says")
    func found() async throws {
        let world = try world()
        try world.service.edit { project throws(SandboxError) in
            _ = try project.addCustomer([
                "first_name": .string("Ann"), "email": .string("ann@example.com"),
                "signed_up_at": .string("2020-05-05"),
            ])
        }
        try await world.sync()
        #expect(try world.rows.contains("1,Ann,ann@example.com,2020-05-05"))
    }

    @Test("is filled where the mapping lets it flow to the source alone")
    func asked() async throws {
        let world = try world(direction: "to-source")
        for _ in 0..<2 { try await world.sync() }
        #expect(try !world.rows.contains(BlankDateTests.rows[0]))
    }

    @Test("stays blank after a crash at any step, too")
    func crashes() async throws {
        let undisturbed = try world()
        let point = CrashPoint()
        try await undisturbed.sync(point)
        #expect(point.steps > 5, "nothing happens in this scenario")
        for step in 1...point.steps {
            let world = try world()
            try await world.crash(atStep: step)
            for _ in 0..<2 { try await world.sync() }
            try await expectBlank(world, "crash at step \(step)")
        }
    }
}
