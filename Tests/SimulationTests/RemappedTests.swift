import AccordCore
import Foundation
import Testing

/// What was agreed of one column says nothing of another one that the same field is read from later.
@Suite("A field that is read from another column")
struct RemappedTests {
    private let world: World

    private static let header = "id,first,email,company,org,out,mail out"

    private static func mapping(
        id: String = "id", first: String = "first", email: String = "email", company: String? = "company",
        out: String = "out"
    ) -> String {
        """
        resource: customers
        key: \(id)
        match: [email]
        conflict: manual
        when gone from project: ignore
        fields:
          first_name: \(first)
          email: {column: \(email), type: email}
          \(company.map { "company: \($0)" } ?? "# company")
          unsubscribed_at:
            {column: \(out), type: boolean, yes: ["yes"], no: ["no"], resubscribe: [source, project]}
        """
    }

    /// Persons 1 and 2 opted out, and both sides agree on everything.
    init() async throws {
        world = try World(mapping: Self.mapping())
        try write()
        #expect(try await world.sync().outcome == .done)
    }

    private func write(header: String = header, first: (Int) -> String = { "First\($0)" }) throws {
        let rows = (1...5).map { number in
            let out = number < 3 ? "yes" : "no"
            return "\(number),\(first(number)),p\(number)@example.com,Old\(number),New\(number),\(out),no"
        }
        try Data(([header] + rows).joined(separator: "\n").appending("\n").utf8).write(to: world.csv)
    }

    private func expectBothKept(_ comment: Comment) throws {
        #expect(world.project.filter { $0.contains("|Old") }.count == 5, comment)
        #expect(try world.rows.filter { $0.contains(",New") }.count == 5, comment)
    }

    @Test("two names that are swapped in the header are a change of every row, whose bytes are as they were")
    func swappedHeader() async throws {
        try write(header: "id,first,email,org,company,out,mail out")
        #expect(try await world.sync().outcome == .done)
        #expect(world.project.filter { $0.contains("|New") }.count == 5, "\(world.project)")
        try write()
        #expect(try await world.sync().outcome == .done)
        #expect(world.project.filter { $0.contains("|Old") }.count == 5, "\(world.project)")
    }

    @Test("what differs is a conflict in every run, until a person decides it")
    func conflicts() async throws {
        try world.use(mapping: Self.mapping(company: "org"))
        for run in 1...3 {
            #expect(try await world.sync().conflicts == 5, "run \(run)")
            try expectBothKept("run \(run)")
        }
        let isThere = try await world.withEngine { _, store in
            try store.resolve("customers", sourceKey: "1", field: "company", .project)
        }
        #expect(isThere)
        #expect(try await world.sync().conflicts == 4)
        #expect(try world.rows.contains { $0.contains("p1@example.com,Old1,Old1,") })
        // From then on the column is the field's own.
        try world.edit(1, ["company": .string("Newer")])
        #expect(try await world.sync().conflicts == 4)
        #expect(try world.rows.contains { $0.contains("p1@example.com,Old1,Newer,") })
    }

    @Test("so it is where the first run with the new mapping ends at any step")
    func crashes() async throws {
        try world.use(mapping: Self.mapping(company: "org"))
        for step in 1...120 {
            try write { "First\($0) \(step)" }
            let died = try await world.crash(atStep: step, unless: .endsBefore)
            try expectBothKept("step \(step)")
            if !died { return }
        }
        Issue.record("the run has more steps than were tried")
    }

    @Test("so it is for a field that the mapping had not for a while")
    func takenOut() async throws {
        try world.use(mapping: Self.mapping(company: nil))
        #expect(try await world.sync().outcome == .done)
        for number in 1...5 { try world.edit(number, ["company": .string("Edited")]) }
        try world.use(mapping: Self.mapping())
        for run in 1...2 {
            #expect(try await world.sync().conflicts == 5, "run \(run)")
            #expect(world.project.filter { $0.contains("|Edited|") }.count == 5)
            #expect(try world.rows.filter { $0.contains(",Old") }.count == 5)
        }
    }

    @Test("so it is where every column has another name")
    func allRenamed() async throws {
        try write(header: "number,given,mail,firm,firm 2,gone,gone 2")
        try world.use(
            mapping: Self.mapping(id: "number", first: "given", email: "mail", company: "firm 2", out: "gone"))
        for run in 1...2 {
            #expect(try await world.sync().conflicts == 5, "run \(run)")
            try expectBothKept("run \(run)")
        }
    }

    @Test("nobody who opted out is subscribed because the column of opt-outs is another one, after a failed run too")
    func optOut() async throws {
        try world.use(mapping: Self.mapping(out: "mail out"))
        try write { "Other\($0)" }
        world.refusal = { $0.method == "GET" ? nil : 401 }
        #expect(try await world.sync().outcome == .failed)
        for run in 1...2 {
            try await world.sync()
            #expect(world.project.filter { $0.contains("|yes|no") }.count == 2, "run \(run): \(world.project)")
        }
    }
}
