import AccordCore

/// A clock whose long waits end once a person asks the run to stop: while it waits, nothing is in flight. Within a unit of
/// several requests (``Interruption/isHeld``) they do not.
public struct InterruptibleTime: TimeSource {
    /// Takes the place of the rest of a wait.
    public struct Interrupted: Error, Hashable, Sendable {}

    /// What takes no longer, in seconds, is a part of what is in flight, and comes to its end.
    private static let short = 2.0
    /// Seconds from one look whether somebody asked to the next.
    private static let step = 0.25

    private let time: any TimeSource
    private let isStopped: @Sendable () -> Bool

    public init(_ time: any TimeSource, isStopped: @escaping @Sendable () -> Bool) {
        self.time = time
        self.isStopped = isStopped
    }

    public var unixTime: Double { time.unixTime }
    public var monotonic: Double { time.monotonic }

    /// - Throws: ``Interrupted``, or `CancellationError`.
    public func sleep(seconds: Double) async throws {
        guard seconds > InterruptibleTime.short, !Interruption.isHeld else {
            return try await time.sleep(seconds: seconds)
        }
        let end = monotonic + seconds
        while !isStopped() {
            let rest = end - monotonic
            guard rest > 0 else { return }
            try await time.sleep(seconds: min(rest, InterruptibleTime.step))
        }
        throw Interrupted()
    }
}
