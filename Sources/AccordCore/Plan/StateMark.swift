/// Which state a plan was made from: it is stale once anything on which it depends has changed since.
public struct StateMark: Hashable, Sendable {
    public var id: String
    /// Counts the transactions that changed links, bases, intents, quarantine or conflicts.
    public var settled: Int

    public init(id: String, settled: Int) {
        self.id = id
        self.settled = settled
    }
}
