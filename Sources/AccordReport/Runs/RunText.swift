import AccordCore
import AccordEngine

/// What a run did, for a person.
public struct RunText {
    private let report: RunReport
    private let palette: Palette

    public init(report: RunReport, palette: Palette) {
        self.report = report
        self.palette = palette
    }

    public func write(to line: LineSink) {
        let done = report.done.sorted { $0.key < $1.key }.map { action, count in
            "\(grouped(count)) \(RunText.done(action.kind.rawValue)) in the \(action.side)"
        }
        let what = done.isEmpty ? "nothing to write" : done.joined(separator: ", ")
        let mark = report.outcome == .done ? palette.styled("✓", .green) : palette.styled("!", .yellow)
        line(
            "\(mark) Run \(report.run): \(what)\(report.linked > 0 ? ", \(grouped(report.linked)) linked" : "")")
        line(
            palette.styled(
                "  \(counted(report.requests, "request")), \(duration(report.seconds))", .dim))
        if report.quarantined > 0 {
            line("  \(counted(report.quarantined, "record")) in quarantine: accord quarantine")
        }
        if report.conflicts > 0 { line("  \(counted(report.conflicts, "conflict")): accord conflicts") }
        if report.withheld > 0 {
            line("  \(counted(report.withheld, "record")) not found in the source and left alone: see the plan")
        }
        if report.incompleteReads > 0 {
            line("  The project could not be read whole: nothing counts as gone from it. Try again: accord sync --full")
        }
        if report.held > 0 {
            let people = report.held == 1 ? "1 person was" : "\(grouped(report.held)) people were"
            let why =
                report.allowedSends.map { "this run allows \($0), so nobody was asked. To ask all of them" }
                ?? "allow it with"
            line("  \(people) not asked for a review: \(why) --allow-sends \(report.held)")
        }
        for skip in report.skipped.prefix(10) {
            line("  skipped \(skip.label.displayed()): \(skip.reason.displayed(limit: 200))")
        }
        if report.skipped.count > 10 { line("  … and \(report.skipped.count - 10) more were skipped") }
        if report.outcome == .interrupted {
            line("  Stopped as asked; what was begun is settled, and the next run does the rest.")
        }
        for failure in report.failures { line("  " + palette.styled(failure.displayed(limit: 2000), .red)) }
    }

    /// `created`, for an operation's kind.
    static func done(_ kind: String) -> String {
        kind == "send" ? "sent" : kind.hasSuffix("e") ? "\(kind)d" : "\(kind)ed"
    }
}
