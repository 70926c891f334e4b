import AccordCore
import AccordTables

extension TableConformance {
    /// Texts that a form may have trouble with.
    static let awkward = [
        "a,b;c\td", "say \"hi\"", "\"", "two\nlines", "two\r\nlines", " spaces ", "Zoë – naïve", "it's", "+14155550100",
        "-12.50", "=1+1", "'=1+1", "@cmd", "''", "",
    ]

    /// The promises of ``BatchWritable``, for a table that can be scanned.
    public static let batchWriteChecks = [
        Check("a batch changes the stamp, and answers with the new one") { trial in
            let subject = try await trial.subject()
            let table: any BatchWritable = try trial.cast(subject.table, "BatchWritable")
            let before = try await table.stamp()
            let result = try await trial.batch(subject, [trial.update("2", "name", from: "Miguel", to: "Mike")])
            let after = try await table.stamp()
            try trial.expect(before != after, "it is still \(after.text)")
            try trial.expect(result.stamp == after, "answered \(result.stamp.text), found \(after.text)")
        },
        Check("an update of a batch changes only its cells, and records that it does not name keep theirs") { trial in
            let subject = try await trial.subject()
            let before = try await trial.scan(subject.table).records.map(\.fingerprint)
            _ = try await trial.batch(subject, [trial.update("2", "name", from: "Miguel", to: "Mike")])
            try await trial.expectRows(subject.table, [Trial.rows[0], ["2", "Mike", ""], Trial.rows[2]])
            let after = try await trial.scan(subject.table).records.map(\.fingerprint)
            let isSame = zip(before, after).map { $0 == $1 }
            try trial.expect(isSame == [true, false, true], "fingerprints that stayed: \(isSame)")
        },
        Check("a batch answers what a new scan shows") { trial in
            let subject = try await trial.subject()
            let result = try await trial.batch(
                subject,
                [
                    trial.update("1", "note", from: "first", to: "two\nlines"), trial.create(["4", "Tom", "new"]),
                    trial.delete("3"),
                ])
            try await trial.expectStored(result.outcomes[0], in: subject.table)
            try await trial.expectStored(result.outcomes[1], in: subject.table)
            try trial.expectGone(result.outcomes[2])
            try await trial.expectRows(
                subject.table, [["1", "Ada", "two\nlines"], Trial.rows[1], ["4", "Tom", "new"]])
        },
        Check("a change whose expectation is not met is refused whole, and the others are made") { trial in
            let subject = try await trial.subject()
            let change = trial.update(
                "1",
                [
                    "name": CellChange(before: trial.cell("Ada"), after: trial.cell("Changed")),
                    "note": CellChange(before: trial.cell("wrong"), after: trial.cell("Changed")),
                ])
            let filled = trial.update("3", ["note": CellChange(before: .empty, after: trial.cell("Changed"))])
            let missing = trial.update("9", "name", from: "", to: "Nobody")
            let result = try await trial.batch(
                subject, [change, filled, missing, trial.update("2", "note", from: "", to: "end")])
            for outcome in result.outcomes.prefix(3) { try trial.expectRefused(outcome) }
            try await trial.expectStored(result.outcomes[3], in: subject.table)
            try await trial.expectRows(subject.table, [Trial.rows[0], ["2", "Miguel", "end"], Trial.rows[2]])
        },
        Check("in a batch nothing is expected of an absent cell, and what is to be absent is left") { trial in
            let subject = try await trial.subject()
            let change = trial.update(
                "1",
                [
                    "name": CellChange(before: trial.cell("Ada"), after: .absent),
                    "note": CellChange(before: .absent, after: .empty),
                ])
            try await trial.expectStored(try await trial.batch(subject, [change]).outcomes[0], in: subject.table)
            try await trial.expectRows(subject.table, [["1", "Ada", ""], Trial.rows[1], Trial.rows[2]])
        },
        Check("a table that somebody changed is not written") { trial in
            let subject = try await trial.subject()
            let table: any BatchWritable = try trial.cast(subject.table, "BatchWritable")
            let stale = try await table.stamp()
            try await subject.edit("2", "name", "Mike")
            do {
                _ = try await table.write(try await trial.placed([trial.delete("1")], in: table), expecting: stale)
            } catch TableError.changedMeanwhile {
                return try await trial.expectRows(
                    subject.table, [Trial.rows[0], ["2", "Mike", ""], Trial.rows[2]])
            }
            throw trial.fail("it wrote")
        },
        // A table of text knows no keys.
        Check("a record whose key is taken is not created") { trial in
            if trial.conformance.isText { return }
            let subject = try await trial.subject()
            let result = try await trial.batch(subject, [trial.create(["2", "Other", ""])])
            try trial.expectRefused(result.outcomes[0])
            try await trial.expectRows(subject.table, Trial.rows)
        },
        Check("what a batch deletes is gone") { trial in
            let subject = try await trial.subject()
            let result = try await trial.batch(subject, [trial.delete("1"), trial.delete("3")])
            for outcome in result.outcomes { try trial.expectGone(outcome) }
            try await trial.expectRows(subject.table, [Trial.rows[1]])
        },
        Check("an error of whoever takes the outcomes comes back, and undoes nothing") { trial in
            struct Stop: Error {}
            let subject = try await trial.subject()
            let table: any BatchWritable = try trial.cast(subject.table, "BatchWritable")
            do {
                let changes = try await trial.placed(
                    [trial.update("2", "name", from: "Miguel", to: "Mike"), trial.delete("3")], in: table)
                _ = try await table.write(changes, expecting: table.stamp()) { _, _ in throw Stop() }
            } catch is Stop {
                return try await trial.expectRows(subject.table, [Trial.rows[0], ["2", "Mike", ""]])
            }
            throw trial.fail("nothing came back")
        },
        Check("awkward texts survive an update and a create") { trial in
            for text in awkward {
                let subject = try await trial.subject()
                _ = try await trial.batch(
                    subject, [trial.update("1", "note", from: "first", to: text), trial.create(["4", text, "x"])])
                let rows = [["1", "Ada", text]] + Trial.rows.dropFirst() + [["4", text, "x"]]
                try await trial.expectRows(subject.table, rows)
            }
        },
    ]

    /// What ``BatchWritable`` promises besides of a table of text, whose changes name their rows.
    public static let textWriteChecks = [
        Check("a row that is not the one that a scan found is not touched") { trial in
            let subject = try await trial.subject()
            let table: any BatchWritable = try trial.cast(subject.table, "BatchWritable")
            var changes = try await trial.placed(
                [trial.update("1", "name", to: "Changed"), trial.delete("2"), trial.delete("3")], in: table)
            changes[0].row?.fingerprint = .zero
            changes[1].row?.line += 1
            changes[2].row = nil
            let result = try await table.write(changes, expecting: table.stamp())
            for outcome in result.outcomes { try trial.expectRefused(outcome) }
            try await trial.expectRows(subject.table, Trial.rows)
        }
    ]
}

extension Trial {
    fileprivate func batch(
        _ subject: TableConformance.Subject, _ changes: [TableChange]
    ) async throws -> BatchWriteResult {
        let table: any BatchWritable = try cast(subject.table, "BatchWritable")
        return try await table.write(try await placed(changes, in: table), expecting: table.stamp())
    }

    /// The changes of the rows that a scan finds by their keys; of one that is not there, of a row that never was.
    fileprivate func placed(_ changes: [TableChange], in table: any Table) async throws -> [TableChange] {
        let records = try await scan(table).records
        return changes.map { change in
            var change = change
            if change.kind == .create || !conformance.isText { return change }
            let row = records.first { key($0) == change.key }.flatMap(RowPlace.init)
            change.row = row ?? RowPlace(line: 9_999, fingerprint: .zero)
            return change
        }
    }
}
