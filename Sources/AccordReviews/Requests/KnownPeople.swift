import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Whom a row would reach, and everything that is known to speak against it.
struct KnownPeople {
    private var requests: ReviewRequests?
    private var labels: Reconciler?
    /// When each person was asked last as far as is remembered here, by id; those of this very plan too.
    private var asked: [String: Int64] = [:]
    /// People whom this plan, or another pair's of this run, asks: by what the request names them by.
    private var askedNow: Set<FieldValue> = []
    /// E-mails and telephones that are marked as opted out in the people's own source, synced or not.
    private var optedOutInSource: Set<FieldValue> = []
    private var planned = PlannedPeople()
    private var holders: [FieldValue: [String]] = [:]
    private var records: [String: MirrorRecord] = [:]

    struct Found {
        /// Nil: to be created in this run.
        var id: String?
        var label: String?
        /// By this the service shall find them.
        var name: FieldValue
        var person: AskedPerson
    }

    enum Addressee {
        case found(Found)
        case nobody(Quarantine)
    }

    init() {}

    init(requests: ReviewRequests, labels: Reconciler) {
        self.requests = requests
        self.labels = labels
    }

    private var lookedUpBy: [String] { requests?.people.schema.lookedUpBy ?? [] }

    // MARK: - What is known

    /// Who opted out in the people's own source is not asked, though the project may not know it yet: their row may wait,
    /// or their pair be left out of this run.
    mutating func readOptOuts() async throws {
        guard let people = requests?.people, let optOut = people.mapping.fields.first(where: \.isOptOut),
            let table = people.source as? any ScannableTable
        else { return }
        var mapping = people.mapping
        mapping.fields = mapping.fields.filter { $0.isOptOut || people.schema.lookedUpBy.contains($0.name) }
        let mapper = try RecordMapper(mapping: mapping, schema: try await table.schema())
        _ = try await table.scan { batch in
            batch.forEachRow(mapper.rows) { record, row in
                // Of a broken row of text it is not known which cell is in which column.
                guard record.problem == nil || row.isTyped else { return }
                let mapped = mapper.map(row).record
                guard OptOut.isOut(mapped[optOut.name]) else { return }
                for field in people.schema.lookedUpBy where !mapped[field].isNull {
                    optedOutInSource.insert(FieldValue(field: field, value: mapped[field]))
                }
            }
        }
    }

    /// Whom this pair asked before, and whom other pairs of this run ask.
    mutating func readEarlierRequests(of pair: Pair, _ run: PlanningRun) throws {
        guard let fields = requests?.fields else { return }
        for base in try run.store.projectBases(pair.name) {
            guard let person = base[fields.recipient]?.description, let at = base[fields.at]?.instant else { continue }
            remember(at, id: person)
        }
        for plan in run.earlier where plan.counts.sends > 0 {
            try plan.records.forEach(where: { $0.contains(.writesProject) }) { entry in
                for change in entry.operations.filter(\.isSend).flatMap(\.changes) {
                    askedNow.insert(FieldValue(field: change.field, value: change.after))
                }
                return true
            }
        }
    }

    /// Loads who holds the values that some rows name, and what earlier plans of this run do to them.
    mutating func load(_ rows: [Record], _ run: PlanningRun) throws {
        guard let requests else { return }
        var wanted: Set<FieldValue> = []
        for row in rows {
            for field in lookedUpBy where !row[field].isNull {
                wanted.insert(FieldValue(field: field, value: row[field]))
            }
        }
        for (index, field) in lookedUpBy.prefix(2).enumerated() {
            let values = wanted.filter { $0.field == field }
            let found = try run.store.holders(
                requests.people.name, matchIndex: index, values: values.map(\.value.description))
            for value in values { holders[value] = found[value.value.description] ?? [] }
        }
        let plans = run.earlier.filter { $0.resource == requests.people.schema.name }
        planned = try PlannedPeople(plans, requests, wanted)
        let ids = Set(holders.values.joined()).union(planned.ids)
        records = try run.store.projectRecords(requests.people.name, ids)
    }

    mutating func remember(_ at: Int64, id: String) { asked[id] = max(asked[id] ?? at, at) }

    mutating func remember(_ ask: Ask, _ found: Found) {
        if let id = found.id { remember(ask.at, id: id) }
        askedNow.insert(found.name)
    }

    // MARK: - Whom a row means

    /// The one person who is known by all that the row says of them.
    func person(of row: Record, now: Int64) throws -> Addressee {
        var found: Found?
        let label = requests?.people.schema.label ?? "record"
        for field in lookedUpBy where !row[field].isNull {
            let name = FieldValue(field: field, value: row[field])
            let candidates = candidates(name, now: now)
            guard candidates.count <= 1 else {
                return .nobody(Quarantine(.ambiguous, "\(candidates.count) \(label)s have the \(field) \(row[field])"))
            }
            guard let candidate = candidates.first else { continue }
            if let found, found.id != candidate.id {
                return .nobody(
                    Quarantine(
                        .ambiguous,
                        "its \(found.name.field) and its \(field) are those of two \(label)s, "
                            + "\([found.id, candidate.id].compactMap(\.self).joined(separator: " and "))"))
            }
            found = found ?? candidate
        }
        if let found { return .found(found) }
        let names = lookedUpBy.map { row[$0] }.filter { !$0.isNull }.map(\.description)
        let message =
            names.isEmpty
            ? "no e-mail and no phone says whom to ask"
            : "the project has no \(label) who is known by \(names.joined(separator: " or "))"
        return .nobody(Quarantine(.missing, message))
    }

    /// Those who have it now, and who are about to get it.
    private func candidates(_ name: FieldValue, now: Int64) -> [Found] {
        guard let requests else { return [] }
        var ids = holders[name] ?? []
        let coming = planned.named[name]
        if let id = coming?.id, !ids.contains(id) { ids.append(id) }
        var found = ids.compactMap { id in
            records[id].map { record in
                Found(
                    id: id, label: labels?.label(of: record.record), name: name,
                    person: withPlans(
                        requests.person(record.record, isArchived: record.archived), record, name, now: now))
            }
        }
        if let coming, coming.id == nil, var person = coming.person {
            if askedNow.contains(name) { person.lastAsked = now }
            if optedOutInSource.contains(name) { person.isOut = true }
            found.append(Found(id: nil, label: coming.label, name: name, person: person))
        }
        return found
    }

    /// With what is remembered here, and what earlier plans of this run do to them.
    private func withPlans(
        _ person: AskedPerson, _ record: MirrorRecord, _ name: FieldValue, now: Int64
    ) -> AskedPerson {
        var person = person
        if let at = asked[record.id] { person.lastAsked = max(person.lastAsked ?? at, at) }
        if askedNow.contains(name) { person.lastAsked = max(person.lastAsked ?? now, now) }
        let names = lookedUpBy.compactMap { field in
            record.values[field].map { FieldValue(field: field, value: $0) }
        }
        if planned.optedOut.contains(record.id) || !optedOutInSource.isDisjoint(with: names + [name]) {
            person.isOut = true
        }
        if planned.removed.contains(record.id) { person.isArchived = true }
        return person
    }
}

/// What the plans of people, which come before, are about to do to those whom rows name.
struct PlannedPeople {
    struct Person {
        /// Nil: to be created.
        var id: String?
        var label: String
        /// Of one to be created.
        var person: AskedPerson?
    }

    private(set) var named: [FieldValue: Person] = [:]
    private(set) var optedOut: Set<String> = []
    private(set) var removed: Set<String> = []

    /// The project ids of those who are about to get one of the values.
    var ids: Set<String> { Set(named.values.compactMap(\.id)) }

    init() {}

    /// - Parameter wanted: the values by which rows name people; nobody else is remembered.
    init(_ plans: [PairPlan], _ requests: ReviewRequests, _ wanted: Set<FieldValue>) throws {
        for plan in plans {
            try plan.records.forEach(where: { $0.contains(.writesProject) }) { entry in
                add(entry, requests, wanted)
                return true
            }
        }
    }

    private mutating func add(_ entry: Entry, _ requests: ReviewRequests, _ wanted: Set<FieldValue>) {
        let operations = entry.operations.filter { $0.side == .project }
        if let id = entry.projectID {
            if operations.contains(where: { $0.kind == .unsubscribe }) { optedOut.insert(id) }
            if operations.contains(where: \.isRemoval) { removed.insert(id) }
        }
        var record = Record(key: entry.projectID ?? "", values: [:])
        for change in operations.flatMap(\.changes) { record[change.field] = change.after }
        let person = entry.projectID == nil ? requests.person(record, isArchived: false) : nil
        for field in requests.people.schema.lookedUpBy where !record[field].isNull {
            let value = FieldValue(field: field, value: record[field])
            guard wanted.contains(value) else { continue }
            named[value] = Person(id: entry.projectID, label: entry.label, person: person)
        }
    }
}
