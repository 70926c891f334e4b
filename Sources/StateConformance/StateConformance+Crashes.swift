import AccordCore
import AccordState
import Synchronization

extension StateConformance {
    /// One transaction that settles and begins happens whole or not at all.
    public static let crashChecks = [
        Check("records are settled and the next ones begun in one transaction: a crash leaves both or neither") {
            trial, store in
            let first = entry(1, key: "1", id: "p1", [update("a", .null, .integer(1))])
            let next = [
                entry(2, key: "2", id: nil, [update("a", .null, .integer(1))]),
                entry(3, key: nil, id: "p3", [update("a", .null, .integer(1))]),
            ]
            var done = linking("1", "p1", source: ["a": .integer(1)], project: ["a": .integer(1)])
            done.closesIntent = true
            try store.begin("customers", run: 1, entries: [first], at: 10)
            func settle(_ hooks: CommitHooks) throws {
                let store = try trial.open(hooks)
                try store.settle([done], thenBegin: "customers", run: 1, entries: next, at: 20)
                try store.close()
            }
            try trial.expectError(Crash.self) { try settle(CommitHooks(before: { _ in throw Crash() })) }
            try trial.expect(store.openIntents("customers"), is: [first])
            try trial.expect(store.link("customers", sourceKey: "1"), is: nil)
            try trial.expectSameAfterCrash(store)
            let steps = Mutex<[CommitHooks.Step]>([])
            let counting = CommitHooks(
                before: { step in steps.withLock { $0.append(step) } }, after: { _ in throw Crash() })
            try trial.expectError(Crash.self) { try settle(counting) }
            try trial.expect(steps.withLock(\.self), is: [.settle])
            try trial.expect(store.openIntents("customers"), is: next)
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceBase, is: ["a": .integer(1)])
            try trial.expect(store.intentsBegun("customers"), is: [.source(key: "2"): 20, .project(id: "p3"): 20])
            try trial.expectSameAfterCrash(store)
        }
    ]

    /// What a crash just before and just after the commit of each step of the journal leaves.
    public static let commitChecks = CommitHooks.Step.allCases.map { step in
        Check("a crash before a commit leaves everything as it was, one after it everything as it will be: \(step)") {
            trial, store in
            for earlier in CommitHooks.Step.allCases.prefix(while: { $0 != step }) { try store.take(earlier) }
            let before = try Everything(store)
            let undone = CommitHooks(before: { if $0 == step { throw Crash() } })
            try trial.expectError(Crash.self) { try trial.open(undone).take(step) }
            try trial.expect(Everything(store), is: before)
            try trial.expectSameAfterCrash(store)
            let done = CommitHooks(after: { if $0 == step { throw Crash() } })
            try trial.expectError(Crash.self) { try trial.open(done).take(step) }
            try trial.expect(Everything(store) == before, is: false)
            try trial.expectSameAfterCrash(store)
        }
    }
}

private struct Crash: Error {}

/// Everything that a settlement can move, as one value.
private struct Everything: Equatable {
    var mark: StateMark
    var links: [Link?]
    var mirror: MirrorRecord?
    var intents: [Entry]
    var quarantine: [QuarantineItem]
    var conflicts: [ConflictItem]
    var history: [LedgerRow]
    var columns: [String: String]?

    init(_ store: any StateStore) throws {
        mark = try store.mark()
        links = try ["1", "2"].map { try store.link("customers", sourceKey: $0) }
        mirror = try store.projectRecord("customers", "p1")
        intents = try store.openIntents("customers")
        quarantine = try store.quarantine("customers")
        conflicts = try store.conflicts("customers")
        history = try store.history("customers", sourceKey: "1")
        columns = try store.baseColumns("customers")
    }
}

extension Trial {
    /// That a crash of the machine would change nothing.
    fileprivate func expectSameAfterCrash(_ store: any StateStore, line: Int = #line) throws {
        try expect(Everything(subject.openAfterCrash()), is: Everything(store), "after a crash", line: line)
    }
}

extension StateStore {
    /// One transaction of a run that uses every part of the journal.
    fileprivate func take(_ step: CommitHooks.Step) throws {
        switch step {
        case .keepBases:
            try keepBases("customers", readFrom: ["a": "A"])
        case .openPlan:
            let conflict = ConflictItem(
                sourceKey: "2", projectID: "p2", label: "Bob", conflict: Conflict(.field("a")), since: 1)
            try openPlan([linking("1", "p1")], conflicts: [conflict])
        case .begin:
            try begin("customers", run: 1, entries: [entry(1, key: "1", id: "p1")], at: 0)
        case .settle:
            var settlement = linking("1", "p1", source: ["a": .integer(2)], project: ["a": .integer(2)])
            settlement.mirror = .stored(mirrored("p1", ["a": .integer(2)]))
            settlement.settlesProject = true
            settlement.closesIntent = true
            settlement.ledger = [LedgerRow(customer: "1", action: "update", reason: .rules([.sourceChanged]))]
            var refused = linking("2", "p2")
            refused.quarantine = [
                QuarantineItem(
                    side: .project, key: "2", label: "Bob", cause: .refused, message: "no", run: 1, since: 1)
            ]
            try settle([settlement, refused])
        }
    }
}
