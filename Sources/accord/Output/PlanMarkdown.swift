import AccordCore

/// A plan, for a pull request or a ticket.
struct PlanMarkdown {
    let plan: Plan
    let requestsPerSecond: Double

    func render() -> String { plan.pairs.map(render).joined(separator: "\n\n") }

    private func render(_ pair: PairPlan) -> String {
        if let failure = pair.failure { return "## Plan for \(pair.name)\n\n> **Failed:** \(escaped(failure))" }
        let summary = PlanSummary([pair], requestsPerSecond: requestsPerSecond)
        var lines = ["## Plan for \(pair.name)", "", "| | source | project |", "|---|---:|---:|"]
        lines.append("| records | \(pair.source.records) | \(pair.project.records) |")
        for bucket in Bucket.allCases where pair.source[bucket] + pair.project[bucket] > 0 {
            lines.append("| \(bucket.rawValue) | \(pair.source[bucket]) | \(pair.project[bucket]) |")
        }
        lines += [
            "",
            "Opt-outs: \(summary.optOuts). Subscribed again: \(summary.resubscriptions). Conflicts: \(summary.conflicts). "
                + "Quarantined: \(summary.quarantined). Messages: \(summary.messages). Requests: \(summary.requests).",
        ]
        for note in pair.notes { lines.append("\n> \(escaped(note))") }
        for refusal in pair.refusals { lines.append("\n> **Refused:** \(escaped(refusal.what))") }
        let operations = pair.entries.flatMap { entry in entry.operations.map { (entry, $0) } }
        if !operations.isEmpty {
            lines += ["", "| do | where | record | fields | why |", "|---|---|---|---|---|"]
            for (entry, operation) in operations {
                let fields = operation.changes.map { "\($0.field): \($0.before) → \($0.after)" }.joined(
                    separator: "<br>")
                lines.append(
                    "| \(operation.kind.rawValue) | \(operation.side.rawValue) | \(escaped(entry.label)) | "
                        + "\(escaped(fields)) | \(escaped(operation.why)) |")
            }
        }
        let waiting = pair.entries.flatMap { entry in
            let place = entry.place.map { " (\($0))" } ?? ""
            let what =
                entry.conflicts.map { ("conflict on \($0.field ?? "the whole record")", $0.what) }
                + (entry.quarantine.map { [("quarantine", $0.message)] } ?? [])
            return what.map { "| \($0.0) | \(escaped(entry.label + place)) | \(escaped($0.1)) |" }
        }
        if !waiting.isEmpty { lines += ["", "| waits | record | why |", "|---|---|---|"] + waiting }
        return lines.joined(separator: "\n")
    }

    private func escaped(_ text: String) -> String {
        text.displayed(limit: 1000).replacing("|", with: "\\|").replacing("<script", with: "&lt;script")
    }
}
