import AccordCore
import AccordState
import AccordTables

/// Brings the mirror of a pair's project table up to date: with what changed, or with everything.
///
/// The mirror is knowledge, not agreement: it may be refreshed by a dry run, and nothing is settled by it.
public struct MirrorRead {
    let pair: Pair
    let run: PlanningRun
    private let form: MirrorForm

    public init(pair: Pair, _ run: PlanningRun) {
        self.pair = pair
        self.run = run
        form = MirrorForm(pair: pair, store: run.store)
    }

    private var store: any StateStore { run.store }
    private var optOut: String? { pair.schema.field(.optOut)?.name }

    /// - Parameter mappingChanged: fields may be mapped now that the mirror does not hold.
    public func refresh(full: Bool, mappingChanged: Bool) async throws -> SideReading {
        guard run.readsProject else { return try lastReading(mappingChanged: mappingChanged) }
        return try await EngineError.whileReadingProject { try await read(full: full, mappingChanged: mappingChanged) }
    }

    /// Looks what has changed, in the middle of a run: what is under way is not looked for. Where changes cannot be listed
    /// there is nothing to see: the run has read everything.
    public func look() async throws {
        guard let table = pair.project.incremental, let cursor = try store.mirrorCursor(pair.name) else { return }
        do {
            try await EngineError.whileReadingProject {
                _ = try await readChanges(of: table, since: Cursor(cursor), nil)
            }
        } catch EngineError.project(.contradicted) {
            return
        }
    }

    /// Looks at some records one by one, in the middle of a run, or at all of them where they are listed at once. One that is
    /// not found by what it was known by is as it was known: a whole read says what became of it.
    public func look(at ids: Set<String>) async throws {
        try await EngineError.whileReadingProject {
            let read = try store.beginProjectRead(pair.name, fields: form.kept)
            if pair.project.capabilities.isListedAtOnce {
                _ = try await pair.project.scannable?.scan { batch in
                    _ = try keep(batch.records, read, mayRecognize: true)
                }
                return
            }
            for record in try store.projectRecords(pair.name, ids).values.sorted(by: { $0.id < $1.id }) {
                try run.stop.check()
                guard let present = try await pair.present(record) else { continue }
                _ = try mirror(form.records(of: meant([present])), read)
            }
        }
    }

    /// Looks for records alike to some that are about to be made, in the middle of a run.
    public func look(forRecordsLike creates: [[String: Value]]) async throws {
        guard let (field, table) = pair.contentLookup else { return }
        let values = Set(creates.compactMap { $0[field] }.filter { !$0.isNull })
        guard !values.isEmpty else { return }
        try await EngineError.whileReadingProject {
            let found = try await table.find(field, anyOf: values.sorted { $0.description < $1.description })
            _ = try mirror(
                form.records(of: meant(found)), store.beginProjectRead(pair.name, fields: form.kept))
        }
    }

    private func read(full: Bool, mappingChanged: Bool) async throws -> SideReading {
        let before = await pair.project.requestCount
        let changed = try await pair.rollup?.refresh(full: full, run)
        let cursor = try store.mirrorCursor(pair.name)
        var reading: SideReading
        let hasAllFields = try hasAllFields()
        let mayRecognize = hasAllFields && !mappingChanged
        if !full, mayRecognize, !isFullReadDue, let cursor, let table = pair.project.incremental {
            do {
                reading = try await readChanges(of: table, since: Cursor(cursor), IdentityCheck(pair, run))
            } catch TableError.contradicted {
                reading = try await readAll(mayRecognize: true)
            }
        } else {
            reading = try await readAll(mayRecognize: mayRecognize)
        }
        if let doubt = reading.incomplete, !pair.project.capabilities.isListedAtOnce,
            try mappingChanged || !hasAllFields || store.lastFullRead(pair.name) == nil
        {
            // What the mirror does not hold would be taken for what the project does not hold.
            throw EngineError.projectNotRead(pair: pair.name, reason: doubt)
        }
        try await readListed()
        if reading.mode == .changes { try await lookForUnsettled() }
        if let rollup = pair.rollup { try renew(rollup, changed ?? nil, after: reading) }
        let counts = try store.mirrorCount(pair.name)
        reading.records = counts.live + counts.archived
        reading.requests = await pair.project.requestCount - before
        return reading
    }

    /// The project as the mirror has it, without a request.
    ///
    /// - Throws: ``EngineError/projectUnknown(pair:reason:)`` if a plan could not do with that.
    private func lastReading(mappingChanged: Bool) throws -> SideReading {
        guard try store.lastFullRead(pair.name) != nil else {
            throw EngineError.projectUnknown(pair: pair.name, reason: "the project was never read whole")
        }
        guard try !mappingChanged && hasAllFields() else {
            throw EngineError.projectUnknown(
                pair: pair.name, reason: "the project was not read for this mapping since it changed")
        }
        let counts = try store.mirrorCount(pair.name)
        return SideReading(mode: .notRead, records: counts.live + counts.archived, read: 0)
    }

    /// Every record of the mirror has the fields that this mapping wants of it: no read for another mapping came between.
    private func hasAllFields() throws -> Bool { try store.mirroredFields(pair.name) == form.kept }

    /// The last whole read is so long ago that the mapping wants another one.
    var isFullReadDue: Bool {
        guard let last = try? store.lastFullRead(pair.name) else { return true }
        return run.time.unixTime - Double(last) >= Double(pair.mapping.fullReadEvery) * 86_400
    }

    // MARK: - Everything

    private func readAll(mayRecognize: Bool) async throws -> SideReading {
        guard let table = pair.project.scannable else {
            throw EngineError.cannot("be read", pair: pair.name, table: pair.project.name)
        }
        var identity = IdentityCheck(pair, run)
        try await (pair.project as? any DescribedTable)?.probe()
        try run.stop.check()
        // The newest change before the read began: what changes while the pages come is read again next time.
        let newest = try await pair.project.incremental?.cursor()
        let read = try store.beginProjectRead(pair.name, fields: form.kept)
        func scan() async throws -> ScanProof {
            var count = 0
            return try await table.scan { batch in
                try run.stop.check()
                if !batch.records.isEmpty { try await identity.make(batch.records) }
                count += batch.records.count
                run.progress(.reading(pair: pair.name, side: .project, count: count))
                _ = try keep(batch.records, read, mayRecognize: mayRecognize)
            }
        }
        let proof = try await scan()
        let isSuddenlyEmpty =
            try proof.count == 0
            && ProjectIdentity(pair: pair, store: store).linked() > run.options.allowances[.deletes]
        if isSuddenlyEmpty { try await identity.make([]) }
        var incomplete = proof.incomplete
        if incomplete == nil { incomplete = try await lookForUnlisted(read, again: scan) }
        try store.finishFullRead(
            pair.name, read: read, complete: incomplete == nil, fields: form.kept, at: run.now)
        if incomplete == nil {
            // Should that be another project after all, changes of the right one would not show who is archived there.
            try store.setMirrorCursor(pair.name, isSuddenlyEmpty ? nil : newest?.text ?? "0")
        }
        return SideReading(mode: .full, records: 0, read: proof.count, incomplete: incomplete)
    }

    /// - Parameter mayRecognize: what is known of a record was made of its answer as it would be now, so that a record
    ///   with the same answer need not be decoded.
    /// - Returns: the records that were not known exactly so; none that the mapping leaves out.
    private func keep(_ records: [TableRecord], _ read: Int, mayRecognize: Bool) throws -> [MirrorRecord] {
        var records = records
        if mayRecognize, pair.rollup == nil, pair.mapping.leavesOut.isEmpty {
            let answers = records.map { (id: $0.key ?? "", answer: $0.fingerprint) }
            let wasKnown = try store.recognize(pair.name, answers: answers, read: read)
            records = zip(records, wasKnown).filter { !$0.1 }.map(\.0)
        }
        let mirrored = try form.records(of: meant(records.map { $0.decoded() }))
        let wasKnown = try mirror(mirrored, read)
        return zip(mirrored, wasKnown).filter { !$0.1 }.map(\.0)
    }

    /// - Returns: for each record, whether it was known exactly so.
    private func mirror(_ records: [MirrorRecord], _ read: Int) throws -> [Bool] {
        let optedOut = records.filter { pair.schema.isOut($0.record) }
        // Before it can be forgotten with the record that says it. What they were reached by until now is theirs, too.
        let before = try store.projectRecords(pair.name, Set(optedOut.map(\.id)))
        let known = optedOut.map(\.record) + before.values.map(\.record)
        try store.suppress(known.flatMap(pair.schema.addresses(of:)), at: run.now)
        return try store.mirror(pair.name, records: records, read: read, optOut: optOut)
    }

    /// Those that the mapping does not leave out. One that was there before is gone, as far as this pair goes.
    private func meant(_ records: [TableRecord]) throws -> [TableRecord] {
        let fields = pair.mapping.leavesOut
        guard !fields.isEmpty else { return records }
        let leftOut = Set(
            records.filter { record in
                let values = record.values
                return fields.contains { values[$0] == .boolean(true) }
            }.compactMap(\.key))
        if !leftOut.isEmpty { try store.markGone(pair.name, ids: leftOut.sorted()) }
        return records.filter { record in record.key.map { !leftOut.contains($0) } ?? true }
    }

    /// Linked records that are looked for one by one before they count as gone. More than these are gone only if none
    /// of these is found, and then a guard asks a person besides.
    private static let mostLookedFor = 500

    /// A list whose numbers agree may still have passed over a record, if another came while it was read. Where records
    /// cannot be looked for one by one, all are read once more.
    ///
    /// - Returns: why the read is no evidence all the same; nil if it is.
    private func lookForUnlisted(_ read: Int, again scan: () async throws -> ScanProof) async throws -> String? {
        let most = MirrorRead.mostLookedFor
        let unlisted = try store.linkedRecordsNotSeen(pair.name, read: read, limit: most + 1)
        if !unlisted.isEmpty, !pair.canBeLookedFor { return try await scan().incomplete }
        var found = 0
        for record in unlisted.prefix(most) {
            try run.stop.check()
            guard let present = try await pair.present(record) else { continue }
            _ = try mirror(form.records(of: [present]), read)
            found += 1
        }
        guard found > 0, unlisted.count > most else { return nil }
        return "more than \(most) linked records were not listed, and some of them are there"
    }

    // MARK: - What changed

    private func readChanges(
        of table: any IncrementalTable, since cursor: Cursor, _ identity: IdentityCheck?
    ) async throws -> SideReading {
        var identity = identity
        let read = try store.beginProjectRead(pair.name, fields: form.kept)
        var count = 0
        var unknown: [String] = []
        let next = try await table.changes(since: cursor) { batch in
            try run.stop.check()
            try await identity?.make(batch.records)
            let new = try keep(batch.records, read, mayRecognize: true)
            unknown += new.map(\.id)
            count += batch.records.count
            run.progress(.reading(pair: pair.name, side: .project, count: count))
        }
        try await identity?.make([])
        try await lookForReplaced(by: unknown)
        if next != cursor { try store.setMirrorCursor(pair.name, next.text) }
        return SideReading(mode: .changes, records: 0, read: count)
    }

    /// Changes do not show everything that a stopped run may have done: whom it archived, and what it created with a
    /// moment of long ago.
    private func lookForUnsettled() async throws {
        let intents = try store.openIntents(pair.name)
        for intent in intents {
            try run.stop.check()
            if intent.replaces { try await lookForReplaced(intent) } else { try await lookForDeleted(intent) }
            guard let record = try await hidden(by: intent) else { continue }
            _ = try mirror(form.records(of: [record]), store.beginProjectRead(pair.name, fields: form.kept))
        }
        // At once: many may be of one day, and each look reads the whole of it.
        try await look(forRecordsLike: intents.filter(\.createsInProject).map(\.createdValues))
    }

    /// Whether what was to give way to a new record is still there.
    private func lookForReplaced(_ intent: Entry) async throws {
        guard let id = intent.projectID, let (field, table) = pair.contentLookup,
            let known = try store.projectRecord(pair.name, id), let value = known.values[field]
        else { return }
        let found = try await table.find(field, value)
        if !found.contains(where: { $0.key == id }) { try store.markGone(pair.name, ids: [id]) }
    }

    /// Whether what was to be deleted is still there.
    private func lookForDeleted(_ intent: Entry) async throws {
        guard intent.deletesInProject, let id = intent.projectID,
            let known = try store.projectRecord(pair.name, id), !pair.lookups(of: known).isEmpty
        else { return }
        if try await pair.present(known) == nil { try store.markGone(pair.name, ids: [id]) }
    }

    /// The record that a run was to archive, or to take from the archive, as it is now; nil if there is none.
    private func hidden(by intent: Entry) async throws -> TableRecord? {
        guard intent.operations.contains(where: { $0.kind == .archive || $0.kind == .unarchive }),
            let known = try intent.projectID.flatMap({ try store.projectRecord(pair.name, $0) })
        else { return nil }
        return try await pair.present(known)
    }

    /// Changes do not say who is gone. But where a record has what only one may have, and another one was known to have
    /// it, that other one is looked up.
    ///
    /// - Parameter ids: of records that were not known as they are.
    private func lookForReplaced(by ids: [String]) async throws {
        for some in ids.groups(of: PairPlanning.batchSize) {
            try await lookForReplaced(by: store.projectRecords(pair.name, some).values.sorted { $0.id < $1.id })
        }
    }

    private func lookForReplaced(by records: [MirrorRecord]) async throws {
        for (index, field) in pair.schema.lookedUpBy.enumerated() where pair.schema.unique.contains(field) {
            let values = Set(records.compactMap { $0.values[field] }.filter { !$0.isNull }.map(\.description))
            let holders = try store.holders(pair.name, matchIndex: index, values: values)
            for record in records {
                guard let value = record.values[field], !value.isNull else { continue }
                for id in holders[value.description] ?? [] where id != record.id {
                    try run.stop.check()
                    guard let other = try store.projectRecord(pair.name, id), try await pair.present(other) == nil
                    else {
                        continue
                    }
                    try store.markGone(pair.name, ids: [id])
                }
            }
        }
    }

    // MARK: - What a list of its own says

    /// Where records do not show who opted out, a list of those who did is read in every run. Of an archived record it may
    /// say nothing.
    private func readListed() async throws {
        guard let field = optOut, form.kept.contains(field), let table = pair.project as? any DescribedTable,
            let out = try await table.listed(field)
        else { return }
        let read = try store.beginProjectRead(pair.name, fields: form.kept)
        for some in try store.projectRecordIDs(pair.name).groups(of: 500) {
            try run.stop.check()
            let told = try store.projectRecords(pair.name, some).values.compactMap { record -> MirrorRecord? in
                let isOut = out.contains(record.id)
                guard isOut || !record.archived else { return nil }
                return form.told(field, isOut, of: record)
            }
            _ = try mirror(told, read)
        }
    }

    // MARK: - Computed fields

    /// Gives computed values to those who were not read themselves; who was read has them already.
    private func renew(_ rollup: any Rollup, _ changed: Set<String>?, after reading: SideReading) throws {
        if reading.mode == .full, reading.incomplete == nil { return try rollup.settle(store) }
        if let changed, changed.isEmpty { return }
        let ids = try changed.map { $0.sorted() } ?? store.projectRecordIDs(pair.name)
        let read = try store.beginProjectRead(pair.name, fields: form.kept)
        for some in ids.groups(of: 500) {
            let known = try store.projectRecords(pair.name, some)
            let computed = try rollup.values(for: some, store)
            let renewed = some.compactMap { id -> MirrorRecord? in
                guard let record = known[id], !record.gone else { return nil }
                let renewed = form.renewed(record, computed[id])
                return renewed.fingerprint == record.fingerprint ? nil : renewed
            }
            _ = try store.mirror(pair.name, records: renewed, read: read)
        }
        try rollup.settle(store)
    }
}
