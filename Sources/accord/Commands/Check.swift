import AccordCore
import AccordEngine
import AccordTables
import ArgumentParser

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Is everything in place? Configuration, mapping, both sides, the key.",
        discussion: "EXAMPLE\n  accord check")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await reporting {
            let terminal = Terminal.standard
            let session = try await Session.open(common, command: "check")
            let tick = terminal.styled("✓", .green)
            terminal.write("\(tick) \(common.config)")
            if session.config.project.key.isExposed {
                terminal.write(
                    terminal.styled("!", .yellow)
                        + " \(session.config.project.key.name): others on this machine can read the key; chmod 600 it")
            }
            var isWhole = true
            for pair in session.pairs {
                _ = try RecordMapper(mapping: pair.mapping, header: try await pair.source.header())
                terminal.write("\(tick) \(pair.name): the mapping fits \(pair.source.name)")
                let broken = try await brokenRows(of: pair)
                if let first = broken.first {
                    isWhole = false
                    terminal.write(
                        terminal.styled("!", .yellow)
                            + " \(pair.name): \(counted(broken.count, "row")) cannot be read; the first: \(first.place): "
                            + first.reason.displayed(limit: 300))
                }
                try await askOnce(pair)
                terminal.write("\(tick) \(pair.name): \(session.api.url) accepts the key")
            }
            return isWhole ? .done : .attention
        }
    }

    private func brokenRows(of pair: Pair) async throws -> [BrokenRecord] {
        var broken: [BrokenRecord] = []
        _ = try await pair.source.read { item in
            if case .broken(let row) = item { broken.append(row) }
        }
        return broken
    }

    private struct Enough: Error {}

    /// The first page of the list, and no more.
    private func askOnce(_ pair: Pair) async throws {
        do {
            // Who would be asked is read, as what reaches people is never listed.
            _ = try await (pair.asking?.people ?? pair).project.readAll { _ in throw Enough() }
        } catch is Enough {}
    }
}
