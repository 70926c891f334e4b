/// A seam for simulations: what these throw is a crash just before or just after a transaction of the journal commits.
public struct CommitHooks: Sendable {
    public enum Step: String, Sendable, CaseIterable {
        /// ``LinkStore/keepBases(_:readFrom:)``
        case keepBases
        /// ``JournalStore/openPlan(_:run:settlements:quarantine:conflicts:keeping:unfinished:)``
        case openPlan
        /// ``JournalStore/begin(_:run:entries:at:)``
        case begin
        /// ``JournalStore/settle(_:)``
        case settle
    }

    public var before: @Sendable (Step) throws -> Void
    public var after: @Sendable (Step) throws -> Void

    /// - Parameters:
    ///   - before: throwing undoes the transaction.
    ///   - after: throwing undoes nothing.
    public init(
        before: @escaping @Sendable (Step) throws -> Void = { _ in },
        after: @escaping @Sendable (Step) throws -> Void = { _ in }
    ) {
        self.before = before
        self.after = after
    }
}
