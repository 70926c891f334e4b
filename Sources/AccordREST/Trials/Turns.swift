/// Lets those through one after the other who do the same for the first time.
actor Turns {
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// By what was done, how often it could not be told what came of it.
    private var undecided: [String: Int] = [:]

    /// So often something is tried in a run whose effect does not show.
    private static let mostUndecided = 3

    /// Nobody else does the same until the body has ended.
    func alone<Result: Sendable>(
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

    func noteUndecided(_ name: String) { undecided[name, default: 0] += 1 }

    func isGivenUp(_ name: String) -> Bool { undecided[name, default: 0] >= Turns.mostUndecided }
}
