import AccordCore
import AccordHTTP
import Chance
import Testing

@Suite struct RetryTests {
    static let policy = RetryPolicy()

    struct Case: Sendable, CustomTestStringConvertible {
        let failure: RetryPolicy.Failure
        let idempotent: Bool
        let other: Bool
        var testDescription: String { "\(failure)" }
    }

    @Test(
        "What may be sent again",
        arguments: [
            Case(failure: .transport(.resolve, mayHaveBeenSent: false), idempotent: true, other: true),
            Case(failure: .transport(.connect, mayHaveBeenSent: false), idempotent: true, other: true),
            Case(failure: .transport(.dropped, mayHaveBeenSent: true), idempotent: true, other: false),
            Case(failure: .transport(.timeout, mayHaveBeenSent: true), idempotent: true, other: false),
            Case(failure: .transport(.timeout, mayHaveBeenSent: false), idempotent: true, other: true),
            Case(failure: .transport(.tls, mayHaveBeenSent: false), idempotent: false, other: false),
            Case(failure: .transport(.tooLarge, mayHaveBeenSent: true), idempotent: false, other: false),
            Case(failure: .transport(.badURL, mayHaveBeenSent: false), idempotent: false, other: false),
            Case(failure: .status(400), idempotent: false, other: false),
            Case(failure: .status(401), idempotent: false, other: false),
            Case(failure: .status(404), idempotent: false, other: false),
            Case(failure: .status(408), idempotent: true, other: false),
            Case(failure: .status(409), idempotent: false, other: false),
            Case(failure: .status(422), idempotent: false, other: false),
            Case(failure: .status(425), idempotent: true, other: true),
            Case(failure: .status(429), idempotent: true, other: true),
            Case(failure: .status(500), idempotent: true, other: false),
            Case(failure: .status(502), idempotent: true, other: false),
            Case(failure: .status(503), idempotent: true, other: false),
            Case(failure: .status(504), idempotent: true, other: false),
            Case(failure: .status(599), idempotent: true, other: false),
            Case(failure: .status(200), idempotent: false, other: false),
            Case(failure: .status(301), idempotent: false, other: false),
            Case(failure: .unreadable, idempotent: true, other: false),
        ])
    func decisions(c: Case) {
        #expect(RetryTests.policy.mayRetry(c.failure, isIdempotent: true) == c.idempotent)
        #expect(RetryTests.policy.mayRetry(c.failure, isIdempotent: false) == c.other)
    }

    @Test(
        "Retry-After is a number of seconds or an HTTP date",
        arguments: [
            ("0", 0), ("120", 120), (" 7 ", 7), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
            ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("Sun, 06 Nov 1994 09:49:00 GMT", 3600), ("-1", nil), ("1.5", nil),
            ("soon", nil), ("", nil), ("99999999999", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
            ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("1994-11-06T08:49:37Z", nil), ("٣", nil),
        ] as [(String, Double?)])
    func retryAfter(header: String, seconds: Double?) {
        // 1994-11-06 08:49:00 UTC
        #expect(RetryPolicy.retryAfter(header, now: 784_111_740) == seconds)
    }

    @Test("Delays double up to the cap, with full jitter", arguments: 1...20 as ClosedRange<UInt64>)
    func delays(seed: UInt64) {
        let random = SeededRandom(seed)
        for (retry, most) in [(1, 0.5), (2, 1), (3, 2), (4, 4), (5, 8), (7, 30), (1000, 30)] {
            let delay = RetryTests.policy.delay(retry: retry, retryAfter: nil, random: random)
            #expect((0...most).contains(delay), "seed \(seed)")
        }
    }

    @Test("Jitter spreads over the whole of a delay")
    func jitter() {
        let random = SeededRandom(1)
        let delays = (0..<500).map { _ in RetryTests.policy.delay(retry: 3, retryAfter: nil, random: random) }
        #expect((delays.min() ?? 1) < 0.1 && (delays.max() ?? 0) > 1.9)
    }

    @Test("The service's wish is obeyed")
    func serviceWish() {
        let random = SeededRandom(1)
        #expect(RetryTests.policy.delay(retry: 1, retryAfter: 90, random: random) == 90)
        #expect(RetryTests.policy.delay(retry: 1, retryAfter: -5, random: random) <= 0.5)
    }

    @Test("The budget grows with the requests and is then spent")
    func budget() async {
        let budget = RetryBudget(base: 2, share: 0.5)
        for _ in 0..<4 { await budget.countRequest() }
        var taken = 0
        while await budget.takeRetry() { taken += 1 }
        #expect(taken == 4)
        await budget.countRequest()
        await budget.countRequest()
        #expect(await budget.takeRetry())
        #expect(await !budget.takeRetry())
    }
}

@Suite struct RetryCircuitBreakerTests {
    private func fail(_ breaker: CircuitBreaker, times: Int) async throws {
        for _ in 0..<times { await breaker.record(.failed, of: try await breaker.pass()) }
    }

    @Test("It opens after so many failures in a row, and an answer between them starts the count again")
    func opens() async throws {
        let clock = SimulatedClock()
        let breaker = CircuitBreaker(time: clock, mostFailures: 3, coolDown: 10)
        try await fail(breaker, times: 2)
        await breaker.record(.answered, of: try await breaker.pass())
        try await fail(breaker, times: 2)
        #expect(try await breaker.pass() == .normal)
        #expect(await breaker.record(.failed, of: .normal))
        #expect(clock.monotonic == 0)
        #expect(try await breaker.pass() == .probe)
        #expect(clock.monotonic == 10)
    }

    @Test("A probe that is answered closes it again")
    func closes() async throws {
        let clock = SimulatedClock()
        let breaker = CircuitBreaker(time: clock, mostFailures: 1, coolDown: 10)
        try await fail(breaker, times: 1)
        await breaker.record(.answered, of: try await breaker.pass())
        #expect(try await breaker.pass() == .normal)
        #expect(clock.monotonic == 10)
    }

    @Test("Only one probe goes at a time; the others wait for what becomes of it")
    func oneProbe() async throws {
        let clock = SimulatedClock()
        let breaker = CircuitBreaker(time: clock, mostFailures: 1, coolDown: 10)
        try await fail(breaker, times: 1)
        let probe = try await breaker.pass()
        async let others = withThrowingTaskGroup(of: CircuitBreaker.Pass.self) { group in
            for _ in 0..<10 { group.addTask { try await breaker.pass() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await breaker.record(.answered, of: probe)
        #expect(try await others == Array(repeating: .normal, count: 10))
    }

    @Test("It gives up when the probes keep failing, and stays so")
    func givesUp() async throws {
        let clock = SimulatedClock()
        let breaker = CircuitBreaker(time: clock, mostFailures: 2, coolDown: 10, mostReopenings: 3)
        try await fail(breaker, times: 5)
        #expect(clock.monotonic == 30)
        for _ in 0..<3 { await #expect(throws: CircuitBreaker.GivenUp.self) { try await breaker.pass() } }
        #expect(clock.monotonic == 30)
    }

    @Test("A probe that is cancelled lets the next one probe")
    func abandoned() async throws {
        let breaker = CircuitBreaker(time: SimulatedClock(), mostFailures: 1, coolDown: 10)
        try await fail(breaker, times: 1)
        await breaker.record(.abandoned, of: try await breaker.pass())
        #expect(try await breaker.pass() == .probe)
    }

    @Test("Who is cancelled in line does not give away a turn that was never theirs")
    func cancelledInLine() async throws {
        let breaker = CircuitBreaker(time: SimulatedClock(), mostFailures: 1, coolDown: 10)
        try await fail(breaker, times: 1)
        let probe = try await breaker.pass()
        let cancelled = Task { try await breaker.pass() }
        for _ in 0..<20 { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let waiting = Task { try await breaker.pass() }
        for _ in 0..<20 { await Task.yield() }
        await breaker.record(.answered, of: probe)
        #expect(try await waiting.value == .normal)
    }

    @Test("However many wait, two probes never go together")
    func exclusiveProbes() async throws {
        let breaker = CircuitBreaker(time: SimulatedClock(), mostFailures: 1, coolDown: 10)
        try await fail(breaker, times: 1)
        let probes = Probes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    for _ in 0..<5 {
                        let pass = try await breaker.pass()
                        await probes.enter()
                        await Task.yield()
                        await probes.leave()
                        await breaker.record(.abandoned, of: pass)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await probes.most == 1)
        #expect(await probes.count == 100)
    }

    private actor Probes {
        private var now = 0
        private(set) var most = 0
        private(set) var count = 0

        func enter() {
            now += 1
            count += 1
            most = max(most, now)
        }

        func leave() { now -= 1 }
    }
}
