import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Who opted out in the people's own sources is not asked, though the project may not know it yet: their row may wait, or
/// their pair be left out of this run.
extension ReviewRequests {
    /// Reads what all sources of people say now.
    func optOuts(_ run: PlanningRun) async throws -> OptOuts {
        var optOuts = OptOuts(suppression: try run.store.suppressionList())
        for pair in sources { try await read(pair, run, into: &optOuts) }
        return optOuts
    }

    private func read(_ pair: Pair, _ run: PlanningRun, into optOuts: inout OptOuts) async throws {
        guard let optOut = pair.mapping.fields.first(where: \.isOptOut)?.name, let table = pair.source.scannable else {
            return
        }
        let names = pair.schema.lookedUpBy
        var mapping = pair.mapping
        mapping.fields = mapping.fields.filter { $0.isOptOut || names.contains($0.name) }
        let mapper = try RecordMapper(mapping: mapping, schema: try await table.schema())
        let proof = try await table.scan { batch in
            try run.stop.check()
            batch.forEachRow(mapper.rows) { record, row in
                optOuts.add(record, row, mapper, optOut: optOut, names: names)
            }
        }
        let memory = try run.store.sourceMemory(pair.name)
        let doubt = Completeness.doubt(
            flaw: proof.incomplete, records: proof.count, endsCleanly: proof.endsCleanly, before: memory,
            missing: max(0, (memory?.records ?? 0) - proof.count), allowances: run.options.allowances)
        if let doubt { optOuts.doubt(table.name, because: doubt) }
    }

    /// The same, knowing who opted out by now: it may have been written since the plan was made.
    public func begun(by run: PlanningRun) async throws -> any MessageSender {
        var sender = self
        (sender.optOuts, sender.claims) = (try await optOuts(run), Claims())
        return sender
    }
}
