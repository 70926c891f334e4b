import AccordCore

/// What one operation changed, by which rule, in which run.
public struct LedgerRow: Sendable, Hashable {
    public var run: Int64
    /// Unix seconds.
    public var at: Int64
    public var pair: String
    public var sourceKey: String?
    public var projectID: String?
    /// The side that was written.
    public var side: Side
    /// What was done, for example `update` or `link`.
    public var action: String
    public var changes: [FieldChange]
    public var reason: Reason

    public init(
        run: Int64, at: Int64, pair: String, sourceKey: String?, projectID: String?, side: Side, action: String,
        changes: [FieldChange] = [], reason: Reason
    ) {
        self.run = run
        self.at = at
        self.pair = pair
        self.sourceKey = sourceKey
        self.projectID = projectID
        self.side = side
        self.action = action
        self.changes = changes
        self.reason = reason
    }
}
