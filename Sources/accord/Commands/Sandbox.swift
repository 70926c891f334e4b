import AccordCore
import AccordHTTP
import AccordSandbox
import ArgumentParser
import Foundation

struct Sandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a Project API to try things on: in memory, on this machine only.",
        discussion: """
            Its key is "sandbox" unless --key says otherwise. Nothing is kept when it ends.

            EXAMPLES
              accord sandbox --port 8787 --seed-file Fixtures/sandbox-seed.json
              accord sandbox --faults "seed=7,5xx=2%,drop-after=1%,429=2%"
              accord sandbox --like likely,small-pages
            """)

    @Option(help: "The port; 0 for a free one.") var port = 8787
    @Option(help: "The key that it accepts.") var key = "sandbox"
    @Option(help: ArgumentHelp("What the project holds at the beginning, as JSON.", valueName: "file"))
    var seedFile: String?
    @Option(help: "Faults on demand, for example seed=7,5xx=2%,drop-after=1%.") var faults: String?

    @Option(
        help: ArgumentHelp(
            "What a live service may do otherwise: documented, likely or hostile, or habits by their names, with commas.",
            valueName: "names"))
    var like = Likeness.documented.rawValue

    func run() async throws {
        try await reporting {
            guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535") }
            let now: @Sendable () -> Int64 = { Int64(SystemTime().unixTime) }
            var project = try seedFile.map { try SeedFile.read($0, now: now()) } ?? SandboxProject()
            project.habits = try Set(likeness: like)
            let service = SandboxService(
                key: key, now: now, faults: try faults.map { try Faults($0) } ?? Faults(), project: project)
            try await SandboxServer(service: service, port: port).run { port in
                Terminal.standard.write(
                    "Sandbox Project API on http://127.0.0.1:\(port)/project"
                        + (key == "sandbox" ? ", key \"sandbox\"" : "") + "; Ctrl-C ends it")
            }
            return .done
        }
    }
}
