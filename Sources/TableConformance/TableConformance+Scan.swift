import AccordCore
import AccordTables

extension TableConformance {
    /// More records than this in one batch are no bounded memory.
    public static let largestBatch = 4096

    /// The promises of ``Table`` and ``ScannableTable``.
    public static let scanChecks = [
        Check("every record is scanned once, with its values") { trial in
            let table = try await trial.subject().table
            try await trial.expectRows(table, Trial.rows)
        },
        Check("the proof counts the records, and an undisturbed scan is whole") { trial in
            let subject = try await trial.subject()
            let proof = try await trial.scan(subject.table).proof
            try trial.expect(proof.count == Trial.rows.count, "it counts \(proof.count)")
            try trial.expectWhole(proof, of: subject.table)
        },
        Check("a table without records is scanned whole") { trial in
            let subject = try await trial.subject([])
            let scan = try await trial.scan(subject.table)
            try trial.expect(scan.records.isEmpty && scan.proof.count == 0, "found \(scan.records.map(trial.row))")
            try trial.expectWhole(scan.proof, of: subject.table)
        },
        Check("many records come in batches of a bounded size") { trial in
            let rows = Trial.manyRows(largestBatch + 904)
            let scan = try await trial.scan(trial.subject(rows).table)
            try trial.expect(Set(scan.records.map(trial.row)).count == rows.count, "found \(scan.records.count)")
            let largest = scan.batchSizes.max() ?? 0
            try trial.expect(largest <= largestBatch, "a batch has \(largest) records")
        },
        Check("the schema has the columns, and what it says it can do it conforms to") { trial in
            let table = try await trial.subject().table
            let schema = try await table.schema()
            let names = schema.fields.map(\.name)
            try trial.expect(
                (schema.ownKey == nil) == trial.conformance.isText,
                "its records have \(trial.conformance.isText ? "no keys" : "keys") of their own, and the schema calls them "
                    + (schema.ownKey ?? "nothing"))
            let expected = trial.conformance.isText ? Trial.columns : Array(Trial.columns.dropFirst())
            try trial.expect(Set(expected).isSubset(of: names), "the schema has \(names)")
            if trial.conformance.isText { try trial.expect(names == expected, "the schema has \(names)") }
            let can = table.capabilities
            let claims: [(Bool, Bool, String)] = [
                (can.scan, table is any ScannableTable, "scan"), (can.stamp, table is any StampedTable, "stamp"),
                (can.changes, table is any IncrementalTable, "changes"),
                (!can.searchable.isEmpty, table is any SearchableTable, "find"),
                (can.recordWrites, table is any RecordWritable, "record writes"),
                (can.batchWrites, table is any BatchWritable, "batch writes"),
            ]
            for (isClaimed, conforms, name) in claims where isClaimed {
                try trial.expect(conforms, "it claims \(name) and does not conform")
            }
        },
        Check("two scans agree, and no two different records share a fingerprint") { trial in
            let table = try await trial.subject().table
            let first = try await trial.scan(table).records.map(\.fingerprint)
            let second = try await trial.scan(table).records.map(\.fingerprint)
            try trial.expect(first == second, "the fingerprints or the order changed")
            try trial.expect(Set(first).count == Trial.rows.count, "two records share one")
        },
        Check("a record that somebody changed has another fingerprint, and the others keep theirs") { trial in
            let subject = try await trial.subject()
            let before = try await trial.scan(subject.table).records
            try await subject.edit("2", "name", "Mike")
            let after = try await trial.scan(subject.table).records
            for (old, new) in zip(before, after) {
                let isSame = old.fingerprint == new.fingerprint
                try trial.expect(isSame == (trial.key(old) != "2"), "\(trial.row(old)), then \(trial.row(new))")
            }
        },
        Check("an error of the caller ends the scan and comes back") { trial in
            struct Stop: Error {}
            let table = try await trial.subject(Trial.manyRows(3 * largestBatch)).table
            var batches = 0
            do {
                _ = try await trial.scan(table) { number in
                    batches = number
                    throw Stop()
                }
            } catch is Stop {
                try trial.expect(batches == 1, "\(batches) batches came")
                return
            }
            throw trial.fail("the scan went on")
        },
        Check("a record that cannot be read is handed over with its problem, or keeps the scan from being whole") {
            trial in
            let subject = try await trial.subject()
            guard let makeUnreadable = subject.makeUnreadable else { return }
            try await makeUnreadable("2")
            let scan = try await trial.scan(subject.table)
            let sound = scan.records.filter { $0.problem == nil }.map { trial.key($0) }
            try trial.expect(Set(sound) == ["1", "3"] && sound.count == 2, "sound are \(sound)")
            guard scan.proof.incomplete == nil else { return }
            try trial.expect(scan.records.count == 3 && scan.proof.count == 3, "the proof counts \(scan.proof.count)")
        },
        Check("a field that the table leaves out is absent, and one that is blank is empty") { trial in
            let subject = try await trial.subject()
            guard let leaveOut = subject.leaveOut else { return }
            let before = try await trial.scan(subject.table).records.map(\.fingerprint)
            try await leaveOut("1", "note")
            try await leaveOut("2", "note")
            let records = try await trial.scan(subject.table).records
            func note(_ key: String) -> Value? {
                guard case .values(let values)? = records.first(where: { $0.key == key })?.cells else { return nil }
                return values["note"]
            }
            let found = [note("1"), note("2")].compactMap(\.self)
            try trial.expect(found.isEmpty, "left out, and handed over as \(found)")
            try await subject.edit("3", "note", "")
            let blanked = try await trial.scan(subject.table).records.first { $0.key == "3" }
            guard case .values(let values)? = blanked?.cells, values["note"] == .null else {
                throw trial.fail("blanked, and it is not empty")
            }
            let differs = zip(before, records.map(\.fingerprint)).filter { $0.0 != $0.1 }.count
            try trial.expect(differs == 2, "\(differs) fingerprints changed with the fields of 2 records")
        },
        Check("a record of which the table does not say whether it is archived, or when it changed, says neither") {
            trial in
            let subject = try await trial.subject()
            guard let leaveOutMarks = subject.leaveOutMarks else { return }
            let before = try await trial.scan(subject.table).records.first { $0.key == "1" }
            try await leaveOutMarks("1")
            let records = try await trial.scan(subject.table).records
            guard let silent = records.first(where: { $0.key == "1" }), silent.problem == nil else {
                throw trial.fail("the record cannot be read for it")
            }
            try trial.expect(
                silent.archived == (subject.listsArchivedApart ? false : nil),
                "it is handed over as \(silent.isArchived ? "" : "not ")archived")
            try trial.expect(silent.modified == nil, "it is handed over as changed at \(silent.modified ?? 0)")
            try trial.expect(silent.fingerprint != before?.fingerprint, "it has the fingerprint that it had")
            let others = records.filter { $0.key != "1" }
            try trial.expect(
                others.count == 2 && others.allSatisfy { $0.archived == false && $0.modified != nil },
                "of the others it does not say so either")
        },
        Check("records with one key are handed over as they are") { trial in
            let rows = Trial.rows + [["2", "Other", "again"], ["2", "Other", "again"]]
            let subject = try await trial.subject(rows)
            // Neither where a table gives its records keys of its own, nor where it says that no two are alike.
            guard trial.conformance.isText, try await subject.table.schema().unique.isEmpty else { return }
            try await trial.expectRows(subject.table, rows)
        },
        Check("a scan during which the table changes claims no more than it saw") { trial in
            let rows = Trial.manyRows(largestBatch)
            let subject = try await trial.subject(rows)
            let before = Set(rows.map { Trial.Row(texts: $0) })
            let scan = try await trial.scan(subject.table) { number in
                if number == 1 { try await subject.edit(String(rows.count), "name", "changed") }
            }
            guard scan.proof.incomplete == nil else { return }
            let found = scan.records.map(trial.row)
            try trial.expect(
                Set(found.map(\.texts[0])).count == rows.count, "records are missing, and it claims to be whole")
            guard let stamped = subject.table.stamped, Set(found) == before else { return }
            let now = try await stamped.stamp()
            try trial.expect(scan.proof.stamp != now, "it saw what was before, and has the stamp of what is now")
        },
        Check("a scan during which a record goes away hands over each of the others once, or says what it missed") {
            trial in
            let rows = Trial.manyRows(300)
            let subject = try await trial.subject(rows)
            guard let remove = subject.remove else { return }
            let scan = try await trial.scan(subject.table) { number in
                if number == 1 { try await remove("1") }
            }
            let keys = scan.records.map { trial.key($0) }
            try trial.expect(Set(keys).count == keys.count, "\(keys.count - Set(keys).count) came again")
            guard scan.proof.incomplete == nil else { return }
            let missing = Set(rows.map(\.[0])).subtracting(keys + ["1"])
            try trial.expect(missing.isEmpty, "\(missing.count) are missing, and it claims to be whole")
        },
    ]
}

extension Trial {
    /// That an undisturbed scan proves itself whole, or that the table says that it need not.
    fileprivate func expectWhole(_ proof: ScanProof, of table: any Table) throws {
        guard let doubt = proof.incomplete else { return }
        try expect(table.capabilities.isListedAtOnce, "incomplete: \(doubt)")
    }
}
