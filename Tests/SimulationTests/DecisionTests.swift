import AccordCore
import AccordEngine
import Foundation
import Testing

/// What a person decided about a conflict counts until it is carried out, however long its row cannot be looked at.
@Suite("Decisions of a person")
struct DecisionTests {
    private let world: World

    init() throws {
        world = try World(
            mapping: """
                resource: customers
                key: id
                match: [email]
                create: project
                only: {column: status, is: [active]}
                fields:
                  first_name: first
                  email: {column: email, type: email}
                """)
    }

    private func write(_ rows: [String], ending: String = "\n") throws {
        try Data((["id,status,first,email"] + rows).joined(separator: "\n").appending(ending).utf8).write(to: world.csv)
    }

    private static let others = (2...4).map { "\($0),active,First\($0),p\($0)@example.com" }
    private static let edited = "1,active,Source,p1@example.com"

    /// The first customer is in conflict, and a person has decided it for the source.
    private func decide() async throws {
        try write(["1,active,First1,p1@example.com"] + Self.others)
        try await world.sync()
        try write([Self.edited] + Self.others)
        try world.edit(1, ["first_name": .string("Project")])
        #expect(try await world.sync().conflicts == 1)
        let isThere = try await world.withEngine { _, store in
            try store.resolve("customers", sourceKey: "1", field: "first_name", .source)
        }
        #expect(isThere)
    }

    private func decisions() async throws -> [Side?] {
        try await world.withEngine { _, store in try store.conflicts("customers").map(\.resolution) }
    }

    /// What becomes of the row for some runs, and how the file ends then.
    private static let absences: [(rows: [String], ending: String)] = [
        (["1,former,Source,p1@example.com"] + others, "\n"),
        (["1,active,Source,nowhere"] + others, "\n"),
        ([edited, edited] + others, "\n"),
        (others, ""),
        ([], "\n"),
    ]

    @Test("one is kept while its row is left out, set aside, doubled or not found in doubt", arguments: 0..<5)
    func kept(index: Int) async throws {
        try await decide()
        let (rows, ending) = Self.absences[index]
        try write(rows, ending: ending)
        for _ in 0..<2 {
            // A file without any rows is refused.
            guard rows.isEmpty else {
                try await world.sync()
                continue
            }
            await #expect(throws: EngineError.self) { try await world.sync() }
        }
        #expect(try await decisions() == [.source])
        #expect(world.customer(1)?["first_name"]?.string == "Project")
        try write([Self.edited] + Self.others)
        let report = try await world.sync()
        #expect(report.conflicts == 0 && report.done == [.project(.update): 1])
        #expect(world.customer(1)?["first_name"]?.string == "Source")
        #expect(try await decisions() == [])
    }

    @Test("one is given up where its record is in conflict no more")
    func given() async throws {
        try await decide()
        try world.edit(1, ["first_name": .string("Source")])
        try await world.sync()
        #expect(try await decisions() == [])
    }

    @Test("one is given up where its record is gone from both sides")
    func gone() async throws {
        try await decide()
        try world.edit(1, ["delete": .bool(true)])
        try write(Self.others)
        world.time.advance(8 * 86_400)
        try await world.sync()
        #expect(try await decisions() == [])
    }

    @Test(
        "of two conflicts of a record that were decided together, one that is edited since is asked again, or is none any more",
        arguments: ["Source", "Third", "First1"])
    func editedSince(name: String) async throws {
        let mapping = """
            resource: customers
            key: id
            match: [email]
            fields:
              first_name: first
              last_name: last
              email: {column: email, type: email}
            """
        let world = try World(mapping: mapping)
        func write(_ first: String, _ last: String) throws {
            try Data("id,first,last,email\n1,\(first),\(last),p1@example.com\n".utf8).write(to: world.csv)
        }
        try write("First1", "Last1")
        try await world.sync()
        try write("Source", "Source")
        try world.edit(1, ["first_name": .string("Project"), "last_name": .string("Project")])
        #expect(try await world.sync().conflicts == 2)
        try await world.withEngine { _, store in
            for field in ["first_name", "last_name"] {
                try store.resolve("customers", sourceKey: "1", field: field, .project)
            }
        }
        try world.edit(1, ["first_name": .string(name)])
        for _ in 0..<2 { try await world.sync() }
        let open = try await world.withEngine { _, store in try store.conflicts("customers") }
        #expect(open.map(\.conflict.field) == (name == "Third" ? ["first_name"] : []), "\(open)")
        #expect(open.allSatisfy { $0.resolution == nil })
        #expect(try world.rows.contains { $0.contains(",Project,p1@") })
    }
}
