import AccordCore
import AccordSQLite
import AccordTables

/// Brings the mirror of the project up to date: with what changed, or with everything.
///
/// The mirror is knowledge, not agreement: it may be refreshed by a dry run, and nothing is settled by it.
struct ProjectReader {
    let pair: Pair
    let store: StateStore
    let time: any TimeSource
    let stop: StopSignal
    let progress: @Sendable (Progress) -> Void

    /// - Parameter mappingChanged: fields may be mapped now that the mirror does not hold.
    func refresh(full: Bool, mappingChanged: Bool) async throws -> SideReading {
        let before = await pair.project.requestCount
        let facts = try await readFacts(full: full)
        let cursor = try store.mirrorCursor(pair.name)
        let isFull = full || mappingChanged || cursor == nil || isFullReadDue()
        var reading =
            isFull || pair.resource.list.changed == nil ? try await readAll() : try await readChanged(from: cursor)
        if let doubt = reading.incomplete, pair.resource.list.isPaged,
            try mappingChanged || store.lastFullRead(pair.name) == nil
        {
            // What the mirror does not hold would be taken for what the project does not hold.
            throw EngineError.projectNotRead(pair: pair.name, reason: doubt)
        }
        if reading.mode == .changes { try await lookForUnsettled() }
        try renewFacts(facts, after: reading)
        let counts = try store.mirrorCount(pair.name)
        reading.records = counts.live + counts.archived
        reading.requests = await pair.project.requestCount - before
        return reading
    }

    private func isFullReadDue() -> Bool {
        guard let last = try? store.lastFullRead(pair.name) else { return true }
        return time.unixTime - Double(last) >= Double(pair.mapping.fullReadEvery) * 86_400
    }

    private func readAll() async throws -> SideReading {
        // The newest change before the read began: what changes while the pages come is read again next time.
        var newest: Int64?
        if pair.resource.list.changed != nil {
            try await pair.project.readChanged(since: CalendarDay(unixSeconds: 0)) { page in
                newest = page.records.first?.record.modified
                return .enough
            }
        }
        let read = try store.beginProjectRead(pair.name)
        var count = 0
        let report = try await pair.project.readAll { page in
            try stop.check()
            count += page.records.count
            progress(.reading(pair: pair.name, side: .project, count: count))
            _ = try store.mirror(pair.name, records: try meant(page.records).map(mirrored), read: read)
        }
        var incomplete = report.incomplete
        if incomplete == nil { incomplete = try await lookForUnlisted(read) }
        try store.finishFullRead(pair.name, read: read, complete: incomplete == nil, at: Int64(time.unixTime))
        if incomplete == nil { try store.setMirrorCursor(pair.name, newest ?? 0) }
        return SideReading(mode: .full, records: 0, read: report.count, incomplete: incomplete)
    }

    /// Those that the mapping does not leave out. One that was there before is gone, as far as this pair goes.
    private func meant(_ records: [ProjectRecord]) throws -> [ProjectRecord] {
        guard !pair.mapping.leavesOut.isEmpty else { return records }
        return try records.filter { record in
            guard pair.mapping.leavesOut.contains(where: { record.record[$0] == .boolean(true) }) else { return true }
            try store.markGone(pair.name, id: record.record.key)
            return false
        }
    }

    /// Linked records that are looked for one by one before they count as gone. More than these are gone only if none
    /// of these is found, and then a guard asks a person besides.
    private static let mostLookedFor = 500

    /// A list whose numbers agree may still have passed over a record, if another came while it was read.
    ///
    /// - Returns: why the read is no evidence all the same; nil if it is.
    private func lookForUnlisted(_ read: Int) async throws -> String? {
        let unlisted = try store.linkedRecordsNotSeen(pair.name, read: read)
        var found = 0
        for record in unlisted.prefix(ProjectReader.mostLookedFor) {
            try stop.check()
            guard let present = try await present(record) else { continue }
            _ = try store.mirror(pair.name, records: [try mirrored(present)], read: read)
            found += 1
        }
        guard found > 0, unlisted.count > ProjectReader.mostLookedFor else { return nil }
        return "\(unlisted.count) linked records were not listed, and some of them are there"
    }

    /// The record as the service has it, if it is found by what it was last known by.
    private func present(_ record: MirrorRecord) async throws -> ProjectRecord? {
        for field in pair.resource.knownBy {
            guard let value = record.values[field], !value.isNull, pair.resource.list.lookup[field] != nil else {
                continue
            }
            return try await pair.project.find(field, value).first { $0.record.key == record.id }
        }
        return nil
    }

    /// Newest change first, until what was known at the last read comes by.
    private func readChanged(from cursor: Int64?) async throws -> SideReading {
        let cursor = cursor ?? 0
        let read = try store.beginProjectRead(pair.name)
        var newest: Int64?
        var count = 0
        var unknown: [MirrorRecord] = []
        // The service bounds by calendar day, in a time zone of its own: the day before the cursor's is read too.
        let unsettledDays = pair.resource.list.changed?.unsettledDays ?? 0
        let settled = cursor - Int64(unsettledDays) * 86_400
        let day = CalendarDay(daysSinceEpoch: CalendarDay(unixSeconds: settled).daysSinceEpoch - 1)
        try await pair.project.readChanged(since: day) { page in
            try stop.check()
            let records = try meant(page.records).map(mirrored)
            let known = try store.mirror(pair.name, records: records, read: read)
            unknown += zip(records, known).filter { !$0.1 }.map(\.0)
            if newest == nil { newest = page.records.first?.record.modified }
            count += page.records.count
            progress(.reading(pair: pair.name, side: .project, count: count))
            guard let oldest = page.records.last?.record.modified else { return .enough }
            return oldest < settled || (oldest == settled && known.allSatisfy(\.self)) ? .enough : .more
        }
        try await lookForReplaced(by: unknown)
        if let newest, newest > cursor { try store.setMirrorCursor(pair.name, newest) }
        return SideReading(mode: .changes, records: 0, read: count)
    }

    /// Changes do not show everything that a stopped run may have done: whom it archived, and what it created with a
    /// moment of long ago.
    private func lookForUnsettled() async throws {
        for intent in try store.openIntents(pair.name) {
            try stop.check()
            if intent.replaces { try await lookForReplaced(intent) }
            let found = try await written(by: intent).map(mirrored)
            guard !found.isEmpty else { continue }
            _ = try store.mirror(pair.name, records: found, read: store.beginProjectRead(pair.name))
        }
    }

    /// Whether what was to give way to a new record is still there.
    private func lookForReplaced(_ intent: Entry) async throws {
        guard let id = intent.projectID, let days = pair.resource.list.days,
            let known = try store.projectRecord(pair.name, id), let moment = known.values[days.field]
        else { return }
        let found = try await pair.project.find(days.field, moment)
        if !found.contains(where: { $0.record.key == id }) { try store.markGone(pair.name, id: id) }
    }

    private func written(by intent: Entry) async throws -> [ProjectRecord] {
        if intent.operations.contains(where: { $0.kind == .archive }) {
            guard let known = try intent.projectID.flatMap({ try store.projectRecord(pair.name, $0) }) else {
                return []
            }
            return [try await present(known)].compactMap(\.self)
        }
        guard intent.createsInProject, let days = pair.resource.list.days else { return [] }
        return try await pair.project.find(days.field, OpenIntents.createdValue(intent, days.field))
    }

    /// Changes do not say who is gone. But where a record has what only one may have, and another one was known to have
    /// it, that other one is looked up.
    private func lookForReplaced(by records: [MirrorRecord]) async throws {
        for record in records {
            for (index, field) in pair.resource.knownBy.enumerated() where pair.resource.unique.contains(field) {
                guard let value = record.values[field], !value.isNull else { continue }
                let ids = try store.candidates(pair.name, matchIndex: index, value: value.description)
                for id in ids where id != record.id {
                    try stop.check()
                    guard let other = try store.projectRecord(pair.name, id), try await present(other) == nil else {
                        continue
                    }
                    try store.markGone(pair.name, id: id)
                }
            }
        }
    }

    private func mirrored(_ record: ProjectRecord) throws -> MirrorRecord { try pair.mirrored(record, store) }
}

extension MirrorRecord {
    init(_ record: ProjectRecord, _ pair: Pair) {
        let resource = pair.resource
        // Who may be asked for a review is told by the last two, whatever is mapped.
        let roles = [resource.optOut, resource.asked].compactMap { $0?.name }
        let kept = Set(pair.mapping.fields.map(\.name) + resource.knownBy + resource.toldBy + roles)
        let values = record.record.values.filter { kept.contains($0.key) }
        self.init(
            id: record.record.key, fingerprint: Fingerprint(of: values, isArchived: record.isArchived), values: values,
            modified: record.record.modified, archived: record.isArchived,
            matchValues: pair.resource.knownBy.map { field in
                let value = record.record[field]
                return value.isNull ? nil : value.description
            })
    }
}
