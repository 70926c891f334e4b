import AccordCore
import AccordState

extension StateConformance {
    /// The promises of ``JournalStore``.
    public static let journalChecks = [
        Check("an intent stays open until its record is settled, whichever of its names it had") { trial, store in
            let entries = [
                entry(1, key: "1", id: "p1", [update("a", .null, .integer(1))]),
                entry(2, key: "2", id: nil, [update("a", .null, .integer(1))]),
                entry(3, key: nil, id: "p3", [update("a", .null, .integer(1))]),
            ]
            try store.begin("customers", run: 1, entries: entries, at: 0)
            try trial.expect(store.openIntents("customers"), is: entries)
            try trial.expect(store.openIntents("locations"), is: [])
            try store.settle([linking("1", "p1")])
            try trial.expect(store.openIntents("customers").count, is: 3)
            for (key, id, left) in [("1", "p1", 2), ("2", "p2", 1), ("3", "p3", 0)] {
                var settlement = linking(key, id)
                settlement.closesIntent = true
                try store.settle([settlement])
                try trial.expect(store.openIntents("customers").count, is: left)
            }
        },
        Check("opening a plan ends the journal of the run before it, for its own pair") { trial, store in
            try store.begin("customers", run: 1, entries: [entry(1, key: "1", id: "p1")], at: 0)
            try store.begin("locations", run: 1, entries: [entry(1, key: "1", id: "p1")], at: 0)
            try store.openPlan([linking("1", "p1")], run: 2)
            try trial.expect(store.openIntents("customers"), is: [])
            try trial.expect(store.openIntents("locations").count, is: 1)
            try trial.expect(store.link("customers", sourceKey: "1")?.projectID, is: "p1")
        },
        Check("intents of records of which the plan can say nothing stay, and get in no later run's way") {
            trial, store in
            let entries = [
                entry(1, key: "1", id: "p1"), entry(2, key: "2", id: nil), entry(3, key: nil, id: "p3"),
            ]
            try store.begin("customers", run: 1, entries: entries, at: 0)
            try store.openPlan(run: 2, keeping: [.source(key: "2"), .project(id: "p3")])
            try trial.expect(store.openIntents("customers"), is: Array(entries.dropFirst()))
            try store.begin("customers", run: 2, entries: [entry(2, key: "9", id: "p9")], at: 0)
            try trial.expect(store.openIntents("customers").count, is: 3)
        },
        Check("a source key that looks like the name of a project record is not taken for it") { trial, store in
            let (row, record) = (entry(1, key: "project:5", id: nil), entry(2, key: nil, id: "5"))
            try store.begin("customers", run: 1, entries: [row, record], at: 0)
            let items = [row, record].map { entry in
                QuarantineItem(
                    side: .source, key: entry.identity, label: "Ann", cause: .refused, message: "no", run: 1, since: 1)
            }
            try store.openPlan(run: 2, quarantine: items, keeping: [.source(key: "project:5")])
            try trial.expect(store.openIntents("customers"), is: [row])
            try store.begin("customers", run: 2, entries: [record], at: 0)
            try store.openPlan(run: 3, quarantine: items, keeping: [.project(id: "5")])
            try trial.expect(store.openIntents("customers"), is: [record])
            try trial.expect(store.quarantine("customers").count, is: 2)
            try store.settle([linking("project:5", "p1", fingerprint: Fingerprint(of: "row"))])
            try trial.expect(store.quarantine("customers").map(\.key), is: [record.identity])
        },
        Check("settling nothing only begins, and beginning nothing only settles") { trial, store in
            let next = [entry(1, key: "1", id: "p1")]
            try store.settle([], thenBegin: "customers", run: 1, entries: next, at: 0)
            try trial.expect(store.openIntents("customers"), is: next)
            try trial.expect(store.mark().settled, is: 1, "a plan that does not know of what was begun is stale")
            try store.settle([linking("1", "p1")], thenBegin: "customers", run: 1, entries: [], at: 0)
            try trial.expect(store.link("customers", sourceKey: "1")?.projectID, is: "p1")
            try trial.expect(store.mark().settled, is: 2)
            try store.settle([], thenBegin: "customers", run: 1, entries: [], at: 0)
            try trial.expect(store.mark().settled, is: 2)
        },
        Check("an intent comes back with every part of its record, its place in the plan and when it was begun") {
            trial, store in
            var intent = entry(7, key: "1", id: "p1", [update("a", .decimal(1.5), .set(["x", "y"]))])
            intent.link = .new(.sameValues(fields: ["email"]))
            intent.agreements = [Agreement(field: "b", source: .integer(1), project: .timestamp(1))]
            intent.conflicts = [
                Conflict(.changedAndGone(from: .source, fields: ["c"]), remaining: Fingerprint(of: "r"))
            ]
            intent.note = .notSent(.tooOld(days: 3))
            intent.place = Place(file: "crm.csv", line: 3)
            intent.sourceFingerprint = Fingerprint(of: "s")
            intent.projectFingerprint = Fingerprint(of: "p")
            intent.after = [2, 5]
            try store.begin("customers", run: 1, entries: [intent], at: 40)
            try trial.expect(store.openIntents("customers"), is: [intent])
            try trial.expect(store.intentsBegun("customers"), is: [.source(key: "1"): 40])
            try trial.expect(store.intentsBegun("locations"), is: [:])
        },
        Check("a choice for a record that is settled later in the plan's run is kept until then") { trial, store in
            let conflicts = ["1", "2"].map { key in
                ConflictItem(
                    sourceKey: key, projectID: "p\(key)", label: "Ann", conflict: Conflict(.field("name")), since: 1)
            }
            try store.openPlan(conflicts: conflicts)
            for key in ["1", "2"] { try store.resolve("customers", sourceKey: key, field: "name", .source) }
            try store.openPlan(run: 2, unfinished: ["2"])
            try trial.expect(store.conflicts("customers").map(\.sourceKey), is: ["2"])
        },
        Check("a choice for a record that the plan could not look at is kept") { trial, store in
            let conflicts = ["1", "2", "3"].map { key in
                ConflictItem(
                    sourceKey: key, projectID: "p\(key)", label: "Ann", conflict: Conflict(.field("name")), since: 1)
            }
            try store.openPlan(conflicts: conflicts)
            for key in ["1", "2"] { try store.resolve("customers", sourceKey: key, field: "name", .source) }
            for run in [2, 3] as [Int64] {
                try store.openPlan(run: run, keeping: [.source(key: "2"), .source(key: "3")])
                try trial.expect(store.conflicts("customers").map(\.sourceKey), is: ["2"], "nobody decided the third")
            }
            try store.openPlan(run: 4)
            try trial.expect(store.conflicts("customers"), is: [])
        },
    ]
}
