import AccordCore
import AccordSQLite

extension PairPlanner {
    /// Project records that changed, vanished, or have no link, and that no source row has spoken for.
    mutating func decideProjectRecords(_ pass: SourcePass) throws {
        var waitingFor: [MatchValue: WaitingRow] = [:]
        for row in waiting {
            for value in row.values { waitingFor[value] = row }
        }
        var unlinked: [MirrorRecord] = []
        for mirror in try store.unsettledProjectRecords(pair.name) where !decided.contains(mirror.id) {
            if let link = try store.link(pair.name, projectID: mirror.id) {
                // Reached only when the source was not read: it still holds what it held.
                let source = Record(key: link.sourceKey, values: link.sourceBase)
                let isThere = link.state == .active || link.state == .goneFromProject
                try decide(
                    link,
                    source: isThere ? .present(source, fingerprint: link.sourceFingerprint, place: nil) : .gone)
            } else if !mirror.gone {
                unlinked.append(mirror)
            }
        }
        for mirror in unlinked where !decided.contains(mirror.id) {
            entries.append(try onlyInProject(mirror, waitingFor))
        }
    }

    private func onlyInProject(_ mirror: MirrorRecord, _ waiting: [MatchValue: WaitingRow]) throws -> Entry {
        let entry = reconciler.decide(
            onlyInProject: mirror.record, isArchived: mirror.archived, fingerprint: mirror.fingerprint)
        for field in pair.mapping.match {
            guard let row = waiting[MatchValue(field: field, value: mirror.values[field] ?? .null)] else { continue }
            // The row is this person, or may be: a second row would double them.
            let place = row.place.map { "the record at \($0)" } ?? "a record"
            return entry.quarantined(
                Quarantine(.ambiguous, "\(place) has the same \(field) and waits for a person"))
        }
        guard !entry.operations.isEmpty, let other = try linkedNamesake(of: mirror) else { return entry }
        return entry.quarantined(
            Quarantine(
                .ambiguous,
                "\(pair.resource.label) \(other.projectID) is known by the same, and is source record \(other.sourceKey)"
            ))
    }

    /// The link of another project record that is known by the same, unless both of its records are gone.
    private func linkedNamesake(of mirror: MirrorRecord) throws -> Link? {
        for other in try namesakes(of: mirror.values, gone: true) where other.id != mirror.id {
            guard let link = try store.link(pair.name, projectID: other.id) else { continue }
            if other.gone && vanished[other.id] != nil { continue }
            return link
        }
        return nil
    }
}
