import AccordCore
import AccordEngine
import AccordReport
import AccordState
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
            let (plan, id) = try PlanDocument.load(plan)
            let stop = StopSignal()
            let interrupt = Interrupt(stop)
            defer { interrupt.cancel() }
            let pairs = plan.pairs.map { Pair.configuredName(of: $0.name) }
            let workspace = try await common.workspace(
                for: "apply", only: pairs, stop: stop, progress: ProgressLine.show)
            let report = try await workspace.engine.apply(plan, id: id, RunOptions(allowances: allowance.allowances))
            return try Terminal.standard.show(report, json: json)
        }
    }
}
