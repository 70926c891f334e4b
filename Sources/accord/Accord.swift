import ArgumentParser

#if os(Linux)
    import CMalloc
#endif

/// The command line: one file a command, in `Commands/`.
@main
struct Accord: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "accord",
        abstract: "Keeps your own records and a More Good Reviews project saying the same thing, both ways.",
        discussion: """
            EXAMPLES
              accord init customers --from contacts.csv   write accord.yaml and a mapping to begin with
              accord check                                is everything in place?
              accord plan                                 what would be done, and why; nothing is written
              accord sync                                 plan and apply in one go, for schedulers

            EXIT CODES
              0 done, or nothing to do     1 failed            2 plan --detailed-exitcode: there are changes
              3 some records wait in quarantine or conflict     4 a guard refused the plan
              5 the plan is stale          6 another run holds the lock      64 wrong usage
            """,
        version: version,
        subcommands: [
            Init.self, Check.self, PlanCommand.self, Show.self, Apply.self, Sync.self, Status.self, History.self,
            Explain.self, Describe.self, Conflicts.self, QuarantineCommand.self, Suppression.self, Sandbox.self,
        ])

    static func main() async {
        #if os(Linux)
            // Where the thresholds are fixed, the largest buffers come from the system and go back to it. Else the allocator
            // keeps ever larger ones to itself: a million rows took 20 to 50 MB more.
            mallopt(M_MMAP_THRESHOLD, 4 << 20)
            mallopt(M_TRIM_THRESHOLD, 4 << 20)
        #endif
        await main(nil)
    }
}
