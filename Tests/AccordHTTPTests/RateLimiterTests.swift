import AccordHTTP
import Chance
import Testing

@Suite struct RateLimiterTests {
    @Test(
        "Never more than the burst and the rate allow, in any stretch of time", arguments: 1...30 as ClosedRange<UInt64>
    )
    func bound(seed: UInt64) async throws {
        let random = SeededRandom(seed)
        let clock = SimulatedClock(unixTime: random.unit() * 2e9)
        let rate = 0.5 + random.unit() * 100
        let burst = Double(1 + random.below(10))
        let limiter = RateLimiter(perSecond: rate, burst: burst, time: clock)
        var moments: [Double] = []
        for _ in 0..<120 {
            if random.below(8) == 0 { clock.advance(random.unit() * 3 * burst / rate) }
            if random.below(30) == 0 { _ = await limiter.pause(seconds: random.unit()) }
            try await limiter.acquire()
            moments.append(clock.monotonic)
        }
        for start in moments.indices {
            for end in start..<moments.count {
                let allowed = burst + rate * (moments[end] - moments[start])
                #expect(Double(end - start + 1) <= allowed + 0.01, "seed \(seed)")
            }
        }
    }

    @Test("What is allowed is used: a long line moves at the rate")
    func throughput() async throws {
        let clock = SimulatedClock()
        let limiter = RateLimiter(perSecond: 10, burst: 5, time: clock)
        for _ in 0..<105 { try await limiter.acquire() }
        #expect(abs(clock.monotonic - 10) < 0.01)
    }

    @Test("Nobody gets through before a pause ends, and the rate is halved after it")
    func pause() async throws {
        let clock = SimulatedClock()
        let limiter = RateLimiter(perSecond: 10, burst: 1, time: clock)
        try await limiter.acquire()
        #expect(await limiter.pause(seconds: 20) == 20)
        #expect(await limiter.pause(seconds: 5) == 20, "one pause inside the other")
        try await limiter.acquire()
        #expect(clock.monotonic >= 20)
        let began = clock.monotonic
        try await limiter.acquire()
        #expect(clock.monotonic - began > 0.15)
    }

    @Test("After a pause the rate comes back to what it was, and not above it")
    func recovery() async throws {
        let clock = SimulatedClock()
        let limiter = RateLimiter(perSecond: 10, burst: 1, time: clock)
        _ = await limiter.pause(seconds: 1)
        for _ in 0..<200 { try await limiter.acquire() }
        let began = clock.monotonic
        for _ in 0..<100 { try await limiter.acquire() }
        #expect(abs(clock.monotonic - began - 10) < 0.01)
    }

    @Test("Who is cancelled while waiting in line leaves it, and the others go on")
    func cancellation() async throws {
        let clock = SimulatedClock()
        let limiter = RateLimiter(perSecond: 1, burst: 1, time: clock)
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await limiter.acquire()
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let passed = try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { try await limiter.acquire() } }
            return try await group.reduce(into: 0) { count, _ in count += 1 }
        }
        #expect(passed == 50)
        #expect(clock.monotonic >= 48.9)
    }

    @Test("Cancelling many waiting in line strands nobody", arguments: 1...5 as ClosedRange<UInt64>)
    func cancellationInLine(seed: UInt64) async {
        let random = SeededRandom(seed)
        let limiter = RateLimiter(perSecond: 100, burst: 1, time: SimulatedClock())
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<60 {
                let isCancelled = random.below(2) == 0
                group.addTask {
                    let task = Task { try await limiter.acquire() }
                    if isCancelled { task.cancel() }
                    return await task.result.isSuccess || isCancelled
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.count == 60 && outcomes.allSatisfy { $0 }, "seed \(seed)")
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
