import AccordCore
import AccordState

extension Trial {
    static let ann = mirrored(
        "p1", ["email": .string("ann@example.com"), "phone": .string("+1"), "name": .string("Ann")])
    static let bob = mirrored("p2", ["email": .string("bob@example.com"), "name": .string("Bob")])
}

extension StateConformance {
    /// The promises of ``MirrorStore``, and what a ``Settlement`` does to what is known of a record.
    public static let mirrorChecks = [
        Check("records are found by either match value, however its accents are spelled, shortest id first") {
            trial, store in
            func holders(_ matchIndex: Int, _ value: String, of pair: String = "customers") throws -> [String] {
                try store.holders(pair, matchIndex: matchIndex, values: [value])[value] ?? []
            }
            try store.readAll([Trial.ann] + ["10", "9", "100"].map { mirrored($0, ["phone": .string("+1")]) })
            try trial.expect(holders(1, "+1"), is: ["9", "10", "p1", "100"])
            try trial.expect(holders(0, "ann@example.com"), is: ["p1"])
            try trial.expect(holders(0, "+1"), is: [])
            try trial.expect(holders(2, "+1"), is: [])
            let spellings = ["zo\u{EB}", "zoe\u{308}"]
            try store.readAll(
                [mirrored("z1", ["email": .string(spellings[0])]), mirrored("z2", ["email": .string(spellings[1])])],
                complete: false)
            for spelling in spellings { try trial.expect(holders(0, spelling), is: ["z1", "z2"]) }
            try trial.expect(holders(1, "+1", of: "locations"), is: [])
        },
        Check("records that are gone are found by what they were called, if that is asked for and they are linked") {
            trial, store in
            try store.readAll([Trial.ann, Trial.bob])
            try store.settle("1", Trial.ann)
            try store.readAll([])
            let values = ["ann@example.com", "bob@example.com"]
            try trial.expect(store.holders("customers", matchIndex: 0, values: values), is: [:])
            let found = try store.holders("customers", matchIndex: 0, values: values, gone: true)
            try trial.expect(found, is: ["ann@example.com": ["p1"]])
        },
        Check("what is unknown of a record is kept, is not what is empty, and is nothing to do") { trial, store in
            let doubtful = mirrored("p1", Trial.ann.values, unknown: ["notes", "company"])
            try store.readAll([doubtful])
            try trial.expect(store.projectRecord("customers", "p1"), is: doubtful)
            try trial.expect(store.readAll([doubtful]), is: [true])
            var settlement = linking(
                "1", "p1", source: Trial.ann.values, project: Trial.ann.values.merging(["notes": .string("n")]) { $1 },
                settlesProject: true)
            settlement.fields = ["email", "phone", "name", "notes", "company"]
            try store.settle([settlement])
            try trial.expect(store.projectRecord("customers", "p1"), is: doubtful)
            try trial.expect(store.unsettledProjectRecords(), is: [])
            let emptied = mirrored("p1", Trial.ann.values, unknown: ["company"])
            try trial.expect(store.readAll([emptied]), is: [false])
            try trial.expect(store.unsettledProjectRecords(), is: [emptied])
        },
        Check("what is unknown of a record that was written is kept with it") { trial, store in
            var settlement = linking("1", "p1", settlesProject: true)
            settlement.mirror = .stored(mirrored("p1", Trial.ann.values, unknown: ["notes"]))
            try store.settle([settlement])
            try trial.expect(store.projectRecords("customers", ["p1"])["p1"]?.unknown, is: ["notes"])
            settlement.mirror = .stored(Trial.ann)
            try store.settle([settlement])
            try trial.expect(store.projectRecord("customers", "p1"), is: Trial.ann)
        },
        Check("archived records are counted apart") { trial, store in
            try store.readAll([Trial.ann, mirrored("p3", ["name": .string("Cid")], archived: true)])
            try trial.expect(store.counts(), is: [1, 1, 0])
            try store.readAll([
                mirrored("p1", Trial.ann.values, archived: true), mirrored("p3", ["name": .string("Cid")]),
            ])
            try trial.expect(store.counts(), is: [1, 1, 0])
            try trial.expect(store.projectRecord("customers", "p1")?.archived, is: true)
        },
        Check("the ids of all records that are not gone are known") { trial, store in
            try store.readAll([Trial.bob, Trial.ann, mirrored("p3", [:], archived: true)])
            try store.settle("2", Trial.bob)
            try store.markGone("customers", ids: ["p2"])
            try trial.expect(Set(store.projectRecordIDs("customers")), is: ["p1", "p3"])
            try trial.expect(store.projectRecordIDs("locations"), is: [])
        },
        Check("all records of a pair can be settled at once, until one of them changes") { trial, store in
            try store.readAll([Trial.ann, Trial.bob])
            try store.settleProjectRecords("locations")
            try trial.expect(store.unsettledProjectRecords().count, is: 2)
            try store.settleProjectRecords("customers")
            try trial.expect(store.unsettledProjectRecords(), is: [])
            let renamed = mirrored("p2", ["name": .string("Rob")])
            try store.readAll([Trial.ann, renamed])
            try trial.expect(store.unsettledProjectRecords(), is: [renamed.padded])
        },
        Check("what is known of a record does not move when its base does") { trial, store in
            try store.readAll([Trial.ann])
            try store.settle("1", Trial.ann)
            try store.settle([linking("1", "p1", project: ["name": .string("Anna")])])
            try trial.expect(store.projectRecord("customers", "p1"), is: Trial.ann)
            try trial.expect(store.unsettledProjectRecords(), is: [Trial.ann])
        },
        Check("a value that is in no base is kept all the same") { trial, store in
            try store.readAll([Trial.ann])
            try store.settle([linking("1", "p1", project: ["name": .string("Ann")], settlesProject: true)])
            try trial.expect(store.unsettledProjectRecords(), is: [])
            try trial.expect(store.projectRecord("customers", "p1"), is: Trial.ann)
        },
        Check("what the project answered takes the place of what was read, and of what was never read") {
            trial, store in
            try store.readAll([Trial.ann])
            let answer = mirrored("p1", ["email": .string("ann@new.example")], modified: 5)
            var settlement = linking("1", "p1", project: answer.values, settlesProject: true)
            settlement.mirror = .stored(answer)
            var created = linking("2", "p2", project: Trial.bob.values)
            created.mirror = .stored(Trial.bob)
            try store.settle([settlement, created])
            try trial.expect(store.projectRecord("customers", "p1"), is: answer.padded)
            let values = ["ann@new.example", "ann@example.com"]
            let holders = try store.holders("customers", matchIndex: 0, values: values)
            try trial.expect(holders, is: ["ann@new.example": ["p1"]])
            try trial.expect(store.unsettledProjectRecords(), is: [Trial.bob.padded])
            try trial.expect(store.readAll([answer, Trial.bob]), is: [true, true])
        },
        Check("a project record that says something else than its base is not settled by what was done to it") {
            trial, store in
            func isSettled(_ values: [String: Value]) throws -> Bool {
                var settlement = linking(
                    "1", "p1", source: ["a": .string("x")], project: ["a": .string("x")],
                    fingerprint: Fingerprint(of: "row"), settlesProject: true)
                settlement.fields = ["a", "b"]
                settlement.mirror = .stored(mirrored("p1", values))
                try store.settle([settlement])
                return try store.unsettledProjectRecords().isEmpty
            }
            try trial.expect(isSettled(["a": .string("x")]), is: true)
            try trial.expect(isSettled(["a": .string("x"), "unmapped": .string("y")]), is: true)
            try trial.expect(isSettled(["a": .string("other")]), is: false)
            try trial.expect(isSettled(["a": .string("x"), "b": .string("made by the service")]), is: false)
        },
        Check("a record that was deleted is gone, and forgotten with its link") { trial, store in
            try store.readAll([Trial.ann, Trial.bob])
            try store.settle("1", Trial.ann)
            try store.settle("2", Trial.bob)
            var deletion = linking("1", "p1", settlesProject: true)
            deletion.link = .state(.goneFromProject)
            deletion.mirror = .gone
            try store.settle([deletion])
            try trial.expect(store.projectRecord("customers", "p1")?.gone, is: true)
            try trial.expect(store.unsettledProjectRecords(), is: [])
            try trial.expect(store.counts(), is: [1, 0, 1])
            deletion.link = .remove
            try store.settle([deletion])
            try trial.expect(store.projectRecord("customers", "p1"), is: nil)
            try trial.expect(store.counts(), is: [1, 0, 0])
        },
        Check("a record that loses its link is known as before, and unsettled") { trial, store in
            try store.readAll([Trial.ann])
            try store.settle("1", Trial.ann)
            var removal = linking("1", "p1", settlesProject: true)
            removal.link = .remove
            try store.settle([removal])
            try trial.expect(store.unsettledProjectRecords(), is: [Trial.ann])
        },
    ]
}
