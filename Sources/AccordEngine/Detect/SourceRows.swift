import AccordCore
import AccordState
import AccordTables

/// The source's rows of some entries, as they are now.
struct SourceRows {
    let pair: Pair
    let store: any StateStore
    /// The plans of this run that come before.
    var earlier: [PairPlan] = []

    struct Found {
        var mapper: RecordMapper
        var byKey: [String: (row: TextRow, record: TableRecord)] = [:]
        var duplicates: Set<String> = []
        /// Keys of rows that cannot be read.
        var broken: Set<String> = []
        var incomplete: String?
    }

    /// What an entry's expectations are held against.
    struct Current {
        var row: TextRow?
        var mapper: RecordMapper
        var isDouble: Bool
        var isBroken: Bool
        var incomplete: String?
    }

    /// Hands over the rows whose keys have one of some hashes, a batch at a time, while the source is read once. Also rows
    /// that cannot be read: they have their key all the same.
    ///
    /// - Parameter wanted: says it of the mapper.
    func each(
        of wanted: (RecordMapper) throws -> HashIndex,
        _ body: (RecordMapper, [(key: String, row: TextRow, record: TableRecord)]) async throws -> Void
    ) async throws -> (mapper: RecordMapper, proof: ScanProof) {
        let (table, mapper) = try await readable()
        let wanted = try wanted(mapper)
        let proof = try await table.scan { batch in
            var found: [(key: String, row: TextRow, record: TableRecord)] = []
            batch.forEachRow(mapper.rows) { record, row in
                guard let hash = mapper.keyHash(of: row), wanted.contains(hash: hash),
                    let key = mapper.key(of: row)
                else { return }
                found.append((key, row, record))
            }
            if !found.isEmpty { try await body(mapper, found) }
        }
        return (mapper, proof)
    }

    private func readable() async throws -> (any ScannableTable, RecordMapper) {
        guard let table = pair.source.scannable else {
            throw EngineError.cannot("be read", pair: pair.name, table: pair.source.name)
        }
        guard let mapper = try await pair.mapper(store, planned: earlier) else {
            // Reading says why its columns cannot be read.
            _ = try await pair.source.schema()
            throw EngineError.cannot("be read", pair: pair.name, table: pair.source.name)
        }
        return (table, mapper)
    }

    func rows(of entries: [Entry]) async throws -> Found { try await rows(of: Set(entries.compactMap(\.sourceKey))) }

    /// - Parameter wanted: keys.
    func rows(of wanted: Set<String>) async throws -> Found {
        let (table, mapper) = try await readable()
        var found = Found(mapper: mapper)
        let hashes = Set(wanted.map { KeyHash.of($0) })
        let proof = try await table.scan { batch in
            batch.forEachRow(mapper.rows) { record, row in
                guard let hash = mapper.keyHash(of: row), hashes.contains(hash), let key = mapper.key(of: row),
                    wanted.contains(key)
                else { return }
                guard record.problem == nil else {
                    if found.byKey[key] != nil || !found.broken.insert(key).inserted { found.duplicates.insert(key) }
                    return
                }
                // Of several rows with a key, one that the mapping does not leave out is the one that counts.
                guard !mapper.leavesOut(row) else {
                    if found.byKey[key] == nil { found.byKey[key] = (row, record) }
                    return
                }
                if let before = found.byKey[key], !mapper.leavesOut(before.row) {
                    found.duplicates.insert(key)
                } else {
                    found.byKey[key] = (row, record)
                    if found.broken.contains(key) { found.duplicates.insert(key) }
                }
            }
        }
        found.incomplete = proof.incomplete
        return found
    }

    /// Hands over every entry of some kinds, with its row as it is now, many at a time.
    ///
    /// - Parameter most: entries for which the source is read once.
    func each(
        of kinds: Entry.Kinds, in records: PlanRecords, most: Int, _ body: ([(Entry, Current)]) throws -> Void
    ) async throws {
        for positions in records.positions(where: { !$0.isDisjoint(with: kinds) }).groups(of: most) {
            let entries = try positions.map { try records.record(at: $0 - 1) }
            let found = try await rows(of: entries)
            try body(
                entries.map { entry in
                    let key = entry.sourceKey ?? ""
                    return (
                        entry,
                        Current(
                            row: found.byKey[key]?.row, mapper: found.mapper, isDouble: found.duplicates.contains(key),
                            isBroken: found.broken.contains(key), incomplete: found.incomplete)
                    )
                })
        }
    }
}
