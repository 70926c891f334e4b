import AccordCore
import AccordTables

/// By what a record could be known.
struct MatchValue: Hashable {
    var field: String
    var value: Value
}

/// A source row of which a person has to say whose it is.
struct WaitingRow {
    /// Nil: one of several.
    var place: Place?
    var values: Set<MatchValue>
    /// Without a key of its own it may be any record's that was not found.
    var hasKey: Bool
}

/// Links whose source record was not found: what is gone, and what may only seem so.
extension PairPlanner {
    func matchValues(_ values: [String: Value]) -> Set<MatchValue> {
        Set(
            pair.mapping.match.compactMap { field in
                guard let value = values[field], !value.isNull else { return nil }
                return MatchValue(field: field, value: value)
            })
    }

    mutating func decideVanished(_ pass: SourcePass) throws {
        guard let report = pass.report else { return }
        let missing = try store.linksNotSeen(pair.name, seen)
        sourceDoubt = doubt(report, missing: missing.filter { $0.state == .active }.count)
        guard !missing.isEmpty else { return }
        if let doubt = sourceDoubt {
            notes.append(
                "\(missing.count) linked records were not found in the source, and nothing is done about them: "
                    + "\(pair.source.name): \(doubt)")
            for link in missing { try withhold(link, "not found in the source, whose read is in doubt") }
            return
        }
        vanished = Dictionary(missing.map { ($0.projectID, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func doubt(_ report: SourceReport, missing: Int) -> String? {
        // A name that nobody uses any more is no loss.
        if pair.isDerived { return nil }
        let doubt = Completeness.doubt(
            flaw: report.incomplete, records: report.count, endsCleanly: report.endsCleanly, before: memory,
            missing: missing, allowances: options.allowances)
        if let doubt { return doubt }
        guard missing > 0, let row = waiting.first(where: { !$0.hasKey && $0.values.isEmpty }) else { return nil }
        return row.place.map { "whose line \($0.line) is cannot be told" } ?? "several rows have the same key"
    }

    /// A linked project record about which nothing can be said in this run.
    mutating func withhold(_ link: Link, _ note: String) throws {
        decided.insert(link.projectID)
        withheldIDs.insert(link.projectID)
        guard let mirror = try store.projectRecord(pair.name, link.projectID), !mirror.gone else { return }
        entries.append(
            Entry(
                label: reconciler.label(of: mirror.record), sourceKey: link.sourceKey, projectID: link.projectID,
                present: [.project], bucket: .withheld, note: note))
    }

    /// What was not found and no waiting row can be is gone.
    mutating func decideGone() throws {
        var rows: [MatchValue: WaitingRow] = [:]
        for row in waiting {
            for value in row.values { rows[value] = row }
        }
        for link in vanished.values.sorted(by: { $0.sourceKey < $1.sourceKey }) {
            let last = try store.projectRecord(pair.name, link.projectID)?.values ?? [:]
            let known = matchValues(link.sourceBase).union(matchValues(last))
            if let value = known.first(where: { rows[$0] != nil }), let row = rows[value] {
                let place = row.place.map { "the record at \($0)" } ?? "another record"
                try withhold(link, "not found in the source, and \(place) has the same \(value.field)")
            } else {
                try decide(link, source: .gone)
            }
        }
    }
}
