import AccordConnectors
import AccordCore
import AccordStore

extension PairPlanner {
    /// Links whose source record a whole read did not find.
    mutating func decideVanished(_ pass: SourcePass) throws {
        guard let report = pass.report else { return }
        let missing = try store.linksNotSeen(pair.name, seen)
        sourceDoubt = doubt(report, missing: missing.filter { $0.state == .active }.count)
        guard !missing.isEmpty else { return }
        if let doubt = sourceDoubt {
            notes.append(
                "\(missing.count) linked records were not found in the source, and nothing is done about them: "
                    + "\(pair.source.name): \(doubt)")
            withheld = missing.count
            for link in missing { rest(link, note: "not found in the source, whose read is in doubt") }
            return
        }
        vanished = Dictionary(missing.map { ($0.projectID, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func doubt(_ report: SourceReport, missing: Int) -> String? {
        Completeness.doubt(
            flaw: report.incomplete, records: report.count, endsCleanly: report.endsCleanly, before: memory,
            missing: missing, allowances: options.allowances)
    }

    /// A linked project record about which nothing can be said in this run.
    private mutating func rest(_ link: Link, note: String) {
        decided.insert(link.projectID)
        guard let mirror = try? store.projectRecord(pair.name, link.projectID), !mirror.gone else { return }
        entries.append(
            Entry(
                label: reconciler.label(of: mirror.record), sourceKey: link.sourceKey, projectID: link.projectID,
                present: [.project], bucket: .resting, note: note))
    }

    /// Finds for every row without a link the project record that is the same person, or plans to create one.
    mutating func linkUnlinked(_ pass: SourcePass) throws {
        try adoptCreated()
        try adoptWritten()
        let linker = Linker(fields: pair.mapping.match, label: pair.resource.label)
        let usable = unlinked.filter { $0.quarantine == nil }
        let records = usable.map { row in
            Linker.Unlinked(key: row.record.key, place: row.place, values: row.record.values)
        }
        let matches = try linker.match(records) { field, value in try candidates(field, value) }
        for (row, match) in zip(usable, matches) {
            switch match {
            case .found(let id, let field):
                try decide(
                    Link(pair: pair.name, sourceKey: row.record.key, projectID: id),
                    linking: .new(why: "same \(field)"), source: row.side)
            case .moved(let id, let oldKey, _):
                guard var link = vanished.removeValue(forKey: id) else { continue }
                link.sourceKey = row.record.key
                try decide(link, linking: .moved(fromKey: oldKey), source: row.side)
            case .ambiguous(let message):
                waiting.append(row)
                entries.append(quarantined(row, Quarantine(.ambiguous, message)))
            case .none:
                entries.append(
                    reconciler.decide(onlyInSource: row.record, fingerprint: row.fingerprint, place: row.place))
            }
        }
        for row in unlinked {
            guard let quarantine = row.quarantine else { continue }
            waiting.append(row)
            entries.append(quarantined(row, quarantine))
        }
        for link in vanished.values.sorted(by: { $0.sourceKey < $1.sourceKey }) { try decide(link, source: .gone) }
    }

    private func quarantined(_ row: SourceRow, _ quarantine: Quarantine) -> Entry {
        Entry(
            label: reconciler.label(of: row.record), sourceKey: row.record.key, projectID: nil, present: [.source],
            place: row.place, bucket: .quarantined, quarantine: quarantine)
    }

    /// Project records with a value, as the linker wants them.
    private func candidates(_ field: String, _ value: Value) throws -> [Linker.Candidate] {
        guard let index = pair.resource.knownBy.firstIndex(of: field) else { return [] }
        return try store.candidates(pair.name, matchIndex: index, value: value.description).compactMap { id in
            guard let mirror = try store.projectRecord(pair.name, id) else { return nil }
            let link = try store.link(pair.name, projectID: id)
            let adoptedBy = adopted[id]
            return Linker.Candidate(
                projectID: id, linkedKey: adoptedBy ?? link?.sourceKey,
                linkedKeyIsGone: adoptedBy == nil && vanished[id] != nil, values: mirror.values)
        }
    }

    // MARK: - Creates whose answer never came

    /// A create that a stopped run had begun, and that is seen to have happened, gets its link as if it had answered.
    private mutating func adoptCreated() throws {
        for (key, intent) in openIntents.bySourceKey.sorted(by: { $0.key < $1.key })
        where intent.operations.contains(where: { $0.side == .project && $0.kind == .create }) {
            guard try store.link(pair.name, sourceKey: key).map({ $0.state == .goneFromProject }) ?? true,
                let id = try createdRecord(of: intent)
            else { continue }
            adopted[id] = key
            let link = Link(pair: pair.name, sourceKey: key, projectID: id)
            let why = LinkChange.new(why: "created by a run that was stopped")
            let row = takeUnlinked(key: key)
            try decide(link, linking: why, source: row?.side ?? .gone)
        }
    }

    /// Likewise a row that it had begun to write into the source.
    private mutating func adoptWritten() throws {
        for (id, _) in openIntents.byProjectID.sorted(by: { $0.key < $1.key }) {
            guard try store.link(pair.name, projectID: id) == nil,
                let row = takeUnlinked(key: RecordMapper.newKey(projectID: id))
            else { continue }
            try decide(
                Link(pair: pair.name, sourceKey: row.record.key, projectID: id),
                linking: .new(why: "written by a run that was stopped"), source: row.side)
        }
    }

    private mutating func takeUnlinked(key: String) -> SourceRow? {
        unlinked.firstIndex { $0.record.key == key }.map { unlinked.remove(at: $0) }
    }

    /// The unlinked project record that has the values by which the service would have found the one created.
    private func createdRecord(of intent: Entry) throws -> String? {
        for (index, field) in pair.resource.knownBy.enumerated() {
            let value = OpenIntents.createdValue(intent, field)
            guard !value.isNull else { continue }
            let ids = try store.candidates(pair.name, matchIndex: index, value: value.description)
            let free = try ids.filter { try store.link(pair.name, projectID: $0) == nil && adopted[$0] == nil }
            if let id = free.first, free.count == 1 { return id }
        }
        return nil
    }
}
