/// Lets those who do the same through one after the other.
public actor Turns {
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    public init() {}

    /// Nobody else does the same until the body has ended.
    public func alone<Result: Sendable>(
        _ name: String, _ body: @Sendable () async throws -> Result
    ) async rethrows -> Result {
        if waiting[name] == nil {
            waiting[name] = []
        } else {
            await withCheckedContinuation { waiting[name, default: []].append($0) }
        }
        defer { next(name) }
        return try await body()
    }

    private func next(_ name: String) {
        guard var others = waiting[name], !others.isEmpty else { return waiting[name] = nil }
        let first = others.removeFirst()
        waiting[name] = others
        first.resume()
    }
}
