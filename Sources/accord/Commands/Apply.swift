import AccordCore
import AccordEngine
import ArgumentParser

struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Carry out a saved plan: exactly that, once.",
        discussion: """
            What changed since the plan was made is skipped and reported, never forced.

            EXAMPLE
              accord plan --out plan.json && accord show plan.json && accord apply plan.json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var allowance: AllowanceArguments
    @Argument(help: "The saved plan.") var plan: String
    @Flag(help: "Print the report as JSON.") var json = false

    func run() async throws {
        try await reporting {
            let plan = try Show.load(plan)
            let stop = StopSignal()
            let interrupt = Interrupt(stop)
            defer { interrupt.cancel() }
            let session = try await Session.open(
                common, command: "apply", only: plan.pairs.map(\.name), stop: stop, progress: ProgressLine.show)
            let report = try await session.engine.apply(plan, RunOptions(allowances: allowance.allowances))
            ProgressLine.clear()
            let terminal = Terminal.standard
            terminal.write(json ? try JSONText.render(report) : RunText(report: report, terminal: terminal).render())
            return ExitStatus(report.outcome)
        }
    }
}
