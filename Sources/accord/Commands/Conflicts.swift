import AccordCore
import AccordEngine
import ArgumentParser

struct Conflicts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a person has to decide.", subcommands: [List.self, Resolve.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List open conflicts.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await reporting {
                let workspace = try await common.workspace(for: "conflicts", access: .memory)
                var count = 0
                for pair in workspace.pairs {
                    for item in try workspace.store.conflicts(pair.name) {
                        count += item.resolution == nil ? 1 : 0
                        let field = item.conflict.field ?? "whole record"
                        let decided = item.resolution.map { "  (decided: the \($0); done by the next sync)" } ?? ""
                        Terminal.standard.write(
                            "\(pair.name)  \(item.sourceKey.displayed())  \(item.label.displayed())  \(field): "
                                + item.conflict.what.displayed(limit: 200) + decided)
                        Terminal.standard.write(
                            "    accord conflicts resolve \(pair.name.asArgument) \(item.sourceKey.displayed().asArgument) "
                                + "\(item.conflict.field ?? "record") --take source|project")
                    }
                }
                if count == 0 { Terminal.standard.write("No open conflicts.") }
                return count == 0 ? .done : .attention
            }
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide one; the next sync carries it out.",
            discussion: "EXAMPLE\n  accord conflicts resolve customers 1017 phone --take source")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The pair.") var pair: String
        @Argument(help: "The source's key of the record.") var key: String
        @Argument(help: "The field, or \"record\" for all that is in conflict.") var field: String
        @Option(help: "Whose value counts: source or project.") var take: Side

        func run() async throws {
            try await reporting {
                let workspace = try await common.workspace(
                    for: "conflicts resolve", access: .decision,
                    only: [Pair.configuredName(of: pair)])
                guard let known = workspace.pairs.first(where: { $0.name == pair }) else {
                    throw EngineError.unknownPair(pair, known: workspace.pairs.map(\.name))
                }
                let open = try workspace.store.conflicts(pair).filter {
                    $0.sourceKey == known.key(typed: key) && (field == "record" || $0.conflict.field == field)
                }
                guard !open.isEmpty else {
                    throw ValidationError("There is no open conflict on \(field) of \(key); see: accord conflicts")
                }
                for item in open {
                    try workspace.store.resolve(pair, sourceKey: item.sourceKey, field: item.conflict.field, take)
                }
                Terminal.standard.write("Decided: the \(take)'s. The next sync carries it out.")
                return .done
            }
        }
    }
}

extension Side: ExpressibleByArgument {}

extension String {
    /// As it is typed at a shell: in quotes where it is not one plain word.
    fileprivate var asArgument: String {
        let isPlain = !isEmpty && allSatisfy { $0.isLetter || $0.isNumber || "-_.:@+/".contains($0) }
        return isPlain ? self : "'\(replacing("'", with: #"'\''"#))'"
    }
}
