import AccordCore

/// Whether and when a failed request is sent again. Pure.
public struct RetryPolicy: Hashable, Sendable {
    /// How often one request is sent in all.
    public var attempts: Int
    /// Seconds before the first retry, at most; twice that before the second, and so on.
    public var base: Double
    /// The most seconds that any of these grows to.
    public var cap: Double
    /// The most seconds that the service can make a run wait at once. A run that is asked to wait longer ends.
    public var mostRetryAfter: Double
    /// And in all.
    public var mostPaused: Double

    public init(
        attempts: Int = 6, base: Double = 0.5, cap: Double = 30, mostRetryAfter: Double = 300,
        mostPaused: Double = 900
    ) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
        self.mostRetryAfter = mostRetryAfter
        self.mostPaused = mostPaused
    }

    /// How a request failed.
    public enum Failure: Hashable, Sendable {
        case transport(TransportError.Cause, mayHaveBeenSent: Bool)
        /// An answer whose status is not 2xx, or that says itself that it is a failure.
        case status(Int)
        /// A 2xx answer that cannot be read.
        case unreadable

        /// The service may have done what it was asked.
        public var mayHaveHappened: Bool {
            switch self {
            case .transport(_, let mayHaveBeenSent): mayHaveBeenSent
            // A gateway gives up on a server that goes on; a server can fail after the effect.
            case .status(let status): status == 408 || status >= 500
            case .unreadable: true
            }
        }

        /// Asking again may end otherwise.
        public var isPassing: Bool {
            switch self {
            case .transport(let cause, _):
                switch cause {
                case .resolve, .connect, .timeout, .dropped: true
                case .tls, .tooLarge, .cancelled, .badURL: false
                }
            case .status(let status): [408, 425, 429].contains(status) || (500...599).contains(status)
            case .unreadable: true
            }
        }
    }

    /// Whether a failure may be followed by another attempt.
    ///
    /// What is not idempotent is only sent again if it certainly had no effect.
    public func mayRetry(_ failure: Failure, isIdempotent: Bool) -> Bool {
        failure.isPassing && (isIdempotent || !failure.mayHaveHappened)
    }

    /// Seconds to wait before a retry: exponential with full jitter, and not less than the service asked for.
    ///
    /// - Parameters:
    ///   - retry: 1 for the first.
    ///   - retryAfter: seconds that the service asked for.
    public func delay(retry: Int, retryAfter: Double?, random: any RandomSource) -> Double {
        var most = min(base, cap)
        for _ in 1..<max(retry, 1) where most < cap { most = min(cap, most * 2) }
        return max(most * random.unit(), max(retryAfter ?? 0, 0))
    }

    /// The seconds that a `Retry-After` header asks for, which holds a number of seconds or an HTTP date.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: 0 for a date that is past; nil for anything else.
    public static func retryAfter(_ header: String, now: Double) -> Double? {
        let text = header.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        if !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (48...57).contains($0) }) { return Double(text) }
        return Instant.unixSeconds(httpDate: text).map { max(0, Double($0) - now) }
    }
}
