import AccordCore
import AccordSQLite
import AccordTables

extension Pair {
    /// Streams the source once, each row with what is known of its key. A row costs a look-up and nothing more.
    ///
    /// Without a header there are no rows either: reading says why.
    func streamSource(
        _ store: StateStore, _ reader: ProjectReader, planned: [PairPlan],
        _ body: (SourceItem, StateStore.Lookup?, RecordMapper) throws -> Void
    ) async throws -> SourceReport {
        let header = try? await source.header()
        let mapper = try header.map { try self.mapper($0, store, planned: planned) }
        var chunk: [SourceItem] = []
        var count = 0
        func handOver() throws {
            guard !chunk.isEmpty, let mapper else { return }
            let known = try lookups(of: chunk, mapper, store)
            for (item, lookup) in zip(chunk, known) { try body(item, lookup, mapper) }
            chunk.removeAll(keepingCapacity: true)
        }
        let report = try await source.read { item in
            chunk.append(item)
            guard chunk.count == 512 else { return }
            try reader.stop.check()
            count += chunk.count
            reader.progress(.reading(pair: name, side: .source, count: count))
            try handOver()
        }
        try handOver()
        return report
    }

    private func lookups(
        of chunk: [SourceItem], _ mapper: RecordMapper, _ store: StateStore
    ) throws -> [StateStore.Lookup?] {
        try store.withReader { reader in
            try chunk.map { item in
                guard case .record(let raw) = item, let key = mapper.key(of: raw) else { return nil }
                return try reader.lookup(name, sourceKey: key)
            }
        }
    }

    /// Why a row without a key is set aside.
    var noKey: Quarantine {
        let columns = mapping.key.joined(separator: " and ")
        return Quarantine(.noKey, "\(columns) is blank, and nothing else tells the row from others")
    }
}
