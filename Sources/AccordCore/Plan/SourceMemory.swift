/// What is remembered of the source as the last settled run read it.
public struct SourceMemory: Hashable, Sendable {
    /// Equal stamps: nothing changed, and nothing is read. Nil while something of the source is still open.
    public var stamp: String?
    public var records: Int
    public var endsCleanly: Bool
    public var mapping: Fingerprint
    /// Equal as long as the names of other pairs' records in its rows mean what they meant; nil if there are none.
    public var references: Fingerprint?

    public init(
        stamp: String?, records: Int, endsCleanly: Bool, mapping: Fingerprint, references: Fingerprint? = nil
    ) {
        self.stamp = stamp
        self.records = records
        self.endsCleanly = endsCleanly
        self.mapping = mapping
        self.references = references
    }
}
