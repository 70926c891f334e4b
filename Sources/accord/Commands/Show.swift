import AccordCore
import AccordEngine
import ArgumentParser
import Foundation

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a saved plan, a stale one too.", discussion: "EXAMPLE\n  accord show plan.json")

    @Argument(help: "The saved plan.") var plan: String

    func run() async throws {
        try await reporting {
            let plan = try Show.load(plan)
            let terminal = Terminal.standard
            terminal.write(PlanText(plan: plan, terminal: terminal, requestsPerSecond: 0).render())
            return .done
        }
    }

    static func load(_ file: String) throws -> AccordCore.Plan {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw EngineError.planUnreadable(file: file, reason: "there is no such file")
        }
        return try PlanFile.decode(data, file: file)
    }
}
