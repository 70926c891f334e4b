import AccordCore

/// A plan, for a person at a terminal.
struct PlanText {
    let plan: Plan
    let terminal: Terminal
    let requestsPerSecond: Double
    /// Records shown of each kind; the rest is counted.
    var most = 40

    func render() -> String {
        plan.pairs.map(render).joined(separator: "\n\n")
    }

    private func render(_ pair: PairPlan) -> String {
        var lines = [terminal.styled("Plan for \(pair.name)", .bold)]
        if let failure = pair.failure {
            return (lines + ["", terminal.styled("✗ ", .red, .bold) + failure.displayed(limit: 1000)])
                .joined(separator: "\n")
        }
        lines += [""] + readings(pair) + [""] + summary(pair)
        for note in pair.notes { lines += ["", terminal.styled("! ", .yellow) + note.displayed(limit: 400)] }
        for refusal in pair.refusals {
            lines += ["", terminal.styled("✗ Refused: ", .red, .bold) + refusal.what]
            if let next = refusal.next { lines.append("  \(next).") }
        }
        let details = sections(pair)
        if !details.isEmpty { lines += [""] + details }
        return lines.joined(separator: "\n")
    }

    // MARK: - First lines

    private func readings(_ pair: PairPlan) -> [String] {
        var rows = [["", "source", "project"]]
        rows.append(["records", grouped(pair.source.records), grouped(pair.project.records)])
        for bucket in Bucket.allCases where pair.source[bucket] + pair.project[bucket] > 0 {
            let name = bucket == .created && pair.operations.contains(where: \.isSend) ? "to be asked" : name(bucket)
            rows.append(["  \(name)", number(pair.source[bucket]), number(pair.project[bucket])])
        }
        let width = rows.map { $0[0].count }.max() ?? 0
        var lines = rows.map { row in
            "  " + row[0].padded(width) + row[1].leftPadded(11) + row[2].leftPadded(11)
        }
        lines[0] = terminal.styled(lines[0], .dim)
        lines.append(terminal.styled("  read: source \(how(pair.source)); project \(how(pair.project))", .dim))
        return lines
    }

    private func number(_ count: Int) -> String { count == 0 ? "–" : grouped(count) }

    private func how(_ reading: SideReading) -> String {
        let requests = reading.requests > 0 ? " in \(counted(reading.requests, "request"))" : ""
        switch reading.mode {
        case .notRead: return "not at all, as it has not changed"
        case .changes: return "what changed (\(grouped(reading.read)))\(requests)"
        case .full: return (reading.incomplete == nil ? "whole" : "in part") + requests
        }
    }

    private func summary(_ pair: PairPlan) -> [String] {
        let summary = PlanSummary([pair], requestsPerSecond: requestsPerSecond)
        func row(_ label: String, _ source: Int, _ project: Int, _ style: Terminal.Style) -> String? {
            guard source + project > 0 else { return nil }
            var parts: [String] = []
            if project > 0 { parts.append("\(grouped(project)) in the project") }
            if source > 0 { parts.append("\(grouped(source)) in the source") }
            return "  " + terminal.styled(label.padded(13), style) + parts.joined(separator: ", ")
        }
        var lines = [
            row("create", summary.count(.source, .create), summary.count(.project, .create), .green),
            row("update", summary.count(.source, .update), summary.count(.project, .update), .cyan),
            row("delete", summary.count(.source, .delete), summary.count(.project, .delete), .red),
            row("archive", 0, summary.count(.project, .archive), .red),
            row("unarchive", 0, summary.count(.project, .unarchive), .green),
        ].compactMap(\.self)
        if summary.linked > 0 {
            lines.append("  " + "link".padded(13) + counted(summary.linked, "record") + " found on both sides")
        }
        if lines.isEmpty && summary.optOuts + summary.resubscriptions + summary.asked == 0 {
            lines.append("  " + terminal.styled("Nothing to do.", .green))
        }
        lines.append("  " + "opt-outs".padded(13) + number(summary.optOuts, .magenta))
        if summary.resubscriptions > 0 {
            lines.append("  " + "subscribed".padded(13) + number(summary.resubscriptions, .magenta) + " again")
        }
        lines.append("  " + "conflicts".padded(13) + number(summary.conflicts, .yellow))
        lines.append("  " + "quarantined".padded(13) + number(summary.quarantined, .yellow))
        lines.append(
            "  " + "messages".padded(13)
                + (summary.asked > 0 ? terminal.styled(summary.messages, .magenta, .bold) : summary.messages))
        if summary.requests > 0 {
            lines.append(
                "  " + "requests".padded(13) + "\(grouped(summary.requests)), "
                    + PlanSummary.duration(summary.seconds))
        }
        return lines
    }

    private func number(_ count: Int, _ style: Terminal.Style) -> String {
        count == 0 ? "none" : terminal.styled(grouped(count), style)
    }

    private func name(_ bucket: Bucket) -> String {
        switch bucket {
        case .unchanged: "unchanged"
        case .agreed: "already the same"
        case .linked: "newly linked"
        case .created: "to be created"
        case .updated: "to be updated"
        case .removed: "removed"
        case .conflict: "in conflict"
        case .quarantined: "in quarantine"
        case .resting: "left alone"
        case .withheld: "not found"
        }
    }

    // MARK: - Records

    private func sections(_ pair: PairPlan) -> [String] {
        let kinds: [(String, (Entry) -> Bool)] = [
            // What is taken away comes first, so that no length of the rest hides it.
            ("", { $0.operations.contains(where: \.isRemoval) }),
            ("", { !$0.operations.isEmpty && !$0.operations.contains(where: \.isRemoval) }),
            ("Conflicts, for a person to decide", { $0.operations.isEmpty && !$0.conflicts.isEmpty }),
            ("Quarantine, tried again when it changes", { $0.quarantine != nil && $0.operations.isEmpty }),
            ("Left alone", { [.resting, .withheld].contains($0.bucket) && $0.operations.isEmpty }),
        ]
        var lines: [String] = []
        for (title, belongs) in kinds {
            let entries = pair.entries.filter(belongs)
            guard !entries.isEmpty else { continue }
            if !lines.isEmpty { lines.append("") }
            if !title.isEmpty { lines.append("  " + terminal.styled(title, .bold)) }
            let shown = entries.prefix(title == "Left alone" ? 5 : most)
            lines += shown.flatMap(render)
            if entries.count > shown.count {
                lines.append(
                    terminal.styled(
                        "  … and \(grouped(entries.count - shown.count)) more: accord plan --format json", .dim))
            }
        }
        return lines
    }

    private func render(_ entry: Entry) -> [String] {
        var lines: [String] = []
        for operation in entry.operations {
            lines.append(heading(operation, entry))
            // A new record is what the other side holds: its fields are in the JSON.
            if operation.kind == .create || operation.isSend { continue }
            let width = operation.changes.map(\.field.count).max() ?? 0
            lines += operation.changes.prefix(8).map { line($0, width: width) }
            if operation.changes.count > 8 {
                lines.append(terminal.styled("      … \(operation.changes.count - 8) more fields", .dim))
            }
        }
        for conflict in entry.conflicts {
            lines.append(
                "  " + terminal.styled("?", .yellow) + " " + entry.label.displayed() + "  "
                    + terminal.styled(conflict.field ?? "whole record", .bold) + ": "
                    + conflict.what.displayed(limit: 160))
        }
        if let quarantine = entry.quarantine {
            let place = entry.place.map { " (\($0))" } ?? ""
            lines.append(
                "  " + terminal.styled("×", .yellow) + " " + entry.label.displayed() + terminal.styled(place, .dim))
            lines.append("      " + quarantine.message.displayed(limit: 300))
        }
        if let note = entry.note {
            let shown = terminal.styled(note.displayed(limit: 200), .dim)
            lines.append(lines.isEmpty ? "  · " + entry.label.displayed() + "  " + shown : "      " + shown)
        }
        return lines
    }

    private func heading(_ operation: Operation, _ entry: Entry) -> String {
        let (mark, style): (String, Terminal.Style) =
            switch operation.kind {
            case .create, .unarchive, .resubscribe: ("+", .green)
            case .update: ("~", .cyan)
            case .delete, .archive: ("-", .red)
            case .unsubscribe: ("!", .magenta)
            case .send: ("»", .magenta)
            }
        if operation.isSend {
            let ask = Ask(operation.changes)
            let reminders = ask.reminders > 0 ? ", up to \(counted(ask.reminders, "reminder"))" : ""
            return "  " + terminal.styled("\(mark) ask", style) + "  " + terminal.styled(entry.label.displayed(), .bold)
                + "  by \(ask.channels.sorted().joined(separator: " and ")) "
                + "at \(CalendarDay.describe(unixSeconds: ask.at))\(reminders)  "
                + terminal.styled(operation.why, .dim)
        }
        return "  " + terminal.styled("\(mark) \(operation.kind.rawValue)", style) + " in the \(operation.side)  "
            + terminal.styled(entry.label.displayed(), .bold) + "  " + terminal.styled(operation.why, .dim)
    }

    private func line(_ change: FieldChange, width: Int) -> String {
        let name = "      " + change.field.padded(width) + "  "
        let after = change.after.description.displayed()
        return name + terminal.styled(change.before.description.displayed(), .dim) + " → " + after
    }
}
