import AccordCore
import AccordTables

extension TableConformance {
    /// The promises of ``RecordWritable``, for a table that can be scanned.
    public static let recordWriteChecks = [
        Check("a created record is stored as the answer says") { trial in
            let subject = try await trial.subject()
            let outcome = try await trial.write(subject, trial.create(["4", "Tom", "new"]))
            try await trial.expectStored(outcome, in: subject.table)
            let names = try await trial.rows(subject.table).map(\.texts[1])
            try trial.expect(names.sorted() == ["Ada", "Miguel", "Tom", "Zoë"], "found \(names)")
        },
        Check("a written update changes only its cells") { trial in
            let subject = try await trial.subject()
            let outcome = try await trial.write(subject, trial.update("2", "name", from: "Miguel", to: "Mike"))
            try await trial.expectStored(outcome, in: subject.table)
            try await trial.expectRows(subject.table, [Trial.rows[0], ["2", "Mike", ""], Trial.rows[2]])
        },
        Check("an absent cell is left as it is, and an empty one is blanked") { trial in
            let subject = try await trial.subject()
            let change = trial.update("1", ["name": CellChange(after: .absent), "note": CellChange(after: .empty)])
            let outcome = try await trial.write(subject, change)
            try await trial.expectStored(outcome, in: subject.table)
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
            let subject = try await trial.subject()
            guard let loseAnswer = subject.loseAnswer else { return }
            try await loseAnswer(true)
            do {
                switch try await trial.write(subject, trial.update("1", "name", to: "Grace")) {
                case .unknown, .storedUnseen, .stored:
                    try await trial.expectRows(subject.table, [["1", "Grace", "first"], Trial.rows[1], Trial.rows[2]])
                case let outcome: throw trial.fail("found \(outcome)")
                }
            } catch let error as TableError {
                throw trial.fail("it threw as if nothing had happened: \(error)")
            }
        },
        Check("a write that is not made and whose answer is lost is not said to be stored") { trial in
            let subject = try await trial.subject()
            guard let loseAnswer = subject.loseAnswer else { return }
            try await loseAnswer(false)
            let outcome: WriteOutcome
            do {
                outcome = try await trial.write(subject, trial.update("1", "name", to: "Grace"))
            } catch is TableError {
                return try await trial.expectRows(subject.table, Trial.rows)
            }
            switch outcome {
            case .stored, .storedUnseen:
                // It may have been sent again.
                try await trial.expectRows(subject.table, [["1", "Grace", "first"], Trial.rows[1], Trial.rows[2]])
            case .unknown, .refused, .gone: try await trial.expectRows(subject.table, Trial.rows)
            }
        },
        Check("a record that the table archives is archived") { trial in
            let subject = try await trial.subject()
            guard subject.archive != nil else { return }
            let outcome = try await trial.write(subject, TableChange(kind: .archive, key: "2"))
            if case .stored = outcome { try await trial.expectStored(outcome, in: subject.table) }
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
}
