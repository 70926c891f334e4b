import AccordCore
import AccordEngine
import ArgumentParser

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plan and apply in one go, for schedulers; never asks.",
        discussion: """
            EXAMPLES
              accord sync
              accord sync customers --full
              accord sync --allow-deletes 40
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var run: RunArguments
    @Argument(help: "Pairs to sync; none for all.") var pairs: [String] = []
    @Flag(help: "Print the report as JSON.") var json = false

    func run() async throws {
        try await reporting {
            let stop = StopSignal()
            let interrupt = Interrupt(stop)
            defer { interrupt.cancel() }
            let session = try await Session.open(
                common, command: "sync", only: pairs, stop: stop, progress: ProgressLine.show)
            let terminal = Terminal.standard
            let report = try await session.engine.sync(run.options) { plan in
                ProgressLine.clear()
                guard !json else { return }
                terminal.write(
                    PlanText(plan: plan, terminal: terminal, requestsPerSecond: session.config.project.rate).render()
                        + "\n")
            }
            ProgressLine.clear()
            terminal.write(json ? try JSONText.render(report) : RunText(report: report, terminal: terminal).render())
            return ExitStatus(report.outcome)
        }
    }
}
