import AccordCore

/// What a plan says of one record, in a few lines for a person at a terminal.
struct EntryText {
    let palette: Palette
    /// Of a plan of messages to people: the fields that hold what a person must see of them.
    let send: SendFields?
    /// How many fields are shown of each operation.
    var mostFields = 8
    /// New links are shown too, which the report of a plan only counts.
    var showsNewLinks = false

    func lines(of entry: Entry) -> [String] {
        var lines: [String] = []
        for operation in entry.operations {
            lines.append(heading(operation, entry))
            // A new record is what the other side holds: its fields are in the JSON.
            if operation.kind == .create || operation.isSend { continue }
            let width = operation.changes.map(\.field.count).max() ?? 0
            lines += operation.changes.prefix(mostFields).map { line($0, width: width) }
            if operation.changes.count > mostFields {
                lines.append(palette.styled("      … \(operation.changes.count - mostFields) more fields", .dim))
            }
        }
        for conflict in entry.conflicts {
            lines.append(
                "  " + palette.styled("?", .yellow) + " " + entry.label.displayed() + "  "
                    + palette.styled(conflict.field ?? "whole record", .bold) + ": "
                    + conflict.what.displayed(limit: 160))
        }
        if let quarantine = entry.quarantine {
            let place = entry.place.map { " (\($0))" } ?? ""
            lines.append(
                "  " + palette.styled("×", .yellow) + " " + entry.label.displayed() + palette.styled(place, .dim))
            lines.append("      " + quarantine.message.displayed(limit: 300))
        }
        for remark in [entry.note?.description, link(entry)].compactMap(\.self) {
            let shown = palette.styled(remark.displayed(limit: 200), .dim)
            lines.append(lines.isEmpty ? "  · " + entry.label.displayed() + "  " + shown : "      " + shown)
        }
        return lines
    }

    private func link(_ entry: Entry) -> String? {
        if case .new = entry.link, !showsNewLinks { return nil }
        return entry.linkWords
    }

    private func heading(_ operation: Operation, _ entry: Entry) -> String {
        let (mark, style): (String, Palette.Style) =
            switch operation.kind {
            case .create, .unarchive, .resubscribe: ("+", .green)
            case .update: ("~", .cyan)
            case .delete, .archive: ("-", .red)
            case .unsubscribe: ("!", .magenta)
            case .send: ("»", .magenta)
            }
        let why = palette.styled(operation.reason.description, .dim)
        if operation.isSend, let ask = send.flatMap({ Ask(operation.changes, $0) }) {
            let reminders = ask.reminders > 0 ? ", up to \(counted(ask.reminders, "reminder"))" : ""
            return "  " + palette.styled("\(mark) ask", style) + "  " + palette.styled(entry.label.displayed(), .bold)
                + "  by \(ask.channels.sorted().joined(separator: " and ")) "
                + "at \(CalendarDay.describe(unixSeconds: ask.at))\(reminders)  " + why
        }
        return "  " + palette.styled("\(mark) \(operation.kind.rawValue)", style) + " in the \(operation.side)  "
            + palette.styled(entry.label.displayed(), .bold) + "  " + why
    }

    private func line(_ change: FieldChange, width: Int) -> String {
        let name = "      " + change.field.padded(width) + "  "
        let after = change.after.description.displayed()
        return name + palette.styled(change.before.description.displayed(), .dim) + " → " + after
    }
}
