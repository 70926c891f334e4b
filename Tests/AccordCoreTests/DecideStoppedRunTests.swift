import AccordCore
import Testing

@Suite("Creates of a stopped run whose answer never came")
struct DecideStoppedRunTests {
    private struct Case: Sendable {
        let what: String
        var others: [(id: String, values: [String: Value])] = []
        /// By project id, their source keys.
        var linked: [(id: String, key: String)] = []
        var newlyLinked: [String: String] = [:]
        var hasRow = true
        var doubt: String?
        var leftOut: Set<String> = []
        var unidentified: [UnidentifiedRow] = []
        let outcome: String?
    }

    private static let ada = Deciding.person("a", "1")
    private static let keyless = UnidentifiedRow(place: nil, values: [Deciding.value("email", "z")], hasKey: false)
    private static let ambiguous = UnidentifiedRow(place: nil, values: [Deciding.value("email", "z")], hasKey: true)

    private static let cases: [Case] = [
        Case(what: "it is not there", outcome: nil),
        Case(what: "it is there", others: [("p1", ada)], outcome: "linked s1/p1 new createdByStoppedRun"),
        Case(
            what: "it is found by the weaker value", others: [("p1", Deciding.person(nil, "1"))],
            outcome: "updated s1/p1 new createdByStoppedRun"),
        Case(
            what: "two may be it", others: [("p1", Deciding.person(nil, "1")), ("p2", Deciding.person(nil, "1"))],
            outcome: nil),
        Case(
            what: "two have the e-mail, and one the telephone",
            others: [("p1", Deciding.person("a")), ("p2", ada)], outcome: "linked s1/p2 new createdByStoppedRun"),
        Case(what: "another row is that record", others: [("p1", ada)], linked: [("p1", "s9")], outcome: nil),
        Case(what: "another create is that record", others: [("p1", ada)], newlyLinked: ["p1": "s0"], outcome: nil),
        Case(
            what: "the row is linked by now", others: [("p1", ada), ("p2", Deciding.person("b"))],
            linked: [("p2", "s1")], outcome: nil),
        Case(
            what: "its row is gone", others: [("p1", ada)], hasRow: false,
            outcome: "removed s1/p1 new createdByStoppedRun"),
        Case(
            what: "its row is left out", others: [("p1", ada)], hasRow: false, leftOut: ["s1"],
            outcome: "withheld s1/p1"),
        Case(
            what: "its row is left out, and another with its key is there", others: [("p1", ada)], leftOut: ["s1"],
            outcome: "linked s1/p1 new createdByStoppedRun"),
        Case(
            what: "the read is in doubt", others: [("p1", ada)], hasRow: false, doubt: "it stops in the middle",
            outcome: "withheld s1/p1"),
        Case(
            what: "the read is in doubt, and its row is there", others: [("p1", ada)], doubt: "it stops in the middle",
            outcome: "linked s1/p1 new createdByStoppedRun"),
        Case(
            what: "a row without a key may be it", others: [("p1", ada)], hasRow: false, unidentified: [keyless],
            outcome: "withheld s1/p1"),
        Case(
            what: "a row with another key is not it", others: [("p1", ada)], hasRow: false, unidentified: [ambiguous],
            outcome: "removed s1/p1 new createdByStoppedRun"),
    ]

    @Test("Whether a create is seen to have happened", arguments: cases.indices)
    private func link(index: Int) throws {
        let example = DecideStoppedRunTests.cases[index]
        var world = KnownWorld()
        for other in example.others { world.add(other.id, other.values) }
        for (id, key) in example.linked { world.link(key, id) }
        let intent = Deciding.begun("s1", DecideStoppedRunTests.ada)
        let context = Deciding.context([intent], doubt: example.doubt, leftOut: example.leftOut)
        var decisions = try Deciding.decisions(
            newlyLinked: example.newlyLinked, unidentified: example.unidentified, world)
        let before = decisions.newlyLinked
        let row = example.hasRow ? Deciding.row("s1", 2, DecideStoppedRunTests.ada) : nil
        let entry = world.decide(&decisions) { (decisions, known) throws(Needs) in
            try StoppedRuns(context).linkCreated("s1", intent, row: row, pair: "customers", &decisions, known)
        }.decision.flatMap(\.self)
        #expect(entry?.outcome == example.outcome, "\(example.what)")
        let id = entry?.projectID
        #expect(decisions.newlyLinked == (id.map { before.merging([$0: "s1"]) { $1 } } ?? before))
        #expect(decisions.withheld == (entry?.isWithheld == true ? ["p1"] : []))
    }

    @Test("Creates are linked in a fixed order, and only creates")
    func order() {
        var update = Entry(
            label: "Bo", sourceKey: "s0", projectID: "p0", present: [.source, .project], bucket: .updated)
        update.operations = [Operation(side: .project, kind: .update, reason: .onlyInSource)]
        let intents = ["s3", "s1", "s2"].map { Deciding.begun($0, DecideStoppedRunTests.ada) } + [update]
        #expect(StoppedRuns(Deciding.context(intents)).begunCreates.map(\.key) == ["s1", "s2", "s3"])
    }
}
