import AccordCore
import AccordSQLite
import AccordState
import Testing

@Suite("Quarantine and conflicts")
struct AttentionTests {
    let state: TemporaryState
    let store: SQLiteStateStore

    init() throws {
        state = try TemporaryState()
        store = try state.open()
    }

    private func item(
        _ key: String, _ message: String = "no e-mail", cause: Quarantine.Cause = .unmappable, since: Int64 = 1
    ) -> QuarantineItem {
        QuarantineItem(
            side: .source, key: key, label: "Ann", cause: cause, message: message,
            place: Place(file: "crm.csv", line: 7), run: since, since: since)
    }

    private func conflict(
        _ key: String, _ field: String?, _ source: String = "x", since: Int64 = 1
    ) -> ConflictItem {
        ConflictItem(
            sourceKey: key, projectID: "p\(key)", label: "Ann",
            conflict: Conflict(
                field.map { .field($0) } ?? .changedAndGone(from: .project, fields: ["name"]),
                source: .string(source), project: .string("y"), sourceBase: .null, projectBase: .string("z")),
            since: since)
    }

    private func open(
        _ settlements: [Settlement] = [], quarantine: [QuarantineItem] = [], conflicts: [ConflictItem] = []
    ) throws {
        try store.openPlan(
            "customers", run: 1, settlements: settlements, quarantine: quarantine, conflicts: conflicts)
    }

    // MARK: - Quarantine

    @Test("what stays in quarantine keeps since when; what left is gone; the same again changes nothing")
    func stays() throws {
        try open(quarantine: [item("1"), item("2"), item(""), item("")])
        #expect(try store.quarantine("customers") == [item("1"), item("2"), item(""), item("")])
        let mark = try store.mark()
        try open(quarantine: [item("1", since: 9), item("2", since: 9), item("", since: 9), item("", since: 9)])
        #expect(try store.mark() == mark)
        try open(quarantine: [item("2", since: 9), item("3", since: 9), item("1", cause: .ambiguous, since: 9)])
        #expect(
            try Set(store.quarantine("customers"))
                == [item("2"), item("3", since: 9), item("1", cause: .ambiguous, since: 9)])
        #expect(try store.mark().settled == mark.settled + 1)
    }

    @Test("words that changed do not make another reason: the item has the new ones, and keeps since when")
    func reworded() throws {
        try open(quarantine: [item("1"), item("2")])
        try open(quarantine: [item("1", "the e-mail is missing", since: 9), item("2", since: 9)])
        #expect(try Set(store.quarantine("customers")) == [item("1", "the e-mail is missing"), item("2")])
    }

    @Test("a refused write stays known by its fingerprint while the record is held for the same reason")
    func operationFingerprint() throws {
        var refused = item("1")
        refused.operationFingerprint = Fingerprint(of: "write")
        refused.recordFingerprint = Fingerprint(of: "record")
        var settlement = linking("1", "p1")
        settlement.quarantine = refused
        try store.settle([settlement])
        #expect(try store.quarantine("customers") == [refused])
        try open(quarantine: [item("1", since: 9)])
        #expect(try store.quarantine("customers").map(\.operationFingerprint) == [Fingerprint(of: "write")])
        try open(quarantine: [item("1", "in other words")])
        #expect(try store.quarantine("customers").map(\.operationFingerprint) == [Fingerprint(of: "write")])
        try open(quarantine: [item("1", cause: .ambiguous)])
        #expect(try store.quarantine("customers").map(\.operationFingerprint) == [nil])
    }

    @Test("a record has one reason at a time, and none once it is settled")
    func oneReason() throws {
        for message in ["first", "second"] {
            var settlement = linking("1", "p1")
            settlement.quarantine = item("1", message)
            try store.settle([settlement])
        }
        #expect(try store.quarantine("customers").map(\.message) == ["second"])
        try store.settle([linking("1", "p1", source: ["a": .integer(1)])])
        #expect(try store.quarantine("customers").count == 1)
        try store.settle([linking("1", "p1", fingerprint: Fingerprint(of: "row"))])
        #expect(try store.quarantine("customers").isEmpty)
    }

    @Test("one record or all can be let out")
    func cleared() throws {
        try open(quarantine: [item("1"), item("2"), item("3")])
        #expect(try store.clearQuarantine("customers", key: "2") == 1)
        #expect(try store.clearQuarantine("customers", key: "2") == 0)
        #expect(try store.quarantine("customers").map(\.key) == ["1", "3"])
        #expect(try store.clearQuarantine("customers", key: nil) == 2)
        #expect(try store.quarantine("customers").isEmpty)
    }

    // MARK: - Conflicts

    @Test("a conflict keeps since when it is there and what a person chose, while its values stay")
    func resolution() throws {
        try open(conflicts: [conflict("1", "name"), conflict("1", nil), conflict("2", "name")])
        #expect(try resolutions().isEmpty)
        #expect(try store.resolve("customers", sourceKey: "1", field: "name", .project))
        #expect(try store.resolve("customers", sourceKey: "1", field: nil, .source))
        #expect(try store.resolve("customers", sourceKey: "3", field: "name", .source) == false)
        #expect(try resolutions() == ["1": ["name": .project, "": .source]])
        let mark = try store.mark()
        #expect(try store.resolve("customers", sourceKey: "1", field: "name", .project))
        #expect(try store.mark() == mark, "the same choice again makes no plan stale")
        try open(conflicts: [conflict("1", "name", since: 9), conflict("1", nil, "changed", since: 9)])
        #expect(try resolutions() == ["1": ["name": .project]])
        #expect(try store.conflicts("customers").map(\.since) == [1, 1])
        #expect(try store.conflicts("customers").map(\.conflict.field) == [nil, "name"])
        #expect(try store.resolve("customers", sourceKey: "1", field: "name", nil))
        #expect(try resolutions().isEmpty)
    }

    @Test("a choice outlives a crash between the plan that follows it and the write that carries it out")
    func choiceOutlivesCrash() throws {
        try open([linking("1", "p1")], conflicts: [conflict("1", "name"), conflict("2", "name")])
        try store.resolve("customers", sourceKey: "1", field: "name", .project)
        try store.resolve("customers", sourceKey: "2", field: "name", .project)
        // The plan has a write for the first record; the second has no conflict any more for another reason.
        try open([linking("1", "p1")])
        #expect(try resolutions() == ["1": ["name": .project]])
        try store.settle([linking("1", "p1", fingerprint: Fingerprint(of: "row"), settlesProject: true)])
        #expect(try store.conflicts("customers").isEmpty)
    }

    /// What people chose, by source key and field; the field is empty for the whole record.
    private func resolutions() throws -> [String: [String: Side]] {
        try store.conflicts("customers").reduce(into: [:]) { chosen, item in
            guard let side = item.resolution else { return }
            chosen[item.sourceKey, default: [:]][item.conflict.field ?? ""] = side
        }
    }
}

@Suite("History, runs and the source's memory")
struct HistoryTests {
    let state: TemporaryState
    let store: SQLiteStateStore

    init() throws {
        state = try TemporaryState()
        store = try state.open()
    }

    private func row(_ run: Int64, _ key: String, _ changes: [FieldChange], action: String = "update") -> LedgerRow {
        LedgerRow(
            run: run, at: run * 100, pair: "customers", sourceKey: key, projectID: "p\(key)", side: .source,
            action: action, changes: changes, reason: .rules([.projectChanged]))
    }

    private func change(_ field: String, _ before: Value, _ after: Value, origin: Value) -> FieldChange {
        FieldChange(field: field, before: before, after: after, origin: origin, rule: .projectChanged)
    }

    @Test("history says what an operation changed, exactly as it was")
    func history() throws {
        let rows = [
            row(1, "1", [], action: "create"),
            row(2, "1", [change("a", .null, .integer(1), origin: .integer(1))]),
            row(2, "2", [change("a", .null, .integer(1), origin: .integer(1))]),
            row(
                3, "1",
                [
                    change("b", .string("x"), .null, origin: .null),
                    change("c", .set(["p"]), .date(CalendarDay(daysSinceEpoch: 3)), origin: .timestamp(3 * 86_400)),
                    change("d", .boolean(true), .string("kept"), origin: .null),
                ]),
        ]
        var settlement = linking("1", "p1")
        settlement.ledger = rows
        try store.settle([settlement])
        #expect(try store.history("customers", sourceKey: "1") == [rows[0], rows[1], rows[3]])
        #expect(try store.history("locations", sourceKey: "1").isEmpty)
        #expect(try store.ledger(run: 2) == [rows[1], rows[2]])
        #expect(try store.prune(before: 200) == 1)
        #expect(try store.history("customers", sourceKey: "1") == [rows[1], rows[3]])
    }

    static let reasons: [Reason] = [
        .rules([.sourceChanged, .optOut]), .rules([.optOut, .sourceChanged]), .rules([.sourceChanged]), .rules([]),
        .onlyInSource, .askedLast(CalendarDay(daysSinceEpoch: 3)), .sameValues(fields: []),
    ]

    @Test("history says why, whether or not the changes say it too", arguments: reasons)
    func reason(reason: Reason) throws {
        let optOut = FieldChange(
            field: "b", before: .null, after: .boolean(true), origin: .boolean(true), rule: .optOut)
        let changed = FieldChange(
            field: "a", before: .null, after: .string("x"), origin: .string("x"), rule: .sourceChanged)
        let rows = [[], [changed], [changed, optOut], [changed, optOut, changed]].map { changes in
            LedgerRow(
                run: 1, at: 1, pair: "customers", sourceKey: "1", projectID: "p1", side: .project, action: "update",
                changes: changes, reason: reason)
        }
        var settlement = linking("1", "p1")
        settlement.ledger = rows
        try store.settle([settlement])
        #expect(try store.ledger(run: 1) == rows)
    }

    @Test("runs are numbered, listed newest first, and one that never ended is found")
    func runs() throws {
        let first = try store.beginRun(kind: "sync", at: 10)
        try store.finishRun(first, outcome: "done", report: "{}", requests: 3, at: 20)
        let second = try store.beginRun(kind: "apply", planID: "abc", at: 30)
        #expect(try store.runs().map(\.id) == [second, first])
        #expect(try store.runs(limit: 1).map(\.id) == [second])
        #expect(try store.run(first)?.requests == 3)
        #expect(try store.run(first)?.ended == 20)
        #expect(try store.runs().filter { $0.ended == nil }.map(\.id) == [second])
        #expect(try store.planWasApplied("abc"))
        #expect(try store.planWasApplied("def") == false)
        try store.prune(before: 25)
        #expect(try store.runs().map(\.id) == [second])
        #expect(try store.beginRun(kind: "sync", at: 40) == second + 1)
    }

    @Test("what is remembered of the source comes back, and can be taken away")
    func sourceMemory() throws {
        #expect(try store.sourceMemory("customers") == nil)
        let memory = SourceMemory(
            stamp: "12:34", records: 7, endsCleanly: true, mapping: Fingerprint(of: "m"), columns: ["a": "A", "b": ""])
        try store.setSourceMemory("customers", memory)
        #expect(try store.sourceMemory("customers") == memory)
        #expect(try store.sourceMemory("locations") == nil)
        try store.setSourceMemory("customers", nil)
        #expect(try store.sourceMemory("customers") == nil)
    }
}
