import AccordCore
import AccordState
import AccordTables

/// Carries out the plan of one pair.
///
/// Both halves go the same way: what is to be written is held against what is there now, its intents are durable before
/// it is sent, and its results, bases and history are settled in one transaction after. Killed at any instant, the next
/// run sees from both sides which writes happened. What a table can do decides how it is written: record by record, or
/// as a whole.
struct Executor {
    private(set) var execution: Execution
    private(set) var tally = Tally()

    init(_ execution: Execution) { self.execution = execution }

    private var pair: Pair { execution.pair }
    private var records: PlanRecords { execution.plan.records }

    mutating func execute() async throws {
        var unmet = try await UnmetRecords(execution: execution).find(&tally)
        try await OptOutsByNow(execution: execution).hold(&unmet, &tally)
        try AgreedRecords(execution: execution).settle(&unmet, &tally)
        guard tally.failure == nil else { return }
        let done = try await writeProject(unmet)
        guard tally.failure == nil, !execution.stop.isStopped else { return }
        // A record of which the project has not taken its half stays as it is: the next plan sees both halves.
        let positions = records.positions { $0.contains(.writesSource) }.filter { position in
            guard !unmet.contains(Int64(position)), !tally.takenOtherwise.contains(Int64(position)) else {
                return false
            }
            return !records.kinds(at: position - 1).contains(.writesProject) || done.contains(Int64(position))
        }
        do {
            try await writeSource(positions)
        } catch let error as TableError {
            tally.fail(error)
        } catch let error as MappingProblem {
            tally.fail(error)
        } catch let error as EngineError {
            tally.fail(error)
        }
    }

    /// - Parameter unmet: positions of records that are not as the plan saw them.
    /// - Returns: positions of the records of which the project has taken everything.
    private mutating func writeProject(_ unmet: NumberSet) async throws -> NumberSet {
        guard records.contains(where: { $0.contains(.writesProject) }) else { return NumberSet() }
        guard let table = pair.project.recordWritable else {
            tally.fail(EngineError.cannot("be written record by record", pair: pair.name, table: pair.project.name))
            return NumberSet()
        }
        if let sender = pair.sender, execution.sends, execution.plan.counts.sends > 0 {
            do {
                execution.sender = try await sender.begun(by: execution.planning, reached: execution.reached)
            } catch let error as any ExplainedError {
                tally.fail(error)
                return NumberSet()
            }
        }
        let records = records
        let queue = WriteQueue(records, inOrder: true) { index in
            records.kinds(at: index).contains(.writesProject) && !unmet.contains(Int64(index + 1))
        }
        return try await write(ProjectHalf(execution), to: table, pair.schema, queue, unmet: unmet, before: 0)
    }

    private mutating func writeSource(_ planned: [Int]) async throws {
        var positions = planned
        if !positions.isEmpty, try await execution.sourceMayHaveMoved() {
            let there = try await RowsByValue(execution: execution).added(positions)
            for (entry, place) in there { tally.skip(entry, "the record at \(place) is known by the same by now") }
            positions.removeAll(where: Set(there.map(\.0.position)).contains)
        }
        guard !positions.isEmpty else { return }
        let total = records.count(of: .writes)
        if let table = pair.source.batchWritable {
            try await BatchWriter(execution: execution, table: table).write(positions, &tally)
        } else if let table = pair.source.recordWritable {
            let (schema, rows) = (try await table.schema(), SourceRows(pair: pair, store: execution.store))
            var before = total - positions.count
            for group in positions.groups(of: Execution.readSize)
            where tally.failure == nil && !execution.stop.isStopped {
                let entries = try group.map { try records.record(at: $0 - 1) }
                let half = SourceHalf(execution: execution, rows: try await rows.rows(of: entries), schema: schema)
                let wanted = Set(group)
                let queue = WriteQueue(records, inOrder: false) { wanted.contains($0 + 1) }
                _ = try await write(half, to: table, schema, queue, unmet: NumberSet(), before: before)
                before += group.count
            }
        } else {
            tally.fail(EngineError.cannot("be written", pair: pair.name, table: pair.source.name))
        }
        execution.planning.progress(.applying(pair: pair.name, done: total, of: total))
    }

    /// Record by record.
    private mutating func write(
        _ half: some Half, to table: any RecordWritable, _ schema: TableSchema, _ queue: WriteQueue, unmet: NumberSet,
        before: Int
    ) async throws -> NumberSet {
        let records = RecordWriter(table: table, schema: schema, logger: execution.logger, isFree: half.isFree)
        var writer = RecordwiseWriter(half, records, queue, unmet: unmet, before: before, tally)
        tally = try await writer.write()
        return writer.done
    }
}
