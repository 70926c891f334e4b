/// What is remembered of the source as the last settled run read it.
public struct SourceMemory: Hashable, Sendable {
    /// Equal stamps: nothing changed, and nothing is read. Nil while something of the source is still open.
    public var stamp: String?
    public var records: Int
    public var endsCleanly: Bool
    /// By which its rows were understood. Nil after a run that was killed while rows were settled by another mapping than
    /// before: then some rows mean this and some that.
    public var mapping: Fingerprint?
    /// What tells whether the names of other pairs' records in its rows mean what they meant; nil if there are none.
    public var references: Fingerprint?

    public init(
        stamp: String?, records: Int, endsCleanly: Bool, mapping: Fingerprint?, references: Fingerprint? = nil
    ) {
        self.stamp = stamp
        self.records = records
        self.endsCleanly = endsCleanly
        self.mapping = mapping
        self.references = references
    }

    /// Its rows were settled by this mapping, and by what the names in them meant then: one that is as it was means what
    /// it meant.
    public func isUnderstood(by mapping: Fingerprint, _ references: Fingerprint?) -> Bool {
        self.mapping == mapping && self.references == references
    }
}
