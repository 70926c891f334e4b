import AccordCore
import AccordState

extension StateConformance {
    private static let moment = Value.timestamp(1_700_000_000)

    private static let otherDifferences: [(name: String, record: MirrorRecord)] = [
        ("it is taken back", record(.null)), ("it is denied", record(.boolean(false))),
        ("the name changed too", record(moment, name: "Anne")),
        ("the record was archived too", record(moment, archived: true)),
        ("another field came too", record(moment, extra: ["city": .string("Rome")])),
        ("another field became unknown", record(moment, unknown: ["city"])),
    ]

    /// What becomes of an opt-out that Accord wrote without its moment, when a read shows the moment that the service
    /// gave it.
    public static let optOutMomentChecks = [
        Check("the moment that a read shows moves the base, and leaves the record settled") { trial, store in
            try store.carriedOver(record(.boolean(true)))
            var expected = try store.link("customers", sourceKey: "1")
            try store.read(record(moment))
            try trial.expect(store.unsettledProjectRecords(), is: [])
            expected?.projectBase["unsubscribed_at"] = moment
            try trial.expect(store.link("customers", sourceKey: "1"), is: expected)
            try trial.expect(store.projectRecord("customers", "p1"), is: record(moment).padded)
            var index = try store.linkIndex("customers")
            let sighting = index.meet("1", Fingerprint(of: "row"), line: 1)
            try trial.expect(sighting, is: .linked(isSettled: true, metBefore: nil))
            try trial.expect(store.read(record(moment)), is: [true])
        },
        Check("once the moment is known, another one is a change like any other") { trial, store in
            try store.carriedOver(record(.boolean(true)))
            try store.read(record(moment))
            try store.read(record(.timestamp(1_800_000_000)))
            try trial.expectChange(store, base: moment)
        },
        Check("an opt-out that the project had before, and one that was never carried over, are changes") {
            trial, store in
            try store.carriedOver(record(.null))
            try store.read(record(moment))
            try trial.expectChange(store, base: nil)
        },
        Check("a record of which something was open stays open when the moment is shown") { trial, store in
            try store.carriedOver(record(.boolean(true)), settles: false)
            try store.read(record(moment))
            try trial.expectChange(store, base: .boolean(true))
        },
        Check("a record that came back with a moment is looked at") { trial, store in
            try store.carriedOver(record(.boolean(true)))
            try store.markGone("customers", ids: ["p1"])
            try store.read(record(moment))
            try trial.expectChange(store, base: .boolean(true))
        },
        Check("a table without a field for opt-outs has no such moments") { trial, store in
            try store.carriedOver(record(.boolean(true)))
            try store.read(record(moment), optOut: nil)
            try trial.expectChange(store, base: .boolean(true))
        },
    ]

    /// What is new besides the moment makes a change of it.
    public static let optOutDifferenceChecks = otherDifferences.map { difference in
        Check("an opt-out of which more than its moment is new is a change: \(difference.name)") { trial, store in
            try store.carriedOver(record(.boolean(true)))
            try store.read(difference.record)
            try trial.expectChange(store, base: .boolean(true))
        }
    }

    private static func record(
        _ optOut: Value, name: String = "Ann", archived: Bool = false, extra: [String: Value] = [:],
        unknown: Set<String> = []
    ) -> MirrorRecord {
        var values: [String: Value] = ["email": .string("ann@example.com"), "name": .string(name)]
        if !optOut.isNull { values["unsubscribed_at"] = optOut }
        return mirrored("p1", values.merging(extra) { $1 }, unknown: unknown, archived: archived)
    }
}

extension StateStore {
    /// The state after Accord wrote a record, and what the project answered to that.
    fileprivate func carriedOver(_ written: MirrorRecord, settles: Bool = true) throws {
        var settlement = linking(
            "1", "p1", source: ["name": .string("Ann"), "unsubscribed_at": .boolean(true)], project: written.values,
            fingerprint: Fingerprint(of: "row"), settlesProject: settles)
        settlement.fields = ["email", "name", "unsubscribed_at"]
        settlement.mirror = .stored(written)
        try settle([settlement])
    }

    @discardableResult
    fileprivate func read(_ record: MirrorRecord, optOut: String? = "unsubscribed_at") throws -> [Bool] {
        try readAll([record], complete: false, optOut: optOut)
    }
}

extension Trial {
    fileprivate func expectChange(_ store: any StateStore, base: Value?, line: Int = #line) throws {
        try expect(store.unsettledProjectRecords().map(\.id), is: ["p1"], line: line)
        let link = try store.link("customers", sourceKey: "1")
        try expect(link?.projectBase["unsubscribed_at"], is: base, line: line)
    }
}
