import AccordCore
import AccordState
import AccordTables

/// Writes the source's half of a plan to a table that is written as a whole: all changes together, or none.
struct BatchWriter {
    let execution: Execution
    let table: any BatchWritable

    private var pair: Pair { execution.pair }
    private var store: any StateStore { execution.store }

    /// - Parameter positions: of the records whose half is written.
    func write(_ positions: [Int], _ tally: inout Tally) async throws {
        // What is written is checked against the rows read now, and the table may not change after this moment.
        let stamp = try await table.stamp()
        let spool = ChangeSpool(execution.plan.records, folder: store.folder)
        let mapper = try await gather(positions, into: spool, &tally)
        guard spool.count > 0, !execution.stop.isStopped else { return }
        let half = self.half(SourceRows.Found(mapper: mapper))
        try eachGroup(of: spool) { try store.begin(pair.name, run: execution.run, entries: $0, at: execution.now) }
        var writes: [RecordWrite<SourceHalf.Basis>] = []
        var isWritten = false
        do {
            _ = try await table.write(spool, expecting: stamp) { index, outcome in
                isWritten = true
                var write = try spool.write(at: index)
                if let change = write.next() { write.take(outcome, of: change) }
                writes.append(write)
                guard writes.count == PairPlanning.batchSize else { return }
                try store.settle(try half.settlements(of: writes, &tally))
                writes = []
            }
            try store.settle(try half.settlements(of: writes, &tally))
        } catch let error as TableError where !isWritten {
            // The intents are closed, and the next plan looks anew.
            try eachGroup(of: spool) { try store.settle($0.map(execution.builder.closed)) }
            throw error
        }
    }

    private func half(_ rows: SourceRows.Found) -> SourceHalf {
        SourceHalf(execution: execution, rows: rows, schema: nil)
    }

    private func eachGroup(of spool: ChangeSpool, _ body: ([Entry]) throws -> Void) throws {
        for indices in (0..<spool.count).groups(of: PairPlanning.batchSize) {
            try body(try indices.map { try spool.write(at: $0).entry })
        }
    }

    // MARK: - Changes

    /// Puts the changes of all records aside, while the table is read once.
    private func gather(
        _ positions: [Int], into spool: ChangeSpool, _ tally: inout Tally
    ) async throws -> RecordMapper {
        var wanted = WantedRows(execution.plan.records)
        let mapper = try await SourceRows(pair: pair, store: store).each { mapper in
            let half = self.half(SourceRows.Found(mapper: mapper))
            for position in positions { try wanted.insert(position, half.rowKey) }
            return wanted.byKey
        } _: { mapper, rows in
            if execution.stop.isStopped { return }
            var found = SourceRows.Found(mapper: mapper)
            let entries = try rows.flatMap { key, row, record in
                let met = try wanted.meet(key, isLeftOut: mapper.leavesOut(row), self.half(found).rowKey)
                if !met.isEmpty { found.byKey[key] = (row, record) }
                return met
            }
            try add(entries, self.half(found), to: spool, &tally)
        }
        let half = self.half(SourceRows.Found(mapper: mapper))
        try spool.remove(wanted.doubles)
        for group in wanted.rest.groups(of: PairPlanning.batchSize) where !execution.stop.isStopped {
            var (unmet, entries) = ([RecordWrite<SourceHalf.Basis>](), [Entry]())
            for position in group {
                let entry = try execution.plan.records.record(at: Int(position) - 1)
                if let reason = wanted.fault(entry, half.rowKey) {
                    unmet.append(SourceHalf.unmet(entry, reason))
                } else {
                    entries.append(entry)
                }
            }
            try store.settle(try half.settlements(of: unmet, &tally))
            try add(entries, half, to: spool, &tally)
        }
        return mapper
    }

    private func add(
        _ entries: [Entry], _ half: SourceHalf, to spool: ChangeSpool, _ tally: inout Tally
    ) throws {
        if entries.isEmpty { return }
        var unmet: [RecordWrite<SourceHalf.Basis>] = []
        for write in try half.writes(of: entries) {
            if case .unmet = write.end { unmet.append(write) } else { try spool.append(write) }
        }
        // The intent of one of which the project has taken its half is open.
        try store.settle(try half.settlements(of: unmet, &tally))
    }
}

/// The records of which the row is looked for. Of several rows with a key, those that the mapping leaves out do not count;
/// of a new record, no row may have its key.
private struct WantedRows {
    typealias RowKey = (Entry) -> String?

    private(set) var byKey = HashIndex()
    /// Records with more than one row.
    private(set) var doubles = NumberSet()
    private let records: PlanRecords
    private var unmet = NumberSet()
    private var leftOut = NumberSet()
    /// New records whose key a row has.
    private var taken = NumberSet()

    init(_ records: PlanRecords) { self.records = records }

    mutating func insert(_ position: Int, _ rowKey: RowKey) throws {
        unmet.insert(Int64(position))
        let entry = try records.record(at: position - 1)
        guard let key = rowKey(entry) else { return }
        if isNew(entry), try named(key, rowKey).contains(where: isNew) { taken.insert(Int64(position)) }
        byKey.insert(position, hash: KeyHash.of(key))
    }

    private func isNew(_ entry: Entry) -> Bool { entry.sourceOperation?.kind == .create }

    private func named(_ key: String, _ rowKey: RowKey) throws -> [Entry] {
        try byKey.numbers(hash: KeyHash.of(key)).map { try records.record(at: $0 - 1) }.filter { rowKey($0) == key }
    }

    /// Takes a row.
    ///
    /// - Returns: the records that it is the first row of.
    mutating func meet(_ key: String, isLeftOut: Bool, _ rowKey: RowKey) throws -> [Entry] {
        var found: [Entry] = []
        for entry in try named(key, rowKey) {
            let position = Int64(entry.position)
            if isLeftOut {
                if !isNew(entry) { leftOut.insert(position) }
            } else if isNew(entry) {
                taken.insert(position)
            } else if !doubles.contains(position) {
                if unmet.remove(position) { found.append(entry) } else { doubles.insert(position) }
            }
        }
        return found
    }

    /// The positions of records that are not written at the place of a row: they have none, or it cannot be told which.
    var rest: [Int64] { (unmet.numbers + doubles.numbers).sorted() }

    /// Why a record among the ``rest`` is not written.
    func fault(_ entry: Entry, _ rowKey: RowKey) -> String? {
        let position = Int64(entry.position)
        if taken.contains(position) { return "another row has its key \"\(rowKey(entry) ?? "")\" by now" }
        if doubles.contains(position) { return "several rows have its key \"\(rowKey(entry) ?? "")\" by now" }
        return leftOut.contains(position) ? SourceHalf.leftOut : nil
    }
}
