import AccordCore
import Foundation
import Testing

/// Rows that a killed run settled mean what its mapping made of them, and the next run may have another one.
@Suite("A run that is killed while another mapping is in force")
struct KilledMappingTests {
    private static func mapping(company: String?) -> String {
        """
        resource: customers
        key: id
        match: [email]
        conflict: source
        fields:
          first_name: first
          email: {column: email, type: email}
          \(company.map { "company: \($0)" } ?? "# company")
        """
    }

    private static let plain = mapping(company: "company")

    private func world(_ mapping: String) throws -> World {
        let world = try World(mapping: mapping)
        let rows = (1...3).map { "\($0),First\($0),p\($0)@example.com,Company\($0)" }
        let lines = ["id,first,email,company"] + rows
        try Data(lines.joined(separator: "\n").appending("\n").utf8).write(to: world.csv)
        return world
    }

    private func companies(_ world: World) -> [String] {
        world.service.snapshot().map { $0["company"]?.string ?? "-" }.sorted()
    }

    @Test("leaves nothing behind when the mapping is put back, at whichever step it ends")
    func putBack() async throws {
        for step in 1...60 {
            let world = try world(Self.plain)
            try await world.sync()
            try world.use(mapping: Self.mapping(company: "{column: company, transform: [uppercase]}"))
            let died = try await world.crash(atStep: step, unless: .endsBefore)
            try world.use(mapping: Self.plain)
            try await world.sync()
            #expect(companies(world) == ["Company1", "Company2", "Company3"], "step \(step)")
            #expect(try await world.sync().operations == 0, "step \(step)")
            if !died { return }
        }
        Issue.record("the run has more steps than were tried")
    }

    @Test("does not hide a field that is mapped before anything was ever finished, at whichever step it ends")
    func firstRun() async throws {
        for step in 1...60 {
            let world = try world(Self.mapping(company: nil))
            let died = try await world.crash(atStep: step, unless: .endsBefore)
            try world.use(mapping: Self.plain)
            try await world.sync()
            #expect(companies(world) == ["Company1", "Company2", "Company3"], "step \(step)")
            if !died { return }
        }
        Issue.record("the run has more steps than were tried")
    }
}
