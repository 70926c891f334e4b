import AccordConnectors
import AccordCore
import AccordStore

extension PairPlanner {
    /// Project records that changed, vanished, or have no link, and that no source row has spoken for.
    mutating func decideProjectRecords(_ pass: SourcePass) throws {
        let waiting = matchValuesOfWaitingRows()
        for mirror in try store.unsettledProjectRecords(pair.name) where !decided.contains(mirror.id) {
            if let link = try store.link(pair.name, projectID: mirror.id) {
                // Reached only when the source was not read: it still holds what it held.
                let source = Record(key: link.sourceKey, values: link.sourceBase)
                let isThere = link.state == .active || link.state == .goneFromProject
                try decide(
                    link,
                    source: isThere ? .present(source, fingerprint: link.sourceFingerprint, place: nil) : .gone)
            } else if !mirror.gone {
                entries.append(unlinked(mirror, waiting: waiting))
            }
        }
    }

    private func unlinked(_ mirror: MirrorRecord, waiting: [MatchValue: SourceRow]) -> Entry {
        let entry = reconciler.decide(
            onlyInProject: mirror.record, isArchived: mirror.archived, fingerprint: mirror.fingerprint)
        for field in pair.mapping.match {
            guard let row = waiting[MatchValue(field: field, value: mirror.record[field])] else { continue }
            // The row is this person, or may be: a second row would double them.
            return entry.quarantined(
                Quarantine(.ambiguous, "the record at \(row.place) has the same \(field) and waits for a person"))
        }
        return entry
    }

    struct MatchValue: Hashable {
        var field: String
        var value: Value
    }

    /// By what rows that wait for a person could be known.
    private func matchValuesOfWaitingRows() -> [MatchValue: SourceRow] {
        var values: [MatchValue: SourceRow] = [:]
        for row in waiting {
            for field in pair.mapping.match where !row.record[field].isNull {
                values[MatchValue(field: field, value: row.record[field])] = row
            }
        }
        return values
    }
}
