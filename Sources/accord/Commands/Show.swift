import AccordCore
import AccordReport
import AccordState
import ArgumentParser
import Foundation

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a saved plan, a stale one too.", discussion: "EXAMPLE\n  accord show plan.json")

    @Argument(help: "The saved plan.") var plan: String

    func run() async throws {
        try await reporting {
            let plan = try PlanDocument.load(plan).plan
            let terminal = Terminal.standard
            let text = PlanText(palette: terminal.palette, requestsPerSecond: 0)
            try terminal.writeLines { try text.write(plan.pairs, to: $0) }
            return .done
        }
    }
}
