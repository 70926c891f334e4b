import AccordConfig
import AccordConnectors
import AccordCore
import AccordEngine
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
            for pair in session.pairs {
                _ = try RecordMapper(mapping: pair.mapping, header: try await pair.source.header())
                terminal.write("\(tick) \(pair.name): the mapping fits \(pair.source.name)")
                try await pair.project.readChanged(since: CalendarDay(unixSeconds: 0)) { _ in .enough }
                terminal.write("\(tick) \(pair.name): \(session.api.url) accepts the key")
            }
            return .done
        }
    }
}
