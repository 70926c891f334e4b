import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Makes the plan of a pair of review requests: which rows of the source ask a person for a review.
///
/// A row that was asked about has a link, and is never looked at again. What a stopped run may have sent is found out
/// first; see ``UnansweredRequests``.
struct RequestPlanning {
    let pair: Pair
    let requests: ReviewRequests
    let run: PlanningRun

    private let labels: Reconciler
    private let records: PlanRecordsBuilder
    private var counts = PlanCounts()
    private var buckets: [Bucket: Int] = [:]
    private var notes: [PlanNote] = []
    /// What became of the requests that a stopped run left open, by source key.
    private var unanswered: [String: UnansweredRequest] = [:]
    private var people = KnownPeople()
    /// Requests that the service refused, by source key.
    private var refused: [String: QuarantineItem] = [:]
    private var sent = 0
    private var tooOld = 0
    private var leftOut = 0

    init(pair: Pair, requests: ReviewRequests, run: PlanningRun) throws {
        self.pair = pair
        self.requests = requests
        self.run = run
        records = PlanRecordsBuilder(folder: run.store.folder)
        labels = Reconciler(mapping: requests.people.mapping, schema: requests.people.schema, knownFields: [])
        refused = Dictionary(
            try run.store.quarantine(pair.name).filter { $0.operationFingerprint != nil }.map { ($0.key, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    private var store: any StateStore { run.store }
    private var fields: SendFields { requests.fields }

    mutating func plan() async throws -> PairPlan {
        let project = try await readPeople()
        people = KnownPeople(requests: requests, labels: labels)
        try await people.readOptOuts()
        try people.readEarlierRequests(of: pair, run)
        try await resolveUnanswered()
        let (reading, rows) = try await readSource()
        try people.load(rows.map(\.record), run)
        for row in rows { try decide(row) }
        try decideUnansweredWithoutRow()
        var source = reading
        try balance(&source)
        return try finish(source, project)
    }

    /// The people as they are now: those that a pair of this run has just read are not read again.
    private func readPeople() async throws -> SideReading {
        var reading = SideReading(mode: .notRead, records: 0, read: 0)
        let people = requests.people
        if !run.earlier.contains(where: { $0.name == people.name }) {
            let memory = try store.sourceMemory(people.name)
            let read = try await MirrorRead(pair: people, run).refresh(
                full: run.options.full,
                mappingChanged: memory.map { $0.mapping != people.mapping.fingerprint } ?? false)
            (reading.mode, reading.requests) = (read.mode, read.requests)
        }
        return reading
    }

    private mutating func resolveUnanswered() async throws {
        let resolver = UnansweredRequests(pair: pair, requests: requests, run: run)
        unanswered = try await resolver.resolve()
        for request in unanswered.values {
            guard case .sent(let settled) = request.outcome, let ask = request.ask else { continue }
            people.remember(ask.at, id: settled.person.description)
        }
        let open = unanswered.values.count { $0.keepsIntent }
        if unanswered.count > open { notes.append(.sendsResolved(count: unanswered.count - open)) }
        if open > 0 { notes.append(.sendsOpen(count: open)) }
    }

    // MARK: - The source

    /// - Returns: the rows of which it is to be decided whether they ask.
    private mutating func readSource() async throws -> (SideReading, [SourceRow]) {
        guard let table = pair.source as? any ScannableTable else {
            throw EngineError.cannot("be read", pair: pair.name, table: pair.source.name)
        }
        let mapper = try await pair.mapper(store, planned: run.earlier)
        var sightings = RowSightings(try store.linkIndex(pair.name))
        var open: [SourceRow] = []
        var count = 0
        var duplicates: Set<String> = []
        let proof = try await table.scan { batch in
            try run.stop.check()
            guard let mapper else { return }
            try batch.forEachRow(mapper.rows) { record, row in
                count += 1
                let line = record.place?.line ?? count
                let key = mapper.key(of: row) ?? ""
                switch sightings.meet(record, row, line: line, mapper) {
                case .unreadable(let problem):
                    try setAside("row \(line)", key: nil, record.place, Quarantine(.unreadable, problem))
                case .leftOut: leftOut += 1
                case .keyless: try setAside("row \(line)", key: nil, record.place, pair.noKey)
                case .linked: sent += 1
                case .double(let before):
                    duplicates.insert(key)
                    try setAside("row \(line)", key: key, record.place, DuplicateKeys.quarantine(key, before: before))
                case .unlinked:
                    if let row = try opened(record, row, key, mapper) { open.append(row) }
                }
            }
        }
        // Rows with one key between them may be one job or two: a person says which.
        for index in open.indices where duplicates.contains(open[index].record.key) {
            let key = open[index].record.key
            open[index].quarantine = Quarantine(.duplicateKey, "another row has the same key, \(key)")
        }
        let reading = SideReading(
            mode: .full, records: proof.count, read: proof.count, incomplete: proof.incomplete,
            stamp: proof.stamp?.text, endsCleanly: proof.endsCleanly)
        return (reading, open)
    }

    /// Nil for a row that is already decided: it was asked about by a stopped run, or is too old.
    private mutating func opened(
        _ record: TableRecord, _ row: TextRow, _ key: String, _ mapper: RecordMapper
    ) throws -> SourceRow? {
        if let request = unanswered[key] {
            unanswered[key]?.hasRow = true
            if let entry = request.entry(record.place, record.fingerprint, fields) {
                try add(entry)
                return nil
            }
        }
        let mapped = mapper.map(row)
        if let moment = mapped.record[fields.at].instant, requests.rules.isTooOld(moment, now: run.now) {
            tooOld += 1
            return nil
        }
        return SourceRow(
            record: mapped.record, fingerprint: record.fingerprint, place: record.place, quarantine: mapped.quarantine)
    }

    // MARK: - Decisions

    private mutating func decide(_ row: SourceRow) throws {
        let key = row.record.key
        let label = labels.label(of: row.record)
        func setAside(_ quarantine: Quarantine) throws {
            try self.setAside(label, key: key, row.place, quarantine, row.fingerprint)
        }
        if let quarantine = row.quarantine { return try setAside(quarantine) }
        guard let moment = row.record[fields.at].instant else {
            return try setAside(Quarantine(.unmappable, "\(fields.at) is blank: a request needs its moment"))
        }
        if let before = refused[key], before.recordFingerprint == row.fingerprint {
            return try setAside(Quarantine(before.cause, before.message))
        }
        let found: KnownPeople.Found
        switch try people.person(of: row.record, now: run.now) {
        case .nobody(let quarantine): return try setAside(quarantine)
        case .found(let person): found = person
        }
        let (channels, reminders) = (row.record[fields.channels], row.record[fields.reminders])
        let decision = requests.rules.decide(
            moment: moment, wanted: channels.isNull ? nil : channels.elements,
            reminders: reminders.isNull ? nil : Int(reminders.description), person: found.person, now: run.now)
        var entry = Entry(
            label: found.label ?? label, sourceKey: key, projectID: nil, present: [.source], place: row.place,
            bucket: .leftAlone, sourceFingerprint: row.fingerprint)
        switch decision {
        case .notNow(let objection): entry.note = .notSent(objection)
        case .setAside(let quarantine): return try setAside(quarantine)
        case .ask where isProtected(key, found): entry.note = .protected
        case .ask(let ask):
            entry.bucket = .created
            entry.operations = [send(ask, row.record, found)]
            people.remember(ask, found)
        }
        try add(entry)
    }

    /// The operation names the person by that alone by which the service shall find them.
    private func send(_ ask: Ask, _ row: Record, _ found: KnownPeople.Found) -> Operation {
        func change(_ field: String, _ after: Value) -> FieldChange {
            FieldChange(field: field, before: .null, after: after, origin: row[field], rule: .created)
        }
        let changes = [
            change(found.name.field, found.name.value), change(fields.channels, .elements(ask.channels)),
            change(fields.reminders, .integer(Int64(ask.reminders))), change(fields.at, .timestamp(ask.at)),
        ]
        let last = found.person.lastAsked.map { Reason.askedLast(CalendarDay(unixSeconds: $0)) }
        return Operation(side: .project, kind: .send, changes: changes, reason: last ?? .neverAsked)
    }

    private func isProtected(_ key: String, _ found: KnownPeople.Found) -> Bool {
        !pair.mapping.protected.isDisjoint(with: [key, found.id ?? key, found.name.value.description])
    }

    /// A row that is not there any more was asked about all the same.
    private mutating func decideUnansweredWithoutRow() throws {
        for request in unanswered.values.sorted(by: { $0.intent.position < $1.intent.position }) where !request.hasRow {
            if let entry = request.entry(nil, nil, fields) { try add(entry) }
        }
    }

    private mutating func setAside(
        _ label: String, key: String?, _ place: Place?, _ quarantine: Quarantine, _ fingerprint: Fingerprint? = nil
    ) throws {
        try add(
            Entry(
                label: label, sourceKey: key, projectID: nil, present: [.source], place: place, bucket: .quarantined,
                quarantine: quarantine, sourceFingerprint: fingerprint))
    }

    // MARK: - The plan

    private mutating func add(_ entry: Entry) throws {
        try records.append(WrittenRecord(entry), rank: UInt64(entry.place?.line ?? Int(Int32.max)))
        counts.add(entry, fields)
        if entry.present.contains(.source) { buckets[entry.bucket, default: 0] += 1 }
    }

    /// Every row is in exactly one bucket, or the plan is not shown.
    private func balance(_ source: inout SideReading) throws {
        for (bucket, count) in buckets { source[bucket] += count }
        source[.leftAlone] += tooOld + leftOut
        source[.unchanged] += sent
        let sum = source.buckets.values.reduce(0, +)
        guard sum == source.records else {
            throw EngineError.unbalanced(pair: pair.name, side: .source, records: source.records, counted: sum)
        }
    }

    private mutating func finish(_ source: SideReading, _ project: SideReading) throws -> PairPlan {
        if counts.sends > 0, run.options.allowances.sends == nil { notes.append(.sendsNotAllowed(count: counts.sends)) }
        if leftOut > 0 { notes.append(pair.leftOut(leftOut)) }
        if tooOld > 0 { notes.append(.tooOldToAsk(count: tooOld, days: requests.rules.within)) }
        return PairPlan(
            name: pair.name, resource: pair.schema.name, label: pair.schema.label, mapping: pair.mapping.fingerprint,
            source: source, project: project, counts: counts, send: fields,
            refusals: try pair.refusals(
                of: counts, source: source, project: project, after: run.earlier, run.options.allowances, store),
            notes: notes, undecided: unanswered.filter { $0.value.keepsIntent }.keys.sorted(),
            requests: 2 * counts.sends, records: try records.finish())
    }
}
