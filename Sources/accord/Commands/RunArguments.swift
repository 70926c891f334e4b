import AccordCore
import AccordEngine
import ArgumentParser

/// What `plan`, `apply` and `sync` can be asked for.
struct RunArguments: ParsableArguments {
    @Flag(help: "Read the whole project, though a full read is not due.")
    var full = false

    @Option(help: ArgumentHelp("Allow up to N deletes and archives on a side, this once.", valueName: "N"))
    var allowDeletes: Int?

    var options: RunOptions { RunOptions(full: full, allowances: Allowances(deletes: allowDeletes)) }
}
