/// Time, as a parameter: the system's in the program, a simulated one in tests.
public protocol TimeSource: Sendable {
    /// Seconds since 1970, for what is stored and shown.
    var unixTime: Double { get }
    /// Seconds that never go back, for what is measured.
    var monotonic: Double { get }
    /// Throws `CancellationError` when the task is cancelled.
    func sleep(seconds: Double) async throws
}

/// Randomness, as a parameter: seeded in tests.
public protocol RandomSource: Sendable {
    /// A number in 0 ..< 1.
    func unit() -> Double
}

/// Whether what is waited for belongs to something that was begun and must not be left half done: then nobody's wish to stop ends
/// the wait.
public enum Interruption {
    @TaskLocal public static var isHeld = false
}
