import AccordCore

/// A token bucket: at most `burst + perSecond × t` requests in any t seconds, first come, first served.
///
/// A service that says "too many" halves the rate; every request after that raises it again by a hundredth, up to
/// where it was: so the rate settles near a limit that nobody documented.
public actor RateLimiter {
    private let perSecond: Double
    private let burst: Double
    private let time: any TimeSource
    private let lock = AsyncLock()
    private var rate: Double
    private var tokens: Double
    private var refilled: Double
    private var pausedUntil = -Double.infinity
    private var paused = 0.0

    /// - Parameters:
    ///   - perSecond: requests a second; at least 0.001.
    ///   - burst: requests that may go at once after a pause; at least 1.
    public init(perSecond: Double, burst: Double, time: any TimeSource) {
        self.perSecond = max(perSecond, 0.001)
        self.burst = max(burst, 1)
        self.time = time
        rate = self.perSecond
        tokens = self.burst
        refilled = time.monotonic
    }

    /// Returns when the caller may send one request.
    ///
    /// - Throws: `CancellationError`.
    public func acquire() async throws {
        try await lock.enter()
        do {
            try await takeToken()
        } catch {
            await lock.leave()
            throw error
        }
        await lock.leave()
    }

    /// Lets nobody through for some seconds, and slows down.
    ///
    /// - Returns: how many seconds of pauses there were in all, these included.
    public func pause(seconds: Double) -> Double {
        let now = time.monotonic
        // Requests that were under way together are all answered "too many": that is one reason to slow down, not several.
        if pausedUntil <= now { rate = max(rate / 2, perSecond / 64) }
        let until = max(pausedUntil, now + seconds)
        paused += until - max(pausedUntil, now)
        pausedUntil = until
        return paused
    }

    private func takeToken() async throws {
        while true {
            let now = time.monotonic
            tokens = min(burst, tokens + max(0, now - refilled) * rate)
            refilled = now
            let wait = max(pausedUntil - now, (1 - tokens) / rate)
            // What is missing may be less than the clock can show.
            guard wait > 1e-6 else { break }
            try await time.sleep(seconds: max(wait, 1e-4))
        }
        tokens = max(0, tokens - 1)
        rate = min(perSecond, rate + perSecond / 100)
    }
}
