import AccordCore

/// Stops asking a service that is down.
///
/// After some failures in a row, of whatever requests, it opens: requests wait for the cool-down, then one goes as a
/// probe while the others wait for what becomes of it. When the probes keep failing it gives up for good.
public actor CircuitBreaker {
    /// How a request was let through.
    public enum Pass: Sendable, Hashable { case normal, probe }

    public enum Outcome: Sendable, Hashable {
        /// The service is up, whatever it answered.
        case answered
        case failed
        /// Nothing was learnt: the request was cancelled.
        case abandoned
    }

    /// The service stayed down.
    public struct GivenUp: Error, Hashable, Sendable {
        public let reason: String
    }

    private enum State {
        case closed(failures: Int)
        /// `reopenings` probes in a row have failed.
        case open(until: Double, reopenings: Int)
        case givenUp
    }

    private let time: any TimeSource
    private let mostFailures: Int
    private let coolDown: Double
    private let mostReopenings: Int
    private let lock = AsyncLock()
    private var state = State.closed(failures: 0)

    /// - Parameters:
    ///   - mostFailures: in a row, until it opens.
    ///   - coolDown: seconds from opening to the next probe.
    ///   - mostReopenings: failed probes in a row, until it gives up.
    public init(time: any TimeSource, mostFailures: Int = 8, coolDown: Double = 30, mostReopenings: Int = 3) {
        self.time = time
        self.mostFailures = max(1, mostFailures)
        self.coolDown = max(0, coolDown)
        self.mostReopenings = max(1, mostReopenings)
    }

    /// Returns when the caller may send; every pass must be ``record(_:of:)``ed.
    ///
    /// - Throws: ``GivenUp``, or `CancellationError`.
    public func pass() async throws -> Pass {
        if case .closed = state { return .normal }
        try await lock.enter()
        do {
            switch state {
            case .closed:
                await lock.leave()
                return .normal
            case .open(let until, _):
                // The probe keeps its turn until its outcome is known.
                try await time.sleep(seconds: max(0, until - time.monotonic))
                return .probe
            case .givenUp:
                throw GivenUp(
                    reason: "\(mostFailures) requests in a row failed, and so did one more after each of "
                        + "\(mostReopenings) pauses of \(Int(coolDown)) s")
            }
        } catch {
            await lock.leave()
            throw error
        }
    }

    /// - Returns: whether this opened it, or opened it again.
    @discardableResult
    public func record(_ outcome: Outcome, of pass: Pass) async -> Bool {
        let opened: Bool
        switch (state, outcome, pass) {
        case (.closed, .answered, _), (.open, .answered, .probe):
            state = .closed(failures: 0)
            opened = false
        case (.closed(let failures), .failed, .normal):
            opened = failures + 1 >= mostFailures
            state = opened ? .open(until: time.monotonic + coolDown, reopenings: 0) : .closed(failures: failures + 1)
        case (.open(_, let reopenings), .failed, .probe):
            opened = reopenings + 1 < mostReopenings
            state = opened ? .open(until: time.monotonic + coolDown, reopenings: reopenings + 1) : .givenUp
        default:
            opened = false
        }
        if pass == .probe { await lock.leave() }
        return opened
    }
}
