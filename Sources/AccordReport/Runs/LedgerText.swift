import AccordCore
import AccordState

/// What the ledger remembers, in lines for a person at a terminal.
public enum LedgerText {
    public static func lines(of row: LedgerRow) -> [String] {
        let record = row.sourceKey ?? row.projectID ?? "?"
        let heading =
            "run \(row.run)  \(CalendarDay.describe(unixSeconds: row.at))  \(RunText.done(row.action))"
            + (row.action == "link" ? "" : " in the \(row.side)")
            + "  \(record.displayed())  because \(row.reason.description)"
        return [heading]
            + row.changes.map {
                "    \($0.field): \($0.before.description.displayed()) → \($0.after.description.displayed())  "
                    + "because \($0.rule.reason)"
            }
    }
}
