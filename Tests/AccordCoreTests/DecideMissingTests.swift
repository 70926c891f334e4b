import AccordCore
import Testing

@Suite("Records that one side does not have")
struct DecideMissingTests {
    private static let ada = Deciding.person("a", "1")
    private static let place = Place(file: "crm.csv", line: 9)

    private static func unidentified(_ values: FieldValue...) -> [FieldValue: UnidentifiedRow] {
        MissingRecords.byValue([UnidentifiedRow(place: place, values: Set(values), hasKey: true)])
    }

    // MARK: - Links whose row was not found

    @Test(
        "What was not found is gone, unless a row that could not be identified has a value of it, or had",
        arguments: [
            ([], false, "removed s1/p1"), ([Deciding.value("email", "z")], false, "removed s1/p1"),
            ([Deciding.value("email", "a")], false, "withheld s1/p1"),
            ([Deciding.value("phone", "1")], false, "withheld s1/p1"),
            ([Deciding.value("email", "old")], false, "withheld s1/p1"),
            ([Deciding.value("first_name", "Ada")], false, "removed s1/p1"),
            ([], true, "removed s1/p1 removed"), ([Deciding.value("email", "a")], true, nil),
        ])
    func missing(values: [FieldValue], isGone: Bool, outcome: String?) {
        var world = KnownWorld()
        world.add("p1", DecideMissingTests.ada, isGone: isGone)
        var link = world.link("s1", "p1")
        link.link.sourceBase = Deciding.person("old", "1")
        let rows = MissingRecords.byValue([
            UnidentifiedRow(place: DecideMissingTests.place, values: Set(values), hasKey: true)
        ])
        var decisions = Decisions(missing: [1])
        let entry = world.decide(&decisions) { [link] (decisions, known) throws(Needs) in
            try MissingRecords(Deciding.context()).decide(link, unidentified: rows, &decisions, known)
        }.decision.flatMap(\.self)
        #expect(entry?.outcome == outcome)
        #expect(decisions.decided == ["p1"])
        #expect(decisions.withheld == (outcome?.hasPrefix("removed") == true ? [] : ["p1"]))
    }

    @Test(
        "Of several values in common the first by which rows are matched is named, the source's own before the project's"
    )
    func reason() {
        var world = KnownWorld()
        world.add("p1", DecideMissingTests.ada)
        let link = world.link("s1", "p1", base: Deciding.person("old", "1"))
        let rows = MissingRecords.byValue(
            [Deciding.value("phone", "1"), Deciding.value("email", "a"), Deciding.value("email", "old")].enumerated()
                .map {
                    UnidentifiedRow(place: Place(file: "crm.csv", line: $0.offset), values: [$0.element], hasKey: true)
                }
        )
        var decisions = Decisions(missing: [1])
        let entry = world.decide(&decisions) { (decisions, known) throws(Needs) in
            try MissingRecords(Deciding.context()).decide(link, unidentified: rows, &decisions, known)
        }.decision.flatMap(\.self)
        #expect(entry?.note == .notFoundSameValue(place: "\(Place(file: "crm.csv", line: 2))", field: "email"))
    }

    // MARK: - Project records

    private func decide(
        _ id: String, _ world: KnownWorld, _ decisions: inout Decisions,
        _ rows: [FieldValue: UnidentifiedRow] = [:], _ context: DecisionContext = Deciding.context()
    ) throws -> Entry? {
        let mirror = try #require(world.records.first { $0.id == id })
        return world.decide(&decisions) { (decisions, known) throws(Needs) in
            try ProjectRecords(context).decide(mirror, unidentified: rows, &decisions, known)
        }.decision.flatMap(\.self)
    }

    @Test("A project record without a link becomes a row, unless a row that could not be identified may be it")
    func onlyInProject() throws {
        var world = KnownWorld()
        world.add("p1", DecideMissingTests.ada)
        world.add("p2", Deciding.person("b"), isGone: true)
        var decisions = Decisions()
        #expect(try decide("p1", world, &decisions)?.outcome == "created -/p1")
        #expect(try decide("p2", world, &decisions) == nil, "nobody knows it any more")
        for value in [Deciding.value("email", "a"), Deciding.value("phone", "1")] {
            let rows = DecideMissingTests.unidentified(value)
            #expect(try decide("p1", world, &decisions, rows)?.outcome == "quarantined -/p1 ambiguous")
        }
        let other = DecideMissingTests.unidentified(Deciding.value("email", "z"))
        #expect(try decide("p1", world, &decisions, other)?.outcome == "created -/p1")
    }

    @Test("A record without a link is set aside where another that is linked is known by the same")
    func linkedTwice() throws {
        for (isGone, missing, outcome) in [
            (false, [], "quarantined -/p2 ambiguous"), (true, [], "quarantined -/p2 ambiguous"),
            (true, [1], "created -/p2"), (false, [1], "quarantined -/p2 ambiguous"),
        ] as [(Bool, [Int64], String)] {
            var world = KnownWorld()
            world.add("p1", DecideMissingTests.ada, isGone: isGone)
            world.add("p2", DecideMissingTests.ada)
            world.link("s1", "p1")
            var decisions = Decisions(missing: missing)
            #expect(try decide("p2", world, &decisions)?.outcome == outcome, "gone: \(isGone), missing: \(missing)")
        }
    }

    @Test("A record that a row has decided has nothing more to say")
    func decided() throws {
        var world = KnownWorld()
        world.add("p1", DecideMissingTests.ada)
        world.link("s1", "p1")
        var decisions = Decisions(missing: [1])
        _ = try decide("p1", world, &decisions)
        #expect(try decide("p1", world, &decisions) == nil)
    }

    @Test("Where the source was not read, a linked row holds what it held")
    func unread() throws {
        var world = KnownWorld()
        world.add("p1", Deciding.person("a", "1", name: "Ida"))
        world.link("s1", "p1", base: DecideMissingTests.ada)
        var decisions = Decisions()
        let entry = try decide("p1", world, &decisions)
        #expect(entry?.deeds == ["source update first_name: Ada -> Ida (project-changed)"])
    }

    @Test("Nothing is done on either side about a row that the mapping leaves out", arguments: [true, false])
    func leftOut(isGone: Bool) throws {
        var world = KnownWorld()
        world.add("p1", Deciding.person("a", "1", name: "Ida"), isGone: isGone)
        world.add("p2", DecideMissingTests.ada)
        world.link("s1", "p1", base: DecideMissingTests.ada)
        var decisions = Decisions()
        #expect(try decide("p1", world, &decisions, [:], Deciding.context(leftOut: ["s1"])) == nil)
        #expect(decisions.newlyLinked.isEmpty)
    }
}
