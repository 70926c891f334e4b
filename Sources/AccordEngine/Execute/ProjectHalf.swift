import AccordCore
import AccordState
import AccordTables

/// The project's half of a plan: the operations of each record are its changes, one by one.
struct ProjectHalf: Half {
    let execution: Execution
    private let form: MirrorForm
    private let watch: OptOutWatch

    init(_ execution: Execution) {
        self.execution = execution
        watch = OptOutWatch(execution)
        form = MirrorForm(pair: execution.pair, store: execution.store)
    }

    var side: Side { .project }
    var sender: (any MessageSender)? { watch.sender }
    private var pair: Pair { execution.pair }
    private var store: any StateStore { execution.store }

    func isFree(_ key: String) throws -> Bool { try store.link(pair.name, projectID: key) == nil }

    func refresh() async throws {
        try await watch.look()
        // A record that is identified by content is made, or makes way: nothing of it is overwritten.
        guard !pair.schema.isByContent else { return }
        try await MirrorRead(pair: pair, execution.planning).look()
    }

    /// What is identified by content, the service does not find itself: however old it is, it is looked for before it is
    /// made a second time. Where changes cannot be listed, each record is looked at before it is written.
    func looks(before group: [Entry]) -> Bool {
        pair.schema.isByContent ? group.contains(where: \.createsInProject) : !written(by: group).isEmpty
    }

    func look(before group: [Entry]) async throws {
        let read = MirrorRead(pair: pair, execution.planning)
        guard !pair.schema.isByContent else {
            return try await read.look(forRecordsLike: group.filter(\.createsInProject).map(\.createdValues))
        }
        let ids = written(by: group)
        if !ids.isEmpty { try await read.look(at: ids) }
    }

    /// The records that a group writes and that no list of changes shows.
    private func written(by group: [Entry]) -> Set<String> {
        guard pair.project.incremental == nil else { return [] }
        return Set(group.filter { $0.writes(.project) && !$0.sends }.compactMap(\.projectID))
    }

    // MARK: - What is written

    /// - Note: The basis is the record as it is known before it is written; nil for a new one.
    func writes(of entries: [Entry]) throws -> [RecordWrite<MirrorRecord?>] {
        let expectations = Expectations(pair: pair)
        var loader = try KnowledgeLoader(
            pair: pair, store: store, others: try execution.planning.otherLinks(of: pair))
        try loader.load(expectations.needs(of: entries))
        return try entries.map { entry in
            let mirror = try entry.projectID.flatMap { id in
                try loader.decide { (known) throws(Needs) in try known.record(id) }
            }
            if let quarantine = entry.quarantine, !entry.writes(.project) {
                return RecordWrite(entry, mirror, unmet: quarantine.message)
            }
            let unmet = try loader.decide { (known) throws(Needs) in try expectations.unmetInProject(entry, known) }
            let project = entry.createsInProject ? nil : mirror?.record
            if let reason = unmet ?? watch.people?.objection(to: entry.operations, project) {
                return RecordWrite(entry, mirror, unmet: reason)
            }
            return RecordWrite(
                entry, mirror,
                changes: entry.sends
                    ? [] : entry.operations.filter { $0.side == .project }.map { change($0, over: mirror) },
                known: mirror?.record ?? Record(key: "", values: [:]))
        }
    }

    /// - Parameter mirror: the record as it is known, whose fields a table may hold against what is there.
    private func change(_ operation: Operation, over mirror: MirrorRecord?) -> TableChange {
        func cell(_ value: Value) -> Cell { value.isNull ? .empty : .value(value) }
        let isUpdate = operation.kind == .update
        let changes = operation.kind == .create || isUpdate ? operation.changes : []
        let cells = changes.map { change in
            let isKnown = isUpdate && mirror.map { !$0.unknown.contains(change.field) } ?? false
            let before = isKnown ? cell(change.before) : .absent
            return (change.field, CellChange(before: before, after: cell(change.after)))
        }
        return TableChange(
            kind: operation.kind, key: nil, cells: Dictionary(cells, uniquingKeysWith: { _, last in last }))
    }

    // MARK: - What is remembered

    func settlements(of writes: [RecordWrite<MirrorRecord?>], _ tally: inout Tally) throws -> [Settlement] {
        // Before what follows from it is settled: a crash in between costs a read, the other way round a record.
        if writes.contains(where: { if case .gone = $0.end { true } else { false } }) {
            try store.setMirrorCursor(pair.name, nil)
        }
        let known = try store.projectRecords(pair.name, Set(writes.compactMap(\.createdKey)))
        return try writes.flatMap { write in
            if let record = write.createdKey.flatMap({ known[$0] }), try isAnother(record, than: write.entry) {
                return [try takenFor(record, write, &tally)]
            }
            return [try settlement(of: write, &tally)] + (try elsewhere(write))
        }
    }

    /// What other pairs of the same records have to know: no list of changes shows them who was archived, or deleted. Of a
    /// record that was deleted, the links end whose rows are gone as well: should one come back, it is somebody new.
    private func elsewhere(_ write: RecordWrite<MirrorRecord?>) throws -> [Settlement] {
        let kinds = Set(write.entry.operations.filter { $0.side == .project }.map(\.kind))
        guard case .made = write.end, let id = write.entry.projectID,
            !kinds.isDisjoint(with: [.delete, .archive, .unarchive])
        else { return [] }
        return try execution.planning.others(like: pair).compactMap { other in
            guard let known = try store.projectRecord(other.name, id) else { return nil }
            let link = try store.link(other.name, projectID: id)
            var settlement = Settlement(pair: other.name, sourceKey: link?.sourceKey, projectID: id, link: .keep)
            if kinds.contains(.delete) {
                settlement.mirror = .gone
                if link?.state == .goneFromSource { settlement.link = .remove }
            } else {
                // Whoever comes back by one row, and is archived by a person later, is not Accord's to bring back by the other.
                if kinds.contains(.unarchive), link?.state == .archived { settlement.link = .state(.goneFromSource) }
                settlement.mirror = .stored(
                    MirrorRecord(
                        id: id, values: known.values, unknown: known.unknown, modified: known.modified,
                        archived: kinds.contains(.archive), by: other.schema))
            }
            return settlement
        }
    }

    // MARK: A create that the service took for another record

    /// Whether a record that a create answered with was there before it.
    private func isAnother(_ record: MirrorRecord, than entry: Entry) throws -> Bool {
        if let link = try store.link(pair.name, projectID: record.id) { return link.sourceKey != entry.sourceKey }
        return !record.gone
    }

    /// The intent stays: until a person has put that record right, neither of the two is touched.
    private func takenFor(
        _ record: MirrorRecord, _ write: RecordWrite<MirrorRecord?>, _ tally: inout Tally
    ) throws -> Settlement {
        var (entry, closing) = (write.entry, builder.closed(write.entry))
        let label = pair.schema.label(of: record.record)
        entry.note = .takenFor(id: record.id, label: label)
        try execution.begin([entry])
        closing.closesIntent = false
        let message =
            "the service took it for \(label) (\(pair.schema.label) \(record.id)) and wrote over that: give "
            + "\(pair.schema.label) \(record.id) its own values back in the project"
        closing.quarantine = [
            execution.attention.item(entry, Quarantine(.wouldOverwriteAnother, message), operation: nil)
        ]
        tally.quarantined += 1
        return closing
    }

    // MARK: What came of it

    private func settlement(of write: RecordWrite<MirrorRecord?>, _ tally: inout Tally) throws -> Settlement {
        let entry = write.entry
        if case .sent(let answer) = write.end {
            count(entry, &tally)
            return pair.sender?.settlement(entry, answer: answer, builder) ?? builder.closed(entry)
        }
        var settlement = try written(write, &tally)
        if let met = wroteOver(write) { settlement.quarantine.append(met) }
        return settlement
    }

    private func written(_ write: RecordWrite<MirrorRecord?>, _ tally: inout Tally) throws -> Settlement {
        let entry = write.entry
        let now = try ProjectRecordNow(write, form)
        if case .made = write.end {
            if entry.replaces, let id = entry.projectID { try store.markGone(pair.name, ids: [id]) }
            return made(entry, now, &tally)
        }
        var closing = try notMade(write, &tally)
        if case .unknown = write.end, !write.answers.isEmpty, !write.isCreated, !now.isGone, write.basis != nil {
            // What was made of it is known, also where no answer ever shows it.
            closing.mirror = .stored(now.record(pair.schema))
        }
        return write.isCreated ? try created(entry, now.record(pair.schema), closing, &tally) : closing
    }

    private func made(_ entry: Entry, _ now: ProjectRecordNow, _ tally: inout Tally) -> Settlement {
        count(entry, &tally)
        tally.writes += 1
        guard let key = entry.sourceKey else {
            var closed = builder.closed(entry)
            if now.isGone { closed.mirror = .gone }
            return closed
        }
        let pending = entry.operations.filter { $0.side == .source }
        let stored = now.isGone ? nil : now.record(pair.schema)
        let id = stored?.id ?? entry.projectID ?? ""
        var settlement = builder.done(
            entry, side: .project, stored: stored?.record ?? Record(key: id, values: [:]), pending: pending,
            written: Settlement.Written(sourceKey: key, projectID: id, sourceFingerprint: entry.sourceFingerprint))
        guard let stored else {
            settlement.mirror = .gone
            settlement.link = .remove
            return settlement
        }
        settlement.mirror = .stored(stored)
        if settlement.sourceFingerprint == nil { tally.leavesOpen = true }
        if entry.operations.contains(where: { $0.kind == .archive }) { settlement.link = .state(.archived) }
        if let kept = storedDifferently(entry.operations, of: entry, stored.record) {
            settlement.quarantine.append(kept)
            differ(in: kept.fields, entry, stored.record, &settlement, &tally)
        }
        return settlement
    }

    /// What both sides were to hold, and the project did not take, the source does not get: what each of them holds is where
    /// they stay apart, until somebody changes it. Else the project's would look like an edit, and undo the source's.
    private func differ(
        in fields: [String], _ entry: Entry, _ stored: Record, _ settlement: inout Settlement, _ tally: inout Tally
    ) {
        let shared = entry.operations.filter { $0.side == .source }.flatMap(\.changes).filter {
            fields.contains($0.field)
        }
        if shared.isEmpty { return }
        for change in shared {
            settlement.sourceBase[change.field] = change.before
            settlement.projectBase[change.field] = stored[change.field]
        }
        settlement.closesIntent = true
        settlement.sourceFingerprint = nil
        settlement.settlesProject = false
        tally.takenOtherwise.insert(Int64(entry.position))
        tally.leavesOpen = true
    }

    /// The new record is linked, whatever became of the rest: the next plan sees what is still to be done.
    private func created(
        _ entry: Entry, _ stored: MirrorRecord, _ rest: Settlement, _ tally: inout Tally
    ) throws -> Settlement {
        guard let key = entry.sourceKey else { return rest }
        var half = entry
        half.operations = count(entry, &tally) { $0.kind == .create }
        let pending = entry.operations.filter { $0.kind != .create }
        var settlement = builder.done(
            half, side: .project, stored: stored.record, pending: pending,
            written: Settlement.Written(sourceKey: key, projectID: stored.id))
        for change in pending.filter({ $0.kind == .update && $0.side == .project }).flatMap(\.changes) {
            settlement.projectBase[change.field] = stored.record[change.field]
        }
        settlement.mirror = .stored(stored)
        settlement.quarantine = rest.quarantine
        if let kept = storedDifferently(half.operations, of: entry, stored.record) {
            settlement.quarantine.append(kept)
        }
        // That another record was to give way to it is not forgotten.
        settlement.closesIntent = !entry.replaces
        if pending.contains(where: \.isOwedOptOut) {
            // Nothing else says that it is still to be done.
            half.operations = pending.filter(\.isOwedOptOut)
            half.projectID = stored.id
            try execution.begin([half])
            settlement.closesIntent = false
        }
        tally.writes += 1
        return settlement
    }

    // MARK: What was written, and is not what was meant

    /// How a person says that they have seen it.
    private static func seen(_ entry: Entry) -> String {
        "; once that is as it should be: accord quarantine retry \(entry.sourceKey ?? entry.identity)"
    }

    /// Somebody made the record after the last look: the service took the create for an update of it.
    private func wroteOver(_ write: RecordWrite<MirrorRecord?>) -> QuarantineItem? {
        guard let since = write.metSince, let id = write.createdKey else { return nil }
        let fields = write.entry.createdValues.filter { !$0.value.isNull }.keys.sorted()
        let met = Quarantine(
            .wroteOver,
            "\(pair.schema.label) \(id) was made in the project at \(Instant.iso(since)), before the create arrived, "
                + "which was written over it: see there whether \(fields.joined(separator: ", ")) are right"
                + ProjectHalf.seen(write.entry))
        return execution.attention.item(write.entry, met, operation: nil, fields: fields)
    }

    /// Fields that the service took and stored with another meaning.
    private func storedDifferently(
        _ operations: [Operation], of entry: Entry, _ stored: Record
    ) -> QuarantineItem? {
        let changes = operations.filter { $0.side == .project }.flatMap(\.changes).filter { change in
            // What is chosen when the record is made, the service may show as something else.
            let field = pair.schema.field(change.field)
            return change.rule != .optOut && change.rule != .resubscribed && field?.isFixed != true
                && field?.isReadable != false && !stored.unknown.contains(change.field)
                && !stored[change.field].means(change.after)
        }
        if changes.isEmpty { return nil }
        let kept = changes.map { change in
            "\(change.field): \"\(change.after)\" was sent, and the project stored \"\(stored[change.field])\""
        }
        return execution.attention.item(
            entry, Quarantine(.storedDifferently, kept.joined(separator: "; ") + ProjectHalf.seen(entry)),
            operation: nil,
            fields: changes.map(\.field))
    }
}
