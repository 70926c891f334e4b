import CCurl

/// The thread that talks to libcurl. It ends when its queue is stopped.
final class CurlTransportThread {
    /// The bytes of all heads of one answer, interim ones and trailers included.
    private static let mostHeadBytes = 256 * 1024

    /// A place for one exchange at a time; its libcurl handle is used again and again.
    private struct Slot {
        var transfer: OpaquePointer
        var job: CurlTransportQueue.Job?
        /// How many bytes went to and fro when last looked at, and since when it has been as many.
        var progress: Int64 = 0
        var since: Double = 0
    }

    private let queue: CurlTransportQueue
    private let limits: ccurl_limits
    private let idleTimeout: Double
    private let mostSlots: Int
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var waiting: [CurlTransportQueue.Job] = []
    private var nextLook = 0.0

    /// False if there can be no such thread.
    static func start(_ queue: CurlTransportQueue, options: CurlTransport.Options) -> Bool {
        let thread = Unmanaged.passRetained(CurlTransportThread(queue, options))
        let runs = ccurl_run_thread(
            { context in
                guard let context else { return }
                Unmanaged<CurlTransportThread>.fromOpaque(context).takeRetainedValue().run()
            }, thread.toOpaque())
        if !runs { thread.release() }
        return runs
    }

    private init(_ queue: CurlTransportQueue, _ options: CurlTransport.Options) {
        func milliseconds(_ seconds: Double) -> Int { Int(max(1, min(seconds, 1_000_000) * 1000)) }
        self.queue = queue
        limits = ccurl_limits(
            connect_ms: milliseconds(options.connectTimeout), total_ms: milliseconds(options.totalTimeout),
            most_body: max(0, options.mostResponseBytes), most_head: CurlTransportThread.mostHeadBytes)
        idleTimeout = max(0.001, options.idleTimeout)
        mostSlots = min(max(options.mostConnections, 1), 1024)
    }

    deinit {
        for slot in slots { ccurl_transfer_free(slot.transfer) }
        ccurl_loop_free(queue.loop)
    }

    private var busy: Int { slots.count - free.count }

    private func run() {
        while true {
            let pending = queue.takePending()
            waiting += pending.jobs
            for id in pending.cancelled { cancel(id) }
            if pending.isStopped { return stop() }
            beginWaiting()
            ccurl_loop_perform(queue.loop)
            let hasRoom = collect()
            endIdle()
            if hasRoom && !waiting.isEmpty { continue }
            if queue.willWait() { ccurl_loop_wait(queue.loop, busy > 0 ? Int32(lookEvery * 1000) + 1 : 60_000) }
        }
    }

    // MARK: - Beginning

    private func beginWaiting() {
        let count = min(waiting.count, mostSlots - busy)
        guard count > 0 else { return }
        for job in waiting.prefix(count) {
            if !begin(job) {
                job.answer.resume(
                    throwing: TransportError(
                        cause: .connect, mayHaveBeenSent: false, detail: "there is not enough memory to send it"))
            }
        }
        waiting.removeFirst(count)
    }

    private func begin(_ job: CurlTransportQueue.Job) -> Bool {
        guard let index = freeSlot() else { return false }
        let transfer = slots[index].transfer
        let message = job.message
        let begins =
            message.headers.allSatisfy { ccurl_transfer_add_header(transfer, $0) }
            && (message.body ?? []).withUnsafeBytes {
                // An empty array may have no address, which here would mean no body.
                let empty: StaticString = ""
                let start = message.body == nil ? nil : $0.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
                return ccurl_transfer_begin(transfer, queue.loop, message.method, message.url, start, $0.count)
            }
        guard begins else {
            freeSlot(index)
            return false
        }
        slots[index].job = job
        slots[index].progress = 0
        slots[index].since = 0
        return true
    }

    private func freeSlot() -> Int? {
        if let index = free.popLast() { return index }
        guard slots.count < mostSlots, let transfer = ccurl_transfer_make(slots.count, limits) else { return nil }
        slots.append(Slot(transfer: transfer))
        return slots.count - 1
    }

    private func freeSlot(_ index: Int) {
        ccurl_transfer_rest(slots[index].transfer)
        slots[index].job = nil
        free.append(index)
    }

    // MARK: - Ending

    /// Hands out what has been answered or has failed; true if that freed places.
    private func collect() -> Bool {
        var outcome = CCURL_ANSWERED
        var hasEnded = false
        while let transfer = ccurl_loop_next_ended(queue.loop, &outcome) {
            end(ccurl_transfer_slot(transfer), CurlTransportAnswer.result(of: transfer, outcome))
            hasEnded = true
        }
        return hasEnded
    }

    private func end(_ index: Int, _ result: Result<HTTPResponse, any Error>) {
        let answer = slots[index].job?.answer
        freeSlot(index)
        answer?.resume(with: result)
    }

    private func cancel(_ id: Int) {
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            waiting.remove(at: index).answer.resume(throwing: CancellationError())
        } else if let index = slots.firstIndex(where: { $0.job?.id == id }) {
            abandon(index, CancellationError())
        }
    }

    private func abandon(_ index: Int, _ error: any Error) {
        ccurl_transfer_abandon(slots[index].transfer, queue.loop)
        end(index, .failure(error))
    }

    private func stop() {
        for job in waiting { job.answer.resume(throwing: CurlTransportQueue.stopped(mayHaveBeenSent: false)) }
        waiting = []
        for index in slots.indices where slots[index].job != nil {
            let wasSent = ccurl_transfer_was_sent(slots[index].transfer)
            abandon(index, CurlTransportQueue.stopped(mayHaveBeenSent: wasSent))
        }
    }

    // MARK: - Idleness

    /// libcurl measures idleness in whole seconds only, and not while it waits for the first byte of an answer.
    private var lookEvery: Double { min(1, idleTimeout / 4) }

    private func endIdle() {
        guard busy > 0 else { return }
        let now = ccurl_monotonic()
        guard now >= nextLook else { return }
        nextLook = now + lookEvery
        for index in slots.indices where slots[index].job != nil {
            let transfer = slots[index].transfer
            // Until it is sent, the time to connect is what counts.
            guard ccurl_transfer_was_sent(transfer) else { continue }
            let progress = ccurl_transfer_progress(transfer)
            if slots[index].since == 0 || progress != slots[index].progress {
                slots[index].progress = progress
                slots[index].since = now
            } else if now - slots[index].since >= idleTimeout {
                let detail = "nothing came or went for \(Int(idleTimeout * 1000)) ms"
                abandon(index, TransportError(cause: .timeout, mayHaveBeenSent: true, detail: detail))
            }
        }
    }
}
