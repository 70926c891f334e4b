import AccordCore
import AccordSQLite
import AccordState
import Testing

@Suite("Settling")
struct SettlementTests {
    let state: TemporaryState
    let store: SQLiteStateStore

    init() throws {
        state = try TemporaryState()
        store = try state.open()
    }

    @Test("only the fields that are named move, each side's in its own form")
    func basesByField() throws {
        try store.settle([
            linking(
                "1", "p1", source: ["email": .string("A@B.c"), "name": .string("Ann")],
                project: ["email": .string("a@b.c"), "name": .string("Ann")])
        ])
        try store.settle([linking("1", "p1", source: ["name": .string("Anne")], project: ["name": .string("Anne")])])
        let link = try store.link("customers", projectID: "p1")
        #expect(link?.sourceBase == ["email": .string("A@B.c"), "name": .string("Anne")])
        #expect(link?.projectBase == ["email": .string("a@b.c"), "name": .string("Anne")])
    }

    @Test("a null takes a field away, on its own side only; nulls are never stored")
    func nulls() throws {
        try store.settle([
            linking(
                "1", "p1", source: ["a": .integer(1), "b": .null], project: ["a": .integer(1), "c": .boolean(true)])
        ])
        #expect(try store.link("customers", sourceKey: "1")?.sourceBase == ["a": .integer(1)])
        try store.settle([linking("1", "p1", source: ["a": .null], project: ["c": .null])])
        let link = try store.link("customers", sourceKey: "1")
        #expect(link?.sourceBase.isEmpty == true)
        #expect(link?.projectBase == ["a": .integer(1)])
    }

    static let values: [Value] = [
        .string("é \"quoted\" / \u{1F600}\n"), .integer(.max), .integer(.min), .decimal(12.5), .boolean(false),
        .date(CalendarDay(daysSinceEpoch: -1)), .timestamp(-5), .set(["b", "a", "c,d"]),
    ]

    @Test("every kind of value comes back as it was", arguments: values)
    func everyKind(value: Value) throws {
        try store.settle([linking("1", "p1", source: ["f": value], project: ["g": value])])
        let link = try store.link("customers", sourceKey: "1")
        #expect(link?.sourceBase == ["f": value])
        #expect(link?.projectBase == ["g": value])
    }

    @Test("a fingerprint that is not given again is taken away")
    func fingerprint() throws {
        let fingerprint = Fingerprint(of: "row")
        try store.settle([linking("1", "p1", fingerprint: fingerprint)])
        #expect(try store.link("customers", sourceKey: "1")?.sourceFingerprint == fingerprint)
        try store.settle([linking("1", "p1", source: ["a": .integer(1)])])
        #expect(try store.link("customers", sourceKey: "1")?.sourceFingerprint == nil)
    }

    @Test("a link moves to a new source key with its bases")
    func movedKey() throws {
        try store.settle([linking("old", "p1", source: ["a": .integer(1)], project: ["a": .integer(1)])])
        try store.settle([linking("new", "p1", source: ["b": .integer(2)])])
        #expect(try store.link("customers", sourceKey: "old") == nil)
        #expect(try store.link("customers", projectID: "p1")?.sourceKey == "new")
        #expect(try store.link("customers", projectID: "p1")?.sourceBase == ["a": .integer(1), "b": .integer(2)])
        #expect(try store.linkedCount("customers") == 1)
    }

    @Test("a source record that is linked anew leaves its old project record behind, with what is known of it")
    func relinked() throws {
        let read = try store.beginProjectRead("customers")
        _ = try store.mirror("customers", records: [mirrored("p1", ["a": .integer(1)])], read: read)
        try store.settle([linking("1", "p1", project: ["a": .integer(1)], settlesProject: true)])
        try store.settle([linking("1", "p2", project: ["a": .integer(2)])])
        #expect(try store.link("customers", sourceKey: "1")?.projectID == "p2")
        #expect(try store.link("customers", sourceKey: "1")?.projectBase == ["a": .integer(2)])
        #expect(try store.link("customers", projectID: "p1") == nil)
        #expect(try store.unsettledProjectRecords("customers") == [mirrored("p1", ["a": .integer(1)]).padded])
    }

    @Test("keep moves the bases of the link that is there, and makes none")
    func keep() throws {
        var settlement = linking("1", "p1", source: ["a": .integer(1)])
        settlement.link = .keep
        try store.settle([settlement])
        #expect(try store.link("customers", sourceKey: "1") == nil)
        try store.settle([linking("1", "p2")])
        try store.settle([settlement])
        #expect(try store.link("customers", sourceKey: "1")?.sourceBase.isEmpty == true)
        settlement.projectID = "p2"
        try store.settle([settlement])
        #expect(try store.link("customers", sourceKey: "1")?.sourceBase == ["a": .integer(1)])
    }

    @Test("a record that one side does not have yet gets no link")
    func halfNamed() throws {
        var settlement = linking("1", "p1")
        settlement.projectID = nil
        settlement.quarantine = QuarantineItem(
            side: .project, key: "1", label: "Ann", cause: .refused, message: "no", run: 1, since: 1)
        try store.settle([settlement])
        #expect(try store.link("customers", sourceKey: "1") == nil)
        #expect(try store.quarantine("customers").map(\.key) == ["1"])
    }

    @Test("a link's state is kept, comes back to active, and counts only while it is")
    func states() throws {
        try store.settle([linking("1", "p1"), linking("2", "p2")])
        for linkState in [LinkState.goneFromSource, .goneFromProject, .archived] {
            var settlement = linking("1", "p1")
            settlement.link = .state(linkState)
            try store.settle([settlement])
            #expect(try store.link("customers", sourceKey: "1")?.state == linkState)
            #expect(try store.linkedCount("customers") == 1)
        }
        try store.settle([linking("1", "p1")])
        #expect(try store.link("customers", sourceKey: "1")?.state == .active)
        #expect(try store.linkedCount("customers") == 2)
        var removal = linking("2", "p2")
        removal.link = .remove
        try store.settle([removal])
        #expect(try store.link("customers", sourceKey: "2") == nil)
        #expect(try store.linkedCount("customers") == 1)
    }

    @Test("a project record that says something else than its base is not settled by what was done to it")
    func changedMeanwhile() throws {
        let state = try TemporaryState()
        let store = try state.open()
        func isSettled(_ values: [String: Value]) throws -> Bool {
            var settlement = linking(
                "1", "p1", source: ["a": .string("x")], project: ["a": .string("x")],
                fingerprint: Fingerprint(of: "row"), settlesProject: true)
            settlement.fields = ["a", "b"]
            settlement.mirror = .stored(mirrored("p1", values))
            try store.settle([settlement])
            return try store.unsettledProjectRecords("customers").isEmpty
        }
        #expect(try isSettled(["a": .string("x")]))
        #expect(try isSettled(["a": .string("x"), "unmapped": .string("y")]))
        #expect(try !isSettled(["a": .string("other")]))
        #expect(try !isSettled(["a": .string("x"), "b": .string("made by the service")]))
    }

    @Test("pairs do not know each other's links")
    func pairs() throws {
        try store.settle([linking("1", "p1", source: ["a": .integer(1)])])
        var other = linking("1", "p1", source: ["a": .integer(2)])
        other.pair = "locations"
        try store.settle([other])
        #expect(try store.link("customers", sourceKey: "1")?.sourceBase == ["a": .integer(1)])
        #expect(try store.link("locations", sourceKey: "1")?.sourceBase == ["a": .integer(2)])
        #expect(try store.linkedCount("locations") == 1)
    }

    @Test("settling what is settled already makes no plan stale; anything new does, once a transaction")
    func marks() throws {
        let settlements = [
            linking("1", "p1", source: ["a": .integer(1)]), linking("2", "p2", fingerprint: Fingerprint(of: "2")),
        ]
        try store.settle(settlements)
        #expect(try store.mark().settled == 1)
        try store.settle(settlements)
        #expect(try store.mark().settled == 1)
        let read = try store.beginProjectRead("customers")
        _ = try store.mirror("customers", records: [mirrored("p1", ["a": .integer(1)])], read: read)
        _ = try store.beginRun(kind: "plan", at: 1)
        #expect(try store.mark().settled == 1)
        try store.settle([linking("1", "p1", source: ["a": .integer(2)])])
        #expect(try store.mark().settled == 2)
    }
}

extension MirrorRecord {
    /// With the two match values that the store always gives.
    var padded: MirrorRecord {
        var record = self
        record.matchValues = Array((matchValues + [nil, nil]).prefix(2))
        return record
    }
}
