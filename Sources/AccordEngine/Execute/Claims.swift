import Synchronization

/// Keys of which each is taken once in a run, whoever of several tasks asks first.
public final class Claims: Sendable {
    private let keys = Mutex<Set<String>>([])

    public init() {}

    /// - Returns: whether nobody has taken it before.
    public func take(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }
}
