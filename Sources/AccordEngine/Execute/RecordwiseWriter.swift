import AccordCore
import AccordState
import AccordTables

/// Writes one side's half of a plan to a table that is written record by record.
///
/// Records are done in groups, each durable before it is sent and settled after. While one group is under way, the one
/// before it is settled and the next one is made durable, in one transaction.
struct RecordwiseWriter<Part: Half> {
    private let half: Part
    private let table: RecordWriter
    private var queue: WriteQueue
    /// Positions of records that other records cannot follow, as they are not written.
    private let unmet: NumberSet
    /// Positions of the records of which everything was made.
    private(set) var done = NumberSet()
    /// How many records of the plan are done with besides those of this queue.
    private let before: Int
    /// How many records of the plan are written in all.
    private let total: Int
    private var tally: Tally
    /// When what others have changed was looked for, and the records that were written since.
    private var look: (at: Double, writes: Int)?
    /// When the intents of the group that is sent next were made durable, in Unix seconds.
    private var begun: Int64 = 0
    /// Of the group before the one that is under way.
    private var sent: [RecordWrite<Part.Basis>] = []

    /// - Parameter before: records of the plan that are done with, for the progress that is shown.
    init(_ half: Part, _ table: RecordWriter, _ queue: WriteQueue, unmet: NumberSet, before: Int, _ tally: Tally) {
        self.half = half
        self.table = table
        self.queue = queue
        self.unmet = unmet
        self.before = before
        total = half.execution.plan.records.count(of: .writes)
        self.tally = tally
    }

    /// Seconds from the intent of a request until it is sent.
    private static var longestWait: Int64 { 60 }

    private var execution: Execution { half.execution }
    private var store: any StateStore { execution.store }
    private var pair: String { execution.pair.name }
    private var isEnded: Bool { tally.failure != nil || execution.stop.isStopped }

    /// Before a group is sent it is looked what others have changed. A look shows what the run itself wrote, too: one that
    /// writes fast looks the less often, as it has the less to fear.
    private var isLookDue: Bool {
        // Whoever gets a message has it for good.
        guard let look, half.sender == nil else { return true }
        let seconds = execution.planning.time.monotonic - look.at
        return seconds >= min(60, 2 + Double(look.writes) / 200)
    }

    mutating func write() async throws -> Tally {
        var group = try beginNext()
        while !group.isEmpty {
            if isLookDue || half.looks(before: group) {
                try settleSent(closing: [])
                try await lookAtOthers(before: group)
            }
            let following = isEnded ? group : try await send(group)
            if isEnded {
                try settleSent(closing: following)
                return tally
            }
            group = following
            if group.isEmpty {
                try settleSent(closing: [])
                group = try beginNext()
            }
        }
        for entry in try queue.held() {
            tally.skip(entry, "it can only be written after a record that can only be written after it")
        }
        return tally
    }

    // MARK: - Groups

    private mutating func beginNext() throws -> [Entry] {
        let group = try next()
        try execution.begin(group)
        begun = execution.now
        return group
    }

    /// Sends a group. Meanwhile settles what was sent before it, and begins the one after it.
    ///
    /// - Returns: the group after it.
    private mutating func send(_ group: [Entry]) async throws -> [Entry] {
        let (half, table, begun) = (half, table, begun)
        var following: [Entry] = []
        let writes: [RecordWrite<Part.Basis>]
        if execution.concurrency > 1 {
            async let sending = Self.send(group, begun: begun, half, table)
            following = execution.stop.isStopped ? [] : try next()
            self.begun = execution.now
            try execution.suppress(following)
            try store.settle(
                try half.settlements(of: sent, &tally), thenBegin: pair, run: execution.run, entries: following,
                at: execution.now)
            sent = []
            writes = try await sending
        } else {
            writes = try await Self.send(group, begun: begun, half, table)
        }
        if let refused = writes.lazy.compactMap(\.stop).first { tally.fail(refused) }
        for write in writes {
            if write.end.isDone { done.insert(Int64(write.entry.position)) }
            queue.finish(write.entry.position)
        }
        sent += writes
        if let table = execution.pair.project as? any DescribedTable { try store.remember(table.takeFindings()) }
        look?.writes += writes.count
        execution.planning.progress(.applying(pair: pair, done: before + queue.finished.count, of: total))
        return following
    }

    /// - Parameter unsent: entries that were begun and are not sent.
    private mutating func settleSent(closing unsent: [Entry]) throws {
        let settlements = try half.settlements(of: sent, &tally)
        let closed = unsent.filter { !half.execution.pair.schema.paysOwedOptOut($0) }.map(half.builder.closed)
        try store.settle(settlements + closed)
        sent = []
    }

    private mutating func lookAtOthers(before group: [Entry]) async throws {
        do {
            if isLookDue { try await half.refresh() }
            look = (at: execution.planning.time.monotonic, writes: 0)
            try await half.look(before: group)
        } catch EngineError.stopped {
            return
        } catch let error as any ExplainedError {
            tally.fail(error)
        } catch {
            execution.logger.warning("what others changed could not be read: \(error)")
        }
    }

    /// The next records that can be sent. What waits for a record that could not be written is skipped.
    private mutating func next() throws -> [Entry] {
        while true {
            let taken = try queue.take(execution.groupSize)
            let group = taken.filter { entry in
                queue.predecessors(of: entry).allSatisfy { position in
                    done.contains(Int64(position))
                        || !unmet.contains(Int64(position)) && !queue.involves(position)
                }
            }
            for entry in taken where !group.contains(where: { $0.position == entry.position }) {
                tally.skip(entry, "it waits for another record, which could not be written")
                queue.finish(entry.position)
            }
            let allowed = execution.sends ? group : group.filter { !$0.sends }
            for entry in group where entry.sends && !execution.sends { queue.finish(entry.position) }
            if !allowed.isEmpty || taken.isEmpty { return allowed }
        }
    }

    // MARK: - Records

    /// One task a record, a few at a time. Once one of them cannot be written because nothing can, no other is begun.
    ///
    /// How long a request may be on its way is counted from its intent: that of one that waited is made durable once more.
    ///
    /// - Parameter begun: when the intents were made durable, in Unix seconds.
    private static func send(
        _ entries: [Entry], begun: Int64, _ half: Part, _ table: RecordWriter
    ) async throws -> [RecordWrite<Part.Basis>] {
        var writes = try half.writes(of: entries)
        let execution = half.execution
        try await withThrowingTaskGroup(of: (Int, RecordWrite<Part.Basis>).self) { group in
            var (next, refused): (Int, TableError?) = (0, nil)
            func add() throws {
                while next < writes.count, !execution.stop.isStopped {
                    let index = next
                    next += 1
                    if let refused {
                        writes[index].stop(refused)
                        continue
                    }
                    let write = writes[index]
                    if execution.now - begun > longestWait { try execution.begin([write.entry]) }
                    group.addTask { (index, await made(write, half, table)) }
                    return
                }
            }
            for _ in 0..<execution.concurrency { try add() }
            for try await (index, write) in group {
                writes[index] = write
                refused = refused ?? write.stop
                try add()
            }
        }
        if !execution.stop.isStopped { await table.lookFor(&writes) }
        return writes
    }

    private static func made(
        _ write: RecordWrite<Part.Basis>, _ half: Part, _ table: RecordWriter
    ) async -> RecordWrite<Part.Basis> {
        var write = write
        if write.entry.sends {
            await send(&write, half.sender, half.execution)
        } else {
            await table.write(&write)
        }
        return write
    }

    private static func send(
        _ write: inout RecordWrite<Part.Basis>, _ sender: (any MessageSender)?, _ execution: Execution
    ) async {
        guard let sender else {
            return write.take(.objected("nobody is asked by this pair"))
        }
        do {
            write.take(
                try await sender.send(write.entry, of: execution.pair, now: Int64(execution.planning.time.unixTime)))
        } catch let error as TableError where error.isFinal {
            write.stop(error)
        } catch let error as any ExplainedError {
            write.lose(error.description)
        } catch {
            write.lose("\(error)")
        }
    }
}
