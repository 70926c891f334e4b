import AccordCore
import AccordState

extension StateConformance {
    /// The promises of ``ProjectReadStore``.
    public static let projectReadChecks = [
        Check("a record is known when it is as it was, and unsettled when it is not") { trial, store in
            let (ann, bob) = (Trial.ann, Trial.bob)
            try trial.expect(store.readAll([ann, bob]), is: [false, false])
            try trial.expect(store.unsettledProjectRecords(), is: [ann, bob.padded])
            try store.settle("1", ann)
            try store.settle("2", bob)
            try trial.expect(store.unsettledProjectRecords(), is: [])
            var renamed = mirrored("p1", ann.values.merging(["name": .string("Anne")]) { $1 })
            renamed.modified = 9
            try trial.expect(store.readAll([renamed, bob]), is: [false, true])
            try trial.expect(store.unsettledProjectRecords(), is: [renamed])
            try trial.expect(store.projectRecord("customers", "p2"), is: bob.padded)
            try trial.expect(store.projectRecord("customers", "p3"), is: nil)
        },
        Check("the fields that the last complete read kept are known, each pair's own") { trial, store in
            try trial.expect(store.mirroredFields("customers"), is: [])
            try store.readAll([Trial.ann], complete: false, fields: ["email"])
            try trial.expect(store.mirroredFields("customers"), is: [])
            try store.readAll([Trial.ann], fields: ["email", "notes"])
            try store.readAll([Trial.ann], complete: false, fields: ["notes", "email"])
            try trial.expect(store.mirroredFields("customers"), is: ["email", "notes"])
            try trial.expect(store.mirroredFields("locations"), is: [])
            // Now some records have the fields of the one read, and some those of the other.
            try store.readAll([Trial.ann], complete: false, fields: ["email"])
            try trial.expect(store.mirroredFields("customers"), is: [])
            try store.readAll([Trial.ann], fields: ["phone"])
            try trial.expect(store.mirroredFields("customers"), is: ["phone"])
        },
        Check("a record is recognized by its answer, and seen by the read") { trial, store in
            let (first, second) = (Fingerprint(of: "first"), Fingerprint(of: "second"))
            var ann = Trial.ann
            ann.answer = first
            try store.readAll([ann, Trial.bob])
            let read = try store.beginProjectRead("customers", fields: [])
            let answers = [("p1", second), ("p1", first), ("p2", first), ("p3", first)]
            let known = try store.recognize("customers", answers: answers.map { (id: $0, answer: $1) }, read: read)
            try trial.expect(known, is: [false, true, false, false])
            try trial.expect(store.recognize("locations", answers: [("p1", first)], read: read), is: [false])
            try store.settle("1", ann)
            try store.settle("2", Trial.bob)
            try trial.expect(store.linkedRecordsNotSeen("customers", read: read, limit: 9).map(\.id), is: ["p2"])
            ann.answer = second
            try trial.expect(store.readAll([ann]), is: [true])
            try trial.expect(store.recognize("customers", answers: [("p1", first)], read: read), is: [false])
            try trial.expect(store.recognize("customers", answers: [("p1", second)], read: read), is: [true])
            try store.markGone("customers", ids: ["p1"])
            try trial.expect(store.recognize("customers", answers: [("p1", second)], read: read), is: [false])
        },
        Check("another answer that says the same leaves a record settled") { trial, store in
            var ann = Trial.ann
            try store.readAll([ann])
            try store.settle("1", ann)
            ann.answer = Fingerprint(of: "another")
            var settlement = linking("1", ann.id)
            settlement.mirror = .stored(ann)
            try store.settle([settlement])
            try trial.expect(store.unsettledProjectRecords(), is: [])
            try trial.expect(store.projectRecord("customers", "p1")?.answer, is: ann.answer)
        },
        Check("the newest change of a record that is otherwise the same is noted") { trial, store in
            try store.readAll([Trial.ann])
            var touched = Trial.ann
            touched.modified = 77
            try trial.expect(store.readAll([touched]), is: [true])
            try trial.expect(store.projectRecord("customers", "p1")?.modified, is: 77)
        },
        Check("what a complete read does not find is gone; what an incomplete one does not find is not") {
            trial, store in
            let (ann, bob) = (Trial.ann, Trial.bob)
            try store.readAll([ann, bob])
            try store.settle("1", ann)
            try store.settle("2", bob)
            try store.readAll([bob], complete: false)
            try trial.expect(store.counts(), is: [2, 0, 0])
            try trial.expect(store.lastFullRead("customers"), is: 100)
            try store.readAll([bob])
            try trial.expect(store.counts(), is: [1, 0, 1])
            try trial.expect(store.lastFullRead("customers"), is: 300)
            let unsettled = try store.unsettledProjectRecords()
            try trial.expect(unsettled.map(\.id), is: ["p1"])
            try trial.expect(unsettled.first?.gone, is: true)
            try trial.expect(unsettled.first?.values, is: ann.values)
            let holders = try store.holders("customers", matchIndex: 0, values: ["ann@example.com"])
            try trial.expect(holders, is: [:])
            try trial.expect(store.readAll([ann, bob]), is: [false, true])
            try trial.expect(store.counts(), is: [2, 0, 0])
            try trial.expect(store.unsettledProjectRecords(), is: [ann])
        },
        Check("the linked records that a read has not seen yet are known, shortest id first") { trial, store in
            let records = ["10", "9", "8", "7"].map { mirrored($0, ["name": .string("No. \($0)")]) }
            try store.readAll(records)
            for record in records.dropLast() { try store.settle("k\(record.id)", record) }
            let read = try store.beginProjectRead("customers", fields: [])
            _ = try store.mirror("customers", records: [records[2]], read: read)
            let unseen = try store.linkedRecordsNotSeen("customers", read: read, limit: 9)
            try trial.expect(unseen, is: [records[1].padded, records[0].padded])
            let first = try store.linkedRecordsNotSeen("customers", read: read, limit: 1)
            try trial.expect(first, is: [records[1].padded])
            try store.markGone("customers", ids: ["9"])
            try trial.expect(store.linkedRecordsNotSeen("customers", read: read, limit: 9).map(\.id), is: ["10"])
            try store.markGone("customers", ids: ["7", "10"])
            try trial.expect(store.counts(), is: [1, 0, 3])
            try trial.expect(store.linkedRecordsNotSeen("locations", read: read, limit: 9), is: [])
        },
        Check("a gone record that no link knows is forgotten") { trial, store in
            try store.readAll([Trial.ann, Trial.bob])
            try store.readAll([Trial.bob])
            try trial.expect(store.projectRecord("customers", "p1"), is: nil)
            try trial.expect(store.counts(), is: [1, 0, 0])
        },
        Check("the cursor is kept, and can be taken away") { trial, store in
            try trial.expect(store.mirrorCursor("customers"), is: nil)
            try store.setMirrorCursor("customers", "2023-11-14 after 17")
            try trial.expect(store.mirrorCursor("customers"), is: "2023-11-14 after 17")
            try trial.expect(store.mirrorCursor("locations"), is: nil)
            try store.setMirrorCursor("customers", nil)
            try trial.expect(store.mirrorCursor("customers"), is: nil)
        },
    ]
}
