import AccordCore
import Testing

/// Rows that are one text each, which a column of another table holds: the name or the slug of a location.
@Suite("Deciding names that a column holds")
struct DecideNamesTests {
    private let context = Deciding.context(
        schema: TableSchema(
            name: "locations", label: "location", title: ["name"],
            fields: [
                FieldSchema(name: "name", type: .string, required: true),
                FieldSchema(name: "slug", type: .string, madeFrom: "name"),
                FieldSchema(name: "context", type: .string, role: .context),
            ], unique: ["slug"], lookedUpBy: ["slug", "name"]),
        mapping: Mapping(
            resource: "locations", key: ["name"], match: ["slug", "name"],
            fields: [
                Field(name: "slug", column: "slug", direction: .toSource, isGivenOnce: true),
                Field(name: "name", column: "name", direction: .toProject, isGivenOnce: true),
                Field(
                    name: "context", column: nil, direction: .toProject, transforms: [.constant("customers")],
                    isGivenOnce: true),
            ], creates: [.project], whenGoneFromSource: .ignore),
        isOneText: true)

    private func values(_ name: String, slug: String? = nil, context: String = "customers") -> [String: Value] {
        [
            "name": .string(name), "slug": .string(slug ?? Slug.identity(of: name)), "context": .string(context),
        ]
    }

    private func entries(
        _ names: [String], in world: KnownWorld, missing: [Int64] = []
    ) throws -> [Entry] {
        var decisions = Decisions(missing: missing)
        let rows = names.enumerated().map { Deciding.row($0.element, $0.offset + 2, values($0.element)) }
        let decided = world.decide(&decisions) { (decisions, known) throws(Needs) in
            try UnlinkedRows(context).decide(rows, pair: "locations", &decisions, known)
        }
        return try #require(decided.decision)
    }

    @Test(
        "another way to write a linked name moves the link, and only the base follows",
        arguments: ["harbor-street", "HARBOR street"])
    func writtenAnew(name: String) throws {
        var world = KnownWorld()
        world.add("p1", values("Harbor Street"))
        world.link("Harbor Street", "p1")
        let entry = try #require(entries([name], in: world, missing: [1]).first)
        #expect(entry.outcome == "linked \(name)/p1 moved from Harbor Street")
        #expect(entry.operations.isEmpty)
        #expect(
            entry.agreements == [
                Agreement(field: "name", source: .string(name), project: .string("Harbor Street"))
            ])
    }

    @Test("what the project has renamed since is neither renamed back nor created, however it is written")
    func renamed() throws {
        var world = KnownWorld()
        world.add("p1", values("The Harbor", slug: "harbor-street"))
        world.link("Harbor Street", "p1", base: values("Harbor Street"))
        let entry = try #require(entries(["Harbor street"], in: world, missing: [1]).first)
        #expect(entry.outcome == "linked Harbor street/p1 moved from Harbor Street")
        #expect(entry.operations.isEmpty)
    }

    @Test("a name is found by its slug, whatever the record with that slug is called")
    func bySlug() throws {
        var world = KnownWorld()
        world.add("p1", values("The Pier", slug: "pier-12"))
        let entry = try #require(entries(["Pier 12"], in: world).first)
        #expect(entry.outcome == "linked Pier 12/p1 new \(Reason.sameValues(fields: ["slug"]))")
        #expect(entry.operations.isEmpty)
    }

    @Test("a name of two records says neither of them")
    func ambiguous() throws {
        var world = KnownWorld()
        world.add("p1", values("Old Pier", slug: "pier-12"))
        world.add("p2", values("Pier 12", slug: "pier"))
        let entry = try #require(entries(["Pier 12"], in: world).first)
        #expect(entry.outcome == "quarantined Pier 12/- ambiguous")
        #expect(
            entry.quarantine?.message
                == "2 locations of the project have the slug pier-12 or the name Pier 12: p1, p2")
    }

    @Test("what is called so in every way is meant before what is called so in one")
    func bothWays() throws {
        var world = KnownWorld()
        world.add("p1", values("VIP", slug: "vip-2"))
        world.add("p2", values("VIP", slug: "vip"))
        #expect(try entries(["VIP"], in: world).map(\.projectID) == ["p2"])
    }

    @Test("a name of another context is not meant")
    func otherContext() throws {
        var world = KnownWorld()
        world.add("p1", values("VIP", context: "reviews"))
        #expect(try entries(["VIP"], in: world).map(\.outcome) == ["created VIP/-"])
        world.add("p2", values("VIP", slug: "vip-2"))
        #expect(try entries(["VIP"], in: world).map(\.projectID) == ["p2"])
    }

    @Test("names of which no slug can be made are created each")
    func withoutSlug() throws {
        let entries = try entries(["Кофе", "Чай"], in: KnownWorld())
        #expect(entries.map(\.outcome) == ["created Кофе/-", "created Чай/-"])
        #expect(
            entries.flatMap(\.operations).flatMap(\.changes).map(\.field) == ["context", "name", "context", "name"])
    }

    static let ways: [(String, String)] = [
        ("Pier 12", "pier-12"), ("pier-12", "pier-12"), ("PIER  12!", "pier-12"), ("cut-", "cut-"), ("Кофе", "Кофе"),
        ("C++", "c"), ("", ""),
    ]

    @Test("what all ways to write a name have in common is its slug, or the text itself", arguments: ways)
    func identity(text: String, identity: String) {
        #expect(Slug.identity(of: text) == identity)
        #expect(Slug.identity(of: identity) == identity)
    }
}
