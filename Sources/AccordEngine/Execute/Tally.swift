import AccordCore
import AccordTables

/// What came of a plan so far.
struct Tally {
    /// Why the pair cannot be finished; nil while the run goes on.
    private(set) var failure: (any ExplainedError)?
    var done: [Operation.Action: Int] = [:]
    var quarantined = 0
    var skipped: [RunReport.Skip] = []
    var unknown = 0
    /// Records that were to be linked, and are not.
    var unlinked = 0
    /// Records written in the project.
    var writes = 0
    /// Positions of records of which the project took something else than was to be written to both sides.
    var takenOtherwise = NumberSet()
    /// Something of a record is still open, so that the source has to be read again.
    var leavesOpen = false

    /// Everything that was begun is settled.
    var isClean: Bool { quarantined == 0 && skipped.isEmpty && unknown == 0 && !leavesOpen }

    /// A run that was asked to stop has not failed.
    mutating func fail(_ error: any ExplainedError) {
        if case TableError.interrupted = error { return }
        if failure == nil { failure = error }
    }

    mutating func count(_ operations: [Operation]) {
        for operation in operations { done[operation.action, default: 0] += 1 }
    }

    mutating func skip(_ entry: Entry, _ reason: String) { skip(entry.label, reason) }

    mutating func skip(_ label: String, _ reason: String) {
        skipped.append(RunReport.Skip(label: label, reason: reason))
    }
}
