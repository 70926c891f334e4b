import AccordCore
import Testing

@Suite("Source rows without a link")
struct DecideUnlinkedTests {
    private struct Case: Sendable {
        let what: String
        var world: @Sendable (inout KnownWorld) -> Void = { _ in }
        var missing: [Int64] = []
        var newlyLinked: [String: String] = [:]
        let rows: [SourceRow]
        let outcomes: [String]
    }

    private static let ada = Deciding.person("a", "1")
    private static let noKey = Quarantine(.unreadable, "a quote is open")

    private static let cases: [Case] = [
        Case(what: "nobody has its values", rows: [Deciding.row("s1", 2, ada)], outcomes: ["created s1/-"]),
        Case(
            what: "a record without a link has its e-mail", world: { $0.add("p1", ada) },
            rows: [Deciding.row("s1", 2, ada)], outcomes: ["linked s1/p1 new sameValues(fields: [\"email\"])"]),
        Case(
            what: "another row is that record",
            world: {
                $0.add("p1", ada); $0.link("s9", "p1")
            },
            rows: [Deciding.row("s1", 2, ada)], outcomes: ["quarantined s1/- ambiguous"]),
        Case(
            what: "that record's own row is not there",
            world: {
                $0.add("p1", ada); $0.link("s9", "p1")
            }, missing: [1],
            rows: [Deciding.row("s1", 2, ada)], outcomes: ["linked s1/p1 moved from s9"]),
        Case(
            what: "that record's own row is not there, and two rows may be it",
            world: {
                $0.add("p1", ada); $0.link("s9", "p1")
            }, missing: [1],
            rows: [Deciding.row("s1", 2, ada), Deciding.row("s2", 3, ada)],
            outcomes: ["quarantined s1/- ambiguous", "withheld s9/p1", "quarantined s2/- ambiguous"]),
        Case(
            what: "the same telephone, but not the same e-mail",
            world: {
                $0.add("p1", ada); $0.link("s9", "p1")
            }, missing: [1],
            rows: [Deciding.row("s1", 2, Deciding.person("b", "1", name: "Bo"))],
            outcomes: ["quarantined s1/- ambiguous", "withheld s9/p1"]),
        Case(
            what: "the same telephone and name, a new e-mail, and its own row is not there",
            world: {
                $0.add("p1", ada); $0.link("s9", "p1")
            }, missing: [1],
            rows: [Deciding.row("s1", 2, Deciding.person("b", "1"))], outcomes: ["updated s1/p1 moved from s9"]),
        Case(
            what: "two records have its telephone",
            world: {
                $0.add("p1", Deciding.person(nil, "1")); $0.add("p2", Deciding.person(nil, "1"))
            },
            rows: [Deciding.row("s1", 2, ada)], outcomes: ["quarantined s1/- ambiguous"]),
        Case(
            what: "the stronger value counts first",
            world: {
                $0.add("p1", Deciding.person("a", "2")); $0.add("p2", Deciding.person("b", "1"))
            },
            rows: [Deciding.row("s1", 2, ada)], outcomes: ["conflict s1/p1 new sameValues(fields: [\"email\"])"]),
        Case(
            what: "a record that is gone is nobody",
            world: {
                $0.add("p1", ada, isGone: true); $0.link("s9", "p1")
            },
            rows: [Deciding.row("s1", 2, ada)], outcomes: ["created s1/-"]),
        Case(
            what: "a stopped run created that record for another row", world: { $0.add("p1", ada) },
            newlyLinked: ["p1": "s7"], rows: [Deciding.row("s1", 2, ada)], outcomes: ["quarantined s1/- ambiguous"]),
        Case(
            what: "a row that cannot be used is nobody's peer",
            rows: [Deciding.row("s1", 2, ada, noKey), Deciding.row("s2", 3, ada)],
            outcomes: ["created s2/-", "quarantined s1/- unreadable"]),
    ]

    @Test("Which project record a row is", arguments: cases.indices)
    private func match(index: Int) throws {
        let example = DecideUnlinkedTests.cases[index]
        var world = KnownWorld()
        example.world(&world)
        var decisions = try Deciding.decisions(missing: example.missing, newlyLinked: example.newlyLinked, world)
        let rows = UnlinkedRows(Deciding.context())
        let entries = world.decide(&decisions) { (decisions, known) throws(Needs) in
            try rows.decide(example.rows, pair: "customers", &decisions, known)
        }.decision
        #expect(entries?.map(\.outcome) == example.outcomes, "\(example.what)")
    }

    @Test("A row that was set aside is remembered by its values, a link that was found again is no longer missing")
    func remembered() throws {
        var world = KnownWorld()
        world.add("p1", DecideUnlinkedTests.ada)
        world.add("p2", Deciding.person("b", "2"))
        world.link("s8", "p1")
        world.link("s9", "p2")
        var decisions = Decisions(missing: [1, 2])
        let rows = [
            Deciding.row("s1", 2, Deciding.person("b", "2")),
            Deciding.row("s2", 3, Deciding.person("c", "1", name: "Bo")),
        ]
        _ = world.decide(&decisions) { (decisions, known) throws(Needs) in
            try UnlinkedRows(Deciding.context()).decide(rows, pair: "customers", &decisions, known)
        }
        #expect(decisions.missing.isEmpty)
        #expect(decisions.withheld == ["p1"])
        #expect(decisions.decided == ["p1", "p2"])
        #expect(
            decisions.unidentified == [
                UnidentifiedRow(
                    place: Place(file: "crm.csv", line: 3),
                    values: [Deciding.value("email", "c"), Deciding.value("phone", "1")], hasKey: true)
            ])
    }

    @Test("A row is alone unless another has its values, or those of a record that it could be")
    func alone() throws {
        var world = KnownWorld()
        world.add("p1", DecideUnlinkedTests.ada)
        func isAlone(_ row: [String: Value], among others: [[String: Value]]) throws -> Bool {
            let context = Deciding.context()
            var counts = ValueCounts()
            for values in [row] + others { for value in context.matchValues(values) { counts.add(value) } }
            let known = world.everything(values: context.matchValues(row))
            return try UnlinkedRows(context).isAlone(Deciding.row("s1", 2, row), counts, known)
        }
        #expect(try isAlone(Deciding.person("a", "1"), among: []))
        #expect(try isAlone(Deciding.person("a", "1"), among: [Deciding.person("b", "2")]))
        #expect(try isAlone(Deciding.person("c", "3"), among: [Deciding.person("a", "1")]))
        #expect(try !isAlone(Deciding.person("a", "2"), among: [Deciding.person("b", "2")]), "its own telephone")
        #expect(try !isAlone(Deciding.person(nil, "1"), among: [Deciding.person("a")]), "the record's e-mail")
    }

    @Test("A row that shares nothing is new, as if it were decided with others; of any other nothing is said so early")
    func new() throws {
        var world = KnownWorld()
        world.add("p1", DecideUnlinkedTests.ada)
        let context = Deciding.context()
        let rows = UnlinkedRows(context)
        func decided(
            _ row: SourceRow, among others: [[String: Value]] = [], knowing: Bool = true
        ) -> Entry? {
            var counts = ValueCounts()
            for values in [row.record.values] + others {
                for value in context.matchValues(values) { counts.add(value) }
            }
            let known = world.everything(values: knowing ? context.matchValues(row.record.values) : [])
            return rows.decideNew(row, counts, known)
        }
        for row in [Deciding.row("s1", 2, Deciding.person("z", "9")), Deciding.row("s1", 2, Deciding.person(nil, "9"))]
        {
            var decisions = Decisions()
            let together = world.decide(&decisions) { (decisions, known) throws(Needs) in
                try rows.decide([row], pair: "customers", &decisions, known)
            }.decision
            #expect(together?.map(\.bucket) == [.created])
            #expect(decided(row).map { [$0] } == together)
        }
        let stranger = Deciding.row("s1", 2, Deciding.person("z", "9"))
        #expect(decided(stranger, among: [Deciding.person("y", "9")]) == nil, "another row has its telephone")
        #expect(decided(stranger, knowing: false) == nil, "who has its values is not known")
        #expect(decided(Deciding.row("s1", 2, Deciding.person("z", "1"))) == nil, "a record has its telephone")
        #expect(decided(Deciding.row("s1", 2, Deciding.person("z", "9"), DecideUnlinkedTests.noKey)) == nil)
    }
}
