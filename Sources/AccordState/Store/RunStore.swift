import AccordCore

/// The runs, and the ledger of what each of them did. A ``Settlement`` brings its rows of the ledger.
public protocol RunStore: Sendable {
    /// Remembers that a run begins.
    ///
    /// - Parameters:
    ///   - planID: of the saved plan that it applies, so that no other run applies it again; nil if it applies none.
    ///   - at: Unix seconds.
    /// - Returns: its number: one more than that of the run before.
    func beginRun(kind: String, planID: String?, at: Int64) throws -> Int64

    /// Remembers how a run ended; `at` is in Unix seconds.
    func finishRun(_ run: Int64, outcome: String, requests: Int, at: Int64) throws

    /// The latest runs, newest first.
    func runs(limit: Int) throws -> [RunRow]

    func run(_ id: Int64) throws -> RunRow?

    /// Whether a run began to apply the plan.
    func planWasApplied(_ planID: String) throws -> Bool

    /// What was done to a record, oldest first.
    func history(_ pair: String, sourceKey: String) throws -> [LedgerRow]

    /// What a run did, in its order.
    func ledger(run: Int64) throws -> [LedgerRow]

    /// Forgets the runs that ended, or were stopped, before a moment, and their history.
    ///
    /// - Parameter moment: Unix seconds.
    /// - Returns: how many rows of the history went.
    @discardableResult
    func prune(before moment: Int64) throws -> Int
}
