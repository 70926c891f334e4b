/// What is known of the people whom the rows of a pair of requests may reach, besides their records in the project: that
/// is asked of a ``Knowledge``.
public struct KnownPeople: Hashable, Sendable {
    /// Of the people.
    public let schema: TableSchema
    private let sends: SendSchema
    /// When each person was asked last as far as is remembered here, by id; those of this very plan too.
    private var asked: [String: Int64] = [:]
    /// The same, by what the request named them by: a record that was made anew is the same person.
    private var askedNames: [FieldValue: Int64] = [:]
    /// People whom this plan, or another pair's of this run, asks, or a stopped run may have asked: by what the request
    /// names them by.
    private var askedNow: Set<FieldValue> = []
    /// What the people's own sources say.
    public var optOuts = OptOuts()
    private var planned = PlannedPeople()

    public init(schema: TableSchema, sends: SendSchema) {
        self.schema = schema
        self.sends = sends
    }

    /// A person whom a row means.
    public struct Found: Hashable, Sendable {
        /// Nil: to be created in this run.
        public var id: String?
        public var label: String
        /// By this the service shall find them.
        public var name: FieldValue
        /// All that they are known by.
        public var names: [FieldValue]
        public var person: AskedPerson

        func isSame(as other: Found) -> Bool {
            id == other.id && (id != nil || Set(names) == Set(other.names))
        }
    }

    public enum Addressee: Hashable, Sendable {
        case found(Found)
        case nobody(Quarantine)
    }

    // MARK: - What is learnt

    /// - Parameter at: Unix seconds.
    public mutating func remember(_ at: Int64, id: String) { asked[id] = max(asked[id] ?? at, at) }

    public mutating func remember(_ at: Int64, names: [FieldValue]) {
        for name in names { askedNames[name] = max(askedNames[name] ?? at, at) }
    }

    /// A request of this plan.
    public mutating func remember(_ ask: Ask, _ found: Found) {
        if let id = found.id { remember(ask.at, id: id) }
        askedNow.formUnion(found.names)
    }

    /// Requests that an earlier plan of this run sends, or that a stopped run may have sent.
    public mutating func addRequests(of entry: Entry) {
        for change in entry.operations.filter(\.isSend).flatMap(\.changes) {
            askedNow.insert(FieldValue(field: change.field, value: change.after))
        }
    }

    /// What an earlier plan of this run does to a person.
    ///
    /// - Parameter named: the values by which rows name people; nobody else is remembered.
    public mutating func addPlanned(_ entry: Entry, named: ValueCounts) {
        planned.add(entry, schema, sends, named)
    }

    // MARK: - Whom a row means

    /// The values by which a record names a person.
    public func names(of record: Record) -> [FieldValue] { schema.names(of: record) }

    /// The one person who is known by all that the row says of them.
    ///
    /// - Parameter now: Unix seconds.
    public func person(of row: Record, now: Int64, _ known: Knowledge) throws(Needs) -> Addressee {
        var found: Found?
        let names = names(of: row)
        for name in names {
            let candidates = try candidates(name, now: now, known)
            guard candidates.count <= 1 else {
                return .nobody(
                    Quarantine(
                        .ambiguous, "\(candidates.count) \(schema.label)s have the \(name.field) \(name.value)"))
            }
            guard let candidate = candidates.first else { continue }
            if let found, !found.isSame(as: candidate) {
                return .nobody(
                    Quarantine(
                        .ambiguous,
                        "its \(found.name.field) and its \(name.field) are those of two \(schema.label)s, "
                            + "\(found.id ?? found.label) and \(candidate.id ?? candidate.label)"))
            }
            found = found ?? candidate
        }
        if var found {
            // The row says that all of this is theirs.
            found.names += names.filter { !found.names.contains($0) }
            optOuts.tell(&found.person, of: found.names, id: found.id)
            tellAsked(&found.person, found.names, now: now)
            return .found(found)
        }
        let message =
            names.isEmpty
            ? "no e-mail and no phone says whom to ask"
            : "the project has no \(schema.label) who is known by "
                + names.map(\.value.description).joined(separator: " or ")
        return .nobody(Quarantine(.missing, message))
    }

    /// The ids of all whom some rows may mean: those who have their values now, and those who are about to get them.
    public func ids(of rows: some Sequence<Record>, _ known: Knowledge) throws(Needs) -> Set<String> {
        var ids: Set<String> = []
        for row in rows {
            for name in names(of: row) { ids.formUnion(try self.ids(name, known)) }
        }
        return ids
    }

    private func ids(_ name: FieldValue, _ known: Knowledge) throws(Needs) -> [String] {
        let ids = try known.holders(of: name)
        guard let coming = planned.named[name]?.id, !ids.contains(coming) else { return ids }
        return ids + [coming]
    }

    /// Those who have it now, and who are about to get it.
    private func candidates(_ name: FieldValue, now: Int64, _ known: Knowledge) throws(Needs) -> [Found] {
        var found: [Found] = []
        for id in try ids(name, known) {
            guard let record = try known.record(id) else { continue }
            var names = names(of: record.record)
            if !names.contains(name) { names.append(name) }
            found.append(
                Found(
                    id: id, label: schema.label(of: record.record), name: name, names: names,
                    person: person(record, names, now: now)))
        }
        if let coming = planned.named[name], var person = coming.person {
            tellAsked(&person, coming.names, now: now)
            optOuts.tell(&person, of: coming.names, id: coming.id)
            found.append(Found(id: nil, label: coming.label, name: name, names: coming.names, person: person))
        }
        return found
    }

    /// When a person was asked last, by all that they are known by.
    private func tellAsked(_ person: inout AskedPerson, _ names: [FieldValue], now: Int64) {
        var moments = names.compactMap { askedNames[$0] }
        if !askedNow.isDisjoint(with: names) { moments.append(now) }
        if let at = moments.max() { person.lastAsked = max(person.lastAsked ?? at, at) }
    }

    /// A person of the project, with what is remembered here, and what earlier plans of this run do to them.
    private func person(_ record: MirrorRecord, _ names: [FieldValue], now: Int64) -> AskedPerson {
        var person = AskedPerson(record.record, isArchived: record.archived, of: schema, sends)
        if let at = asked[record.id] { person.lastAsked = max(person.lastAsked ?? at, at) }
        tellAsked(&person, names, now: now)
        if planned.optedOut.contains(record.id) { person.isOut = true }
        optOuts.tell(&person, of: names, id: record.id)
        if planned.removed.contains(record.id) { person.isArchived = true }
        return person
    }
}

/// What the plans of people, which come before, are about to do to those whom rows name.
private struct PlannedPeople: Hashable, Sendable {
    struct Person: Hashable, Sendable {
        /// Nil: to be created.
        var id: String?
        var label: String
        /// Of one to be created.
        var person: AskedPerson?
        /// All that they will be known by.
        var names: [FieldValue]
    }

    private(set) var named: [FieldValue: Person] = [:]
    private(set) var optedOut: Set<String> = []
    private(set) var removed: Set<String> = []

    mutating func add(_ entry: Entry, _ schema: TableSchema, _ sends: SendSchema, _ wanted: ValueCounts) {
        let operations = entry.operations.filter { $0.side == .project }
        if let id = entry.projectID {
            if operations.contains(where: { $0.kind == .unsubscribe }) { optedOut.insert(id) }
            if operations.contains(where: \.isRemoval) { removed.insert(id) }
        }
        var record = Record(key: entry.projectID ?? "", values: [:])
        for change in operations.flatMap(\.changes) { record[change.field] = change.after }
        let person = entry.projectID == nil ? AskedPerson(record, isArchived: false, of: schema, sends) : nil
        let names = schema.names(of: record)
        for name in names where wanted.contains(name) {
            named[name] = Person(id: entry.projectID, label: entry.label, person: person, names: names)
        }
    }
}

extension AskedPerson {
    /// What a record says of a person.
    ///
    /// - Parameters:
    ///   - people: the schema of the record's table.
    ///   - sends: says by which fields a person can be reached.
    public init(_ record: Record, isArchived: Bool, of people: TableSchema, _ sends: SendSchema) {
        let (optOut, asked) = (people.field(.optOut), people.field(.asked))
        var lastAsked: Int64?
        if let asked, case .timestamp(let seconds) = record[asked.name] { lastAsked = seconds }
        self.init(
            isOut: optOut.map { OptOut.isOut(record[$0.name]) } ?? false, isArchived: isArchived, lastAsked: lastAsked,
            channels: Set(sends.channels.filter { !record[$0.value].isNull }.keys),
            unknown: [optOut, asked].compactMap { field in
                field.flatMap { !$0.isReadable || record.unknown.contains($0.name) ? $0.name : nil }
            })
    }
}
