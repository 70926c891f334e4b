import AccordConfig
import AccordCore
import AccordHTTP
import AccordReport
import ArgumentParser

struct Suppression: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "People who opted out, remembered for good.",
        discussion: """
            Whoever opted out on either side is on the list by their e-mail and telephone number, as hashes. Nobody on it
            is asked for a review, and who is created again, or gets such an address, is opted out.

            EXAMPLES
              accord suppression
              accord suppression check ada@example.com
              accord suppression import unsubscribed.txt      one e-mail or telephone number a line
              accord suppression export > list.txt            for the state of another machine
            """,
        subcommands: [Count.self, Check.self, Add.self, Remove.self, Import.self, Export.self],
        defaultSubcommand: Count.self)

    struct Count: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say how many are on it.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await reporting {
                let list = try await common.workspace(for: "suppression", access: .memory).store.suppressionList()
                let newest = list.items.map(\.since).max().map { ", the last since \(CalendarDay(unixSeconds: $0))" }
                Terminal.standard.write(
                    list.isEmpty
                        ? "Nobody is on the suppression list."
                        : "\(counted(list.count, "address", "addresses")) of people who opted out\(newest ?? "").")
                return .done
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say whether addresses are on it.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var people: Addresses

        func run() async throws {
            try await reporting {
                let list = try await common.workspace(for: "suppression", access: .memory).store.suppressionList()
                for address in try people.normal() {
                    Terminal.standard.write("\(address): \(list.contains(address) ? "on the list" : "not on the list")")
                }
                return .done
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put addresses on it.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var people: Addresses

        func run() async throws {
            try await reporting {
                let addresses = try people.normal()
                let workspace = try await common.workspace(for: "suppression add", access: .decision)
                let count = try workspace.store.suppress(addresses, at: Int64(SystemTime().unixTime))
                Terminal.standard.write(added(count, of: addresses.count))
                return .done
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take addresses off it: these people want messages again.",
            discussion: """
                A record that says that they opted out still does, on either side: change it there as well.

                EXAMPLE
                  accord suppression remove ada@example.com +14155550100
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var people: Addresses

        func run() async throws {
            try await reporting {
                let addresses = try people.normal()
                let workspace = try await common.workspace(for: "suppression remove", access: .decision)
                let count = try workspace.store.release(addresses)
                let others = addresses.count - count
                Terminal.standard.write(
                    "Taken off the list: \(counted(count, "address", "addresses"))"
                        + (others > 0 ? "; \(others) \(others == 1 ? "was" : "were") not on it." : "."))
                return .done
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put on it what a file says: an exported list, or one address a line.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The file.") var file: String
        @Option(help: "The country of telephone numbers without a calling code, such as US.") var country: String?

        func run() async throws {
            try await reporting {
                let file = try SuppressionFile.load(path: file, country: country)
                let workspace = try await common.workspace(for: "suppression import", access: .decision)
                var count = try workspace.store.suppress(file.list)
                count += try workspace.store.suppress(file.addresses, at: Int64(SystemTime().unixTime))
                for problem in file.problems { Terminal.error.write(problem.description) }
                Terminal.standard.write(added(count, of: file.list.count + file.addresses.count))
                return file.problems.isEmpty ? .done : .attention
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write it out, for another state to import: hashes, no addresses.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await reporting {
                let list = try await common.workspace(for: "suppression", access: .memory).store.suppressionList()
                Terminal.standard.write(SuppressionFile.text(list))
                return .done
            }
        }
    }

    private static func added(_ count: Int, of all: Int) -> String {
        "New on the list: \(counted(count, "address", "addresses"))"
            + (all > count ? "; \(all - count) \(all - count == 1 ? "was" : "were") on it already." : ".")
            + "\nNobody on it is asked, or subscribed again. Whoever is in the project and gets messages there goes on getting"
            + " them until they are unsubscribed there."
    }
}

/// Addresses as somebody types them.
struct Addresses: ParsableArguments {
    @Argument(help: "E-mails and telephone numbers.") var addresses: [String]
    @Option(help: "The country of telephone numbers without a calling code, such as US.") var country: String?

    /// As the project has them.
    func normal() throws -> [String] {
        try addresses.map { address in
            do throws(ValueProblem) {
                return try SuppressionFile.address(address, country: country)
            } catch {
                throw ValidationError("\(error)")
            }
        }
    }
}
