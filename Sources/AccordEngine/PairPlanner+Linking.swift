import AccordCore
import AccordSQLite

extension PairPlanner {
    /// Finds for every row without a link the project record that is the same person, or plans to create one.
    mutating func linkUnlinked(_ pass: SourcePass) throws {
        try adoptCreated()
        try adoptWritten()
        guard pair.resource.toldBy.isEmpty else { return try linkAlike() }
        let linker = Linker(fields: pair.mapping.match, title: pair.resource.title, label: pair.resource.label)
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
            case .ambiguous(let message, let candidates):
                wait(row, Quarantine(.ambiguous, message))
                for id in candidates {
                    guard let link = vanished.removeValue(forKey: id) else { continue }
                    try withhold(link, "not found in the source, and the record at \(row.place) may be it")
                }
            case .none:
                entries.append(
                    reconciler.decide(onlyInSource: row.record, fingerprint: row.fingerprint, place: row.place))
            }
        }
        for row in unlinked {
            if let quarantine = row.quarantine { wait(row, quarantine) }
        }
        try decideGone()
    }

    mutating func wait(_ row: SourceRow, _ quarantine: Quarantine) {
        waiting.append(WaitingRow(place: row.place, values: matchValues(row.record.values), hasKey: true))
        entries.append(
            Entry(
                label: reconciler.label(of: row.record), sourceKey: row.record.key, projectID: nil,
                present: [.source], place: row.place, bucket: .quarantined, quarantine: quarantine))
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
        for (key, intent) in openIntents.bySourceKey.sorted(by: { $0.key < $1.key }) where intent.createsInProject {
            guard try store.link(pair.name, sourceKey: key) == nil, let id = try createdRecord(of: intent),
                let mirror = try store.projectRecord(pair.name, id)
            else { continue }
            adopted[id] = key
            var link = Link(pair: pair.name, sourceKey: key, projectID: id)
            // What was to follow the create has not happened, or is seen to have: the source's value stands.
            for change in intent.operations.filter({ $0.kind == .update }).flatMap(\.changes) {
                link.projectBase[change.field] = mirror.values[change.field]
            }
            let row = takeUnlinked(key: key)
            if row == nil, resting.keys.contains(key) {
                try withhold(link, "created by a run that was stopped, and the mapping leaves its row out now")
                continue
            }
            if row == nil, sourceDoubt != nil || waiting.contains(where: { !$0.hasKey }) {
                try withhold(link, "created by a run that was stopped, and its row cannot be told now")
                continue
            }
            try decide(link, linking: .new(why: "created by a run that was stopped"), source: row?.side ?? .gone)
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
        guard pair.resource.toldBy.isEmpty else { return try freeAlike(OpenIntents.createdValues(intent))?.id }
        for (index, field) in pair.resource.knownBy.enumerated() {
            let value = OpenIntents.createdValue(intent, field)
            guard !value.isNull else { continue }
            let ids = try store.candidates(pair.name, matchIndex: index, value: value.description)
            let free = try ids.filter { try store.link(pair.name, projectID: $0) == nil && adopted[$0] == nil }
            if let id = free.first, free.count == 1 { return id }
        }
        return nil
    }

    // MARK: - Records that were deleted and made again

    /// The project record that took the place of one that is gone: a stopped run created it, or it is known by the same
    /// and no other source record's.
    func heir(
        of link: Link, last: MirrorRecord?, _ source: Pairing.SourceSide, _ intent: Entry?
    ) throws -> MirrorRecord? {
        if case .gone = source { return nil }
        if let intent, intent.createsInProject, let id = try createdRecord(of: intent) {
            return try store.projectRecord(pair.name, id)
        }
        let values = last?.values ?? source.record?.values ?? [:]
        let free = try namesakes(of: values).filter { record in
            try adopted[record.id] == nil && store.link(pair.name, projectID: record.id) == nil
        }
        return free.count == 1 ? free.first : nil
    }

    /// The project records that the service itself would take for one with these values.
    func namesakes(of values: [String: Value], gone: Bool = false) throws -> [MirrorRecord] {
        var stronger: [String] = []
        for (index, field) in pair.resource.knownBy.enumerated() where pair.resource.identifies(field) {
            defer { stronger.append(field) }
            guard let value = values[field], !value.isNull else { continue }
            let found = try store.candidates(pair.name, matchIndex: index, value: value.description, gone: gone)
                .compactMap { try store.projectRecord(pair.name, $0) }
                .filter { other in
                    stronger.allSatisfy { name in
                        let (mine, theirs) = (values[name] ?? .null, other.values[name] ?? .null)
                        return mine.isNull || theirs.isNull || mine == theirs
                    }
                }
            if !found.isEmpty { return found }
        }
        return []
    }
}
