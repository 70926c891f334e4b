/// Which state a plan was made from: it is stale once anything was settled since.
public struct StateMark: Hashable, Sendable {
    public var id: String
    /// Counts the times that links, bases, quarantine or conflicts moved.
    public var settled: Int

    public init(id: String, settled: Int) {
        self.id = id
        self.settled = settled
    }
}
