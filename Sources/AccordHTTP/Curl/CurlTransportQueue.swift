import CCurl
import Synchronization

/// Between those who send and the thread that does: what to begin and what to give up.
final class CurlTransportQueue: Sendable {
    /// A request, and where its answer goes: exactly once.
    struct Job: Sendable {
        var id: Int
        var message: CurlTransportMessage
        var answer: CheckedContinuation<HTTPResponse, any Error>
    }

    /// What the thread finds when it looks.
    struct Pending {
        var jobs: [Job] = []
        var cancelled: [Int] = []
        var isStopped = false
        fileprivate var isEmpty: Bool { jobs.isEmpty && cancelled.isEmpty && !isStopped }
    }

    private struct State {
        var pending = Pending()
        /// The thread sleeps, or is about to: whoever adds something must wake it.
        var isWaiting = false
        var lastID = 0
    }

    /// The thread's, which frees it. Others only wake it, under the lock, while the thread waits.
    nonisolated(unsafe) let loop: OpaquePointer
    private let state = Mutex(State())

    init?(mostConnections: Int) {
        guard let loop = ccurl_loop_make(mostConnections) else { return nil }
        self.loop = loop
    }

    func nextID() -> Int {
        state.withLock {
            $0.lastID += 1
            return $0.lastID
        }
    }

    /// Called by the task that sends.
    func add(_ job: Job) {
        let refusal: (any Error)? = state.withLock {
            if $0.pending.isStopped { return CurlTransportQueue.stopped(mayHaveBeenSent: false) }
            // A cancellation that came before the job must be seen here; one that comes after finds the job.
            if Task.isCancelled { return CancellationError() }
            $0.pending.jobs.append(job)
            wake(&$0)
            return nil
        }
        if let refusal { job.answer.resume(throwing: refusal) }
    }

    func cancel(_ id: Int) {
        state.withLock {
            guard !$0.pending.isStopped else { return }
            $0.pending.cancelled.append(id)
            wake(&$0)
        }
    }

    func stop() {
        state.withLock {
            $0.pending.isStopped = true
            wake(&$0)
        }
    }

    /// Called by the thread.
    func takePending() -> Pending {
        state.withLock {
            $0.isWaiting = false
            let pending = $0.pending
            $0.pending = Pending(isStopped: pending.isStopped)
            return pending
        }
    }

    /// Called by the thread before it waits; false if something is pending already.
    func willWait() -> Bool {
        state.withLock {
            $0.isWaiting = $0.pending.isEmpty
            return $0.isWaiting
        }
    }

    static func stopped(mayHaveBeenSent: Bool) -> TransportError {
        TransportError(cause: .cancelled, mayHaveBeenSent: mayHaveBeenSent, detail: "the transport is shut down")
    }

    private func wake(_ state: inout State) {
        guard state.isWaiting else { return }
        state.isWaiting = false
        ccurl_loop_wake(loop)
    }
}
