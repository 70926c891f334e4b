import Foundation
import Testing

/// README and docs are checked by running them.
@Suite("Documentation")
struct DocumentationTests {
    private static func text(_ file: String) throws -> String {
        try String(contentsOf: Program.repository.appendingPathComponent(file), encoding: .utf8)
    }

    @Test("the README's tutorial prints what it says it prints")
    func tutorial() async throws {
        let steps = try Tutorial.steps(DocumentationTests.text("README.md"))
        #expect(steps.count > 10)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("accord-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = Int.random(in: 20_000..<32_000)
        let script = Tutorial.script(steps, folder: folder.path, port: port)
        let bash = try await Running(
            executable: URL(fileURLWithPath: "/bin/bash"), arguments: ["-c", script], folder: folder, environment: [:])
        let result = try await bash.finished()
        let outputs = result.output.replacing(":\(port)", with: ":8787").split(
            separator: "\u{1E}", omittingEmptySubsequences: false
        ).dropFirst().map(String.init)
        try #require(outputs.count == steps.count, "\(result.all)")
        for (step, output) in zip(steps, outputs) where !step.output.isEmpty {
            #expect(Tutorial.matches(output, step.output), "\(step.command) printed:\n\(output)")
        }
    }

    @Test("every command and option of the program stands in docs/cli.md, and no other")
    func commandLine() async throws {
        let rows = try DocumentationTests.text("docs/cli.md").split(separator: "\n").filter {
            $0.hasPrefix("| `accord")
        }
        let program = Program(folder: FileManager.default.temporaryDirectory)
        let common: Set = ["--config", "--verbose", "--log-format", "--version", "--help"]
        for command in try await subcommands(program) {
            let row = try #require(rows.first { $0.hasPrefix("| `accord \(command)") }, "\(command) is not documented")
            let documented = Set(row.matches(of: /--[a-z-]+/).map { String($0.output) })
            var offered: Set<String> = []
            let below = try await subcommands(program, of: command)
            for path in [[command]] + below.map({ [command, $0] }) {
                let help = try await program.start(path + ["--help"]).finished().output
                let options = help.split(separator: "\n").filter { $0.hasPrefix("  -") }
                offered.formUnion(options.flatMap { $0.matches(of: /--[a-z-]+/).map { String($0.output) } })
            }
            #expect(documented.subtracting(common) == offered.subtracting(common), "accord \(command)")
        }
    }

    private func subcommands(_ program: Program, of command: String? = nil) async throws -> [String] {
        let help = try await program.start([command, "--help"].compactMap(\.self)).finished().output
        guard let list = help.range(of: "SUBCOMMANDS:") else { return [] }
        return help[list.upperBound...].matches(of: #/\n  ([a-z]+) /#).map { String($0.output.1) }
    }
}

/// The blocks of a README that somebody follows from top to bottom.
private enum Tutorial {
    struct Step {
        var command: String
        var output: [String]
    }

    /// `console` blocks hold commands after `$ ` and what they print; a block whose first line is `# NAME.yaml` is a
    /// file to write.
    static func steps(_ text: String) -> [Step] {
        var steps: [Step] = []
        for block in text.matches(of: /```(console|yaml)\n((?:.|\n)*?)```/) {
            let (kind, body) = (block.output.1, String(block.output.2))
            let lines = body.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
            if kind == "yaml" {
                guard let name = lines.first?.firstMatch(of: /^# (\S+\.yaml)$/)?.output.1 else { continue }
                steps.append(Step(command: "cat > \(name) <<'FILE'\n\(body)FILE", output: []))
                continue
            }
            for line in lines {
                if line.hasPrefix("$ ") {
                    steps.append(Step(command: String(line.dropFirst(2)), output: []))
                } else if !steps.isEmpty {
                    steps[steps.count - 1].output.append(line)
                }
            }
        }
        return steps
    }

    /// Each step's output begins with a record separator.
    static func script(_ steps: [Step], folder: String, port: Int) -> String {
        let program = Program.executable.deletingLastPathComponent().path
        var lines = ["exec 2>&1", "cd '\(Program.repository.path)'", "trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
        for step in steps {
            lines.append("printf '\\x1e'")
            if step.command.hasPrefix("swift build") {
                lines.append("export PATH='\(program)':\"$PATH\"")
                continue
            }
            lines.append(
                step.command.replacing("/tmp/accord-tutorial", with: "\(folder)/tutorial")
                    .replacing("8787", with: "\(port)"))
            if step.command.hasSuffix("&") {
                lines.append(
                    """
                    for attempt in {1..300}; do
                    curl -fsS -o /dev/null http://127.0.0.1:\(port)/_sandbox/state 2>/dev/null && break; sleep 0.1
                    done
                    """
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    /// A line `…` stands for any number of lines; times and durations are not compared.
    static func matches(_ output: String, _ expected: [String]) -> Bool {
        func trimmed(_ lines: some Sequence<String>) -> [String] {
            var lines = lines.map { line in
                var line = line
                while line.last == " " { line.removeLast() }
                return line.replacing(/under a second|about [0-9]+ (s|min)/, with: "DURATION")
                    .replacing(/[0-9-]{10} [0-9:]{8}/, with: "TIME")
            }
            while lines.last == "" { lines.removeLast() }
            return lines
        }
        var rest = trimmed(output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))[...]
        var maySkip = false
        for line in trimmed(expected) {
            if line.trimmingCharacters(in: .whitespaces) == "…" {
                maySkip = true
                continue
            }
            guard let index = maySkip ? rest.firstIndex(of: line) : (rest.first == line ? rest.startIndex : nil) else {
                return false
            }
            rest = rest[(index + 1)...]
            maySkip = false
        }
        return maySkip || rest.isEmpty
    }
}
