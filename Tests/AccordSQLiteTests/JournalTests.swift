import AccordCore
import AccordSQLite
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

    /// Everything that a settlement can move, as one value.
    private struct Everything: Equatable {
        var mark: StateMark
        var links: [Link?]
        var mirror: MirrorRecord?
        var intents: [Entry]
        var quarantine: [QuarantineItem]
        var conflicts: [ConflictItem]
        var history: [LedgerRow]

        init(_ store: StateStore) throws {
            mark = try store.mark()
            links = try ["1", "2"].map { try store.link("customers", sourceKey: $0) }
            mirror = try store.projectRecord("customers", "p1")
            intents = try store.openIntents("customers")
            quarantine = try store.quarantine("customers")
            conflicts = try store.conflicts("customers")
            history = try store.history("customers", sourceKey: "1")
        }
    }

    private func doEverything(_ store: StateStore) throws {
        var settlement = linking("1", "p1", source: ["a": .integer(2)], project: ["a": .integer(2)])
        settlement.mirror = .stored(mirrored("p1", ["a": .integer(2)]))
        settlement.settlesProject = true
        settlement.closesIntent = true
        settlement.ledger = [
            LedgerRow(
                run: 1, at: 1, pair: "customers", sourceKey: "1", projectID: "p1", side: .project, action: "update",
                why: "changed in the source")
        ]
        var refused = linking("2", "p2")
        refused.quarantine = QuarantineItem(
            side: .project, key: "2", label: "Bob", cause: .refused, message: "no", run: 1, since: 1)
        try store.openPlan(
            "customers", run: 1, settlements: [linking("1", "p1")], quarantine: [],
            conflicts: [
                ConflictItem(
                    sourceKey: "2", projectID: "p2", label: "Bob", conflict: Conflict(field: "a", what: "both"),
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
