import AccordCore
import AccordState

/// Loads who opted out, beside what the rows that are decided say of themselves.
struct OptOutKnowledge {
    let pair: Pair
    let run: PlanningRun

    private var store: any StateStore { run.store }

    /// Whoever opted out is made nobody who gets messages: by the suppression list, by rows of the source that
    /// cannot be used, or by the sources of other pairs of the same people.
    func optOuts(_ source: SourceChanges) async throws -> OptOuts {
        var optOuts = source.optOuts
        optOuts.suppression = try store.suppressionList()
        guard pair.schema.field(.optOut) != nil else { return optOuts }
        if !source.unlinked.isEmpty, pair.mapping.creates.contains(.project) {
            try addVanished(source.missing.numbers, to: &optOuts)
        }
        let others = run.others(like: pair)
        guard !others.isEmpty, try hasOpenRecords(source) else { return optOuts }
        try await OptOutRead(others, run).add(to: &optOuts)
        return optOuts
    }

    /// Adds who opted out and whose row is gone. One who is gone since an earlier run is known by a full name alone: a
    /// first name has many.
    private func addVanished(_ numbers: [Int64], to optOuts: inout OptOuts) throws {
        for numbers in numbers.groups(of: PairPlanning.batchSize) {
            let links = try store.links(pair.name, numbers: numbers).map(\.link)
            let records = try store.projectRecords(pair.name, Set(links.map(\.projectID)))
            for link in links {
                guard let record = records[link.projectID]?.record else { continue }
                let inSource = Record(key: link.sourceKey, values: link.sourceBase)
                guard pair.schema.isOut(record) || pair.schema.isOut(inSource) else { continue }
                let title = pair.schema.title(of: record)
                guard link.state == .active || title.contains(where: \.isWhitespace) else { continue }
                optOuts.addVanished(called: title)
            }
        }
    }

    /// Something may have to be done in the project: a row has to be decided, or a record that a row is linked to.
    private func hasOpenRecords(_ source: SourceChanges) throws -> Bool {
        if !source.linked.isEmpty || !source.unlinked.isEmpty || !source.begun.isEmpty { return true }
        var last = ""
        while true {
            let ids = try store.unsettledProjectRecords(pair.name, after: last, limit: PairPlanning.batchSize).map(\.id)
            guard let end = ids.last else { return false }
            if try !store.links(pair.name, projectIDs: Set(ids)).isEmpty { return true }
            last = end
        }
    }
}
