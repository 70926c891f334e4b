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
}
