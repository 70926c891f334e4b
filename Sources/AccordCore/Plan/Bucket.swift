/// What becomes of a record: it is counted in one of these, and those of each side add up to the records read there.
public enum Bucket: String, Hashable, Sendable, CaseIterable {
    /// Nothing to do and nothing to note.
    case unchanged = "unchanged"
    /// Both sides already say the same; only Accord's memory moves.
    case agreed = "agreed"
    /// Newly linked.
    case linked = "linked"
    /// The other side gets it.
    case created = "created"
    case updated = "updated"
    /// The other side lost it; this one is deleted or archived.
    case removed = "removed"
    case conflict = "conflict"
    case quarantined = "quarantined"
    /// Left alone on purpose: protected, one-way, archived by a person, gone from the other side.
    case leftAlone = "left-alone"
    /// The source record was not found, and it is not known whether it is gone.
    case withheld = "withheld"
}
