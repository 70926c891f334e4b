import AccordCore
import AccordSQLite
import AccordTables

/// Makes the plan of a pair of asks: which rows of the source ask a person for a review.
///
/// A row that was asked about has a link, and is never looked at again. What a stopped run may have sent is told first;
/// see `AskPlanner+Doubt.swift`.
struct AskPlanner {
    let pair: Pair
    let asking: Asking
    let store: StateStore
    /// Of the people.
    let reader: ProjectReader
    let options: RunOptions
    /// The plans of this run that come before.
    let earlier: [PairPlan]
    /// Unix seconds.
    let now: Int64

    let labels: Reconciler
    var entries: [Entry] = []
    var notes: [String] = []
    /// What became of the asks that a stopped run left open, by source key.
    var doubts: [String: Doubt] = [:]
    /// When each person was asked last as far as is remembered here, by id; those of this very plan too.
    var asked: [String: Int64] = [:]
    /// People whom this plan, or another pair's of this run, asks: by what the ask names them by.
    var askedNow: Set<MatchValue> = []
    let planned: PlannedPeople
    /// By what the people are known whom their own source calls opted out, whether or not the project knows it yet.
    var optedOutInSource: Set<MatchValue> = []
    /// Asks that the service refused, by source key.
    private let refused: [String: QuarantineItem]
    private var sent = 0
    private var tooOld = 0
    private var leftOut = 0

    init(
        pair: Pair, asking: Asking, store: StateStore, reader: ProjectReader, options: RunOptions, earlier: [PairPlan],
        now: Int64
    ) throws {
        self.pair = pair
        self.asking = asking
        self.store = store
        self.reader = reader
        self.options = options
        self.earlier = earlier
        self.now = now
        labels = Reconciler(mapping: asking.people.mapping, resource: asking.people.resource, knownFields: [])
        planned = PlannedPeople(earlier.filter { $0.resource == asking.people.resource.name }, asking)
        refused = Dictionary(
            try store.quarantine(pair.name).filter { $0.operationFingerprint != nil }
                .map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func plan() async throws -> PairPlan {
        let project = try await readPeople()
        optedOutInSource = try await readOptOuts()
        for base in try store.projectBases(pair.name) {
            guard let person = base["customer_id"]?.description, let at = base["asked_at"]?.instant else { continue }
            asked[person] = max(asked[person] ?? at, at)
        }
        for operation in earlier.flatMap(\.operations) where operation.isSend {
            for change in operation.changes { askedNow.insert(MatchValue(field: change.field, value: change.after)) }
        }
        try await settleDoubts()
        var source = try await readSource()
        decideDoubtsWithoutRow()
        number()
        try balance(&source)
        let sends = entries.flatMap(\.operations).count { $0.isSend }
        if sends > 0, options.allowances.sends == nil {
            notes.append("nobody is asked unless the run allows it: --allow-sends \(sends)")
        }
        if leftOut > 0 { notes.append(pair.leftOut(leftOut)) }
        if tooOld > 0 {
            let rows = tooOld == 1 ? "1 row is" : "\(tooOld) rows are"
            notes.append("\(rows) older than \(asking.rules.within) days: nobody is asked about what lies so far back")
        }
        return PairPlan(
            name: pair.name, resource: pair.resource.name, namedBy: nil, label: pair.resource.label,
            mapping: pair.mapping.fingerprint, source: source, project: project, entries: entries,
            refusals: Guard.check(
                pair: pair.name, entries: entries, guards: pair.mapping.guards, linked: 0, source: source,
                project: project, allowances: options.allowances),
            notes: notes, unrepaired: doubts.filter { $0.value.keepsIntent }.keys.sorted(), requests: 2 * sends)
    }

    /// The people as they are now: those that a pair of this run has just read are not read again.
    private func readPeople() async throws -> SideReading {
        var reading = SideReading(mode: .notRead, records: 0, read: 0)
        if !earlier.contains(where: { $0.name == asking.people.name }) {
            let memory = try store.sourceMemory(asking.people.name)
            let people = try await reader.refresh(
                full: options.full,
                mappingChanged: memory.map { $0.mapping != asking.people.mapping.fingerprint } ?? false)
            (reading.mode, reading.requests) = (people.mode, people.requests)
        }
        return reading
    }

    // MARK: - The source

    private mutating func readSource() async throws -> SideReading {
        let report = try await pair.streamSource(store, reader, planned: earlier) { item, lookup, mapper in
            try decide(item, lookup, mapper)
        }
        quarantineDuplicates(report.duplicateKeys)
        return SideReading(
            mode: .full, records: report.count, read: report.count, incomplete: report.incomplete,
            stamp: report.stamp.text, endsCleanly: report.endsCleanly)
    }

    private mutating func decide(_ item: SourceItem, _ lookup: StateStore.Lookup?, _ mapper: RecordMapper) throws {
        switch item {
        case .broken(let row):
            setAside("row \(row.place.line)", key: nil, row.place, Quarantine(.unreadable, row.reason))
        case .record(let raw) where mapper.leavesOut(raw):
            leftOut += 1
        case .record(let raw):
            guard let key = mapper.key(of: raw) else {
                return setAside("row \(raw.place.line)", key: nil, raw.place, pair.noKey)
            }
            if lookup != nil {
                sent += 1
            } else if let doubt = doubts[key], let entry = doubt.entry(raw.place, raw.fingerprint) {
                doubts[key]?.hasRow = true
                entries.append(entry)
            } else {
                doubts[key]?.hasRow = true
                try decide(raw, key, mapper)
            }
        }
    }

    private mutating func decide(_ raw: RawRecord, _ key: String, _ mapper: RecordMapper) throws {
        let mapped = mapper.map(raw)
        let row = mapped.record
        if let moment = row["asked_at"].instant, asking.rules.isTooOld(moment, now: now) {
            tooOld += 1
            return
        }
        let label = labels.label(of: row)
        if let quarantine = mapped.quarantine {
            return setAside(label, key: key, raw.place, quarantine, raw.fingerprint)
        }
        guard let moment = row["asked_at"].instant else {
            return setAside(
                label, key: key, raw.place, Quarantine(.unmappable, "asked_at is blank: a request needs its moment"),
                raw.fingerprint)
        }
        if let before = refused[key], before.recordFingerprint == raw.fingerprint {
            let quarantine = Quarantine(before.cause, before.message)
            return setAside(label, key: key, raw.place, quarantine, raw.fingerprint)
        }
        let found: Found
        switch try person(of: row) {
        case .nobody(let quarantine): return setAside(label, key: key, raw.place, quarantine, raw.fingerprint)
        case .found(let person): found = person
        }
        let decision = asking.rules.decide(
            moment: moment, wanted: row["channels"].isNull ? nil : row["channels"].elements,
            reminders: row["reminders_count"].isNull ? nil : Int(row["reminders_count"].description),
            person: found.person, now: now)
        var entry = Entry(
            label: found.label ?? label, sourceKey: key, projectID: nil, present: [.source], place: raw.place,
            bucket: .resting, sourceFingerprint: raw.fingerprint)
        switch decision {
        case .rest(let note):
            entry.note = note
        case .ask where isProtected(key, row, found):
            entry.note = "protected by the mapping"
        case .ask(let ask):
            entry.bucket = .created
            entry.operations = [send(ask, row, found)]
            remember(ask, found)
        }
        entries.append(entry)
    }

    /// The operation names the person by that alone by which the service shall find them.
    private func send(_ ask: Ask, _ row: Record, _ found: Found) -> Operation {
        func change(_ field: String, _ after: Value) -> FieldChange {
            FieldChange(field: field, before: .null, after: after, origin: row[field], rule: .created)
        }
        let changes = [
            change(found.name.field, found.name.value), change("channels", .elements(ask.channels)),
            change("reminders_count", .integer(Int64(ask.reminders))), change("asked_at", .timestamp(ask.at)),
        ]
        let last = found.person.lastAsked.map { "asked last on \(CalendarDay(unixSeconds: $0))" }
        return Operation(side: .project, kind: .send, changes: changes, why: last ?? "never asked before")
    }

    private mutating func remember(_ ask: Ask, _ found: Found) {
        if let id = found.id { asked[id] = max(asked[id] ?? ask.at, ask.at) }
        askedNow.insert(found.name)
    }

    private func isProtected(_ key: String, _ row: Record, _ found: Found) -> Bool {
        !pair.mapping.protected.isDisjoint(with: [key, found.id ?? key, found.name.value.description])
    }

    // MARK: - The plan

    mutating func setAside(
        _ label: String, key: String?, _ place: Place?, _ quarantine: Quarantine, _ fingerprint: Fingerprint? = nil
    ) {
        entries.append(
            Entry(
                label: label, sourceKey: key, projectID: nil, present: [.source], place: place, bucket: .quarantined,
                quarantine: quarantine, sourceFingerprint: fingerprint))
    }

    /// Rows with one key between them may be one job or two: a person says which.
    private mutating func quarantineDuplicates(_ keys: Set<String>) {
        guard !keys.isEmpty else { return }
        for index in entries.indices {
            // What an earlier run sent is sent, whichever row it was.
            guard let key = entries[index].sourceKey, keys.contains(key), entries[index].sends else { continue }
            entries[index] = entries[index].quarantined(
                Quarantine(.duplicateKey, "another row has the same key, \(key)"))
        }
    }

    private mutating func number() {
        for index in entries.indices { entries[index].position = index + 1 }
    }

    /// Every row lies in exactly one bucket, or the plan is not shown.
    private func balance(_ source: inout SideReading) throws {
        for entry in entries where entry.present.contains(.source) { source[entry.bucket] += 1 }
        source[.resting] += tooOld + leftOut
        source[.unchanged] += sent
        let sum = source.buckets.values.reduce(0, +)
        guard sum == source.records else {
            throw EngineError.unbalanced(pair: pair.name, side: .source, records: source.records, counted: sum)
        }
    }
}
