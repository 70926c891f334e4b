/// A run, as it is remembered.
public struct RunRow: Sendable, Hashable {
    public var id: Int64
    /// What was asked for, for example `sync`.
    public var kind: String
    /// Of the saved plan that it applied, if it did.
    public var planID: String?
    /// Unix seconds.
    public var started: Int64
    /// Unix seconds; nil for a run that is under way or was killed.
    public var ended: Int64?
    public var outcome: String?
    /// Requests that it sent.
    public var requests: Int

    public init(
        id: Int64, kind: String, planID: String?, started: Int64, ended: Int64?, outcome: String?, requests: Int
    ) {
        self.id = id
        self.kind = kind
        self.planID = planID
        self.started = started
        self.ended = ended
        self.outcome = outcome
        self.requests = requests
    }
}
