import AccordCore

/// What is said of rows that are read and not decided.
extension Pair {
    /// Why a row without a key is set aside.
    public var noKey: Quarantine {
        let columns = mapping.key.joined(separator: " and ")
        return Quarantine(.noKey, "\(columns) is blank, and nothing else identifies the row")
    }

    /// Of rows that the mapping leaves out, for a plan's notes.
    public func leftOut(_ count: Int) -> PlanNote { .leftOut(count: count, column: mapping.only?.column ?? "") }
}
