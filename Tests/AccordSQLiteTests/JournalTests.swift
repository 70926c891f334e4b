import AccordCore
import AccordSQLite
import AccordState
import Synchronization
import Testing

@Suite("The journal")
struct JournalTests {
    @Test("an intent stays open until its record is settled, whichever of its names it had")
    func openAndClose() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let entries = [
            entry(1, key: "1", id: "p1", [update("a", .null, .integer(1))]),
            entry(2, key: "2", id: nil, [update("a", .null, .integer(1))]),
            entry(3, key: nil, id: "p3", [update("a", .null, .integer(1))]),
        ]
        try store.begin("customers", run: 1, entries: entries, at: 0)
        #expect(try store.openIntents("customers") == entries)
        #expect(try store.openIntents("locations").isEmpty)
        try store.settle([linking("1", "p1")])
        #expect(try store.openIntents("customers").count == 3)
        for (key, id, left) in [("1", "p1", 2), ("2", "p2", 1), ("3", "p3", 0)] {
            var settlement = linking(key, id)
            settlement.closesIntent = true
            try store.settle([settlement])
            #expect(try store.openIntents("customers").count == left)
        }
    }

    @Test("opening a plan ends the journal of the run before it, for its own pair")
    func openPlan() throws {
        let state = try TemporaryState()
        let store = try state.open()
        try store.begin("customers", run: 1, entries: [entry(1, key: "1", id: "p1", [])], at: 0)
        try store.begin("locations", run: 1, entries: [entry(1, key: "1", id: "p1", [])], at: 0)
        try store.openPlan(
            "customers", run: 2, settlements: [linking("1", "p1")], quarantine: [], conflicts: [])
        #expect(try store.openIntents("customers").isEmpty)
        #expect(try store.openIntents("locations").count == 1)
        #expect(try store.link("customers", sourceKey: "1") != nil)
    }

    @Test("intents of records of which the plan can say nothing stay, and get in no later run's way")
    func kept() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let entries = [
            entry(1, key: "1", id: "p1", []), entry(2, key: "2", id: nil, []), entry(3, key: nil, id: "p3", []),
        ]
        try store.begin("customers", run: 1, entries: entries, at: 0)
        try store.openPlan(
            "customers", run: 2, settlements: [], quarantine: [], conflicts: [], keeping: ["2", "project:p3"])
        #expect(try store.openIntents("customers") == Array(entries.dropFirst()))
        try store.begin("customers", run: 2, entries: [entry(2, key: "9", id: "p9", [])], at: 0)
        #expect(try store.openIntents("customers").count == 3)
    }

    @Test("records are settled and the next ones begun in one transaction: a crash leaves both or neither")
    func settleThenBegin() throws {
        let first = entry(1, key: "1", id: "p1", [update("a", .null, .integer(1))])
        let next = [
            entry(2, key: "2", id: nil, [update("a", .null, .integer(1))]),
            entry(3, key: nil, id: "p3", [update("a", .null, .integer(1))]),
        ]
        var done = linking("1", "p1", source: ["a": .integer(1)], project: ["a": .integer(1)])
        done.closesIntent = true
        func open(_ hooks: CommitHooks) throws -> (state: TemporaryState, store: SQLiteStateStore) {
            let state = try TemporaryState()
            let store = try state.open()
            try store.begin("customers", run: 1, entries: [first], at: 10)
            try store.close()
            return (state, try state.open(hooks: hooks))
        }
        func settle(_ store: any StateStore) throws {
            try store.settle([done], thenBegin: "customers", run: 1, entries: next, at: 20)
        }
        let steps = Mutex<[CommitHooks.Step]>([])
        let (state, store) = try open(CommitHooks(before: { step in steps.withLock { $0.append(step) } }))
        try settle(store)
        #expect(steps.withLock(\.self) == [.settle])
        let after = try Everything(store)
        #expect(after.intents == next)
        #expect(after.links[0]?.sourceBase == ["a": .integer(1)])
        #expect(try store.intentsBegun("customers") == ["2": 20])
        #expect(try Everything(state.openAfterCrash()) == after)
        let crashes = [
            (CommitHooks(before: { _ in throw Crash() }), [first]), (CommitHooks(after: { _ in throw Crash() }), next),
        ]
        for (hooks, left) in crashes {
            let (state, store) = try open(hooks)
            #expect(throws: Crash.self) { try settle(store) }
            #expect(try store.openIntents("customers") == left)
            #expect(try (store.link("customers", sourceKey: "1") == nil) == (left == [first]))
            #expect(try Everything(state.openAfterCrash()) == Everything(store))
        }
    }

    @Test("settling nothing only begins, and beginning nothing only settles")
    func halves() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let next = [entry(1, key: "1", id: "p1", [])]
        try store.settle([], thenBegin: "customers", run: 1, entries: next, at: 0)
        #expect(try store.openIntents("customers") == next)
        #expect(try store.mark().settled == 1, "a plan that does not know of what was begun is stale")
        try store.settle([linking("1", "p1")], thenBegin: "customers", run: 1, entries: [], at: 0)
        #expect(try store.link("customers", sourceKey: "1") != nil)
        #expect(try store.mark().settled == 2)
        try store.settle([], thenBegin: "customers", run: 1, entries: [], at: 0)
        #expect(try store.mark().settled == 2)
    }

    @Test("an intent comes back with every part of its record, and its place in the plan")
    func whole() throws {
        let state = try TemporaryState()
        let store = try state.open()
        var intent = entry(7, key: "1", id: "p1", [update("a", .decimal(1.5), .set(["x", "y"]))])
        intent.link = .new(.sameValues(fields: ["email"]))
        intent.agreements = [Agreement(field: "b", source: .integer(1), project: .timestamp(1))]
        intent.conflicts = [Conflict(.changedAndGone(from: .source, fields: ["c"]), remaining: Fingerprint(of: "r"))]
        intent.note = .notSent(.tooOld(days: 3))
        intent.place = Place(file: "crm.csv", line: 3)
        intent.sourceFingerprint = Fingerprint(of: "s")
        intent.projectFingerprint = Fingerprint(of: "p")
        intent.after = [2, 5]
        try store.begin("customers", run: 1, entries: [intent], at: 0)
        #expect(try store.openIntents("customers") == [intent])
    }

    @Test("a choice for a record that is settled later in the plan's run is kept until then")
    func unfinished() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let conflicts = ["1", "2"].map { key in
            ConflictItem(
                sourceKey: key, projectID: "p\(key)", label: "Ann", conflict: Conflict(.field("name")), since: 1)
        }
        try store.openPlan("customers", run: 1, settlements: [], quarantine: [], conflicts: conflicts)
        for key in ["1", "2"] { try store.resolve("customers", sourceKey: key, field: "name", .source) }
        try store.openPlan(
            "customers", run: 2, settlements: [], quarantine: [], conflicts: [], keeping: [], unfinished: ["2"])
        #expect(try store.conflicts("customers").map(\.sourceKey) == ["2"])
    }

    /// Everything that a settlement can move, as one value.
    private struct Everything: Equatable {
        var mark: StateMark
        var links: [Link?]
        var mirror: MirrorRecord?
        var intents: [Entry]
        var quarantine: [QuarantineItem]
        var conflicts: [ConflictItem]
        var history: [LedgerRow]

        init(_ store: any StateStore) throws {
            mark = try store.mark()
            links = try ["1", "2"].map { try store.link("customers", sourceKey: $0) }
            mirror = try store.projectRecord("customers", "p1")
            intents = try store.openIntents("customers")
            quarantine = try store.quarantine("customers")
            conflicts = try store.conflicts("customers")
            history = try store.history("customers", sourceKey: "1")
        }
    }

    private func doEverything(_ store: any StateStore) throws {
        var settlement = linking("1", "p1", source: ["a": .integer(2)], project: ["a": .integer(2)])
        settlement.mirror = .stored(mirrored("p1", ["a": .integer(2)]))
        settlement.settlesProject = true
        settlement.closesIntent = true
        settlement.ledger = [
            LedgerRow(
                run: 1, at: 1, pair: "customers", sourceKey: "1", projectID: "p1", side: .project, action: "update",
                reason: .rules([.sourceChanged]))
        ]
        var refused = linking("2", "p2")
        refused.quarantine = QuarantineItem(
            side: .project, key: "2", label: "Bob", cause: .refused, message: "no", run: 1, since: 1)
        try store.openPlan(
            "customers", run: 1, settlements: [linking("1", "p1")], quarantine: [],
            conflicts: [
                ConflictItem(
                    sourceKey: "2", projectID: "p2", label: "Bob", conflict: Conflict(.field("a")),
                    since: 1)
            ])
        try store.begin("customers", run: 1, entries: [entry(1, key: "1", id: "p1", [])], at: 0)
        try store.settle([settlement, refused])
    }

    @Test(
        "a crash before a commit leaves everything as it was, one after it everything as it will be",
        arguments: CommitHooks.Step.allCases)
    func crash(step: CommitHooks.Step) throws {
        let reference = try TemporaryState()
        var before: [CommitHooks.Step: Everything] = [:]
        var after: [CommitHooks.Step: Everything] = [:]
        // The states between the steps, from a run that is stopped at none of them.
        for stopAfter in CommitHooks.Step.allCases {
            let state = try TemporaryState()
            let store = try state.open(hooks: CommitHooks(after: { if $0 == stopAfter { throw Crash() } }))
            #expect(throws: Crash.self) { try doEverything(store) }
            after[stopAfter] = try Everything(store)
        }
        before[.openPlan] = try Everything(reference.open())
        before[.begin] = after[.openPlan]
        before[.settle] = after[.begin]
        #expect(before[step] != after[step])

        let state = try TemporaryState()
        let store = try state.open(hooks: CommitHooks(before: { if $0 == step { throw Crash() } }))
        #expect(throws: Crash.self) { try doEverything(store) }
        #expect(try Everything(store) == before[step])
        let reopened = try state.openAfterCrash()
        #expect(try Everything(reopened) == before[step])
        try store.close()
    }
}
