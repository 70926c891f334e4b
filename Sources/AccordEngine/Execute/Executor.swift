import AccordCore
import AccordState
import AccordTables
import Logging

/// Carries out the plan of one pair.
///
/// Records are done in groups. The intents of a group are durable before its first request, the group's requests are
/// sent a few at a time with the operations of one record in their order, and its results, bases and history are settled
/// in one transaction: killed at any instant, the next run sees from both sides which writes happened.
struct Executor {
    let pair: Pair
    let plan: PairPlan
    /// Messages may reach people in this run.
    let sends: Bool
    let run: Int64
    let planning: PlanningRun
    /// Requests under way at once.
    let concurrency: Int
    let logger: Logger

    /// Nil: the run goes on. Else why the pair cannot be finished.
    private(set) var failure: (any ExplainedError)?
    private(set) var tally = Tally()
    /// Positions of the records of which the project has taken everything.
    private var done = NumberSet()
    /// Positions of records whose source record is not as the plan saw it.
    private var unmet = NumberSet()

    struct Tally {
        var done: [Operation.Action: Int] = [:]
        var quarantined = 0
        var skipped: [RunReport.Skip] = []
        var unknown = 0
        /// Records written in the project.
        var writes = 0
        /// Something of a record is still open, so that the source has to be read again.
        var leavesOpen = false

        /// Everything that was begun is settled.
        var isClean: Bool { quarantined == 0 && skipped.isEmpty && unknown == 0 && !leavesOpen }
    }

    init(
        pair: Pair, plan: PairPlan, sends: Bool, run: Int64, planning: PlanningRun, concurrency: Int, logger: Logger
    ) {
        self.pair = pair
        self.plan = plan
        self.sends = sends
        self.run = run
        self.planning = planning
        self.concurrency = concurrency
        self.logger = logger
    }

    private var store: any StateStore { planning.store }
    private var stop: StopSignal { planning.stop }
    private var now: Int64 { planning.now }
    private var builder: SettlementBuilder { SettlementBuilder(pair: pair, run: run, at: now) }

    mutating func execute() async throws {
        try settleWhatIsAgreed()
        try await findUnmet()
        guard failure == nil else { return }
        try await writeProject()
        guard failure == nil, !stop.isStopped else { return }
        // A record of which the project has not taken its half stays as it is: the next plan sees both halves.
        try await writeSource()
    }

    // MARK: - Nothing to send

    private static let settledAtOnce = 2048

    /// Links, agreed fields, quarantine and conflicts; then the journal of a stopped run is done with.
    private mutating func settleWhatIsAgreed() throws {
        var settlements: [Settlement] = []
        var quarantine: [QuarantineItem] = []
        var conflicts: [ConflictItem] = []
        let decided = Set(try store.conflicts(pair.name).filter { $0.resolution != nil }.map(\.sourceKey))
        var unfinished: Set<String> = []
        let (builder, items) = (builder, attention)
        try plan.records.forEach(where: { !$0.isDisjoint(with: [.settles, .quarantined, .conflicts]) }) { entry in
            if let settlement = builder.agreed(entry) {
                settlements.append(settlement)
                if let key = settlement.sourceKey, settlement.leavesOpen, decided.contains(key) {
                    unfinished.insert(key)
                }
            }
            if let item = items.quarantine(entry) { quarantine.append(item) }
            conflicts += items.conflicts(entry)
            if settlements.count == Executor.settledAtOnce {
                try store.settle(settlements)
                settlements.removeAll(keepingCapacity: true)
            }
            return true
        }
        try store.openPlan(
            pair.name, run: run, settlements: settlements, quarantine: quarantine, conflicts: conflicts,
            keeping: Set(plan.unrepaired), unfinished: unfinished)
        tally.quarantined = plan.counts.quarantined
        tally.leavesOpen = plan.records.contains { $0.contains(.leavesOpen) }
    }

    private var attention: AttentionItems { AttentionItems(run: run, at: now) }

    // MARK: - What the plan expected of the source

    /// Finds the entries whose source record is not as the plan saw it: they are skipped, and reported. A source that has
    /// not changed since is not read.
    private mutating func findUnmet() async throws {
        guard plan.records.contains(where: { !$0.isDisjoint(with: .writes) }) else { return }
        do {
            if try await stamp() == plan.source.stamp { return }
            let rows = SourceRows(pair: pair, store: store)
            let records = plan.records
            try await rows.each(of: records) { entry, row in
                let reason = Expectations(pair: pair).unmetInSource(
                    entry, row: row.row, mapper: row.mapper, isDouble: row.isDouble, incomplete: row.incomplete)
                guard let reason else { return }
                unmet.insert(Int64(entry.position))
                skip(entry, reason)
            }
        } catch let error as any ExplainedError {
            fail(error)
        }
    }

    private func stamp() async throws -> String? {
        guard pair.source.capabilities.stamp, let table = pair.source as? any StampedTable else { return nil }
        return try await table.stamp().text
    }

    // MARK: - The project

    /// Records in groups, each group durable before it is sent and settled after. While one group is under way, the one
    /// before it is settled and the next one is made durable, in one transaction.
    private mutating func writeProject() async throws {
        guard plan.records.contains(where: { $0.contains(.writesProject) }) else { return }
        guard let table = pair.project as? any RecordWritable, pair.project.capabilities.recordWrites else {
            return fail(EngineError.cannot("be written", pair: pair.name, table: pair.project.name))
        }
        let writer = RecordWriter(
            pair: pair, table: table, store: store, time: planning.time, logger: logger,
            form: MirrorForm(pair: pair, store: store))
        let (records, unmet) = (plan.records, unmet)
        var queue = WriteQueue(records) { index in
            records.kinds(at: index).contains(.writesProject) && !unmet.contains(Int64(index + 1))
        }
        let total = records.count(of: .writes)
        var lastLook = planning.time.monotonic
        var group = try next(&queue)
        try store.begin(pair.name, run: run, entries: group, at: now)
        var settlements: [Settlement] = []
        while !group.isEmpty {
            let (outcomes, following): ([RecordOutcome], [Entry])
            if concurrency > 1 {
                async let sent = send(group, writer)
                following = try takeAndSettle(&queue, &settlements)
                outcomes = await sent
            } else {
                outcomes = await send(group, writer)
                following = []
            }
            settlements = try zip(group, outcomes).map { try settle($0, $1) }
            // Before what follows from it is settled: a crash in between costs a read, the other way round a record.
            if outcomes.contains(where: \.hasVanished) { try store.setMirrorCursor(pair.name, nil) }
            for (entry, outcome) in zip(group, outcomes) {
                if outcome.isDone { done.insert(Int64(entry.position)) }
                queue.finish(entry.position)
            }
            planning.progress(.applying(pair: pair.name, done: queue.finished.count, of: total))
            if failure != nil || stop.isStopped { settlements += following.map(builder.closed) }
            group = failure == nil && !stop.isStopped ? following : []
            if group.isEmpty || planning.time.monotonic - lastLook >= Executor.secondsBetweenLooks {
                try store.settle(settlements)
                settlements = []
                guard failure == nil, !stop.isStopped else { return }
                if planning.time.monotonic - lastLook >= Executor.secondsBetweenLooks {
                    await look()
                    lastLook = planning.time.monotonic
                }
                if group.isEmpty, failure == nil, !stop.isStopped {
                    group = try next(&queue)
                    try store.begin(pair.name, run: run, entries: group, at: now)
                }
            }
        }
    }

    /// Settles the group before the one that is under way, and begins the one after it.
    private mutating func takeAndSettle(
        _ queue: inout WriteQueue, _ settlements: inout [Settlement]
    ) throws -> [Entry] {
        let following = stop.isStopped ? [] : try next(&queue)
        try store.settle(settlements, thenBegin: pair.name, run: run, entries: following, at: now)
        settlements = []
        return following
    }

    /// The next records that can be sent. What waits for a record that could not be written is skipped.
    private mutating func next(_ queue: inout WriteQueue) throws -> [Entry] {
        while true {
            let taken = try queue.take(concurrency * 16)
            let group = taken.filter { entry in
                entry.after.map(Int64.init).allSatisfy { position in
                    done.contains(position) || !unmet.contains(position) && !queue.involves(Int(position))
                }
            }
            for entry in taken where !group.contains(where: { $0.position == entry.position }) {
                skip(entry, "it waits for another record, which could not be written")
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
            fail(error)
        } catch {
            logger.warning("what others changed could not be read: \(error)")
        }
    }

    /// One task a record, a few at a time, each record's operations in their order.
    private func send(_ entries: [Entry], _ writer: RecordWriter) async -> [RecordOutcome] {
        let known: Knowledge
        do {
            known = try knowledge(of: entries)
        } catch {
            return entries.map { _ in .skipped("the state could not be read: \(error)") }
        }
        return await withTaskGroup(of: (Int, RecordOutcome).self) { group in
            var outcomes = [RecordOutcome](repeating: .skipped("the run was stopped"), count: entries.count)
            var next = 0
            var refused: TableError?
            func add() {
                while next < entries.count {
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

    // MARK: - What came of it

    private mutating func settle(_ entry: Entry, _ outcome: RecordOutcome) throws -> Settlement {
        var closing = builder.closed(entry)
        switch outcome {
        case .done(let stored, let id):
            count(entry.operations.filter { $0.side == .project })
            tally.writes += 1
            return settled(entry, stored, id: id, closing: closing)
        case .sent(let answer):
            count(entry.operations.filter { $0.side == .project })
            return pair.sender?.settlement(entry, answer: answer, builder) ?? closing
        case .skipped(let reason):
            skip(entry, reason)
        case .refused(let quarantine):
            tally.quarantined += 1
            closing.quarantine = attention.item(entry, quarantine, operation: entry.operationFingerprint)
        case .vanished(let quarantine):
            tally.quarantined += 1
            closing.quarantine = attention.item(entry, quarantine, operation: nil)
        case .unknown(let reason):
            tally.unknown += 1
            skip(entry, reason)
            closing.closesIntent = false
        case .stopped(let error):
            fail(error)
        case .created(let record, let then):
            return try created(entry, record, settle(entry, then))
        case .deleted(let then):
            // Its row has no record any more: the next plan creates one, or says why it cannot.
            closing = try settle(entry, then)
            closing.link = .remove
            closing.mirror = .gone
            var rest = entry
            rest.operations.removeAll { $0.kind == .delete }
            rest.projectID = nil
            closing.quarantine?.operationFingerprint = rest.operationFingerprint
            count(entry.operations.filter { $0.kind == .delete })
        }
        return closing
    }

    /// The new record is linked, whatever became of the rest: the next plan sees what is still to be done.
    private mutating func created(_ entry: Entry, _ stored: MirrorRecord, _ rest: Settlement) -> Settlement {
        guard let key = entry.sourceKey else { return rest }
        var half = entry
        half.operations = entry.operations.filter { $0.kind == .create }
        let pending = entry.operations.filter { $0.kind != .create }
        var settlement = builder.done(
            half, side: .project, stored: stored.record, pending: pending,
            written: Settlement.Written(sourceKey: key, projectID: stored.id))
        for change in pending.filter({ $0.kind == .update && $0.side == .project }).flatMap(\.changes) {
            settlement.projectBase[change.field] = stored.record[change.field]
        }
        settlement.mirror = .stored(stored)
        settlement.quarantine = rest.quarantine
        settlement.closesIntent = true
        count(half.operations)
        tally.writes += 1
        return settlement
    }

    private mutating func settled(
        _ entry: Entry, _ stored: MirrorRecord?, id: String, closing: Settlement
    ) -> Settlement {
        guard let key = entry.sourceKey else { return closing }
        let pending = entry.operations.filter { $0.side == .source }
        let written = Settlement.Written(sourceKey: key, projectID: id, sourceFingerprint: entry.sourceFingerprint)
        var settlement = builder.done(
            entry, side: .project, stored: stored?.record ?? Record(key: id, values: [:]), pending: pending,
            written: written)
        if let stored {
            settlement.mirror = .stored(stored)
            if settlement.sourceFingerprint == nil { tally.leavesOpen = true }
            if entry.operations.contains(where: { $0.kind == .archive }) { settlement.link = .state(.archived) }
            if let kept = storedDifferently(entry, stored.record) {
                settlement.quarantine = attention.item(entry, kept, operation: entry.operationFingerprint)
                tally.leavesOpen = true
            }
        } else {
            settlement.mirror = .gone
            settlement.link = .remove
        }
        return settlement
    }

    /// A field that the service took and stored with another meaning.
    private func storedDifferently(_ entry: Entry, _ stored: Record) -> Quarantine? {
        for change in entry.operations.filter({ $0.side == .project }).flatMap(\.changes) {
            guard pair.mapping.field(change.field)?.isOptOut != true,
                pair.schema.field(change.field)?.isReadable != false, !stored.unknown.contains(change.field)
            else { continue }
            if !stored[change.field].means(change.after) {
                return Quarantine(
                    .storedDifferently,
                    "\(change.field): \"\(change.after)\" was sent, and the project stored \"\(stored[change.field])\"")
            }
        }
        return nil
    }

    // MARK: - The source

    private mutating func writeSource() async throws {
        let (done, unmet) = (done, unmet)
        var entries: [Entry] = []
        try plan.records.forEach(where: { $0.contains(.writesSource) }) { entry in
            let position = Int64(entry.position)
            if !unmet.contains(position), !entry.writes(.project) || done.contains(position) { entries.append(entry) }
            return true
        }
        guard !entries.isEmpty else { return }
        guard let table = pair.source as? any BatchWritable, pair.source.capabilities.batchWrites else {
            return fail(EngineError.cannot("be written", pair: pair.name, table: pair.source.name))
        }
        let writer = BatchWriter(pair: pair, table: table, store: store, builder: builder, run: run, now: now)
        do {
            let result = try await writer.write(entries)
            for (entry, reason) in result.skipped { skip(entry, reason) }
            for entry in result.written { count(entry.operations.filter { $0.side == .source }) }
        } catch let error as TableError {
            fail(error)
        } catch let error as MappingProblem {
            fail(error)
        }
        let total = plan.records.count(of: .writes)
        planning.progress(.applying(pair: pair.name, done: total, of: total))
    }

    // MARK: - The tally

    private mutating func fail(_ error: any ExplainedError) { if failure == nil { failure = error } }

    private mutating func count(_ operations: [Operation]) {
        for operation in operations { tally.done[operation.action, default: 0] += 1 }
    }

    private mutating func skip(_ entry: Entry, _ reason: String) {
        tally.skipped.append(RunReport.Skip(label: entry.label, reason: reason))
    }
}
