import AccordCore
import AccordState

extension StateConformance {
    private static let reasons: [Reason] = [
        .rules([.sourceChanged, .optOut]), .rules([.optOut, .sourceChanged]), .rules([.sourceChanged]), .rules([]),
        .onlyInSource, .askedLast(CalendarDay(daysSinceEpoch: 3)), .sameValues(fields: []),
    ]

    /// The promises of ``RunStore`` about runs.
    public static let runChecks = [
        Check("runs are numbered, listed newest first, and one that never ended is known by that") { trial, store in
            let first = try store.beginRun(kind: "sync", planID: nil, at: 10)
            try store.finishRun(first, outcome: "done", requests: 3, at: 20)
            let second = try store.beginRun(kind: "apply", planID: "abc", at: 30)
            let ended = RunRow(
                id: first, kind: "sync", planID: nil, started: 10, ended: 20, outcome: "done", requests: 3)
            let open = RunRow(
                id: second, kind: "apply", planID: "abc", started: 30, ended: nil, outcome: nil, requests: 0)
            try trial.expect(store.runs(limit: 50), is: [open, ended])
            try trial.expect(store.runs(limit: 1), is: [open])
            try trial.expect(store.run(first), is: ended)
            try trial.expect(store.run(second + 1), is: nil)
            try trial.expect(store.planWasApplied("abc"), is: true)
            try trial.expect(store.planWasApplied("def"), is: false)
            try trial.expect(store.prune(before: 25), is: 0)
            try trial.expect(store.runs(limit: 50), is: [open])
            try trial.expect(store.beginRun(kind: "sync", planID: nil, at: 40), is: second + 1)
            // A clock that was wrong for one run, or before it, costs no history.
            let wrong = try store.beginRun(kind: "sync", planID: nil, at: 1)
            try store.finishRun(wrong, outcome: "done", requests: 0, at: 2)
            try trial.expect(store.prune(before: 25), is: 0)
            try trial.expect(store.runs(limit: 50).map(\.id), is: [wrong, second + 1, second])
            // One that was killed has no end.
            try store.prune(before: 31)
            try trial.expect(store.runs(limit: 50).map(\.id), is: [wrong, second + 1])
        }
    ]

    /// The promises of ``RunStore`` about what runs did.
    public static let ledgerChecks = [
        Check("history says what an operation changed, exactly as it was") { trial, store in
            let rows = [
                row(1, "1", [], action: "create"),
                row(2, "1", [change("a", .null, .integer(1), origin: .integer(1))]),
                row(2, "2", [change("a", .null, .integer(1), origin: .integer(1))]),
                row(
                    3, "1",
                    [
                        change("b", .string("x"), .null, origin: .null),
                        change(
                            "c", .set(["p"]), .date(CalendarDay(daysSinceEpoch: 3)), origin: .timestamp(3 * 86_400)),
                        change("d", .boolean(true), .string("kept"), origin: .null),
                    ]),
            ]
            for run in 1...2 {
                let begun = try store.beginRun(kind: "sync", planID: nil, at: Int64(100 * run))
                try store.finishRun(begun, outcome: "done", requests: 0, at: Int64(100 * run))
            }
            var settlement = linking("1", "p1")
            settlement.ledger = rows
            try store.settle([settlement])
            try trial.expect(store.history("customers", sourceKey: "1"), is: [rows[0], rows[1], rows[3]])
            try trial.expect(store.history("locations", sourceKey: "1"), is: [])
            try trial.expect(store.ledger(run: 2), is: [rows[1], rows[2]])
            try trial.expect(store.prune(before: 100), is: 0)
            try trial.expect(store.prune(before: 200), is: 1)
            try trial.expect(store.history("customers", sourceKey: "1"), is: [rows[1], rows[3]])
        }
    ]

    /// Reasons of every kind are kept in the ledger.
    public static let reasonChecks = reasons.map { reason in
        Check("history says why, whether or not the changes say it too: \(reason)") { trial, store in
            let optOut = FieldChange(
                field: "b", before: .null, after: .boolean(true), origin: .boolean(true), rule: .optOut)
            let changed = FieldChange(
                field: "a", before: .null, after: .string("x"), origin: .string("x"), rule: .sourceChanged)
            let rows = [[], [changed], [changed, optOut], [changed, optOut, changed]].map { changes in
                var row = LedgerRow(customer: "1", action: "update", reason: reason)
                row.changes = changes
                return row
            }
            var settlement = linking("1", "p1")
            settlement.ledger = rows
            try store.settle([settlement])
            try trial.expect(store.ledger(run: 1), is: rows)
        }
    }

    private static func row(
        _ run: Int64, _ key: String, _ changes: [FieldChange], action: String = "update"
    ) -> LedgerRow {
        LedgerRow(
            run: run, at: run * 100, pair: "customers", sourceKey: key, projectID: "p\(key)", side: .source,
            action: action, changes: changes, reason: .rules([.projectChanged]))
    }

    private static func change(_ field: String, _ before: Value, _ after: Value, origin: Value) -> FieldChange {
        FieldChange(field: field, before: before, after: after, origin: origin, rule: .projectChanged)
    }
}
