import AccordCore
import AccordState
import AccordTables

/// Reads who opted out, as the sources of some pairs of people say now, whatever their plans make of it: a row may wait, or
/// its pair be left out of this run.
public struct OptOutRead {
    private let pairs: [Pair]
    private let run: PlanningRun

    public init(_ pairs: [Pair], _ run: PlanningRun) {
        self.pairs = pairs
        self.run = run
    }

    public func optOuts() async throws -> OptOuts {
        var optOuts = OptOuts(suppression: try run.store.suppressionList())
        for pair in pairs { try await read(pair, into: &optOuts) }
        return optOuts
    }

    /// Likewise, but a source that cannot be read is a doubt about everybody.
    func add(to optOuts: inout OptOuts) async throws {
        for pair in pairs {
            do {
                try await read(pair, into: &optOuts)
            } catch EngineError.stopped {
                throw EngineError.stopped
            } catch let error as any ExplainedError {
                optOuts.doubt(pair.source.name, because: error.what)
            }
        }
    }

    /// What rows say, and nothing of those that may be missing.
    func addRows(to optOuts: inout OptOuts) async throws {
        for pair in pairs { _ = try await readRows(pair, into: &optOuts) }
    }

    private func read(_ pair: Pair, into optOuts: inout OptOuts) async throws {
        guard let proof = try await readRows(pair, into: &optOuts) else { return }
        let memory = try run.store.sourceMemory(pair.name)
        let doubt = Completeness.doubt(
            flaw: proof.incomplete, records: proof.count, endsCleanly: proof.endsCleanly, before: memory,
            missing: max(0, (memory?.records ?? 0) - proof.count), allowances: run.options.allowances)
        if let doubt { optOuts.doubt(pair.source.name, because: doubt) }
    }

    /// - Returns: nil if the pair's source does not say who opted out.
    private func readRows(_ pair: Pair, into optOuts: inout OptOuts) async throws -> ScanProof? {
        guard pair.mapping.fields.contains(where: \.isOptOut), let table = pair.source.scannable,
            let reader = try OptOutReader(
                pair.mapping, rows: RowForm(try await table.schema()), names: pair.schema.lookedUpBy)
        else { return nil }
        var words: [(key: String, word: OptOutRow.Word)] = []
        let proof = try await table.scan { batch in
            try run.stop.check()
            batch.forEachRow(reader.rows) { record, row in
                guard let said = reader.said(record, row) else { return }
                optOuts.add(said)
                if let key = reader.key(of: row) { words.append((key, said.word)) }
            }
        }
        try addLinked(words, of: pair, to: &optOuts)
        return proof
    }

    /// What a row says counts for the project record that it is linked to, whatever the two are known by now.
    private func addLinked(
        _ words: [(key: String, word: OptOutRow.Word)], of pair: Pair, to optOuts: inout OptOuts
    ) throws {
        for words in words.groups(of: PairPlanning.batchSize) {
            let linked = try run.store.linkedRecords(pair.name, sourceKeys: words.map(\.key))
            let ids = Dictionary(
                linked.map { ($0.link.link.sourceKey, $0.link.link.projectID) }, uniquingKeysWith: { first, _ in first }
            )
            for (key, word) in words {
                if let id = ids[key] { optOuts.add(word, id: id) }
            }
        }
    }
}
