/// Lets one through at a time, in the order of their coming.
actor AsyncLock {
    private var isTaken = false
    private var line: [(ticket: Int, turn: CheckedContinuation<Void, any Error>)] = []
    private var lastTicket = 0

    /// Returns when it is the caller's turn, who must ``leave()`` afterwards.
    ///
    /// - Throws: `CancellationError`; then it is not the caller's turn.
    func enter() async throws {
        try Task.checkCancellation()
        guard isTaken else {
            isTaken = true
            return
        }
        lastTicket += 1
        let ticket = lastTicket
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (turn: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    turn.resume(throwing: CancellationError())
                } else {
                    line.append((ticket, turn))
                }
            }
        } onCancel: {
            Task { await self.abandon(ticket) }
        }
    }

    func leave() {
        if line.isEmpty {
            isTaken = false
        } else {
            line.removeFirst().turn.resume()
        }
    }

    private func abandon(_ ticket: Int) {
        guard let index = line.firstIndex(where: { $0.ticket == ticket }) else { return }
        line.remove(at: index).turn.resume(throwing: CancellationError())
    }
}
