import AccordCore
import AccordReport
import ArgumentParser

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Records that are left out, and why.",
        subcommands: [List.self, Retry.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await reporting {
                let workspace = try await common.workspace(for: "quarantine", access: .memory)
                var count = 0
                for pair in workspace.pairs {
                    for item in try workspace.store.quarantine(pair.name) {
                        count += 1
                        let place = item.place.map { " (\($0))" } ?? ""
                        Terminal.standard.write(
                            "\(pair.name)  \(item.key.displayed())  \(item.label.displayed())\(place)")
                        Terminal.standard.write(
                            "    \(item.cause.words): \(item.message.displayed(limit: 300))")
                    }
                }
                if count == 0 { Terminal.standard.write("Nothing is in quarantine.") }
                return count == 0 ? .done : .attention
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the next sync try them again, though nothing about them changed.",
            discussion:
                "What was written, and stored differently or over another record, is not written again: it counts "
                + "as seen. What was found out that the service does not do is tried anew, on one record first."
                + "\n\nEXAMPLES\n  accord quarantine retry\n  accord quarantine retry 1018")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The record's key; none for all.") var key: String?

        func run() async throws {
            try await reporting {
                let workspace = try await common.workspace(for: "quarantine retry", access: .decision)
                let count = try workspace.pairs.reduce(0) { count, pair in
                    let cleared = try workspace.store.clearQuarantine(pair.name, key: key.map(pair.key(typed:)))
                    // What the service did not do, it may do by now.
                    if cleared > 0 { try workspace.store.forgetRefuted(of: pair.schema.name) }
                    return count + cleared
                }
                if let key, count == 0 {
                    throw ValidationError("No record with the key \(key) is in quarantine; see: accord quarantine")
                }
                Terminal.standard.write(
                    "\(counted(count, "record")) let out: the next sync tries again what is still to be done.")
                return .done
            }
        }
    }
}
