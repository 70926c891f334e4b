import AccordCore
import AccordSQLite
import AccordTables

/// A source row, mapped.
struct SourceRow {
    var record: Record
    var fingerprint: Fingerprint?
    var place: Place
    /// Why it cannot be used, if it cannot; its good values still tell who it is.
    var quarantine: Quarantine?

    var side: Pairing.SourceSide {
        if let quarantine { return .unusable(quarantine, place: place, readable: record) }
        return .present(record, fingerprint: fingerprint, place: place)
    }
}

/// What reading the source gave, besides its rows.
struct SourcePass {
    var reading: SideReading
    /// Nil if the source was not read.
    var report: SourceReport?
}

extension PairPlanner {
    /// Streams the source once. A row whose bytes are those of a settled link costs a look-up and nothing more.
    mutating func readSource() async throws -> SourcePass {
        let stamp = try await pair.source.stamp()
        // Which linked rows the mapping leaves out, only the rows themselves say.
        if let memory, memory.stamp == stamp.text, !mappingChanged, !options.full, openIntents.isEmpty,
            pair.mapping.only == nil
        {
            return SourcePass(
                reading: SideReading(
                    mode: .notRead, records: memory.records, read: 0, stamp: stamp.text,
                    endsCleanly: memory.endsCleanly),
                report: nil)
        }
        let report = try await pair.streamSource(store, reader, planned: earlier) { item, lookup, mapper in
            switch item {
            case .broken(let row): try decide(broken: row, mapper)
            case .record(let raw): try decide(raw, lookup, mapper)
            }
        }
        rest()
        quarantineDuplicates(report.duplicateKeys)
        return SourcePass(
            reading: SideReading(
                mode: .full, records: report.count, read: report.count, incomplete: report.incomplete,
                stamp: report.stamp.text, endsCleanly: report.endsCleanly),
            report: report)
    }

    private mutating func decide(_ raw: RawRecord, _ lookup: StateStore.Lookup?, _ mapper: RecordMapper) throws {
        if mapper.leavesOut(raw) { return leaveOut(raw, lookup, mapper) }
        guard let key = mapper.key(of: raw) else {
            entries.append(
                Entry(
                    label: "row \(raw.place.line)", sourceKey: nil, projectID: nil, present: [.source],
                    place: raw.place, bucket: .quarantined,
                    quarantine: pair.noKey))
            let values = matchValues(mapper.map(raw).record.values)
            waiting.append(WaitingRow(place: raw.place, values: values, hasKey: false))
            return
        }
        guard let lookup else {
            let mapped = mapper.map(raw)
            unlinked.append(
                SourceRow(
                    record: mapped.record, fingerprint: raw.fingerprint, place: raw.place,
                    quarantine: mapped.quarantine))
            return
        }
        if seen.contains(lookup) {
            // A second row with this key may be somebody else's.
            let values = matchValues(mapper.map(raw).record.values)
            waiting.append(WaitingRow(place: raw.place, values: values, hasKey: false))
        }
        seen.insert(lookup)
        if lookup.sourceFingerprint == raw.fingerprint, lookup.projectSettled, !mappingChanged,
            openIntents.bySourceKey[key] == nil
        {
            unchangedRows += 1
            return
        }
        guard let link = try store.link(pair.name, sourceKey: key) else { return }
        let mapped = mapper.map(raw)
        let row = SourceRow(
            record: mapped.record, fingerprint: raw.fingerprint, place: raw.place, quarantine: mapped.quarantine)
        try decide(link, source: row.side)
    }

    /// Another row with its key may be the one that is meant: that is known when all are read.
    private mutating func leaveOut(_ raw: RawRecord, _ lookup: StateStore.Lookup?, _ mapper: RecordMapper) {
        leftOutRows += 1
        guard let key = mapper.key(of: raw), lookup != nil || openIntents.bySourceKey[key] != nil else { return }
        resting[key] = .some(lookup)
    }

    /// A linked row that is left out has not vanished, and nothing is done about it on either side.
    private mutating func rest() {
        for (key, lookup) in resting {
            guard let lookup else { continue }
            if seen.contains(lookup) {
                resting[key] = nil
            } else {
                seen.insert(lookup)
                decided.insert(lookup.projectID)
            }
        }
    }

    /// A row that is not a record: its key, if it can be told, has not vanished.
    private mutating func decide(broken row: BrokenRecord, _ mapper: RecordMapper) throws {
        let quarantine = Quarantine(.unreadable, row.reason)
        let key = mapper.key(of: RawRecord(place: row.place, header: mapper.header, cells: row.cells))
        if let key, let lookup = try store.withReader({ try $0.lookup(pair.name, sourceKey: key) }),
            !seen.contains(lookup), let link = try store.link(pair.name, sourceKey: key)
        {
            seen.insert(lookup)
            try decide(link, source: .unusable(quarantine, place: row.place))
            return
        }
        entries.append(
            Entry(
                label: "row \(row.place.line)", sourceKey: key, projectID: nil, present: [.source],
                place: row.place, bucket: .quarantined, quarantine: quarantine))
        // Its cells may stand in other columns than their own, the key too.
        let values = pair.mapping.match.flatMap { field in
            mapper.guesses(field, in: row.cells).map { MatchValue(field: field, value: $0) }
        }
        waiting.append(WaitingRow(place: row.place, values: Set(values), hasKey: false))
    }

    /// Decides a linked record, with whatever a stopped run left of it.
    mutating func decide(_ link: Link, linking: LinkChange = .none, source: Pairing.SourceSide) throws {
        var (link, linking) = (link, linking)
        var mirror = try store.projectRecord(pair.name, link.projectID)
        let intent = openIntents.bySourceKey[link.sourceKey] ?? openIntents.byProjectID[link.projectID]
        if mirror?.gone ?? true, let heir = try heir(of: link, last: mirror, source, intent) {
            decided.insert(link.projectID)
            adopted[heir.id] = link.sourceKey
            link = Link(pair: pair.name, sourceKey: link.sourceKey, projectID: heir.id)
            linking = .new(why: "gone from the project, and made there again")
            mirror = heir
        }
        if mirror?.gone ?? true, intent?.createsInProject ?? false,
            case .present(let row, let fingerprint, let place) = source
        {
            // The old one is deleted, and the new one was not created: the row has none, whatever becomes of this run.
            var entry = reconciler.decide(onlyInSource: row, fingerprint: fingerprint, place: place)
            if entry.quarantine == nil { (entry.projectID, entry.link) = (link.projectID, .removed) }
            entries.append(entry)
            decided.insert(link.projectID)
            return
        }
        if let mirror, mirror.archived, intent?.operations.contains(where: { $0.kind == .archive }) ?? false {
            // It happened, and was not settled.
            link.state = .archived
        }
        var pairing = Pairing(
            link: link, linking: linking, source: source, project: mirror.map(\.side) ?? .gone,
            resolutions: resolutions(of: link, source.record, mirror?.record))
        var repaired: [Agreement] = []
        if let intent {
            (pairing.link, repaired) = Recovery.absorb(
                intent, into: link, source: source.record, project: pairing.project.record)
        }
        var entry = reconciler.decide(pairing)
        if entry.quarantine == nil {
            let later = Set(entry.agreements.map(\.field))
            entry.agreements = repaired.filter { !later.contains($0.field) } + entry.agreements
        }
        entries.append(entry)
        decided.insert(link.projectID)
    }

    /// What a person decided about this record, as long as both sides still say what they said then.
    private func resolutions(of link: Link, _ source: Record?, _ project: Record?) -> [String: Side] {
        var sides: [String: Side] = [:]
        for item in resolved[link.sourceKey] ?? [] {
            guard let field = item.conflict.field else {
                if item.conflict.remaining == (source ?? project)?.fingerprint { sides[""] = item.resolution }
                continue
            }
            guard source?[field] == item.conflict.source, project?[field] == item.conflict.project else { continue }
            sides[field] = item.resolution
        }
        return sides
    }

    /// Which of several rows with one key is meant is not for Accord to say.
    private mutating func quarantineDuplicates(_ keys: Set<String>) {
        guard !keys.isEmpty else { return }
        let quarantine = Quarantine(.duplicateKey, "another row has the same key")
        for index in entries.indices where entries[index].quarantine == nil {
            if let key = entries[index].sourceKey, keys.contains(key) {
                entries[index] = entries[index].quarantined(quarantine)
            }
        }
        for index in unlinked.indices where keys.contains(unlinked[index].record.key) {
            unlinked[index].quarantine = quarantine
        }
        // One of them has a key that is not its own, and whose that is cannot be told.
        waiting.append(WaitingRow(place: nil, values: [], hasKey: false))
    }
}

extension MirrorRecord {
    var record: Record { Record(key: id, values: values, modified: modified) }

    var side: Pairing.ProjectSide {
        gone ? .gone : .present(record, isArchived: archived, fingerprint: fingerprint)
    }
}
