import AccordCore
import AccordReport
import AccordState
import AccordWorkspace
import ArgumentParser

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Past runs, or what one run changed.",
        discussion: "EXAMPLES\n  accord history\n  accord history --run 3")

    @OptionGroup var common: CommonOptions
    @Option(help: "Show what this run changed.") var run: Int64?
    @Option(help: "How many runs.") var limit = 20

    func run() async throws {
        try await reporting {
            let workspace = try await common.workspace(for: "history", access: .memory)
            guard limit > 0 else { throw ValidationError("--limit is a number of runs, 1 or more") }
            if let run, try workspace.store.run(run) == nil {
                throw ValidationError("There is no run \(run); see: accord history")
            }
            let lines = try run.map { try changes(of: $0, workspace) } ?? runs(workspace)
            let none = run.map { "Run \($0) wrote nothing." } ?? "No run yet: accord sync"
            Terminal.standard.write(lines.isEmpty ? none : lines.joined(separator: "\n"))
            return .done
        }
    }

    private func runs(_ workspace: Workspace) throws -> [String] {
        let isUnderWay = workspace.otherProcess != nil
        let runs = try workspace.store.runs(limit: limit)
        return runs.map { row in
            let end = row.outcome ?? (isUnderWay && row.id == runs.first?.id ? "under way" : "stopped")
            // How many requests a run made is known when it has ended.
            let requests = row.outcome == nil ? "" : counted(row.requests, "request")
            return "\(String(row.id).leftPadded(5))  \(CalendarDay.describe(unixSeconds: row.started).padded(20))"
                + "\(row.kind.padded(7))\(end.padded(12))\(requests)"
        }
    }

    private func changes(of run: Int64, _ workspace: Workspace) throws -> [String] {
        try workspace.store.ledger(run: run).flatMap(LedgerText.lines)
    }
}
