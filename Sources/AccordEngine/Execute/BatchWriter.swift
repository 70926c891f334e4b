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
        try eachGroup(of: spool) { try execution.begin($0) }
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
    ///
    /// - Throws: also if the table is not whole: what is added to a file that was cut would hide it.
    private func gather(
        _ positions: [Int], into spool: ChangeSpool, _ tally: inout Tally
    ) async throws -> RecordMapper {
        var wanted = WantedRows(execution.plan.records)
        let (mapper, proof) = try await SourceRows(pair: pair, store: store).each { mapper in
            // A value that a cell cannot hold is told where the row is written.
            for position in positions { try wanted.insert(position) { try? mapper.newKey(of: $0) } }
            return wanted.byKey
        } _: { mapper, rows in
            if execution.stop.isStopped { return }
            var found = SourceRows.Found(mapper: mapper)
            let entries = try rows.flatMap { key, row, record in
                let met = try wanted.meet(
                    key, record.problem == nil ? mapper.leavesOut(row) ? .leftOut : .whole : .broken)
                if !met.isEmpty { found.byKey[key] = (row, record) }
                return met
            }
            try add(entries, self.half(found), to: spool, &tally)
        }
        try checkWhole(proof)
        let half = self.half(SourceRows.Found(mapper: mapper))
        try spool.remove(wanted.faulty)
        for group in wanted.rest.groups(of: PairPlanning.batchSize) where !execution.stop.isStopped {
            var (unmet, entries) = ([RecordWrite<SourceHalf.Basis>](), [Entry]())
            for position in group {
                let entry = try execution.plan.records.record(at: Int(position) - 1)
                if let reason = wanted.fault(entry) {
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

    private func checkWhole(_ proof: ScanProof) throws {
        let source = execution.plan.source
        let planned = SourceMemory(
            stamp: nil, records: source.records, endsCleanly: source.endsCleanly, mapping: nil)
        let doubt = Completeness.doubt(
            flaw: proof.incomplete, records: proof.count, endsCleanly: proof.endsCleanly, planned: planned)
        guard let doubt else { return }
        throw EngineError.sourceInDoubt(pair: pair.name, table: table.name, reason: doubt)
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

/// The records of which the row is looked for, and the keys that their rows are to have.
///
/// Of several rows with a key, those that the mapping leaves out do not count; rows that cannot be read do.
private struct WantedRows {
    enum Row { case whole, leftOut, broken }

    /// Positions by the key of their row, and by the key that it is to have.
    private(set) var byKey = HashIndex()
    private var newKeys = HashIndex()
    private let records: PlanRecords
    private var unmet = NumberSet()
    private var leftOut = NumberSet()
    private var broken = NumberSet()
    /// Records with more than one row.
    private var doubles = NumberSet()
    /// Records whose new key another row has, or is to have.
    private var taken = NumberSet()

    init(_ records: PlanRecords) { self.records = records }

    /// - Parameter newKey: the key that the row is to have, if it is another one.
    mutating func insert(_ position: Int, _ newKey: (Entry) -> String?) throws {
        unmet.insert(Int64(position))
        let entry = try records.record(at: position - 1)
        if entry.sourceOperation?.kind != .create, let key = entry.sourceKey {
            byKey.insert(position, hash: KeyHash.of(key))
        }
        guard let key = newKey(entry) else { return }
        // Two keys of one hash are as rare as a lost record is dear: who comes second waits.
        let hash = KeyHash.of(key)
        if newKeys.contains(hash: hash) {
            taken.insert(Int64(position))
        } else {
            newKeys.insert(position, hash: hash)
            byKey.insert(position, hash: hash)
        }
    }

    /// Takes a row.
    ///
    /// - Returns: the records that it is the first row of.
    mutating func meet(_ key: String, _ row: Row) throws -> [Entry] {
        var found: [Entry] = []
        let hash = KeyHash.of(key)
        for position in newKeys.numbers(hash: hash) where row != .leftOut { taken.insert(Int64(position)) }
        for position in byKey.numbers(hash: hash).map(Int64.init) {
            let entry = try records.record(at: Int(position) - 1)
            guard entry.sourceKey == key, entry.sourceOperation?.kind != .create else { continue }
            switch row {
            case .leftOut: leftOut.insert(position)
            case .broken where unmet.contains(position) && !broken.contains(position): broken.insert(position)
            case .whole where !broken.contains(position) && unmet.remove(position): found.append(entry)
            case .broken, .whole: doubles.insert(position)
            }
        }
        return found
    }

    /// The records whose change is not made, though their row was met.
    var faulty: NumberSet { taken.union(doubles) }

    /// The positions of records that are not written at the place of a row: they have none, or it cannot be told which.
    var rest: [Int64] { unmet.union(faulty).numbers }

    /// Why a record among the ``rest`` is not written.
    func fault(_ entry: Entry) -> String? {
        let position = Int64(entry.position)
        if doubles.contains(position) { return "several rows have its key by now" }
        if taken.contains(position) { return "another row has the key that its row would have" }
        if broken.contains(position) { return "its row cannot be read by now" }
        return leftOut.contains(position) ? SourceHalf.leftOut : nil
    }
}
