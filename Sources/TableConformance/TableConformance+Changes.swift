import AccordCore
import AccordTables

extension TableConformance {
    /// The promises of ``IncrementalTable``.
    public static let changesChecks = [
        Check("what changed since the cursor is handed over as it is now") { trial in
            let subject = try await trial.subject()
            let cursor = try await trial.cursor(subject)
            try await subject.edit("1", "note", "edited")
            try await subject.edit("3", "note", "once")
            try await subject.edit("3", "note", "twice")
            let found = try await trial.changes(subject, since: cursor).records.map(trial.row)
            for texts in [["1", "Ada", "edited"], ["3", "Zoë", "twice"]] {
                try trial.expect(found.contains(Trial.Row(texts: texts)), "\(texts) is not among \(found)")
            }
        },
        Check("the newest change comes first") { trial in
            let subject = try await trial.subject()
            let cursor = try await trial.cursor(subject)
            for key in ["2", "1", "3"] { try await subject.edit(key, "note", "edited") }
            let records = try await trial.changes(subject, since: cursor).records
            let times = records.compactMap(\.modified)
            try trial.expect(times == times.sorted(by: >), "they were changed at \(times)")
            // Changes of one and the same second have no order.
            guard Set(times).count == times.count else { return }
            let order = records.filter { trial.row($0).texts[2] == "edited" }.map { trial.key($0) }
            try trial.expect(order == ["3", "1", "2"], "they came as \(order)")
        },
        Check("many changes all come, in batches of a bounded size") { trial in
            let rows = Trial.manyRows(largestBatch + 904)
            let subject = try await trial.subject(rows)
            let cursor = try await trial.cursor(subject)
            for row in rows { try await subject.edit(row[0], "note", "edited") }
            let changes = try await trial.changes(subject, since: cursor)
            let missing = Set(rows.map(\.[0])).subtracting(changes.records.map { trial.key($0) })
            try trial.expect(missing.isEmpty, "\(missing.count) are missing")
            try trial.expect((changes.batchSizes.max() ?? 0) <= largestBatch, "a batch is larger than \(largestBatch)")
        },
        Check("what a read shows that does not come to its end, its cursor shows again") { trial in
            struct Stop: Error {}
            let rows = Trial.manyRows(300)
            let subject = try await trial.subject(rows)
            let cursor = try await trial.cursor(subject)
            for row in rows { try await subject.edit(row[0], "note", "edited") }
            do {
                _ = try await trial.changes(subject, since: cursor) { throw Stop() }
                throw trial.fail("the error of the caller did not come back")
            } catch is Stop {}
            let again = try await trial.changes(subject, since: cursor)
            let missing = Set(rows.map(\.[0])).subtracting(again.records.map { trial.key($0) })
            try trial.expect(missing.isEmpty, "\(missing.count) are missing")
        },
        Check("what changes while changes are read comes then or with the next cursor") { trial in
            let subject = try await trial.subject()
            let cursor = try await trial.cursor(subject)
            try await subject.edit("1", "note", "edited")
            let first = try await trial.changes(subject, since: cursor) {
                try await subject.edit("3", "note", "meanwhile")
            }
            let second = try await trial.changes(subject, since: first.cursor)
            let found = (first.records + second.records).map(trial.row)
            try trial.expect(found.contains(Trial.Row(texts: ["3", "Zoë", "meanwhile"])), "found \(found)")
        },
        Check("what changes while the table is scanned comes with the cursor from before") { trial in
            let rows = Trial.manyRows(300)
            let subject = try await trial.subject(rows)
            let cursor = try await trial.cursor(subject)
            _ = try await trial.scan(subject.table) { number in
                if number == 1 { try await subject.edit("1", "note", "meanwhile") }
            }
            let found = try await trial.changes(subject, since: cursor).records.map(trial.row)
            try trial.expect(found.contains(Trial.Row(texts: ["1", "name 1", "meanwhile"])), "found \(found)")
        },
        Check("the next cursor shows what changes after it") { trial in
            let subject = try await trial.subject()
            let next = try await trial.changes(subject, since: trial.cursor(subject)).cursor
            try await subject.edit("2", "name", "Mike")
            let found = try await trial.changes(subject, since: next).records.map(trial.row)
            try trial.expect(found.contains(Trial.Row(texts: ["2", "Mike", ""])), "found \(found)")
        },
        Check("archiving is a change, unless the table says that it cannot show it") { trial in
            let subject = try await trial.subject()
            guard let archive = subject.archive, !subject.table.capabilities.unseenChanges.contains(.archiving)
            else { return }
            let cursor = try await trial.cursor(subject)
            try await archive("2")
            let found = try await trial.changes(subject, since: cursor).records.map(trial.row)
            try trial.expect(
                found.contains(Trial.Row(texts: ["2", "Miguel", ""], isArchived: true)), "found \(found)")
        },
    ]
}

extension Trial {
    fileprivate struct Changes {
        var records: [TableRecord] = []
        var batchSizes: [Int] = []
        var cursor = Cursor("")
    }

    fileprivate func cursor(_ subject: TableConformance.Subject) async throws -> Cursor {
        let table: any IncrementalTable = try cast(subject.table, "IncrementalTable")
        guard let cursor = try await table.cursor() else { throw fail("there is no cursor") }
        return cursor
    }

    /// - Parameter meanwhile: runs once, with the first batch.
    fileprivate func changes(
        _ subject: TableConformance.Subject, since cursor: Cursor, meanwhile: () async throws -> Void = {}
    ) async throws -> Changes {
        let table: any IncrementalTable = try cast(subject.table, "IncrementalTable")
        var changes = Changes()
        changes.cursor = try await table.changes(since: cursor) { batch in
            if changes.batchSizes.isEmpty { try await meanwhile() }
            changes.records += batch.records
            changes.batchSizes.append(batch.records.count)
        }
        return changes
    }
}
