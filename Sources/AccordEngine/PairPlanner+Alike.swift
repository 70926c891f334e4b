import AccordCore
import AccordSQLite

/// Records without a name of their own, such as payments: told by all they say, and as many as there are rows alike.
extension PairPlanner {
    /// Each row is one of those alike that no other row is: one without a link, or one whose own row was not found, which
    /// is the same row under another key.
    mutating func linkAlike() throws {
        for row in unlinked {
            let alike = try row.quarantine == nil ? alike(row.record.values) : []
            if let quarantine = row.quarantine {
                wait(row, quarantine)
            } else if let record = try alike.first(where: isFree) {
                adopted[record.id] = row.record.key
                let fields = pair.resource.toldBy.filter { !row.record[$0].isNull }.joined(separator: ", ")
                try decide(
                    Link(pair: pair.name, sourceKey: row.record.key, projectID: record.id),
                    linking: .new(why: "same \(fields)"), source: row.side)
            } else if let record = alike.first(where: { vanished[$0.id] != nil }),
                var link = vanished.removeValue(forKey: record.id)
            {
                let oldKey = link.sourceKey
                link.sourceKey = row.record.key
                try decide(link, linking: .moved(fromKey: oldKey), source: row.side)
            } else if let record = alike.first(where: { withheldIDs.contains($0.id) }) {
                wait(
                    row,
                    Quarantine(
                        .ambiguous,
                        "\(pair.resource.label) \(record.id) says the same, and its own row was not found: this may be it"
                    ))
            } else {
                entries.append(
                    reconciler.decide(onlyInSource: row.record, fingerprint: row.fingerprint, place: row.place))
            }
        }
        try decideGone()
    }

    /// The project records that say the same of every field that tells one, as far as it is given.
    private func alike(_ values: [String: Value]) throws -> [MirrorRecord] {
        guard let first = pair.resource.knownBy.first, var value = values[first], !value.isNull else { return [] }
        if case .date(let day) = value { value = .timestamp(day.midnight) }
        return try store.candidates(pair.name, matchIndex: 0, value: value.description)
            .compactMap { try store.projectRecord(pair.name, $0) }
            .filter { pair.resource.tells($0.values, from: values) }
    }

    private func isFree(_ record: MirrorRecord) throws -> Bool {
        try adopted[record.id] == nil && store.link(pair.name, projectID: record.id) == nil
    }

    /// One alike that no row has yet.
    func freeAlike(_ values: [String: Value]) throws -> MirrorRecord? { try alike(values).first(where: isFree) }
}
