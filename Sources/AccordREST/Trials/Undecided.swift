import Synchronization

/// What was tried in a run, and did not show whether it does what it is for.
final class Undecided: Sendable {
    private let times = Mutex<[String: Int]>([:])

    /// So often something is tried in a run.
    private static let most = 3

    func note(_ claim: String) { times.withLock { $0[claim, default: 0] += 1 } }

    func isGivenUp(_ claim: String) -> Bool { times.withLock { $0[claim, default: 0] >= Undecided.most } }
}
