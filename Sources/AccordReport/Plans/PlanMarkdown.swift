import AccordCore
import AccordState

/// A plan as Markdown, for a pull request or a ticket.
public struct PlanMarkdown {
    private let requestsPerSecond: Double

    public init(requestsPerSecond: Double) { self.requestsPerSecond = requestsPerSecond }

    /// - Throws: what reading the records of a pair throws.
    public func write(_ pairs: [PairPlan], to line: LineSink) throws {
        for (index, pair) in pairs.enumerated() {
            if index > 0 { line("") }
            try write(pair, to: line)
        }
    }

    private func write(_ pair: PairPlan, to line: LineSink) throws {
        line("## Plan for \(pair.name)")
        line("")
        if let failure = pair.failure { return line("> **Failed:** \(escaped(failure))") }
        writeBuckets(pair, to: line)
        line("")
        writeSummary(pair, to: line)
        for note in pair.notes { line("\n> \(escaped(note.description))") }
        for refusal in pair.refusals {
            line("\n> **Refused:** \(escaped(refusal.what))" + (refusal.next.map { ". \($0)." } ?? ""))
        }
        try writeTable(
            ["| do | where | record | fields | why |", "|---|---|---|---|---|"], pair, .writes, to: line, operations)
        try writeTable(["| record | link |", "|---|---|"], pair, .changesLink, to: line, links)
        try writeTable(
            ["| waits | record | why |", "|---|---|---|"], pair, [.conflicts, .quarantined], to: line, waits)
    }

    private func writeBuckets(_ pair: PairPlan, to line: LineSink) {
        line("| | source | project |")
        line("|---|---:|---:|")
        line("| records | \(pair.source.records) | \(pair.project.records) |")
        for bucket in Bucket.allCases where pair.source[bucket] + pair.project[bucket] > 0 {
            line("| \(pair.counts.words(of: bucket)) | \(pair.source[bucket]) | \(pair.project[bucket]) |")
        }
    }

    private func writeSummary(_ pair: PairPlan, to line: LineSink) {
        let summary = PlanSummary(pair, requestsPerSecond: requestsPerSecond)
        let harms = Harm.allCases.flatMap { harm in
            Side.allCases.map { (count: pair.counts.count($0, harm), text: "\(harm.words) in the \($0)") }
        }
        let counted = harms.filter { $0.count > 0 }.map { "\($0.text): \($0.count)." }
        if !counted.isEmpty { line("What guards count: \(counted.joined(separator: " "))\n") }
        line(
            "Link changes: \(summary.linkChanges). Opt-outs: \(summary.counts.optOuts). Subscribed again: \(summary.resubscriptions). Conflicts: \(summary.counts.conflicts). "
                + "Quarantined: \(summary.counts.quarantined). Messages: \(summary.messages). Requests: \(summary.requests)."
        )
    }

    /// A table of the rows that each record gives, after an empty line; nothing if no record gives any.
    private func writeTable(
        _ heading: [String], _ pair: PairPlan, _ kinds: Entry.Kinds, to line: LineSink,
        _ rows: (Entry) -> [String]
    ) throws {
        var isBegun = false
        try pair.records.forEach(where: { !$0.isDisjoint(with: kinds) }) { entry in
            for row in rows(entry) {
                if !isBegun { ([""] + heading).forEach(line) }
                isBegun = true
                line(row)
            }
            return true
        }
    }

    private func operations(of entry: Entry) -> [String] {
        entry.operations.map { operation in
            let fields = operation.changes.map { "\($0.field): \($0.before) → \($0.after)" }.joined(separator: "<br>")
            return "| \(operation.kind.rawValue) | \(operation.side.rawValue) | \(escaped(entry.label)) | "
                + "\(escaped(fields)) | \(escaped(operation.reason.description)) |"
        }
    }

    private func links(of entry: Entry) -> [String] {
        entry.linkWords.map { ["| \(escaped(entry.label)) | \(escaped($0)) |"] } ?? []
    }

    private func waits(of entry: Entry) -> [String] {
        let place = entry.place.map { " (\($0))" } ?? ""
        let what =
            entry.conflicts.map { ("conflict on \($0.field ?? "the whole record")", $0.what) }
            + (entry.quarantine.map { [("quarantine", $0.message)] } ?? [])
        return what.map { "| \($0.0) | \(escaped(entry.label + place)) | \(escaped($0.1)) |" }
    }

    private func escaped(_ text: String) -> String {
        text.displayed(limit: 1000).replacing("|", with: "\\|").replacing("<script", with: "&lt;script")
    }
}
