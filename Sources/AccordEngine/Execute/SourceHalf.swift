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

    /// Hands over the changes of so many records as are held against one read of the source.
    private func eachGroup(
        _ positions: [Int], _ tally: inout Tally,
        _ body: ([SourceChange], RecordMapper, inout Tally) async throws -> Void
    ) async throws {
        for group in positions.groups(of: execution.readSize) where !execution.stop.isStopped {
            let entries = try group.map { try execution.plan.records.record(at: $0 - 1) }
            let rows = try await SourceRows(pair: pair, store: store).rows(of: entries)
            let form = SourceChangeForm(pair: pair, store: store, rows: rows, schema: try await pair.source.schema())
            try await body(form.changes(entries) { tally.skip($0, $1) }, rows.mapper, &tally)
        }
    }

    // MARK: - All together

    private func writeTogether(_ positions: [Int], _ table: any BatchWritable, _ tally: inout Tally) async throws {
        // What is written is checked against the rows read now, and the source may not change after this moment.
        let stamp = try await table.stamp()
        let spool = ChangeSpool(pair.mapping, execution.plan.records, folder: store.folder)
        do {
            var mapper: RecordMapper?
            try await eachGroup(positions, &tally) { changes, latest, _ in
                mapper = latest
                try begin(changes)
                for change in changes { try spool.append(change) }
            }
            guard spool.count > 0, let mapper else { return }
            var outcomes: [(SourceChange, WriteOutcome?)] = []
            _ = try await table.write(spool, expecting: stamp) { index, outcome in
                guard let change = try spool.sourceChange(at: index) else { return }
                outcomes.append((change, outcome))
                guard outcomes.count == PairPlanning.batchSize else { return }
                try settle(outcomes, mapper, &tally)
                outcomes = []
            }
            try settle(outcomes, mapper, &tally)
        } catch let error where error is TableError || error is MappingProblem {
            // Nothing was written: the intents are closed, and the next plan looks anew.
            for indices in (0..<spool.count).groups(of: PairPlanning.batchSize) {
                let changes = try indices.compactMap { try spool.sourceChange(at: $0) }
                try store.settle(changes.map { execution.builder.closed($0.entry) })
            }
            throw error
        }
    }

    // MARK: - One by one

    private func writeOneByOne(_ positions: [Int], _ table: any RecordWritable, _ tally: inout Tally) async throws {
        let writer = RecordWriter(table: table, schema: try await table.schema(), logger: execution.logger) {
            [store, pair] key in try store.link(pair.name, sourceKey: key) == nil
        }
        try await eachGroup(positions, &tally) { changes, mapper, tally in
            for group in changes.groups(of: execution.groupSize) {
                if execution.stop.isStopped { return }
                try begin(group)
                let (outcomes, refused) = await send(group, writer)
                try settle(Array(zip(group, outcomes)), mapper, &tally)
                if let refused { throw refused }
            }
        }
    }

    /// One task a record, a few at a time.
    ///
    /// - Returns: nil for what was certainly not written; and why nothing more can be, if that is so.
    private func send(
        _ changes: ArraySlice<SourceChange>, _ writer: RecordWriter
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

    // MARK: - The journal

    private func begin(_ changes: some Sequence<SourceChange>) throws {
        try store.begin(pair.name, run: execution.run, entries: changes.map(\.entry), at: execution.now)
    }

    private func settle(
        _ outcomes: [(SourceChange, WriteOutcome?)], _ mapper: RecordMapper, _ tally: inout Tally
    ) throws {
        let records = try store.projectRecords(pair.name, Set(outcomes.compactMap(\.0.entry.projectID)))
        let form = SourceSettlements(execution: execution, mapper: mapper, project: records)
        try store.settle(outcomes.flatMap { form.settlements($0, $1, &tally) })
    }
}

extension RandomAccessCollection where Index == Int {
    /// The elements in their order, so many at a time.
    fileprivate func groups(of most: Int) -> [SubSequence] {
        stride(from: startIndex, to: endIndex, by: most).map { self[$0..<Swift.min($0 + most, endIndex)] }
    }
}
