import AccordCore
import AccordEngine

/// What a run did, for a person.
struct RunText {
    let report: RunReport
    let terminal: Terminal

    func render() -> String {
        var lines: [String] = []
        let done = report.done.sorted { $0.key < $1.key }.map { key, count in
            let parts = key.split(separator: ".")
            return "\(grouped(count)) \(RunText.done(parts.last.map(String.init) ?? "")) in the \(parts.first ?? "")"
        }
        let what = done.isEmpty ? "nothing to write" : done.joined(separator: ", ")
        let mark = report.outcome == .done ? terminal.styled("✓", .green) : terminal.styled("!", .yellow)
        lines.append(
            "\(mark) Run \(report.run): \(what)\(report.linked > 0 ? ", \(grouped(report.linked)) linked" : "")")
        lines.append(
            terminal.styled(
                "  \(counted(report.requests, "request")), \(PlanSummary.duration(report.seconds))", .dim))
        if report.quarantined > 0 {
            lines.append("  \(counted(report.quarantined, "record")) in quarantine: accord quarantine")
        }
        if report.conflicts > 0 { lines.append("  \(counted(report.conflicts, "conflict")): accord conflicts") }
        if report.withheld > 0 {
            lines.append("  \(counted(report.withheld, "record")) not found in the source and left alone: see the plan")
        }
        if report.held > 0 {
            let people = report.held == 1 ? "1 person was" : "\(grouped(report.held)) people were"
            lines.append("  \(people) not asked for a review: allow it with --allow-sends \(report.held)")
        }
        for skip in report.skipped.prefix(10) {
            lines.append("  skipped \(skip.label.displayed()): \(skip.reason.displayed(limit: 200))")
        }
        if report.skipped.count > 10 { lines.append("  … and \(report.skipped.count - 10) more were skipped") }
        if report.outcome == .interrupted {
            lines.append("  Stopped as asked; what was begun is settled, and the next run does the rest.")
        }
        for failure in report.failures { lines.append("  " + terminal.styled(failure, .red)) }
        return lines.joined(separator: "\n")
    }

    /// `created`, for an operation's kind.
    static func done(_ kind: String) -> String {
        kind == "send" ? "sent" : kind.hasSuffix("e") ? "\(kind)d" : "\(kind)ed"
    }
}
