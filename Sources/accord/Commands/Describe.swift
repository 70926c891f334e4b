import AccordConfig
import AccordCore
import AccordREST
import AccordReport
import AccordWorkspace
import ArgumentParser

struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is known of the service, how surely, and what was found out about it.",
        discussion: """
            EXAMPLES
              accord describe
              accord describe customers
              accord describe --json                  what was found out, for a machine or for support
              accord describe --yaml > service.yaml   the description that ships, to change a copy of it
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "Resources to describe; none for all.") var resources: [String] = []

    @Flag(help: "Print the description that ships, as YAML.") var yaml = false
    @Flag(help: "Print what was found out, as JSON.") var json = false

    func run() async throws {
        try await reporting {
            if yaml {
                try Terminal.standard.writePieces { try $0(Array(DescriptionFile.shippedText.utf8)) }
                return .done
            }
            let workspace = try await common.workspace(for: "describe", access: .memory)
            let known = workspace.api.resources
            if let odd = resources.first(where: { known[$0] == nil }) {
                throw ValidationError(
                    "there is no resource \"\(odd)\"\(Suggestion.hint(for: odd, among: known.keys.sorted()))")
            }
            let chosen = known.filter { resources.isEmpty || resources.contains($0.key) }
            let findings = try workspace.store.findings()
            if json {
                let all = findings.filter { finding in chosen.keys.contains { finding.isAbout($0) } }
                Terminal.standard.write(try JSONText.render(all.map(Found.init)))
                return .done
            }
            let terminal = Terminal.standard
            terminal.write("\(workspace.api.name) at \(workspace.api.url)")
            for (name, resource) in chosen.sorted(by: { $0.key < $1.key }) {
                terminal.write("")
                terminal.write(name)
                for operation in resource.operations {
                    terminal.write(line(operation, findings.first { $0.claim == resource.claim(operation) }))
                }
                let requests = Set(resource.operations.map(resource.claim))
                for finding in findings where finding.isAbout(name) && !requests.contains(finding.claim) {
                    terminal.write("  \(finding.words)")
                }
            }
            return .done
        }
    }

    /// Scripts read these words.
    private struct Found: Encodable {
        var claim: String
        var verdict: String
        var way: String?
        var evidence: String
        var at: String

        init(_ finding: Finding) {
            (claim, verdict, way) = (finding.claim, finding.verdict.rawValue, finding.way)
            (evidence, at) = (finding.evidence, Instant.iso(finding.at))
        }
    }

    private func line(_ operation: APIOperation, _ finding: Finding?) -> String {
        let name = operation.name.padded(to: 14)
        guard let finding else {
            return
                "  \(name)\(operation.requests.map(\.text).joined(separator: ", or "))  (\(operation.grade.rawValue))"
        }
        let day = CalendarDay(unixSeconds: finding.at).description
        switch finding.verdict {
        case .proved: return "  \(name)\(finding.way ?? "")  (found out on \(day))"
        case .refuted: return "  \(name)not there: \(finding.evidence.displayed(limit: 200))  (found out on \(day))"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        count < width ? self + String(repeating: " ", count: width - count) : self + " "
    }
}
