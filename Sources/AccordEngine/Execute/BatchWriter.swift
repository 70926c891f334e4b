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
        let spool = ChangeSpool(pair.mapping, execution.plan.records, folder: store.folder)
        let mapper = try await gather(positions, into: spool, &tally)
        guard spool.count > 0, !execution.stop.isStopped else { return }
        let half = half(SourceRows.Found(mapper: mapper))
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
        let records = execution.plan.records
        var wanted = WantedRows()
        for position in positions {
            wanted.insert(position, key: try records.record(at: position - 1).sourceKey)
        }
        func add(_ entries: [Entry], _ rows: SourceRows.Found) throws {
            if entries.isEmpty { return }
            let half = half(rows)
            var unmet: [RecordWrite<SourceHalf.Basis>] = []
            for write in try half.writes(of: entries) {
                if case .unmet = write.end { unmet.append(write) } else { try spool.append(write) }
            }
            // The intent of one of which the project has taken its half is open.
            try store.settle(try half.settlements(of: unmet, &tally))
        }
        let mapper = try await SourceRows(pair: pair, store: store).each(of: wanted.byKey) { mapper, rows in
            if execution.stop.isStopped { return }
            var (entries, found) = ([Entry](), SourceRows.Found(mapper: mapper))
            for (key, row, record) in rows {
                let isLeftOut = mapper.leavesOut(row)
                for position in wanted.open(key) {
                    let entry = try records.record(at: position - 1)
                    guard entry.sourceKey == key else { continue }
                    wanted.meet(position, isLeftOut: isLeftOut)
                    if isLeftOut { continue }
                    entries.append(entry)
                    found.byKey[key] = (row, record)
                }
            }
            try add(entries, found)
        }
        for group in wanted.rest.groups(of: PairPlanning.batchSize) where !execution.stop.isStopped {
            let entries = try group.map { try records.record(at: Int($0) - 1) }
            let rows = SourceRows.Found(mapper: mapper)
            let leftOut = entries.filter { wanted.isLeftOut($0.position) }
            try store.settle(try half(rows).settlements(of: leftOut.map(SourceHalf.leftOut), &tally))
            try add(entries.filter { !wanted.isLeftOut($0.position) }, rows)
        }
        return mapper
    }
}

/// The records of which the row is looked for. Of several rows with a key, one that the mapping does not leave out is the
/// one that counts.
private struct WantedRows {
    private(set) var byKey = HashIndex()
    private var unmet = NumberSet()
    private var leftOut = NumberSet()

    mutating func insert(_ position: Int, key: String?) {
        unmet.insert(Int64(position))
        if let key { byKey.insert(position, hash: KeyHash.of(key)) }
    }

    /// The positions of records that may have the key, and whose row was not met.
    func open(_ key: String) -> [Int] {
        byKey.numbers(hash: KeyHash.of(key)).filter { unmet.contains(Int64($0)) }
    }

    mutating func meet(_ position: Int, isLeftOut: Bool) {
        if isLeftOut { leftOut.insert(Int64(position)) } else { unmet.remove(Int64(position)) }
    }

    /// The positions of records whose row was not met, or is left out.
    var rest: [Int64] { unmet.numbers }

    func isLeftOut(_ position: Int) -> Bool { leftOut.contains(Int64(position)) }
}
