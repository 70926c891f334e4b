import AccordCore
import AccordEngine
import AccordREST
import AccordReport
import AccordTables
import AccordWorkspace
import ArgumentParser

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Is everything in place? Configuration, mapping, both sides, the key.",
        discussion: "EXAMPLE\n  accord check")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await reporting {
            let terminal = Terminal.standard
            let workspace = try await common.workspace(for: "check")
            let tick = terminal.palette.styled("✓", .green)
            terminal.write("\(tick) \(common.config)")
            let key = workspace.config.project.key
            if key.isExposed {
                terminal.write(
                    terminal.palette.styled("!", .yellow)
                        + " \(key.name): others on this machine can read the key; chmod 600 it")
            }
            var isWhole = true
            for pair in workspace.pairs {
                _ = try RecordMapper(mapping: pair.mapping, schema: try await pair.source.schema())
                terminal.write("\(tick) \(pair.name): the mapping fits \(pair.source.name)")
                let broken = try await brokenRows(of: pair)
                if let first = broken.first {
                    isWhole = false
                    terminal.write(
                        terminal.palette.styled("!", .yellow)
                            + " \(pair.name): \(counted(broken.count, "row")) cannot be read; the first: "
                            + (first.place.map { "\($0): " } ?? "")
                            + (first.problem ?? "").displayed(limit: 300))
                }
                let first = try await firstRecords(of: pair)
                terminal.write("\(tick) \(pair.name): \(workspace.api.url) accepts the key")
                try await probe(pair, workspace, terminal, tick)
                let finding = try await workspace.engine.identity(of: pair, among: first)
                if case .known(let label, let id) = finding {
                    terminal.write(
                        "\(tick) \(pair.name): it is the project that \(workspace.store.path) belongs to: "
                            + "\(label.displayed(limit: 100)) is \(id) there, as before")
                }
            }
            return isWhole ? .done : .attention
        }
    }

    /// What reading shows of the service is found out and said.
    private func probe(_ pair: Pair, _ workspace: Workspace, _ terminal: Terminal, _ tick: String) async throws {
        guard let table = pair.project as? any DescribedTable else { return }
        try await table.probe()
        try workspace.store.remember(table.takeFindings())
        let resource = pair.schema.name
        guard pair.project.incremental == nil else {
            return terminal.write("\(tick) \(pair.name): what changes there can be listed")
        }
        guard workspace.api.resources[resource]?.list.changed.isEmpty == false else { return }
        terminal.write(
            terminal.palette.styled("!", .yellow)
                + " \(pair.name): no list of what changes there is known to be one, so it is read whole in every run")
        for finding in try workspace.store.findings() where finding.isAbout(resource) && finding.verdict == .refuted {
            terminal.write("    \(finding.words)")
        }
    }

    private func brokenRows(of pair: Pair) async throws -> [TableRecord] {
        var broken: [TableRecord] = []
        guard let table = pair.source.scannable else { return [] }
        _ = try await table.scan { batch in broken += batch.records.filter { $0.problem != nil } }
        return broken
    }

    private struct Enough: Error { var records: [TableRecord] }

    /// The first page of the list, and no more.
    private func firstRecords(of pair: Pair) async throws -> [TableRecord] {
        do {
            // Who would be asked is read, as what reaches people is never listed.
            guard let table = pair.people.project.scannable else { return [] }
            try await EngineError.whileReadingProject {
                _ = try await table.scan { batch in throw Enough(records: batch.records) }
            }
        } catch let enough as Enough {
            return enough.records
        }
        return []
    }
}
