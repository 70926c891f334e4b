import AccordCore
import AccordState
import AccordTables

/// Writes the source's half of a plan by what its table can do: all changes together, or record by record.
struct SourceHalf {
    let execution: Execution

    private var pair: Pair { execution.pair }
    private var store: any StateStore { execution.store }

    /// - Parameter positions: of the records whose source half can be written.
    func write(_ positions: [Int], _ tally: inout Tally) async throws {
        guard !positions.isEmpty else { return }
        do {
            if pair.source.capabilities.batchWrites, let table = pair.source as? any BatchWritable {
                try await writeTogether(positions, table, &tally)
            } else if pair.source.capabilities.recordWrites, let table = pair.source as? any RecordWritable {
                try await writeOneByOne(positions, table, &tally)
            } else {
                tally.fail(EngineError.cannot("be written", pair: pair.name, table: pair.source.name))
            }
        } catch let error as TableError {
            tally.fail(error)
        } catch let error as MappingProblem {
            tally.fail(error)
        }
        let total = execution.plan.records.count(of: .writes)
        execution.planning.progress(.applying(pair: pair.name, done: total, of: total))
    }

    // MARK: - All together

    private func writeTogether(_ positions: [Int], _ table: any BatchWritable, _ tally: inout Tally) async throws {
        // What is written is checked against the rows read now, and the source may not change after this moment.
        let stamp = try await table.stamp()
        let spool = ChangeSpool(pair.mapping, execution.plan.records, folder: store.folder)
        let mapper = try await gather(positions, into: spool, &tally)
        guard spool.count > 0, !execution.stop.isStopped else { return }
        try eachGroup(of: spool) { try store.begin(pair.name, run: execution.run, entries: $0, at: execution.now) }
        var outcomes: [(SourceChange, WriteOutcome?)] = []
        var isWritten = false
        do {
            _ = try await table.write(spool, expecting: stamp) { index, outcome in
                isWritten = true
                outcomes.append((try spool.sourceChange(at: index), outcome))
                guard outcomes.count == PairPlanning.batchSize else { return }
                try settle(outcomes, mapper, &tally)
                outcomes = []
            }
            try settle(outcomes, mapper, &tally)
        } catch let error as TableError where !isWritten {
            // The intents are closed, and the next plan looks anew.
            try eachGroup(of: spool) { try store.settle($0.map(execution.builder.closed)) }
            throw error
        }
    }

    /// Makes the changes of all records, while the source is read once.
    private func gather(
        _ positions: [Int], into spool: ChangeSpool, _ tally: inout Tally
    ) async throws -> RecordMapper {
        let records = execution.plan.records
        var (wanted, rest, leftOut) = (HashIndex(), NumberSet(), NumberSet())
        for position in positions {
            rest.insert(Int64(position))
            guard let key = try records.record(at: position - 1).sourceKey else { continue }
            wanted.insert(position, hash: KeyHash.of(key))
        }
        func add(_ entries: [Entry], _ rows: SourceRows.Found) throws {
            if entries.isEmpty { return }
            let form = SourceChangeForm(pair: pair, store: store, rows: rows, schema: nil)
            for change in try form.changes(entries, skip: { tally.skip($0, $1) }) { try spool.append(change) }
        }
        let mapper = try await SourceRows(pair: pair, store: store).each(of: wanted) { mapper, rows in
            if execution.stop.isStopped { return }
            var (entries, found) = ([Entry](), SourceRows.Found(mapper: mapper))
            for (key, row, record) in rows {
                for position in wanted.numbers(hash: KeyHash.of(key)) where rest.contains(Int64(position)) {
                    let entry = try records.record(at: position - 1)
                    guard entry.sourceKey == key else { continue }
                    // Of several rows with a key, one that the mapping does not leave out is the one that counts.
                    if mapper.leavesOut(row) {
                        leftOut.insert(Int64(position))
                    } else {
                        rest.remove(Int64(position))
                        entries.append(entry)
                        found.byKey[key] = (row, record)
                    }
                }
            }
            try add(entries, found)
        }
        for group in rest.numbers.groups(of: PairPlanning.batchSize) where !execution.stop.isStopped {
            let entries = try group.map { try records.record(at: Int($0) - 1) }
            let isLeftOut = { (entry: Entry) in leftOut.contains(Int64(entry.position)) }
            for entry in entries where isLeftOut(entry) { tally.skip(entry, SourceChangeForm.leftOut) }
            try add(entries.filter { !isLeftOut($0) }, SourceRows.Found(mapper: mapper))
        }
        return mapper
    }

    private func eachGroup(of spool: ChangeSpool, _ body: ([Entry]) throws -> Void) throws {
        for indices in (0..<spool.count).groups(of: PairPlanning.batchSize) {
            try body(try indices.map { try spool.sourceChange(at: $0).entry })
        }
    }

    // MARK: - One by one

    private func writeOneByOne(_ positions: [Int], _ table: any RecordWritable, _ tally: inout Tally) async throws {
        let schema = try await table.schema()
        let writer = RecordWriter(table: table, schema: schema, logger: execution.logger) {
            [store, pair] key in try store.link(pair.name, sourceKey: key) == nil
        }
        for positions in positions.groups(of: Execution.readSize) where !execution.stop.isStopped {
            let entries = try positions.map { try execution.plan.records.record(at: $0 - 1) }
            let rows = try await SourceRows(pair: pair, store: store).rows(of: entries)
            let form = SourceChangeForm(pair: pair, store: store, rows: rows, schema: schema)
            let changes = try form.changes(entries) { tally.skip($0, $1) }
            for group in changes.groups(of: execution.groupSize) {
                if execution.stop.isStopped { return }
                try store.begin(pair.name, run: execution.run, entries: group.map(\.entry), at: execution.now)
                let (outcomes, refused) = await send(group, writer)
                try settle(Array(zip(group, outcomes)), rows.mapper, &tally)
                if let refused { throw refused }
            }
        }
    }

    /// One task a record, a few at a time.
    ///
    /// - Returns: nil for what was certainly not written; and why nothing more can be, if that is so.
    private func send(
        _ changes: [SourceChange], _ writer: RecordWriter
    ) async -> (outcomes: [WriteOutcome?], refused: TableError?) {
        await withTaskGroup(of: (Int, WriteOutcome?, TableError?).self) { group in
            var outcomes = [WriteOutcome?](repeating: nil, count: changes.count)
            var (next, refused): (Int, TableError?) = (0, nil)
            func add() {
                guard refused == nil, !execution.stop.isStopped, next < changes.count else { return }
                let (index, steps) = (next, changes[next].steps)
                next += 1
                group.addTask {
                    let (outcome, error) = await SourceHalf.write(steps, writer)
                    return (index, outcome, error)
                }
            }
            for _ in 0..<execution.concurrency { add() }
            for await (index, outcome, error) in group {
                outcomes[index] = outcome
                refused = refused ?? error
                add()
            }
            return (outcomes, refused)
        }
    }

    /// - Returns: what came of all steps, nil if none was made for certain; and why nothing more can be written, if that is
    ///   so. Of a record that was created that it was, whatever came of the steps that follow: the next plan sees what is
    ///   still to be done.
    private static func write(
        _ steps: [TableChange], _ writer: RecordWriter
    ) async -> (outcome: WriteOutcome?, refused: TableError?) {
        var made: WriteOutcome?
        for var step in steps {
            if case .stored(let record) = made, step.key == nil { step.key = record.key }
            let outcome: WriteOutcome
            do {
                outcome = try await writer.write(step)
            } catch let error as TableError where error.isFinal {
                return (made.map { partlyMade(steps, $0, .refused(error)) }, error)
            } catch let error as TableError {
                outcome = .unknown(error)
            } catch {
                outcome = .unknown(.outcomeUnknown(request: writer.table.name, reason: "\(error)"))
            }
            switch outcome {
            case .stored: made = outcome
            case .storedUnseen where step.kind == .create: return (outcome, nil)
            case .storedUnseen: made = made ?? outcome
            case .gone, .refused, .unknown: return (made.map { partlyMade(steps, $0, outcome) } ?? outcome, nil)
            }
        }
        return (made ?? .storedUnseen, nil)
    }

    /// What came of a change of which some steps were made, and this came of the next.
    private static func partlyMade(
        _ steps: [TableChange], _ made: WriteOutcome, _ next: WriteOutcome
    ) -> WriteOutcome {
        if steps.first?.kind == .create { return made }
        guard case .refused(let error) = next else { return next }
        return .unknown(.partlyMade(request: error.place ?? "", reason: error.what))
    }

    private func settle(
        _ outcomes: [(SourceChange, WriteOutcome?)], _ mapper: RecordMapper, _ tally: inout Tally
    ) throws {
        let records = try store.projectRecords(pair.name, Set(outcomes.compactMap(\.0.entry.projectID)))
        let form = SourceSettlements(execution: execution, mapper: mapper, project: records)
        try store.settle(outcomes.flatMap { form.settlements($0, $1, &tally) })
    }
}
