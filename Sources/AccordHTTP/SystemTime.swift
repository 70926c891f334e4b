import AccordCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The system's clocks.
public struct SystemTime: TimeSource {
    public init() {}

    public var unixTime: Double { SystemTime.seconds(CLOCK_REALTIME) }
    public var monotonic: Double { SystemTime.seconds(CLOCK_MONOTONIC) }

    /// Returns at once if `seconds` is not above 0; ten years is as good as for ever.
    public func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        guard seconds > 0 else { return }
        try await Task.sleep(for: .seconds(min(seconds, 315_360_000)))
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}

/// The system's random numbers.
public struct SystemRandom: RandomSource {
    public init() {}

    public func unit() -> Double { Double.random(in: 0..<1) }
}
