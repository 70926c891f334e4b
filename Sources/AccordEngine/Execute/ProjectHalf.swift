import AccordCore
import AccordState
import AccordTables
import Logging

/// Writes the project's half of a plan, record by record.
struct ProjectHalf {
    let execution: Execution
    /// Positions of records whose source record is not as the plan saw it.
    let unmet: NumberSet
    var tally: Tally
    /// Positions of the records of which the project has taken everything.
    private(set) var done = NumberSet()

    init(_ execution: Execution, unmet: NumberSet, _ tally: Tally) {
        self.execution = execution
        self.unmet = unmet
        self.tally = tally
        builder = execution.builder
        attention = execution.attention
    }

    let builder: SettlementBuilder
    let attention: AttentionItems

    var pair: Pair { execution.pair }
    private var plan: PairPlan { execution.plan }
    private var sends: Bool { execution.sends }
    private var run: Int64 { execution.run }
    private var planning: PlanningRun { execution.planning }
    private var concurrency: Int { execution.concurrency }
    private var logger: Logger { execution.logger }
    private var store: any StateStore { execution.store }
    private var stop: StopSignal { execution.stop }
    private var now: Int64 { execution.now }

    /// Records in groups, each group durable before it is sent and settled after. While one group is under way, the one
    /// before it is settled and the next one is made durable, in one transaction.
    mutating func write() async throws {
        guard plan.records.contains(where: { $0.contains(.writesProject) }) else { return }
        guard let table = pair.project as? any RecordWritable, pair.project.capabilities.recordWrites else {
            return tally.fail(
                EngineError.cannot("be written record by record", pair: pair.name, table: pair.project.name))
        }
        let writer = ProjectRecordWriter(
            pair: pair,
            table: RecordWriter(table: table, schema: pair.schema, logger: logger) { [store, pair] id in
                try store.link(pair.name, projectID: id) == nil
            }, store: store, time: planning.time, form: MirrorForm(pair: pair, store: store))
        let (records, unmet) = (plan.records, unmet)
        var queue = WriteQueue(records) { index in
            records.kinds(at: index).contains(.writesProject) && !unmet.contains(Int64(index + 1))
        }
        let total = records.count(of: .writes)
        var lastLook = planning.time.monotonic
        var group = try next(&queue)
        try store.begin(pair.name, run: run, entries: group, at: now)
        var sent: [(Entry, RecordOutcome)] = []
        while !group.isEmpty {
            let (outcomes, following): ([RecordOutcome], [Entry])
            if concurrency > 1 {
                async let sending = send(group, writer)
                following = try takeAndSettle(&queue, &sent)
                outcomes = await sending
            } else {
                outcomes = await send(group, writer)
                following = []
            }
            sent += zip(group, outcomes)
            if let refused = outcomes.lazy.compactMap(\.stop).first { tally.fail(refused) }
            // Before what follows from it is settled: a crash in between costs a read, the other way round a record.
            if outcomes.contains(where: \.hasVanished) { try store.setMirrorCursor(pair.name, nil) }
            for (entry, outcome) in zip(group, outcomes) {
                if outcome.isDone { done.insert(Int64(entry.position)) }
                queue.finish(entry.position)
            }
            planning.progress(.applying(pair: pair.name, done: queue.finished.count, of: total))
            let isEnded = tally.failure != nil || stop.isStopped
            group = isEnded ? [] : following
            if group.isEmpty || planning.time.monotonic - lastLook >= ProjectHalf.secondsBetweenLooks {
                let unsent = isEnded ? following.map(builder.closed) : []
                try store.settle(sent.map { try settle($0, $1) } + unsent)
                sent = []
                guard !isEnded else { return }
                if planning.time.monotonic - lastLook >= ProjectHalf.secondsBetweenLooks {
                    await look()
                    lastLook = planning.time.monotonic
                }
                if group.isEmpty, tally.failure == nil, !stop.isStopped {
                    group = try next(&queue)
                    try store.begin(pair.name, run: run, entries: group, at: now)
                }
            }
        }
        guard tally.failure == nil, !stop.isStopped else { return }
        for entry in try queue.held() {
            tally.skip(entry, "it can only be written after a record that can only be written after it")
        }
    }

    /// Settles what was sent before the group that is under way, and begins the one after it.
    private mutating func takeAndSettle(
        _ queue: inout WriteQueue, _ sent: inout [(Entry, RecordOutcome)]
    ) throws -> [Entry] {
        let following = stop.isStopped ? [] : try next(&queue)
        let settlements = try sent.map { try settle($0, $1) }
        try store.settle(settlements, thenBegin: pair.name, run: run, entries: following, at: now)
        sent = []
        return following
    }

    /// The next records that can be sent. What waits for a record that could not be written is skipped.
    private mutating func next(_ queue: inout WriteQueue) throws -> [Entry] {
        while true {
            let taken = try queue.take(execution.groupSize)
            let group = taken.filter { entry in
                entry.after.map(Int64.init).allSatisfy { position in
                    done.contains(position) || !unmet.contains(position) && !queue.involves(Int(position))
                }
            }
            for entry in taken where !group.contains(where: { $0.position == entry.position }) {
                tally.skip(entry, "it waits for another record, which could not be written")
                queue.finish(entry.position)
            }
            let allowed = sends ? group : group.filter { !$0.sends }
            for entry in group where entry.sends && !sends { queue.finish(entry.position) }
            if !allowed.isEmpty || taken.isEmpty { return allowed }
        }
    }

    /// A long run looks now and then what others changed, so that what it expects to find is never older than this.
    private static let secondsBetweenLooks = 60.0

    private mutating func look() async {
        guard pair.project.capabilities.changes else { return }
        do {
            _ = try await MirrorRead(pair: pair, planning).refresh(full: false, mappingChanged: false)
        } catch EngineError.stopped {
            return
        } catch let error as any ExplainedError {
            tally.fail(error)
        } catch {
            logger.warning("what others changed could not be read: \(error)")
        }
    }

    /// One task a record, a few at a time, each record's operations in their order.
    private func send(_ entries: [Entry], _ writer: ProjectRecordWriter) async -> [RecordOutcome] {
        let known: Knowledge
        do {
            known = try knowledge(of: entries)
        } catch {
            return entries.map { _ in .skipped("the state could not be read: \(error)") }
        }
        return await withTaskGroup(of: (Int, RecordOutcome).self) { group in
            var outcomes = [RecordOutcome](repeating: .unsent, count: entries.count)
            var next = 0
            var refused: TableError?
            func add() {
                while next < entries.count, !stop.isStopped {
                    let (index, entry) = (next, entries[next])
                    next += 1
                    guard let refused else {
                        group.addTask { (index, await writer.write(entry, known)) }
                        return
                    }
                    outcomes[index] = .stopped(refused)
                }
            }
            for _ in 0..<concurrency { add() }
            for await (index, outcome) in group {
                outcomes[index] = outcome
                refused = refused ?? outcome.stop
                add()
            }
            return outcomes
        }
    }

    private func knowledge(of entries: [Entry]) throws -> Knowledge {
        var loader = try KnowledgeLoader(pair: pair, store: store)
        try loader.load(Expectations(pair: pair).needs(of: entries))
        return loader.known
    }
}
