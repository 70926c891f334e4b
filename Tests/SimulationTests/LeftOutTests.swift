import Foundation
import Testing

/// Rows that the mapping leaves out rest: whatever happens to them or to the project, nothing is done about them.
@Suite("Rows that are left out")
struct LeftOutTests {
    private let world: World

    init() throws {
        world = try World(
            mapping: """
                resource: customers
                key: id
                create: project
                only: {column: status, is: [active]}
                fields:
                  first_name: first
                  email: {column: email, type: email}
                  company: company
                """)
    }

    private func write(_ rows: String...) throws {
        let lines = ["id,status,first,email,company"] + rows
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: world.csv)
    }

    private static func row(_ number: Int, _ status: String = "active", company: String = "") -> String {
        "\(number),\(status),First\(number),p\(number)@example.com,\(company)"
    }

    @Test("one that is linked has not vanished, and gets no change of the project until it is meant again")
    func rests() async throws {
        try write(Self.row(1), Self.row(2))
        try await world.sync()
        let left = Self.row(1, "former")
        try write(left, Self.row(2))
        for change in ["Harbor", "Pier", "Quay"] {
            let report = try await world.sync()
            #expect(report.operations == 0 && report.skipped.isEmpty, "before \(change)")
            try world.edit(1, ["company": .string(change)])
        }
        #expect(try world.rows.contains(left))
        #expect(!world.isArchived(1))
        try write(Self.row(1), Self.row(2))
        #expect(try await world.sync().done == [.source(.update): 1])
        #expect(try world.rows.contains(Self.row(1, company: "Quay")))
    }

    @Test("a saved plan writes nothing into a row that is left out by then")
    func savedPlan() async throws {
        try write(Self.row(1))
        try await world.sync()
        try world.edit(1, ["company": .string("Harbor")])
        let report = try await world.apply { try write(Self.row(1, "former")) }
        #expect(report.skipped.map(\.reason) == ["the mapping leaves its row out by now"])
        #expect(report.operations == 0)
        #expect(try world.rows.contains(Self.row(1, "former")))
    }

    @Test("one that a stopped run had created is neither archived nor created twice")
    func stopped() async throws {
        try write(Self.row(1))
        let crashPoint = CrashPoint()
        world.intruder = { request in if request.method == "POST" { crashPoint.die() } }
        try await world.crash(crashPoint)
        try write(Self.row(1, "former"))
        for _ in 0..<2 { #expect(try await world.sync().operations == 0) }
        #expect(world.service.snapshot().count == 1 && !world.isArchived(1))
        try write(Self.row(1))
        try await world.sync()
        #expect(world.service.snapshot().count == 1)
        try world.edit(1, ["company": .string("Harbor")])
        #expect(try await world.sync().done == [.source(.update): 1], "it is linked")
    }

    @Test("rows that are left out may share the key of one that is meant, before it and after it")
    func sharedKeys() async throws {
        func line(_ number: Int) -> String { Self.row(number, "", company: "a line of it") }
        try write(Self.row(1), line(1), line(2), Self.row(2), line(3), line(3))
        let first = try await world.sync()
        #expect(first.done == [.project(.create): 2] && first.quarantined == 0)
        #expect(try await world.sync().operations == 0)
        for number in 1...2 { try world.edit(number, ["company": .string("Harbor")]) }
        #expect(try await world.sync().done == [.source(.update): 2])
        for number in 1...2 {
            #expect(try world.rows.contains(Self.row(number, company: "Harbor")))
            #expect(try world.rows.contains(line(number)))
        }
        // The one that was meant goes, and the other one stays: it is left out, not gone.
        try write(line(1), Self.row(2, company: "Harbor"))
        #expect(try await world.sync().operations == 0)
        #expect(!world.isArchived(1))
    }
}
