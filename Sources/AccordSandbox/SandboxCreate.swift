/// A create that took effect, in its own words.
public struct SandboxCreate: Hashable, Sendable {
    /// Such as `createCustomer`.
    public var operation: String
    /// The body of the request.
    public var words: String
    /// Unix seconds.
    public var at: Int64
    /// It made a new record; else it was taken for one that was there.
    public var isNew: Bool
}
