import AccordCore

/// What a person asked for, for one run.
public struct RunOptions: Sendable, Hashable {
    /// Read the whole project, though a full read is not due.
    public var full: Bool
    public var allowances: Allowances

    public init(full: Bool = false, allowances: Allowances = Allowances()) {
        self.full = full
        self.allowances = allowances
    }
}
