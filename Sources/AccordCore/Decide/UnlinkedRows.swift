/// Decides source rows without a link: which project record each of them is, or that it is a new one.
public struct UnlinkedRows: Sendable {
    public let context: DecisionContext

    public init(_ context: DecisionContext) { self.context = context }

    /// Whether nothing but a row itself bears on how it is matched: no other row has its values or those of a record that
    /// it could be. Such a row may be decided alone; the others are decided together.
    ///
    /// - Parameter counts: the values of all rows without a link.
    public func isAlone(_ row: SourceRow, _ counts: ValueCounts, _ known: Knowledge) throws(Needs) -> Bool {
        if row.quarantine != nil { return true }
        for value in context.matchValues(row.record.values) {
            if counts.isShared(value) { return false }
            for id in try known.holders(of: value) {
                guard let record = try known.record(id) else { continue }
                // One that this row has too is this row's alone, or shared.
                let own = context.matchValues(row.record.values)
                for other in context.matchValues(record.values) where !own.contains(other) {
                    if counts.contains(other) { return false }
                }
            }
        }
        return true
    }

    /// Decides a row none of whose values another row or a project record has: it is a new one. Nil if there is more to
    /// look at.
    public func decideNew(_ row: SourceRow, _ counts: ValueCounts, _ known: Knowledge) -> Entry? {
        guard row.quarantine == nil else { return nil }
        for field in context.mapping.match {
            guard let value = context.schema.lookup(field, in: row.record.values) else { continue }
            let holders = try? known.holders(of: value)
            guard holders?.isEmpty == true, !counts.isShared(value) else { return nil }
        }
        return context.reconciler.decide(onlyInSource: row.record, fingerprint: row.fingerprint, place: row.place)
    }

    /// Decides rows together, in their order: usable ones are matched first.
    public func decide(
        _ rows: [SourceRow], pair: String, _ decisions: inout Decisions, _ known: Knowledge
    ) throws(Needs) -> [Entry] {
        var entries: [Entry] = []
        let usable = rows.filter { $0.quarantine == nil }
        if context.isOneText {
            for row in usable { entries += try decideName(row, pair: pair, &decisions, known) }
        } else {
            for (row, match) in zip(usable, try matches(usable, decisions, known)) {
                entries += try carryOut(match, row, pair: pair, &decisions, known)
            }
        }
        for row in rows {
            if let quarantine = row.quarantine { entries.append(setAside(row, quarantine, &decisions)) }
        }
        return entries
    }

    private func matches(
        _ rows: [SourceRow], _ decisions: Decisions, _ known: Knowledge
    ) throws(Needs) -> [Linker.Match] {
        let linker = Linker(fields: context.mapping.match, title: context.schema.title, label: context.schema.label)
        let unlinked = rows.map {
            Linker.Unlinked(key: $0.record.key, place: $0.place, values: context.compared($0.record.values))
        }
        return try linker.match(unlinked) { (field, value) throws(Needs) in
            try candidates(FieldValue(field: field, value: value), decisions, known)
        }
    }

    /// A row that is one text.
    private func decideName(
        _ row: SourceRow, pair: String, _ decisions: inout Decisions, _ known: Knowledge
    ) throws(Needs) -> [Entry] {
        switch try NamedRows(context).match(row, decisions, known) {
        case .own(let match): return try carryOut(match, row, pair: pair, &decisions, known)
        case .another(let record):
            return [
                Entry(
                    label: context.schema.label(of: row.record), sourceKey: row.record.key, projectID: nil,
                    present: [.source], place: row.place, bucket: .leftAlone, note: .names(record))
            ]
        }
    }

    private func carryOut(
        _ match: Linker.Match, _ row: SourceRow, pair: String, _ decisions: inout Decisions, _ known: Knowledge
    ) throws(Needs) -> [Entry] {
        let linked = LinkedRecords(context)
        switch match {
        case .found(let id, let field):
            return [
                try linked.decide(
                    Link(pair: pair, sourceKey: row.record.key, projectID: id),
                    linking: .new(.sameValues(fields: [field])), source: row.side, &decisions, known)
            ]
        case .moved(let id, let oldKey, _):
            guard let other = try known.link(projectID: id), decisions.find(other.number) else { return [] }
            var link = other.link
            link.sourceKey = row.record.key
            return [try linked.decide(link, linking: .moved(fromKey: oldKey), source: row.side, &decisions, known)]
        case .ambiguous(let message, let candidates):
            var entries = [setAside(row, Quarantine(.ambiguous, message), &decisions)]
            for id in candidates {
                guard let other = try known.link(projectID: id), decisions.find(other.number) else { continue }
                let reason = Reason.notFoundMayBe(place: row.place.map { "\($0)" } ?? row.record.key)
                let mirror = try known.record(id)
                if let entry = MissingRecords(context).withheld(other.link, reason, mirror, &decisions) {
                    entries.append(entry)
                }
            }
            return entries
        case .none:
            return [context.reconciler.decide(onlyInSource: row.record, fingerprint: row.fingerprint, place: row.place)]
        }
    }

    /// Project records with a value, as the linker wants them.
    private func candidates(
        _ value: FieldValue, _ decisions: Decisions, _ known: Knowledge
    ) throws(Needs) -> [Linker.Candidate] {
        guard context.schema.lookedUpBy.contains(value.field) else { return [] }
        var candidates: [Linker.Candidate] = []
        for id in try known.holders(of: value) {
            guard let mirror = try known.record(id) else { continue }
            let link = try known.link(projectID: id)
            let newKey = decisions.newlyLinked[id]
            let isGone = link.map { decisions.missing.contains($0.number) } ?? false
            candidates.append(
                Linker.Candidate(
                    projectID: id, linkedKey: newKey ?? link?.link.sourceKey,
                    linkedKeyIsGone: newKey == nil && isGone, values: context.compared(mirror.values)))
        }
        return candidates
    }

    /// A row of which a person has to say whose it is.
    func setAside(_ row: SourceRow, _ quarantine: Quarantine, _ decisions: inout Decisions) -> Entry {
        decisions.add(
            UnidentifiedRow(place: row.place, values: context.matchValues(row.record.values), hasKey: true))
        return Entry(
            label: context.schema.label(of: row.record), sourceKey: row.record.key, projectID: nil,
            present: [.source], place: row.place, bucket: .quarantined, quarantine: quarantine)
    }
}
