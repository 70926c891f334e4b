import AccordHTTP

/// What becomes of a request, and after how long.
public struct SandboxReply: Sendable {
    public enum Outcome: Sendable {
        case answer(HTTPResponse)
        /// The connection is closed without an answer; the effect may or may not have happened.
        case drop
        /// The answer's head and the first half of its body, then the connection is closed.
        case truncate(HTTPResponse)
    }

    public var outcome: Outcome
    /// Seconds to wait before it.
    public var delay: Double
    /// The how-manieth request it answers; 0 for none.
    public var number = 0

    public init(_ outcome: Outcome, delay: Double = 0) {
        self.outcome = outcome
        self.delay = delay
    }

    /// The answer, if there is a whole one.
    public var response: HTTPResponse? {
        if case .answer(let response) = outcome { response } else { nil }
    }
}
