import AccordCore
import AccordHTTP
import AccordTables
import Logging
import Synchronization

/// Sends requests to a described API: with the key, at the allowed rate, again where that is safe.
///
/// It logs method, path, status and time of each request, never a header or a body.
public final class APIClient: Sendable {
    public let description: APIDescription
    /// What was found out about the service.
    public let findings: ServiceFindings
    let turns = Turns()
    let undecided = Undecided()
    let url: String
    /// Pages of a list that are asked for at once, at most.
    let concurrency: Int
    private let key: Secret
    private let userAgent: String
    private let transport: any HTTPTransport
    let time: any TimeSource
    private let random: any RandomSource
    private let limiter: RateLimiter
    private let policy: RetryPolicy
    private let budget: RetryBudget
    private let breaker: CircuitBreaker
    private let logger: Logger
    private let reader: AnswerReader
    private let waiting: @Sendable (_ seconds: Int) -> Void
    private let sent = Mutex(0)
    /// Seconds for which single requests waited as they were asked to.
    private let waited = Mutex(0.0)

    /// - Parameters:
    ///   - findings: what earlier runs found out about the service.
    ///   - url: stands in for the description's own address.
    ///   - userAgent: `accord/VERSION`.
    ///   - limiter, budget, breaker: shared by all clients of one service and run.
    ///   - concurrency: pages of a list that are asked for at once, at most.
    ///   - waiting: is told how many seconds the service makes everybody wait.
    public init(
        description: APIDescription, findings: ServiceFindings = ServiceFindings(), url: String? = nil, key: Secret,
        userAgent: String = "accord",
        transport: any HTTPTransport, time: any TimeSource, random: any RandomSource, limiter: RateLimiter,
        policy: RetryPolicy = RetryPolicy(), budget: RetryBudget = RetryBudget(), breaker: CircuitBreaker? = nil,
        concurrency: Int = 1, logger: Logger, waiting: @escaping @Sendable (_ seconds: Int) -> Void = { _ in }
    ) {
        self.description = description
        self.findings = findings
        self.url = url ?? description.url
        self.key = key
        self.userAgent = userAgent
        self.transport = transport
        self.time = time
        self.random = random
        self.limiter = limiter
        self.policy = policy
        self.budget = budget
        self.breaker = breaker ?? CircuitBreaker(time: time)
        self.concurrency = concurrency
        self.logger = logger
        self.waiting = waiting
        reader = AnswerReader(envelope: description.envelope, keyFoundAt: description.keyFoundAt, key: key)
    }

    /// Requests sent so far, retries included.
    public var requestCount: Int { sent.withLock { $0 } }

    /// Sends a request, and again where that is safe, until an answer comes that can be read.
    ///
    /// - Parameter read: makes of a 2xx answer's body (``JSONView/null`` if it has none) what the caller wants, or throws
    ///   ``Nonsense``.
    /// - Throws: ``TableError``, or `CancellationError`.
    public func send<Answer: Sendable>(
        _ request: APIRequest, reading read: (JSONView) throws(Nonsense) -> Answer
    ) async throws -> Answer {
        await budget.countRequest()
        var doubt: String?
        var attempt = 1
        while true {
            let failure: AnswerReader.Failure
            let retryAfter: Double?
            do {
                let response = try await exchange(request, attempt: attempt)
                do {
                    return try answer(response, to: request, reading: read)
                } catch {
                    if let done: Answer = alreadyGone(error, request, doubt: doubt, reading: read) { return done }
                    failure = error
                    retryAfter = self.retryAfter(response)
                }
            } catch let error as TransportError {
                failure = unanswered(error, request)
                retryAfter = nil
            } catch let error as CircuitBreaker.GivenUp {
                throw final(.unavailable(request: request.summary, reason: error.reason), doubt: doubt)
            } catch is InterruptibleTime.Interrupted {
                throw final(.interrupted(request: request.summary), doubt: doubt)
            }
            if failure.kind.mayHaveHappened && !request.isRead { doubt = failure.reason }
            guard policy.mayRetry(failure.kind, isIdempotent: request.isIdempotent), attempt < policy.attempts,
                await budget.takeRetry()
            else { throw failure.kind.isDefinite ? failure.error : final(failure.error, doubt: doubt) }
            do {
                try await wait(attempt, failure, retryAfter: retryAfter, request)
            } catch let error as TableError {
                throw final(error, doubt: doubt)
            } catch is InterruptibleTime.Interrupted {
                throw final(.interrupted(request: request.summary), doubt: doubt)
            }
            attempt += 1
        }
    }

    /// The methods that the service says it has for an address; none where it has no such address, nil where it does not say.
    public func methods(at path: String) async throws -> Set<String>? {
        let response: HTTPResponse
        do {
            response = try await exchange(APIRequest(method: "OPTIONS", path: path, isIdempotent: true), attempt: 1)
        } catch is TransportError {
            return nil
        } catch is CircuitBreaker.GivenUp {
            return nil
        } catch is InterruptibleTime.Interrupted {
            return nil
        }
        if response.status == 404 { return [] }
        // Whoever answers for another place says nothing of this one.
        guard [200, 204, 405].contains(response.status), let allowed = response.header("Allow") else { return nil }
        return Set(allowed.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).uppercased() })
    }

    // MARK: - One attempt

    /// - Throws: `TransportError`, `CircuitBreaker.GivenUp` or `CancellationError`.
    private func exchange(_ request: APIRequest, attempt: Int) async throws -> HTTPResponse {
        let pass = try await breaker.pass()
        let outcome: CircuitBreaker.Outcome
        let result: Result<HTTPResponse, any Error>
        do {
            try await limiter.acquire()
            let response = try await timed(request, attempt: attempt)
            outcome = response.status >= 500 ? .failed : .answered
            result = .success(response)
        } catch {
            outcome = (error as? TransportError).map { $0.cause == .cancelled ? .abandoned : .failed } ?? .abandoned
            result = .failure(error)
        }
        if await breaker.record(outcome, of: pass) {
            logger.notice("the service keeps failing: waiting before it is asked again")
        }
        return try result.get()
    }

    private func timed(_ request: APIRequest, attempt: Int) async throws -> HTTPResponse {
        let began = time.monotonic
        sent.withLock { $0 += 1 }
        let result: Result<HTTPResponse, any Error>
        do {
            result = .success(try await transport.send(message(for: request)))
        } catch let error as TransportError where error.cause == .cancelled {
            result = .failure(CancellationError())
        } catch {
            result = .failure(error)
        }
        logger.debug(
            "request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.path)", "attempt": "\(attempt)",
                "status": "\((try? result.get())?.status ?? 0)", "ms": "\(Int((time.monotonic - began) * 1000))",
            ])
        return try result.get()
    }

    private func message(for request: APIRequest) -> HTTPRequest {
        var headers = [
            (name: "Authorization", value: "Bearer \(key.reveal())"),
            (name: "Accept", value: "application/json"),
            (name: "User-Agent", value: userAgent),
        ]
        if request.body != nil { headers.append((name: "Content-Type", value: "application/json")) }
        return HTTPRequest(
            method: request.method, url: request.url(below: url), headers: headers, body: request.body?.encoded())
    }

    // MARK: - What became of it

    private func answer<Answer>(
        _ response: HTTPResponse, to request: APIRequest, reading read: (JSONView) throws(Nonsense) -> Answer
    ) throws(AnswerReader.Failure) -> Answer {
        let body = try reader.body(of: response, to: request)
        do {
            return try read(body)
        } catch {
            throw reader.unreadable(error.reason, to: request)
        }
    }

    /// A delete that is sent again because its answer was lost may find nothing left to delete.
    private func alreadyGone<Answer>(
        _ failure: AnswerReader.Failure, _ request: APIRequest, doubt: String?,
        reading read: (JSONView) throws(Nonsense) -> Answer
    ) -> Answer? {
        guard request.method == "DELETE", doubt != nil, failure.kind == .status(404) else { return nil }
        return try? read(.null)
    }

    private func unanswered(_ error: TransportError, _ request: APIRequest) -> AnswerReader.Failure {
        let reason = reader.clean("\(error.cause.rawValue): \(error.detail)", most: 300)
        return AnswerReader.Failure(
            kind: .transport(error.cause, mayHaveBeenSent: error.mayHaveBeenSent),
            error: error.cause == .tooLarge
                ? .nonsense(request: request.summary, reason: reason)
                : .unavailable(request: request.summary, reason: reason))
    }

    /// What to throw: a write that may have happened is never called a failure.
    private func final(_ error: TableError, doubt: String?) -> TableError {
        doubt.map { .outcomeUnknown(request: error.place ?? "", reason: $0) } ?? error
    }

    private func retryAfter(_ response: HTTPResponse) -> Double? {
        response.header("Retry-After").flatMap { RetryPolicy.retryAfter($0, now: time.unixTime) }
    }

    /// - Throws: `TableError` if the service asks to wait longer than a run does, or what the clock throws.
    private func wait(
        _ attempt: Int, _ failure: AnswerReader.Failure, retryAfter: Double?, _ request: APIRequest
    ) async throws {
        if let retryAfter, retryAfter > policy.mostRetryAfter {
            throw givenUp(failure, request, "it asks to wait \(Int(retryAfter)) seconds")
        }
        let seconds = policy.delay(retry: attempt, retryAfter: retryAfter, random: random)
        logger.info(
            "retry",
            metadata: [
                "request": "\(request.summary)", "attempt": "\(attempt)", "reason": "\(failure.reason)",
                "wait": "\(Int(seconds * 1000)) ms",
            ])
        if failure.kind == .status(429) {
            // Everybody waits, not only this request, which then waits in line.
            let all = await limiter.pause(seconds: seconds)
            if all > policy.mostPaused {
                throw givenUp(failure, request, "it made this run wait for \(Int(all)) seconds in all")
            }
            waiting(Int(seconds.rounded(.up)))
        } else {
            if retryAfter != nil {
                let all = waited.withLock { waited in
                    waited += seconds
                    return waited
                }
                if all > policy.mostPaused {
                    throw givenUp(failure, request, "it made this run wait for \(Int(all)) seconds in all")
                }
                waiting(Int(seconds.rounded(.up)))
            }
            try await time.sleep(seconds: seconds)
        }
    }

    private func givenUp(_ failure: AnswerReader.Failure, _ request: APIRequest, _ words: String) -> TableError {
        let reason = "\(failure.reason), and \(words)"
        return failure.kind == .status(429)
            ? .tooBusy(request: request.summary, reason: reason)
            : .unavailable(request: request.summary, reason: reason)
    }
}

extension RetryPolicy.Failure {
    /// The service judged what was sent and said no: it would have said so of an earlier attempt too. A key that is refused
    /// by now, or an answer that points elsewhere, says nothing of that.
    fileprivate var isDefinite: Bool {
        guard case .status(let status) = self, !mayHaveHappened, !isPassing else { return false }
        return ![401, 402, 403].contains(status) && !(300...399).contains(status)
    }
}
