import AccordCore
import AccordEngine
import AccordReport
import AccordState
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
            let workspace = try await common.workspace(
                for: "sync", only: pairs, stop: stop, progress: ProgressLine.show)
            let terminal = Terminal.standard
            let report = try await workspace.engine.sync(run.options) { plan in
                ProgressLine.clear()
                guard !json else { return }
                let text = PlanText(
                    palette: terminal.palette, requestsPerSecond: workspace.config.project.rate)
                try terminal.writeLines { line in
                    try text.write(plan.pairs, to: line)
                    line("")
                }
            }
            return try terminal.show(report, json: json)
        }
    }
}
