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
    struct News {
        var jobs: [Job] = []
        var cancelled: [Int] = []
        var isStopped = false
        fileprivate var isEmpty: Bool { jobs.isEmpty && cancelled.isEmpty && !isStopped }
    }

    private struct State {
        var news = News()
        /// The thread sleeps, or is about to: whoever brings news must wake it.
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
            if $0.news.isStopped { return CurlTransportQueue.stopped(mayHaveBeenSent: false) }
            // A cancellation that came before the job must be seen here; one that comes after finds the job.
            if Task.isCancelled { return CancellationError() }
            $0.news.jobs.append(job)
            wake(&$0)
            return nil
        }
        if let refusal { job.answer.resume(throwing: refusal) }
    }

    func cancel(_ id: Int) {
        state.withLock {
            guard !$0.news.isStopped else { return }
            $0.news.cancelled.append(id)
            wake(&$0)
        }
    }

    func stop() {
        state.withLock {
            $0.news.isStopped = true
            wake(&$0)
        }
    }

    /// Called by the thread.
    func takeNews() -> News {
        state.withLock {
            $0.isWaiting = false
            let news = $0.news
            $0.news = News(isStopped: news.isStopped)
            return news
        }
    }

    /// Called by the thread before it waits; false if there are news already.
    func willWait() -> Bool {
        state.withLock {
            $0.isWaiting = $0.news.isEmpty
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
