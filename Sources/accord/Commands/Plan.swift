import AccordReport
import AccordState
import ArgumentParser
import Foundation

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what a sync would do, and why. Writes to neither side.",
        discussion: """
            EXAMPLES
              accord plan
              accord plan customers --out plan.json && accord apply plan.json
              accord plan --format markdown > plan.md
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, markdown }

    @OptionGroup var common: CommonOptions
    @OptionGroup var run: RunArguments
    @Argument(help: "Pairs to plan; none for all.") var pairs: [String] = []
    @Option(help: ArgumentHelp("Save the plan here, to be applied later.", valueName: "file")) var out: String?
    @Option(help: "text, json or markdown.") var format: Format = .text
    @Flag(help: "Exit with 2 if there are changes.") var detailedExitcode = false

    func run() async throws {
        try await reporting {
            if let out { try PlanDocument.checkMayBeSaved(to: out) }
            let workspace = try await common.workspace(for: "plan", only: pairs, progress: ProgressLine.show)
            let plan = try await workspace.engine.plan(run.options)
            ProgressLine.clear()
            if let out { try PlanDocument.save(plan, to: out) }
            let terminal = Terminal.standard
            let rate = workspace.config.project.rate
            switch format {
            case .text:
                let text = PlanText(palette: terminal.palette, requestsPerSecond: rate)
                try terminal.writeLines { try text.write(plan.pairs, to: $0) }
            case .json: try terminal.writePieces { try PlanDocument.write(plan, $0) }
            case .markdown:
                try terminal.writeLines { try PlanMarkdown(requestsPerSecond: rate).write(plan.pairs, to: $0) }
            }
            if plan.pairs.contains(where: { $0.failure != nil }) { return .failed }
            if !plan.pairs.allSatisfy(\.refusals.isEmpty) { return .guarded }
            return detailedExitcode && plan.pairs.contains(where: \.hasChanges) ? .changes : .done
        }
    }
}
