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
        line("## Plan for \(code(pair.name))")
        line("")
        if let failure = pair.failure { return line("> **Failed:** \(code(failure))") }
        writeBuckets(pair, to: line)
        line("")
        writeSummary(pair, to: line)
        for note in pair.notes { line("\n> \(code(note.description))") }
        for refusal in pair.refusals {
            line("\n> **Refused:** \(code(refusal.what))" + (refusal.next.map { ". \(code($0))." } ?? ""))
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
            let fields = operation.changes.map { code("\($0.field): \($0.before) → \($0.after)") }
            return "| \(operation.kind.rawValue) | \(operation.side.rawValue) | \(code(entry.label)) | "
                + "\(fields.joined(separator: "<br>")) | \(code(operation.reason.description)) |"
        }
    }

    private func links(of entry: Entry) -> [String] {
        entry.linkWords.map { ["| \(code(entry.label)) | \(code($0)) |"] } ?? []
    }

    private func waits(of entry: Entry) -> [String] {
        let place = entry.place.map { " (\($0))" } ?? ""
        let what =
            entry.conflicts.map { ("conflict on \($0.field.map(code) ?? "the whole record")", $0.what) }
            + (entry.quarantine.map { [("quarantine", $0.message)] } ?? [])
        return what.map { "| \($0.0) | \(code(entry.label + place)) | \(code($0.1)) |" }
    }

    /// As code, in which nothing is HTML, a link or an address: what comes from a file or the service means nothing here.
    /// Only the sign that divides the cells of a table counts in code too.
    private func code(_ text: String) -> String {
        let text = text.displayed(limit: 1000)
        if text.isEmpty { return "" }
        let ticks = text.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: ticks + 1)
        // One blank at each end is not shown, where there is one at both.
        let isPadded = text.hasPrefix("`") || text.hasSuffix("`") || text.hasPrefix(" ") && text.hasSuffix(" ")
        let blank = isPadded ? " " : ""
        return fence + blank + text.replacing("|", with: "\\|") + blank + fence
    }
}
