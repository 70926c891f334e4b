import AccordCore
import Testing

/// Rows that are one text each, which a column of another table holds: the name or the slug of a location.
@Suite("Deciding names that a column holds")
struct DecideNamesTests {
    private let context = Deciding.context(
        schema: TableSchema(
            name: "locations", label: "location", title: ["name"],
            fields: [
                FieldSchema(name: "name", type: .string, role: .name, required: true),
                FieldSchema(name: "slug", type: .string, madeFrom: "name"),
                FieldSchema(name: "context", type: .string, role: .context),
            ], unique: ["slug"], lookedUpBy: ["slug", "name"]),
        mapping: Mapping(
            resource: "locations", key: ["key"], match: ["slug", "name"],
            fields: [
                Field(name: "slug", column: "slug", direction: .toSource, isGivenOnce: true),
                Field(name: "name", column: "name", direction: .toProject, isGivenOnce: true),
                Field(
                    name: "context", column: nil, direction: .toProject, transforms: [.constant("customers")],
                    isGivenOnce: true),
            ], creates: [.project], whenGoneFromSource: .ignore),
        isOneText: true)

    private func values(_ name: String, slug: String? = nil, context: String = "customers") -> [String: Value] {
        ["name": .string(name), "slug": .string(slug ?? "slug-of-\(name)"), "context": .string(context)]
    }

    private func entries(
        _ names: [String], in world: KnownWorld, missing: [Int64] = []
    ) throws -> [Entry] {
        var decisions = Decisions(missing: missing)
        let rows = names.enumerated().map {
            Deciding.row(NameKey.of($0.element), $0.offset + 2, values($0.element, slug: $0.element))
        }
        let decided = world.decide(&decisions) { (decisions, known) throws(Needs) in
            try UnlinkedRows(context).decide(rows, pair: "locations", &decisions, known)
        }
        return try #require(decided.decision)
    }

    @Test(
        "a name is found in any letter case and with any white space", arguments: ["harbor  street", "HARBOR STREET"])
    func byName(name: String) throws {
        var world = KnownWorld(schema: context.schema)
        world.add("p1", values("Harbor Street"))
        let entry = try #require(entries([name], in: world).first)
        #expect(entry.outcome == "linked harbor street/p1 new \(Reason.sameValues(fields: ["name"]))")
        #expect(entry.operations.isEmpty)
        #expect(
            entry.agreements.contains(
                Agreement(field: "name", source: .string(name), project: .string("Harbor Street"))))
    }

    @Test("a link of another name that nothing spells any more moves; one that something spells stays")
    func renamed() throws {
        var world = KnownWorld(schema: context.schema)
        world.add("p1", values("The Harbor"))
        world.link("harbor street", "p1", base: values("Harbor Street"))
        #expect(
            try entries(["the harbor"], in: world, missing: [1]).map(\.outcome) == [
                "linked the harbor/p1 moved from harbor street"
            ])
        let other = try entries(["the harbor"], in: world)
        #expect(other.map(\.note) == [.names("The Harbor")] && other.map(\.bucket) == [.leftAlone])
    }

    @Test("a slug that a row spells exactly is that record, which is not created, nor linked by it")
    func bySlug() throws {
        var world = KnownWorld(schema: context.schema)
        world.add("p1", values("The Pier", slug: "pier-12"))
        #expect(try entries(["pier-12"], in: world).map(\.note) == [.names("The Pier")])
        #expect(
            try entries(["Pier 12", "PIER-12"], in: world).map(\.outcome) == ["created pier 12/-", "created pier-12/-"])
    }

    @Test("a name of two records, or a name that is another one's slug, says neither of them")
    func ambiguous() throws {
        var world = KnownWorld(schema: context.schema)
        world.add("p1", values("Old Pier", slug: "pier"))
        world.add("p2", values("Pier"))
        world.add("p3", values("North"))
        world.add("p4", values("NORTH"))
        let entries = try entries(["pier", "north"], in: world)
        #expect(entries.map(\.outcome) == ["quarantined pier/- ambiguous", "quarantined north/- ambiguous"])
        #expect(
            entries.map(\.quarantine?.message) == [
                "the location \"Pier\" (slug-of-Pier) of the project is called so, and \"Old Pier\" has the slug pier: "
                    + "rename one of them in the project",
                "2 locations of the project are called so, \"North\" (slug-of-North) and \"NORTH\" (slug-of-NORTH): "
                    + "rename one of them in the project",
            ])
    }

    @Test("a name of another context is not meant")
    func otherContext() throws {
        var world = KnownWorld(schema: context.schema)
        world.add("p1", values("VIP", context: "reviews"))
        #expect(try entries(["VIP"], in: world).map(\.outcome) == ["created vip/-"])
        world.add("p2", values("VIP", slug: "vip-2"))
        #expect(try entries(["VIP"], in: world).map(\.projectID) == ["p2"])
    }

    @Test("names that differ are created each")
    func different() throws {
        let entries = try entries(["Müller", "Möller", "C++", "C#", "Кофе", "Чай"], in: KnownWorld())
        #expect(entries.map(\.bucket) == Array(repeating: .created, count: 6))
        #expect(Set(entries.flatMap(\.operations).flatMap(\.changes).map(\.field)) == ["context", "name"])
    }

    static let ways: [(String, String)] = [
        ("Pier 12", "PIER   12 "), ("Zoe\u{308}", "ZOË"), ("Straße", "STRASSE"), ("ΟΔΟΣ", "οδος"), ("Кофе", "КОФЕ"),
        ("a\u{A0}b", "A B"), ("", " "),
    ]

    @Test("what all ways to write a name have in common", arguments: ways)
    func key(way: String, other: String) {
        #expect(NameKey.of(way) == NameKey.of(other))
        #expect(NameKey.of(NameKey.of(way)) == NameKey.of(way))
    }

    @Test(
        "names that differ in anything else are different",
        arguments: [("Müller", "Möller"), ("Müller", "Muller"), ("C++", "C#"), ("pier-12", "pier 12"), ("ı", "i")])
    func different(name: String, other: String) {
        #expect(NameKey.of(name) != NameKey.of(other))
    }
}
