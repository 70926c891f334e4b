/// Bounds the retries of a whole run, so that a service in trouble is not asked many times over.
public actor RetryBudget {
    private let base: Int
    private let share: Double
    private var requests = 0
    private var retries = 0

    /// At most `base` retries, and `share` of a retry more for each request.
    public init(base: Int = 20, share: Double = 0.2) {
        self.base = base
        self.share = share
    }

    /// A request is sent for the first time.
    public func countRequest() { requests += 1 }

    /// Takes one retry; false if none is left.
    public func takeRetry() -> Bool {
        guard Double(retries) < Double(base) + share * Double(requests) else { return false }
        retries += 1
        return true
    }
}
