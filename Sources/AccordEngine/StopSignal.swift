import Synchronization

/// Asks a run to stop: what is in flight is finished and settled, and nothing new is begun.
public final class StopSignal: Sendable {
    private let flag = Mutex(false)

    public init() {}

    public func stop() { flag.withLock { $0 = true } }

    public var isStopped: Bool { flag.withLock { $0 } }

    /// - Throws: ``EngineError/stopped`` once a person asked: for what can be left at any moment.
    public func check() throws(EngineError) {
        if isStopped { throw .stopped }
    }
}
