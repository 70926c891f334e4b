import AccordCore
import Testing

@Suite("Records that have a link, and what a stopped run left of them")
struct DecideLinkedTests {
    private static let ada = Deciding.person("a", "1")

    private func decide(
        _ world: KnownWorld, _ link: Link, _ values: [String: Value]?, _ context: DecisionContext,
        _ decisions: inout Decisions
    ) -> Entry? {
        let source = values.map { Deciding.row(link.sourceKey, 2, $0).side } ?? .gone
        return world.decide(&decisions) { (decisions, known) throws(Needs) in
            try LinkedRecords(context).decide(link, source: source, &decisions, known)
        }.decision
    }

    private struct Successor: Sendable {
        let what: String
        var last: [String: Value] = DecideLinkedTests.ada
        var others: [(id: String, values: [String: Value])] = []
        var linked: [String] = []
        var isBegun = false
        var hasSource = true
        let outcome: String
    }

    private static let successors: [Successor] = [
        Successor(what: "nobody took its place", outcome: "removed s1/p1"),
        Successor(what: "one with its e-mail", others: [("p2", ada)], outcome: "linked s1/p2 new madeAgain"),
        Successor(
            what: "one with its telephone, and another e-mail", others: [("p2", Deciding.person("b", "1"))],
            outcome: "removed s1/p1"),
        Successor(
            what: "one with its telephone, and no e-mail", others: [("p2", Deciding.person(nil, "1"))],
            outcome: "updated s1/p2 new madeAgain"),
        Successor(
            what: "two records known by the same", last: Deciding.person(nil, "1"),
            others: [("p2", Deciding.person("b", "1")), ("p3", Deciding.person("c", "1"))], outcome: "removed s1/p1"),
        Successor(what: "one that another row is", others: [("p2", ada)], linked: ["p2"], outcome: "removed s1/p1"),
        Successor(
            what: "the row is gone, too", others: [("p2", ada)], hasSource: false, outcome: "removed s1/p1 removed"),
        Successor(
            what: "a stopped run created it", others: [("p2", ada)], isBegun: true,
            outcome: "linked s1/p2 new createdByStoppedRun"),
        Successor(what: "a stopped run deleted it and created none", isBegun: true, outcome: "created s1/p1 removed"),
    ]

    @Test("What takes the place of a project record that is gone", arguments: successors.indices)
    private func successor(index: Int) throws {
        let example = DecideLinkedTests.successors[index]
        var world = KnownWorld()
        world.add("p1", example.last, isGone: true)
        for other in example.others { world.add(other.id, other.values) }
        let link = world.link("s1", "p1").link
        for id in example.linked { world.link("of \(id)", id) }
        let context = Deciding.context(example.isBegun ? [Deciding.begun("s1", DecideLinkedTests.ada)] : [])
        var decisions = Decisions()
        let entry = decide(world, link, example.hasSource ? example.last : nil, context, &decisions)
        #expect(entry?.outcome == example.outcome, "\(example.what)")
        let successor = entry?.projectID ?? ""
        #expect(decisions.decided == ["p1", successor])
        #expect(decisions.newlyLinked == (successor == "p1" ? [:] : [successor: "s1"]))
    }

    @Test("Two rows do not take the same record for their successor")
    func oneHeir() {
        var world = KnownWorld()
        world.add("p1", DecideLinkedTests.ada, isGone: true)
        world.add("p2", Deciding.person(nil, "1"), isGone: true)
        world.add("p3", DecideLinkedTests.ada)
        let links = [world.link("s1", "p1").link, world.link("s2", "p2").link]
        var decisions = Decisions()
        let values = [DecideLinkedTests.ada, Deciding.person(nil, "1")]
        let entries = zip(links, values).map { decide(world, $0, $1, Deciding.context(), &decisions)?.outcome }
        #expect(entries == ["linked s1/p3 new madeAgain", "removed s2/p2"])
    }

    @Test("A record that a stopped run archived is archived by Accord, not by a person")
    func archived() {
        var world = KnownWorld()
        world.add("p1", DecideLinkedTests.ada, isArchived: true)
        let link = world.link("s1", "p1").link
        var intent = Entry(label: "Ada", sourceKey: "s1", projectID: "p1", present: [.project], bucket: .removed)
        intent.operations = [Operation(side: .project, kind: .archive, reason: .goneFromSource)]
        var decisions = Decisions()
        let byPerson = decide(world, link, DecideLinkedTests.ada, Deciding.context(), &decisions)
        #expect(byPerson?.bucket == .leftAlone)
        let byAccord = decide(world, link, DecideLinkedTests.ada, Deciding.context([intent]), &decisions)
        #expect(byAccord?.deeds == ["project unarchive"])
    }

    private static let conflict = Conflict(
        .field("first_name"), source: .string("Ida"), project: .string("Eda"), sourceBase: .string("Ada"),
        projectBase: .string("Ada"))

    @Test(
        "What a person decided counts as long as both sides still say what they said then",
        arguments: [
            ("Ida", "Eda", "s1", []), ("Ina", "Eda", "s1", ["first_name"]), ("Ida", "Ella", "s1", ["first_name"]),
            ("Ida", "Eda", "s2", ["first_name"]),
        ])
    func resolution(source: String, project: String, key: String, questions: [String]) {
        var world = KnownWorld()
        world.add("p1", Deciding.person("a", "1", name: project))
        let link = world.link("s1", "p1", base: DecideLinkedTests.ada).link
        let context = Deciding.context(
            resolved: [key: [ResolvedConflict(conflict: DecideLinkedTests.conflict, side: .source)]])
        var decisions = Decisions()
        let entry = decide(world, link, Deciding.person("a", "1", name: source), context, &decisions)
        #expect(entry?.questions == questions)
    }

    @Test("A decision about a whole record counts as long as what is left of it is the same", arguments: [true, false])
    func resolutionOfRecord(isSame: Bool) {
        var world = KnownWorld()
        world.add("p1", DecideLinkedTests.ada, isGone: true)
        let link = world.link("s1", "p1").link
        let changed = Deciding.person("a", "1", name: "Ida")
        let then = isSame ? changed : DecideLinkedTests.ada
        let conflict = Conflict(
            .changedAndGone(from: .project, fields: ["first_name"]),
            remaining: Record(key: "s1", values: then).fingerprint)
        let context = Deciding.context(resolved: ["s1": [ResolvedConflict(conflict: conflict, side: .project)]])
        var decisions = Decisions()
        #expect(decide(world, link, changed, context, &decisions)?.bucket == (isSame ? .removed : .conflict))
    }
}
