import AccordEngine
import AccordReport

extension Terminal {
    /// Shows what a run did, in place of its progress.
    ///
    /// - Parameter json: for a machine.
    func show(_ report: RunReport, json: Bool) throws -> ExitStatus {
        ProgressLine.clear()
        if json {
            write(try JSONText.render(report))
        } else {
            writeLines { RunText(report: report, palette: palette).write(to: $0) }
        }
        return ExitStatus(report.outcome)
    }
}
