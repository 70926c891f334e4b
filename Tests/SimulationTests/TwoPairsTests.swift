import AccordCore
import AccordEngine
import Foundation
import Testing

/// Two files of customers in one run.
@Suite("Two pairs of one table")
struct TwoPairsTests {
    private static let newsletter = """
        resource: customers
        key: id
        match: [email]
        conflict: manual
        fields:
          first_name: first
          last_name: last
          email: {column: email, type: email}
        """

    @Test("who is new in both files is created once, and what they say differently is a conflict, and not overwritten")
    func createdByBoth() async throws {
        let world = try World(mapping: TwoPairsTests.newsletter, others: ["newsletter": TwoPairsTests.newsletter])
        try Data("id,first,last,email\n1,Ada,Lovelace,a@example.com\n2,Ben,Same,b@example.com\n".utf8).write(
            to: world.csv)
        let other =
            "id,first,last,email\n9,Ada,Byron,a@example.com\n8,Ben,Same,b@example.com\n7,Cy,Only,c@example.com\n"
        try Data(other.utf8).write(to: world.file(of: "newsletter"))
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 3] && report.quarantined == 2, "\(report)")
        #expect(world.service.snapshot().count == 3)
        #expect(world.customer("a@example.com")?["last_name"]?.string == "Lovelace")
        let next = try await world.sync()
        #expect(next.linked == 2 && next.conflicts == 1 && next.done == [.source(.create): 1], "\(next)")
        #expect(world.customer("a@example.com")?["last_name"]?.string == "Lovelace")
        #expect(try String(contentsOf: world.csv, encoding: .utf8).contains("Lovelace"))
        #expect(try String(contentsOf: world.file(of: "newsletter"), encoding: .utf8).contains("Byron"))
    }

    private static func customers(create: String = "both") -> String {
        """
        resource: customers
        key: id
        match: [email]
        create: \(create)
        fields:
          first_name: first
          email: {column: email, type: email}
          unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}
        """
    }

    private func write(_ rows: [String], to file: URL) throws {
        try Data((["id,first,email,out"] + rows).joined(separator: "\n").appending("\n").utf8).write(to: file)
    }

    @Test(
        "who opted out in the file of another pair, whichever comes first, is created as somebody who gets no messages",
        arguments: ["both", "source"])
    func optedOutInTheOther(create: String) async throws {
        let world = try World(
            mapping: TwoPairsTests.customers(create: "project"),
            others: ["more": TwoPairsTests.customers(create: create)])
        try write(["1,Ada,p1@example.com,no", "2,Ben,p2@example.com,no"], to: world.csv)
        try write(["9,Ada,p1@example.com,yes"], to: world.file(of: "more"))
        let report = try await world.sync()
        #expect(report.done[.project(.unsubscribe)] == 1 && report.done[.project(.create)] == 2, "\(report.done)")
        #expect(world.isOut(1) && !world.isOut(2))
        for _ in 0..<2 { try await world.sync() }
        #expect(try world.rows.contains("1,Ada,p1@example.com,yes"))
        #expect(try await world.sync().operations == 0)
    }

    @Test(
        "who may have opted out in a row that cannot be used, of whatever pair, is not created as somebody who gets messages",
        arguments: ["9,Ada,p1@example.com,yes,more", "9,Ada,p1@example.com,perhaps", ",Ada,p1@example.com,perhaps"],
        [false, true])
    func inDoubt(row: String, isOfItsOwnFile: Bool) async throws {
        let world = try World(
            mapping: TwoPairsTests.customers(create: "project"),
            others: ["more": TwoPairsTests.customers(create: "project")])
        let rows = ["1,Ada,p1@example.com,no", "2,Ben,p2@example.com,no"]
        try write(rows + (isOfItsOwnFile ? [row] : []), to: world.csv)
        let others = (5...8).map { "\($0),Eve,p\($0)@example.com,no" }
        try write(others + (isOfItsOwnFile ? [] : [row]), to: world.file(of: "more"))
        for _ in 0..<2 {
            let report = try await world.sync()
            #expect(report.outcome == .attention && world.customer(1) == nil && world.customer(2) != nil, "\(report)")
        }
        try write(rows, to: world.csv)
        try write(others, to: world.file(of: "more"))
        try await world.sync()
        #expect(world.customer(1) != nil && !world.isOut(1))
    }

    @Test("who opted out in a row of the same file that cannot be used is created as somebody who gets no messages")
    func withoutKey() async throws {
        let world = try World(mapping: TwoPairsTests.customers(create: "project"))
        try write(["1,Ada,p1@example.com,no", ",Ada,p1@example.com,yes"], to: world.csv)
        try await world.sync()
        #expect(world.isOut(1))
    }
}
