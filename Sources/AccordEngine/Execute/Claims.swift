import Synchronization

/// Keys of which each is taken once in a run, whoever of several tasks asks first.
package final class Claims: Sendable {
    private let keys = Mutex<Set<String>>([])

    package init() {}

    /// - Returns: whether nobody has taken it before.
    package func take(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }
}
