import AccordCore
import AccordReport
import AccordState
import Foundation
import Testing

@Suite("A plan is written line by line, however many records it has")
struct PlanReportTests {
    /// The plan of a pair with many records.
    private func plan(records count: Int = 100_000) throws -> PairPlan {
        let builder = PlanRecordsBuilder(folder: NSTemporaryDirectory())
        var counts = PlanCounts()
        for index in 0..<count {
            let kind = index % 1000 == 0 ? Operation.Kind.archive : .create
            let record = Entry(
                label: "p\(index)", sourceKey: "\(index)", projectID: nil, present: [.source], bucket: .created,
                operations: [Operation(side: .project, kind: kind, reason: .onlyInSource)])
            try builder.append(WrittenRecord(record), rank: UInt64(index))
            counts.add(record, CountedFields())
        }
        return PairPlan(
            name: "customers", resource: "customers", label: "customer", mapping: Fingerprint(of: ""),
            source: SideReading(mode: .full, records: count, read: count),
            project: SideReading(mode: .full, records: 0, read: 0), counts: counts, requests: count,
            records: try builder.finish())
    }

    private func lines(_ write: (LineSink) throws -> Void) rethrows -> [String] {
        var lines: [String] = []
        try write { lines.append($0) }
        return lines
    }

    @Test("as text the first of each kind are shown, what is taken away before all else, and the others are counted")
    func text() throws {
        let text = PlanText(palette: Palette(hasColour: false), requestsPerSecond: 5, most: 3)
        let lines = try lines { try text.write([plan()], to: $0) }
        #expect(lines.first == "Plan for customers")
        #expect(lines.contains("  create       99,900 in the project"))
        #expect(lines.contains("  requests     100,000, about 6 h"))
        #expect(
            lines.suffix(10) == [
                "",
                "  - archive in the project  p0  only the source has it",
                "  - archive in the project  p1000  only the source has it",
                "  - archive in the project  p2000  only the source has it",
                "  … and 97 more: accord plan --format json", "",
                "  + create in the project  p1  only the source has it",
                "  + create in the project  p2  only the source has it",
                "  + create in the project  p3  only the source has it",
                "  … and 99,897 more: accord plan --format json",
            ])
    }

    @Test("as text and as Markdown, what becomes of records is said in the same words")
    func buckets() throws {
        var plan = try plan(records: 1)
        for (index, bucket) in Bucket.allCases.enumerated() { plan.source[bucket] = index + 1 }
        let markdown = try lines { try PlanMarkdown(requestsPerSecond: 5).write([plan], to: $0) }
        let text = try lines {
            try PlanText(palette: Palette(hasColour: false), requestsPerSecond: 5).write([plan], to: $0)
        }
        for (index, words) in [
            "unchanged", "already the same", "newly linked", "to be created", "to be updated", "removed", "in conflict",
            "in quarantine", "left alone", "not found",
        ].enumerated() {
            #expect(markdown.contains("| \(words) | \(index + 1) | 0 |"), "\(words)")
            #expect(text.contains { $0.hasPrefix("    \(words) ") }, "\(words)")
        }
    }

    @Test("why a record is in quarantine is said in words", arguments: Quarantine.Cause.allCases)
    func causes(cause: Quarantine.Cause) {
        #expect(!cause.words.isEmpty && !cause.words.contains("-"))
        #expect(Quarantine.Cause.allCases.count { $0.words == cause.words } == 1)
    }

    @Test("as Markdown each operation is a row")
    func markdown() throws {
        let lines = try lines { try PlanMarkdown(requestsPerSecond: 5).write([plan(), plan()], to: $0) }
        #expect(lines.count { $0.hasPrefix("| create | project | `p") } == 2 * 99_900)
        #expect(lines.count { $0 == "## Plan for `customers`" } == 2)
    }

    /// A plan in which nothing is written, and links change.
    private func linkChanges() throws -> PairPlan {
        func record(_ name: String, _ link: LinkChange, _ bucket: Bucket = .linked) -> Entry {
            Entry(
                label: name, sourceKey: "K-\(name)", projectID: "p-\(name)", present: [.source], bucket: bucket,
                link: link)
        }
        var gone = record("Dee", .state(.goneFromProject), .leftAlone)
        gone.note = .goneFromSource
        var both = record("Eve", .moved(fromKey: "K5"), .updated)
        both.operations = [Operation(side: .project, kind: .archive, reason: .onlyInSource)]
        let records = [
            record("Ann", .moved(fromKey: "K1")), record("Bob", .removed), record("Cat", .state(.archived)), gone, both,
            record("Fay", .new(.sameValues(fields: ["email"]))), record("Gus", .state(.active)),
            record("Hal", .state(.goneFromSource)),
        ]
        var plan = try plan(records: 0)
        let builder = PlanRecordsBuilder(folder: NSTemporaryDirectory())
        for entry in records {
            try builder.append(WrittenRecord(entry), rank: 0)
            plan.counts.add(entry, CountedFields())
        }
        plan.records = try builder.finish()
        return plan
    }

    @Test("as text it is shown which links move to another key, end, or are remembered as something else")
    func linksAsText() throws {
        let text = PlanText(palette: Palette(hasColour: false), requestsPerSecond: 5)
        let lines = try lines { try text.write([linkChanges()], to: $0) }
        #expect(lines.contains("  link         1 record found on both sides"))
        #expect(lines.contains("  link changes 7 records"))
        #expect(!lines.contains { $0.contains("Nothing to do") })
        let shown = try #require(lines.firstIndex { $0.contains("archive in the project  Eve") })
        #expect(
            Array(lines[shown...]) == [
                "  - archive in the project  Eve  only the source has it",
                "      linked under the key K-Eve in place of K5", "",
                "  Link changes",
                "  · Ann  linked under the key K-Ann in place of K1",
                "  · Bob  no longer linked",
                "  · Cat  remembered as archived in the project",
                "  · Dee  \(Reason.goneFromSource.description)",
                "      remembered as gone from the project",
                "  · Gus  remembered as there on both sides",
                "  · Hal  remembered as gone from the source",
            ])
    }

    @Test("as Markdown each link that changes is a row")
    func linksAsMarkdown() throws {
        let lines = try lines { try PlanMarkdown(requestsPerSecond: 5).write([linkChanges()], to: $0) }
        #expect(lines.contains { $0.contains("Link changes: 7.") })
        let heading = try #require(lines.firstIndex(of: "| record | link |"))
        #expect(
            Array(lines[heading...]) == [
                "| record | link |", "|---|---|",
                "| `Ann` | `linked under the key K-Ann in place of K1` |", "| `Bob` | `no longer linked` |",
                "| `Cat` | `remembered as archived in the project` |",
                "| `Dee` | `remembered as gone from the project` |",
                "| `Eve` | `linked under the key K-Eve in place of K5` |",
                "| `Gus` | `remembered as there on both sides` |", "| `Hal` | `remembered as gone from the source` |",
            ])
    }

    @Test(
        "as Markdown what records hold is code: no HTML, no link, no cell of its own",
        arguments: [
            ("<img src=x onerror=alert(1)>", "`<img src=x onerror=alert(1)>`"), ("<SCRIPT>", "`<SCRIPT>`"),
            ("[a](javascript:b)", "`[a](javascript:b)`"), ("@team #1", "`@team #1`"), ("a|b", #"`a\|b`"#),
            ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a``b`", "``` a``b` ```"),
            ("https://a.example", "`https://a.example`"),
        ])
    func code(text: String, shown: String) throws {
        var plan = try plan(records: 0)
        let builder = PlanRecordsBuilder(folder: NSTemporaryDirectory())
        let entry = Entry(
            label: text, sourceKey: "1", projectID: "2", present: [.source, .project], bucket: .updated,
            operations: [
                Operation(
                    side: .project, kind: .update,
                    changes: [
                        FieldChange(
                            field: "company", before: .string(text), after: .null, origin: .null, rule: .sourceChanged)
                    ],
                    reason: .onlyInSource)
            ])
        try builder.append(WrittenRecord(entry), rank: 0)
        plan.records = try builder.finish()
        let lines = try lines { try PlanMarkdown(requestsPerSecond: 5).write([plan], to: $0) }
        let row = try #require(lines.first { $0.hasPrefix("| update | project | ") })
        #expect(row.hasPrefix("| update | project | \(shown) | `"), "\(row)")
        plan.failure = text
        let failed = try self.lines { try PlanMarkdown(requestsPerSecond: 5).write([plan], to: $0) }
        #expect(failed.last == "> **Failed:** \(shown)")
    }

    @Test("a side that was read whole is said to be, though the read proves nothing about what is gone")
    func doubtfulRead() throws {
        var plan = try plan(records: 0)
        plan.source.incomplete = "it holds half as many"
        let text = PlanText(palette: Palette(hasColour: false), requestsPerSecond: 5)
        let lines = try lines { try text.write([plan], to: $0) }
        #expect(lines.contains("  read: source whole, but in doubt; project whole"))
    }

    @Test("colour is there only where the palette has it")
    func colour() throws {
        func lines(_ hasColour: Bool) throws -> [String] {
            let text = PlanText(palette: Palette(hasColour: hasColour), requestsPerSecond: 5)
            return try self.lines { try text.write([plan(records: 1)], to: $0) }
        }
        let coloured = try lines(true)
        #expect(coloured.contains("\u{1B}[1mPlan for customers\u{1B}[0m"))
        #expect(try lines(false) == coloured.map { $0.replacing(/\u{1B}\[[0-9;]*m/, with: "") })
    }
}
