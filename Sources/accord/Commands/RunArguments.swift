import AccordCore
import AccordEngine
import ArgumentParser

/// What `plan`, `apply` and `sync` can be asked for.
struct AllowanceArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Allow up to N deletes and archives on a side, this once.", valueName: "N"))
    var allowDeletes: Int?

    @Option(help: ArgumentHelp("Allow fields of up to N records of a side to become blank, this once.", valueName: "N"))
    var allowClears: Int?

    @Option(help: ArgumentHelp("Allow up to N people of a side to be opted out, this once.", valueName: "N"))
    var allowOptOuts: Int?

    @Option(help: ArgumentHelp("Allow up to N people to be subscribed again, this once.", valueName: "N"))
    var allowResubscribes: Int?

    @Option(help: ArgumentHelp("Allow up to N linked records of a side to be changed, this once.", valueName: "N"))
    var allowUpdates: Int?

    @Option(
        help: ArgumentHelp(
            "Allow up to N records of a side to get another e-mail or telephone number, this once.", valueName: "N"))
    var allowContactChanges: Int?

    @Option(help: ArgumentHelp("Allow up to N records to be added to a source, this once.", valueName: "N"))
    var allowSourceCreates: Int?

    @Option(help: ArgumentHelp("Ask up to N people for a review, this once; without it nobody is.", valueName: "N"))
    var allowSends: Int?

    var allowances: Allowances {
        let harms: [Harm: Int?] = [
            .deletes: allowDeletes, .clears: allowClears, .optOuts: allowOptOuts, .resubscribes: allowResubscribes,
            .updates: allowUpdates, .contactChanges: allowContactChanges, .sourceCreates: allowSourceCreates,
        ]
        return Allowances(harms.compactMapValues(\.self), sends: allowSends)
    }
}

/// What `plan` and `sync` can be asked for.
struct RunArguments: ParsableArguments {
    @OptionGroup var allowance: AllowanceArguments

    @Flag(help: "Read the whole project, though a full read is not due.")
    var full = false

    var options: RunOptions { RunOptions(full: full, allowances: allowance.allowances) }
}
