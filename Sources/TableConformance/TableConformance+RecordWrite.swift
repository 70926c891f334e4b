import AccordCore
import AccordTables

extension TableConformance {
    /// The promises of ``RecordWritable``, for a table that can be scanned.
    public static let recordWriteChecks = [
        Check("a created record is stored as the answer says") { trial in
            let subject = try await trial.subject()
            let outcome = try await trial.write(subject, trial.create(["4", "Tom", "new"]))
            try await trial.expectMade(outcome, in: subject.table)
            let names = try await trial.rows(subject.table).map(\.texts[1])
            try trial.expect(names.sorted() == ["Ada", "Miguel", "Tom", "Zoë"], "found \(names)")
        },
        Check("a written update changes only its cells") { trial in
            let subject = try await trial.subject()
            let outcome = try await trial.write(subject, trial.update("2", "name", from: "Miguel", to: "Mike"))
            try await trial.expectMade(outcome, in: subject.table)
            try await trial.expectRows(subject.table, [Trial.rows[0], ["2", "Mike", ""], Trial.rows[2]])
        },
        Check("an absent cell is left as it is, and an empty one is blanked") { trial in
            let subject = try await trial.subject()
            let change = trial.update("1", ["name": CellChange(after: .absent), "note": CellChange(after: .empty)])
            let outcome = try await trial.write(subject, change)
            try await trial.expectMade(outcome, in: subject.table)
            try await trial.expectRows(subject.table, [["1", "Ada", ""], Trial.rows[1], Trial.rows[2]])
        },
        Check("a deleted record is gone") { trial in
            let subject = try await trial.subject()
            try trial.expectGone(try await trial.write(subject, trial.delete("3")))
            try await trial.expectRows(subject.table, [Trial.rows[0], Trial.rows[1]])
        },
        Check("a change of a record that is not there is not claimed, and nothing changes") { trial in
            let subject = try await trial.subject()
            switch try await trial.write(subject, trial.update("9", "name", to: "Nobody")) {
            case .gone, .refused: try await trial.expectRows(subject.table, Trial.rows)
            case let outcome: throw trial.fail("found \(outcome)")
            }
        },
        Check("a change that is refused leaves the record as it is") { trial in
            let subject = try await trial.subject()
            let change = trial.update(
                "1", ["name": CellChange(after: trial.cell("Grace")), "nowhere": CellChange(after: trial.cell("x"))])
            do {
                try trial.expectRefused(try await trial.write(subject, change))
            } catch is TableError {
                // A table may also throw: then the change was not made either.
            }
            try await trial.expectRows(subject.table, Trial.rows)
        },
        Check("a write that is made and whose answer is lost is not said to have failed") { trial in
            for change in trial.changes { try await trial.expectTruth(of: change, with: .answerLost) }
        },
        Check("a write that is not made and whose answer is lost is not said to be stored") { trial in
            for change in trial.changes { try await trial.expectTruth(of: change, with: .lost) }
        },
        Check("of a change of which a part cannot be made nothing is said that is not so") { trial in
            let both = trial.update(
                "1", ["name": CellChange(after: trial.cell("Grace")), "note": CellChange(after: trial.cell("second"))])
            for failure in RequestFailure.allCases {
                for column in ["name", "note"] { try await trial.expectTruth(of: both, with: failure, writing: column) }
            }
        },
        Check("a record that the table archives is archived") { trial in
            let subject = try await trial.subject()
            guard subject.archive != nil else { return }
            let outcome = try await trial.write(subject, TableChange(kind: .archive, key: "2"))
            try await trial.expectMade(outcome, in: subject.table)
            let archived = try await trial.rows(subject.table).filter(\.isArchived).map(\.texts[0])
            try trial.expect(archived == ["2"], "archived are \(archived), and the outcome is \(outcome)")
        },
    ]
}

extension Trial {
    fileprivate func write(
        _ subject: TableConformance.Subject, _ change: TableChange
    ) async throws -> WriteOutcome {
        let table: any RecordWritable = try cast(subject.table, "RecordWritable")
        return try await table.write(change)
    }

    /// That a change was made, and stored as the outcome says, if it says so.
    fileprivate func expectMade(_ outcome: WriteOutcome, in table: any Table) async throws {
        if case .storedUnseen = outcome { return }
        try await expectStored(outcome, in: table)
    }

    /// One of each kind.
    fileprivate var changes: [TableChange] {
        [update("1", "name", to: "Grace"), create(["4", "Tom", "new"]), delete("3")]
    }

    /// That what is said of a change says what is so, when a request of it fails.
    ///
    /// - Parameter column: of the request that fails; nil for any.
    fileprivate func expectTruth(
        of change: TableChange, with failure: TableConformance.RequestFailure, writing column: String? = nil
    ) async throws {
        let subject = try await subject()
        guard let fail = subject.fail else { return }
        try await fail(failure, column)
        let outcome: WriteOutcome?
        do {
            outcome = try await write(subject, change)
        } catch is TableError {
            outcome = nil
        }
        // The table may give a new record another key than it was to have.
        let found = try await rows(subject.table).map { Array($0.texts.dropFirst()) }.sorted(by: Trial.precedes)
        let (before, after) = (Trial.withoutKeys(Trial.rows), Trial.withoutKeys(made(change)))
        let isTrue =
            switch outcome {
            case .stored, .storedUnseen: found == after
            case .gone: change.kind == .delete && found == after
            // A table may also throw: then nothing of the change was made either.
            case .refused, nil: found == before
            case .unknown: found == before || found == after || Trial.isMixed(found, before, after)
            }
        let said = outcome.map { "\($0)" } ?? "an error was thrown"
        try expect(isTrue, "\(failure) of a \(change.kind): \(said), and there is \(found)")
    }

    private static func withoutKeys(_ rows: [[String]]) -> [[String]] {
        rows.map { Array($0.dropFirst()) }.sorted(by: precedes)
    }

    private static func precedes(_ a: [String], _ b: [String]) -> Bool { a.lexicographicallyPrecedes(b) }

    /// Some cells are as they were, the others as they were to be.
    private static func isMixed(_ found: [[String]], _ before: [[String]], _ after: [[String]]) -> Bool {
        found.count == before.count && found.count == after.count
            && found.allSatisfy(Set((before + after).flatMap { $0 }).isSuperset)
    }

    /// The rows with a change made.
    private func made(_ change: TableChange) -> [[String]] {
        func text(_ column: String) -> String? {
            switch change.cells[column]?.after {
            case .text(let text), .value(.string(let text)): text
            case .empty: ""
            default: nil
            }
        }
        switch change.kind {
        case .create: return Trial.rows + [Trial.columns.map { text($0) ?? "" }]
        case .delete: return Trial.rows.filter { $0[0] != change.key }
        default:
            return Trial.rows.map { row in
                row[0] == change.key ? zip(Trial.columns, row).map { text($0) ?? $1 } : row
            }
        }
    }
}
