/// Decides which rows of a source ask a person for a review: a function of values.
public struct RequestDecider: Sendable {
    public let rules: AskRules
    public let fields: SendFields
    public let protected: ProtectedPeople
    /// Requests that the service refused, by source key.
    public let refused: [String: RefusedRequest]
    /// Unix seconds.
    public let now: Int64

    public init(
        rules: AskRules, fields: SendFields, protected: ProtectedPeople = ProtectedPeople(),
        refused: [String: RefusedRequest] = [:],
        now: Int64
    ) {
        self.rules = rules
        self.fields = fields
        self.protected = protected
        self.refused = refused
        self.now = now
    }

    /// A row that lies so far back that nothing needs to be known of its person: it is only counted.
    public func isTooOld(_ row: Record) -> Bool {
        row[fields.at].instant.map { rules.isTooOld($0, now: now) } ?? false
    }

    /// Rows are decided in their order: of several that mean one person, the first asks.
    ///
    /// - Parameter people: gets to know whom the row asks, if it asks.
    /// - Throws: what has to be known of the project's people; nothing is noted then.
    public func decide(
        _ row: SourceRow, _ people: inout KnownPeople, _ known: Knowledge
    ) throws(Needs) -> Entry {
        var entry = Entry(
            label: people.schema.label(of: row.record), sourceKey: row.record.key, projectID: nil, present: [.source],
            place: row.place, bucket: .leftAlone, sourceFingerprint: row.fingerprint)
        if let quarantine = row.quarantine { return entry.quarantined(quarantine) }
        guard let moment = row.record[fields.at].instant else {
            return entry.quarantined(Quarantine(.unmappable, "\(fields.at) is blank: a request needs its moment"))
        }
        if let before = refused[row.record.key], before.row == row.fingerprint {
            return entry.quarantined(before.quarantine)
        }
        let found: KnownPeople.Found
        switch try people.person(of: row.record, now: now, known) {
        case .nobody(let quarantine): return entry.quarantined(quarantine)
        case .found(let person): found = person
        }
        switch decision(moment, row.record, found.person) {
        case .setAside(let quarantine): return entry.quarantined(quarantine)
        case .notNow(let objection): entry.note = .notSent(objection)
        // By whatever of it the row or the project knows them.
        case .ask
        where protected.contains(
            rowKey: row.record.key, id: found.id, names: people.names(of: row.record) + found.names):
            entry.note = .protected
        case .ask(let ask):
            entry.bucket = .created
            entry.operations = [send(ask, row.record, found)]
            people.remember(ask, found)
        }
        entry.label = found.label
        return entry
    }

    private func decision(_ moment: Int64, _ row: Record, _ person: AskedPerson) -> AskDecision {
        let (channels, reminders) = (row[fields.channels], row[fields.reminders])
        return rules.decide(
            moment: moment, wanted: channels.isNull ? nil : channels.elements,
            reminders: reminders.isNull ? nil : Int(reminders.description), person: person, now: now)
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
}

/// A request that the service refused: its row asks nobody until it changes.
///
/// What a request is to do is no sign of that: its time is another one in each run.
public struct RefusedRequest: Hashable, Sendable {
    public var quarantine: Quarantine
    /// Of the row as it was.
    public var row: Fingerprint?

    public init(quarantine: Quarantine, row: Fingerprint?) {
        self.quarantine = quarantine
        self.row = row
    }
}
