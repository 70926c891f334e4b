import AccordCore
import AccordSQLite
import AccordState
import Testing

/// Accord writes an opt-out without its moment; the service gives it one, which the next read shows.
@Suite("The moment of an opt-out that Accord carried over")
struct OptOutMomentTests {
    let state: TemporaryState
    let store: SQLiteStateStore
    let moment = Value.timestamp(1_700_000_000)

    init() throws {
        state = try TemporaryState()
        store = try state.open()
    }

    private func record(
        _ optOut: Value, name: String = "Ann", archived: Bool = false, extra: [String: Value] = [:]
    ) -> MirrorRecord {
        var values: [String: Value] = ["email": .string("ann@example.com"), "name": .string(name)]
        if !optOut.isNull { values["unsubscribed_at"] = optOut }
        return mirrored("p1", values.merging(extra) { $1 }, archived: archived)
    }

    /// The state after Accord wrote a record, and what the project answered to that.
    private func carriedOver(_ written: MirrorRecord, settles: Bool = true) throws {
        var settlement = linking(
            "1", "p1", source: ["name": .string("Ann"), "unsubscribed_at": .boolean(true)], project: written.values,
            fingerprint: Fingerprint(of: "row"), settlesProject: settles)
        settlement.fields = ["email", "name", "unsubscribed_at"]
        settlement.mirror = .stored(written)
        try store.settle([settlement])
    }

    @discardableResult
    private func read(_ record: MirrorRecord, optOut: String? = "unsubscribed_at") throws -> [Bool] {
        let read = try store.beginProjectRead("customers")
        return try store.mirror("customers", records: [record], read: read, optOut: optOut)
    }

    @Test("the moment that a read shows moves the base, and leaves the record settled")
    func momentIsShown() throws {
        try carriedOver(record(.boolean(true)))
        let before = try #require(try store.link("customers", sourceKey: "1"))
        try read(record(moment))
        #expect(try store.unsettledProjectRecords("customers").isEmpty)
        var expected = before
        expected.projectBase["unsubscribed_at"] = moment
        #expect(try store.link("customers", sourceKey: "1") == expected)
        #expect(try store.projectRecord("customers", "p1") == record(moment).padded)
        var index = try store.linkIndex("customers")
        #expect(index.meet("1", Fingerprint(of: "row"), line: 1) == .linked(isSettled: true, metBefore: nil))
        #expect(try read(record(moment)) == [true])
    }

    @Test("once the moment is known, another one is a change like any other")
    func anotherMoment() throws {
        try carriedOver(record(.boolean(true)))
        try read(record(moment))
        try read(record(.timestamp(1_800_000_000)))
        try expectChange(base: moment)
    }

    @Test("nothing else that is new leaves the record settled, or moves a base", arguments: 0..<5)
    func otherDifferences(index: Int) throws {
        let differences = [
            record(.null), record(.boolean(false)), record(moment, name: "Anne"), record(moment, archived: true),
            record(moment, extra: ["city": .string("Rome")]),
        ]
        try carriedOver(record(.boolean(true)))
        try read(differences[index])
        try expectChange(base: .boolean(true))
    }

    @Test("an opt-out that the project had before, and one that was never carried over, are changes")
    func notCarriedOver() throws {
        try carriedOver(record(.null))
        try read(record(moment))
        try expectChange(base: nil)
    }

    @Test("a record of which something was open stays open")
    func openBefore() throws {
        try carriedOver(record(.boolean(true)), settles: false)
        try read(record(moment))
        try expectChange(base: .boolean(true))
    }

    @Test("a record that came back with a moment is looked at")
    func cameBack() throws {
        try carriedOver(record(.boolean(true)))
        try store.markGone("customers", id: "p1")
        try read(record(moment))
        try expectChange(base: .boolean(true))
    }

    @Test("a table without a field for opt-outs has no such moments")
    func noField() throws {
        try carriedOver(record(.boolean(true)))
        try read(record(moment), optOut: nil)
        try expectChange(base: .boolean(true))
    }

    private func expectChange(base: Value?, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(
            try store.unsettledProjectRecords("customers").map(\.id) == ["p1"], sourceLocation: sourceLocation)
        #expect(
            try store.link("customers", sourceKey: "1")?.projectBase["unsubscribed_at"] == base,
            sourceLocation: sourceLocation)
    }
}
