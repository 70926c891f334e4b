import AccordCore
import Synchronization

/// A clock that a sleep moves on at once.
public final class SimulatedClock: TimeSource {
    private let state: Mutex<(now: Double, slept: [Double])>
    public let origin: Double

    public init(unixTime: Double = 1_772_352_000) {
        origin = unixTime
        state = Mutex((0, []))
    }

    public var unixTime: Double { origin + monotonic }
    public var monotonic: Double { state.withLock { $0.now } }
    public var slept: [Double] { state.withLock { $0.slept } }

    public func advance(_ seconds: Double) { state.withLock { $0.now += seconds } }

    public func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        state.withLock {
            $0.now += max(0, seconds)
            $0.slept.append(seconds)
        }
        await Task.yield()
        try Task.checkCancellation()
    }
}

public final class SeededRandom: RandomSource {
    private let dice: Mutex<Dice>
    public init(_ seed: UInt64) { dice = Mutex(Dice(seed: seed)) }

    public func unit() -> Double { dice.withLock { $0.unit() } }

    public func below(_ limit: Int) -> Int { Int(unit() * Double(limit)) }
}
