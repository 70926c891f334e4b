import AccordCore

extension SourceConformance {
    /// Texts that a form may have trouble with.
    static let awkward = [
        "a,b;c\td", "say \"hi\"", "\"", "two\nlines", "two\r\nlines", " spaces ", "Zoë – naïve", "it's", "+14155550100",
        "-12.50", "=1+1", "'=1+1", "@cmd", "''", "",
    ]

    static let readingChecks = [
        Check("every record is read once, in order") { trial in
            let source = try await trial.source()
            try await trial.expectRows(source, Trial.rows)
            let report = try await trial.read(source).report
            try trial.expect(report.count == Trial.rows.count, "the report counts \(report.count)")
            try trial.expect(report.incomplete == nil, "incomplete: \(report.incomplete ?? "")")
        },
        Check("the header has the columns in order") { trial in
            let columns = try await trial.source().header().columns
            try trial.expect(columns == Trial.columns, "found \(columns)")
        },
        Check("a source without records is read whole") { trial in
            let report = try await trial.read(trial.source([])).report
            try trial.expect(report.count == 0 && report.incomplete == nil, "found \(report)")
        },
        Check("stamps are equal when nothing changed") { trial in
            let source = try await trial.source()
            let before = try await source.stamp()
            let report = try await trial.read(source).report
            let after = try await source.stamp()
            try trial.expect(before == after && report.stamp == before, "\(before), \(report.stamp), \(after)")
        },
        Check("fingerprints are equal when read again, and differ between records") { trial in
            let source = try await trial.source()
            let first = try await trial.read(source).records.map(\.fingerprint)
            let second = try await trial.read(source).records.map(\.fingerprint)
            try trial.expect(first == second, "they changed")
            try trial.expect(Set(first).count == Trial.rows.count, "two records share one")
        },
    ]
}
