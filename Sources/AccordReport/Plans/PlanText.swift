import AccordCore
import AccordState

/// A plan as text, for a person at a terminal.
public struct PlanText {
    private let palette: Palette
    private let requestsPerSecond: Double
    private let most: Int

    /// - Parameters:
    ///   - requestsPerSecond: the allowed rate, by which the duration is estimated.
    ///   - most: how many records are shown of each kind. The others are counted.
    public init(palette: Palette, requestsPerSecond: Double, most: Int = 40) {
        self.palette = palette
        self.requestsPerSecond = requestsPerSecond
        self.most = most
    }

    /// Goes through the records of each pair once, and keeps no more of them than are shown.
    ///
    /// - Throws: what reading the records of a pair throws.
    public func write(_ pairs: [PairPlan], to line: LineSink) throws {
        for (index, pair) in pairs.enumerated() {
            if index > 0 { line("") }
            try write(pair, to: line)
        }
    }

    private func write(_ pair: PairPlan, to line: LineSink) throws {
        line(palette.styled("Plan for \(pair.name)", .bold))
        line("")
        let remarks = RemarkText(palette: palette)
        if let failure = pair.failure {
            return line(remarks.line(ofFailure: failure))
        }
        let summary = PlanSummary(pair, requestsPerSecond: requestsPerSecond)
        readings(pair, summary).forEach(line)
        line("")
        numbers(summary).forEach(line)
        for note in pair.notes {
            line("")
            line(remarks.line(of: note))
        }
        for refusal in pair.refusals {
            line("")
            remarks.lines(of: refusal).forEach(line)
        }
        try PlanSections(pair: pair, palette: palette, most: most).write(to: line)
    }

    private func readings(_ pair: PairPlan, _ summary: PlanSummary) -> [String] {
        var rows = [["", "source", "project"]]
        rows.append(["records", grouped(pair.source.records), grouped(pair.project.records)])
        for bucket in Bucket.allCases where pair.source[bucket] + pair.project[bucket] > 0 {
            rows.append([
                "  \(summary.counts.words(of: bucket))", number(pair.source[bucket]), number(pair.project[bucket]),
            ])
        }
        let width = rows.map { $0[0].count }.max() ?? 0
        var lines = rows.map { row in
            "  " + row[0].padded(width) + row[1].leftPadded(11) + row[2].leftPadded(11)
        }
        lines[0] = palette.styled(lines[0], .dim)
        // What becomes of messages is never read back: of their pair only the people are read, by another one.
        let project = pair.send == nil ? "; project \(how(pair.project))" : ""
        lines.append(palette.styled("  read: source \(how(pair.source))\(project)", .dim))
        return lines
    }

    private func number(_ count: Int) -> String { count == 0 ? "–" : grouped(count) }

    private func how(_ reading: SideReading) -> String {
        let requests = reading.requests > 0 ? " in \(counted(reading.requests, "request"))" : ""
        switch reading.mode {
        case .notRead: return "not at all, as it has not changed"
        case .changes: return "what changed (\(grouped(reading.read)))\(requests)"
        case .full: return (reading.incomplete == nil ? "whole" : "whole, but in doubt") + requests
        }
    }

    private func numbers(_ summary: PlanSummary) -> [String] {
        func row(_ label: String, _ source: Int, _ project: Int, _ style: Palette.Style) -> String? {
            guard source + project > 0 else { return nil }
            var parts: [String] = []
            if project > 0 { parts.append("\(grouped(project)) in the project") }
            if source > 0 { parts.append("\(grouped(source)) in the source") }
            return "  " + palette.styled(label.padded(13), style) + parts.joined(separator: ", ")
        }
        var lines = [
            row("create", summary.count(.source(.create)), summary.count(.project(.create)), .green),
            row("update", summary.count(.source(.update)), summary.count(.project(.update)), .cyan),
            row("delete", summary.count(.source(.delete)), summary.count(.project(.delete)), .red),
            row("archive", 0, summary.count(.project(.archive)), .red),
            row("unarchive", 0, summary.count(.project(.unarchive)), .green),
        ].compactMap(\.self)
        if summary.counts.linked > 0 {
            lines.append("  " + "link".padded(13) + counted(summary.counts.linked, "record") + " found on both sides")
        }
        if summary.linkChanges > 0 {
            lines.append("  " + "link changes".padded(13) + counted(summary.linkChanges, "record"))
        }
        if lines.isEmpty && summary.counts.optOuts + summary.resubscriptions + summary.counts.sends == 0 {
            lines.append("  " + palette.styled("Nothing to do.", .green))
        }
        for (label, harm) in [("emptied", Harm.clears), ("new contacts", .contactChanges)] {
            let counts = summary.counts
            if let line = row(label, counts.count(.source, harm), counts.count(.project, harm), .red) {
                lines.append(line)
            }
        }
        lines.append("  " + "opt-outs".padded(13) + number(summary.counts.optOuts, .magenta))
        if summary.resubscriptions > 0 {
            lines.append("  " + "subscribed".padded(13) + number(summary.resubscriptions, .magenta) + " again")
        }
        lines.append("  " + "conflicts".padded(13) + number(summary.counts.conflicts, .yellow))
        lines.append("  " + "quarantined".padded(13) + number(summary.counts.quarantined, .yellow))
        lines.append(
            "  " + "messages".padded(13)
                + (summary.counts.sends > 0 ? palette.styled(summary.messages, .magenta, .bold) : summary.messages))
        if summary.requests > 0 {
            lines.append(
                "  " + "requests".padded(13) + "\(grouped(summary.requests)), "
                    + duration(summary.seconds))
        }
        return lines
    }

    private func number(_ count: Int, _ style: Palette.Style) -> String {
        count == 0 ? "none" : palette.styled(grouped(count), style)
    }
}
