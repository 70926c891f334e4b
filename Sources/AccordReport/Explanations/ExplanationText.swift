import AccordCore
import AccordEngine
import AccordState

/// An explanation as text, for a person at a terminal.
public struct ExplanationText {
    private let palette: Palette
    /// The one field that was asked for; nil for all.
    private let field: String?

    public init(palette: Palette, field: String? = nil) {
        self.palette = palette
        self.field = field
    }

    public func write(_ explanation: Explanation, to line: LineSink) {
        line("\(explanation.identity.text.displayed())  \(explanation.whereabouts.words)")
        for row in explanation.fields where field == nil || row.field == field {
            line("  \(row.field)")
            line("    source    \(row.source.description.displayed())  \(agreed(row.sourceBase))")
            line("    project   \(row.project.description.displayed())  \(agreed(row.projectBase))")
            line("    now       \(now(row, explanation))")
        }
        for note in explanation.notes { line("  \(note.displayed(limit: 300))") }
        if let bucket = explanation.bucket { writeNext(bucket, explanation, to: line) }
        let history = explanation.history.filter { row in
            field == nil || row.changes.isEmpty || row.changes.contains { $0.field == field }
        }
        if !history.isEmpty { line("  history") }
        for text in history.flatMap(LedgerText.lines) { line("    " + text) }
    }

    private func agreed(_ base: Value) -> String { "(agreed: \(base.description.displayed()))" }

    /// What a sync would do about a field.
    private func now(_ row: Explanation.FieldRow, _ explanation: Explanation) -> String {
        if explanation.plan.failure != nil { return "not known" }
        if let rule = row.rule { return rule.reason }
        guard let entry = explanation.entries.main else {
            return row.isAsAgreed ? FieldRule.unchanged.reason : "nothing is done about it"
        }
        if entry.quarantine != nil { return "nothing is done about it: the record is in quarantine" }
        if entry.conflicts.contains(where: { $0.field == nil }) {
            return "nothing is done about it: the whole record is in conflict"
        }
        if let removal = entry.operations.first(where: \.isRemoval) {
            return "\(removal.kind.rawValue) in the \(removal.side): \(removal.reason.description)"
        }
        if let note = entry.note { return "nothing is done about it: \(note.description.displayed(limit: 200))" }
        return row.isAsAgreed ? FieldRule.unchanged.reason : "nothing is done about it"
    }

    // MARK: - The next sync

    private func writeNext(_ bucket: Bucket, _ explanation: Explanation, to line: LineSink) {
        let read = explanation.projectRead.map { " (whole \(CalendarDay.describe(unixSeconds: $0)))" } ?? ""
        line("  next sync, by the project as it was last read\(read)")
        let remarks = RemarkText(palette: palette)
        if let failure = explanation.plan.failure { return line("    " + remarks.line(ofFailure: failure)) }
        line("    \(bucket.words)")
        let text = EntryText(palette: palette, send: explanation.plan.send, mostFields: .max, showsNewLinks: true)
        for entry in explanation.entries {
            for shown in text.lines(of: entry) { line("  " + shown) }
        }
        for note in explanation.plan.notes { line("    " + remarks.line(of: note)) }
        for refusal in explanation.plan.refusals {
            for text in remarks.lines(of: refusal) { line("    " + text) }
        }
    }
}
