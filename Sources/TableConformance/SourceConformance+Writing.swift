import AccordCore
import AccordTables

extension SourceConformance {
    static let writingChecks = [
        Check("a write changes the stamp, and answers with the new one") { trial in
            let source = try await trial.source()
            let before = try await source.stamp()
            let report = try await trial.write(source, [trial.update("2", "name", "Miguel", "Mike")])
            let after = try await source.stamp()
            try trial.expect(before != after, "it is still \(after)")
            try trial.expect(report.stamp == after, "answered \(report.stamp), found \(after)")
        },
        Check("an update changes only its cells") { trial in
            let source = try await trial.source()
            _ = try await trial.write(source, [trial.update("2", "name", "Miguel", "Mike")])
            try await trial.expectRows(source, [Trial.rows[0], ["2", "Mike", ""], Trial.rows[2]])
        },
        Check("a write answers what a new read shows") { trial in
            let source = try await trial.source()
            let report = try await trial.write(
                source, [trial.update("1", "note", "first", "two\nlines"), trial.create(["4", "Tom", "new"])])
            let records = try await trial.read(source).records
            for (index, position) in [0, 3].enumerated() where records.indices.contains(position) {
                let answer = try trial.written(report, index)
                let found = records[position]
                try trial.expect(trial.texts([answer]) == trial.texts([found]), "the texts differ")
                try trial.expect(answer.fingerprint == found.fingerprint, "the fingerprints differ")
                try trial.expect(answer.place == found.place, "answered \(answer.place), found \(found.place)")
            }
            try trial.expect(records.count == 4, "\(records.count) records")
        },
        Check("a record that is not changed keeps its fingerprint") { trial in
            let source = try await trial.source()
            let before = try await trial.read(source).records.map(\.fingerprint)
            _ = try await trial.write(source, [trial.update("2", "name", "Miguel", "Mike")])
            let after = try await trial.read(source).records.map(\.fingerprint)
            try trial.expect(before.first == after.first && before.last == after.last, "one of them changed")
            try trial.expect(before[1] != after[1], "the changed one kept it")
        },
        Check("a failing expectation writes nothing of its change, and the others are written") { trial in
            let source = try await trial.source()
            let change = SourceChange(
                keyColumns: ["id"], key: "1",
                kind: .update(cells: [
                    "name": .init(before: "Ada", after: "Changed"), "note": .init(before: "wrong", after: "Changed"),
                ]))
            let report = try await trial.write(
                source, [change, trial.update("9", "name", "", "Nobody"), trial.update("3", "note", "last", "end")])
            for outcome in report.outcomes.prefix(2) {
                guard case .expectationFailed = outcome else {
                    throw ConformanceFailure(check: trial.check, detail: "expected a refusal, found \(outcome)")
                }
            }
            _ = try trial.written(report, 2)
            try await trial.expectRows(source, [Trial.rows[0], Trial.rows[1], ["3", "Zoë", "end"]])
        },
        Check("a stale stamp refuses and changes nothing") { trial in
            let source = try await trial.source()
            let stale = try await source.stamp()
            _ = try await trial.write(source, [trial.update("2", "name", "Miguel", "Mike")])
            do {
                _ = try await source.write([trial.delete("1")], expecting: stale)
                throw ConformanceFailure(check: trial.check, detail: "it wrote")
            } catch TableError.changedMeanwhile {
                try await trial.expectRows(source, [Trial.rows[0], ["2", "Mike", ""], Trial.rows[2]])
            }
        },
        Check("what is created is read") { trial in
            let source = try await trial.source()
            let report = try await trial.write(
                source, [trial.create(["4", "Tom", ""]), trial.create(["5", "", "x"])])
            _ = try (trial.written(report, 0), trial.written(report, 1))
            try await trial.expectRows(source, Trial.rows + [["4", "Tom", ""], ["5", "", "x"]])
        },
        Check("a record whose key is taken is not created") { trial in
            let source = try await trial.source()
            let report = try await trial.write(source, [trial.create(["2", "Other", ""])])
            guard case .expectationFailed? = report.outcomes.first else {
                throw ConformanceFailure(check: trial.check, detail: "found \(report.outcomes)")
            }
            try await trial.expectRows(source, Trial.rows)
        },
        Check("what is deleted is gone") { trial in
            let source = try await trial.source()
            let report = try await trial.write(source, [trial.delete("1"), trial.delete("3")])
            for outcome in report.outcomes {
                guard case .written(nil) = outcome else {
                    throw ConformanceFailure(check: trial.check, detail: "found \(outcome)")
                }
            }
            try await trial.expectRows(source, [Trial.rows[1]])
        },
        Check("awkward texts survive an update and a create") { trial in
            for text in awkward {
                let source = try await trial.source()
                _ = try await trial.write(
                    source, [trial.update("1", "note", "first", text), trial.create(["4", text, "x"])])
                let rows = [["1", "Ada", text]] + Trial.rows.dropFirst() + [["4", text, "x"]]
                try await trial.expectRows(source, rows)
            }
        },
    ]
}
