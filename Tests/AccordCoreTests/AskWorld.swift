import AccordCore
import Testing

/// Customers who can be asked, rows that ask them, and what is known of both.
struct AskWorld {
    static let day: Int64 = 86_400
    /// 2026-11-24, 12:00 UTC.
    static let now: Int64 = 1_795_521_600
    static let fields = SendFields(
        at: "asked_at", channels: "channels", reminders: "reminders", recipient: "customer_id")
    static let sends = SendSchema(
        people: "customers", channels: ["email": "email", "sms": "phone"], messages: "messages", list: "",
        ask: "ask_id", channel: "channel", scheduled: "scheduled_at", created: "created_at")
    static let people: TableSchema = {
        var schema = Customers.schema
        schema.fields.append(
            FieldSchema(name: "last_asked_at", type: .timestamp(pattern: "unix", timeZone: "UTC"), role: .asked))
        return schema
    }()

    var known = KnownWorld()
    var people = KnownPeople(schema: AskWorld.people, sends: AskWorld.sends)
    var decider = RequestDecider(
        rules: AskRules(channels: ["email", "sms"], reminders: 1, within: 14, window: 90), fields: AskWorld.fields,
        now: AskWorld.now)
    var duplicateKeys: Set<String> = []

    /// A row of yesterday's.
    static func row(
        _ key: String, _ email: String? = nil, _ phone: String? = nil, daysAgo: Int64? = 1,
        and others: [String: Value] = [:], quarantine: Quarantine? = nil
    ) -> SourceRow {
        var values = Deciding.person(email, phone, name: nil).merging(others) { _, other in other }
        values["asked_at"] = daysAgo.map { .timestamp(now - $0 * day) }
        return Deciding.row(key, Int(key.dropFirst()) ?? 1, values, quarantine)
    }

    mutating func add(
        _ id: String, _ email: String? = nil, _ phone: String? = nil, daysSinceAsked: Int64? = nil,
        and others: [String: Value] = [:], unknown: Set<String> = [], isArchived: Bool = false
    ) {
        var values = Deciding.person(email, phone).merging(others) { _, other in other }
        values["last_asked_at"] = daysSinceAsked.map { .timestamp(AskWorld.now - $0 * AskWorld.day) }
        known.add(id, values, unknown: unknown, isArchived: isArchived)
    }

    /// An earlier plan of the run does something to a customer, or makes one.
    ///
    /// - Parameter named: the values by which rows name people.
    mutating func plan(
        _ kind: Operation.Kind, _ id: String?, _ values: [String: Value] = [:], named: [FieldValue] = []
    ) {
        let changes = values.map {
            FieldChange(field: $0.key, before: .null, after: $0.value, origin: $0.value, rule: .created)
        }
        let entry = Entry(
            label: "Bo", sourceKey: "c1", projectID: id, present: [.source], bucket: .updated,
            operations: [Operation(side: .project, kind: kind, changes: changes, reason: .onlyInSource)])
        people.addPlanned(entry, named: named.reduce(into: ValueCounts()) { $0.add($1) })
    }

    /// Somebody opted out in the people's own source.
    mutating func optOut(_ values: [String: Value]) {
        people.optOuts.add(people.names(of: Record(key: "c1", values: values)))
    }

    /// Decides rows one after the other, with nothing loaded before.
    mutating func decide(_ rows: [SourceRow]) -> [Entry] {
        rows.compactMap { decide(DuplicateKeys.settingAside($0, duplicateKeys)) }
    }

    private mutating func decide(_ row: SourceRow) -> Entry? {
        var knowledge = Knowledge()
        for _ in 0..<20 {
            let before = people
            do throws(Needs) {
                return try decider.decide(row, &people, knowledge)
            } catch {
                #expect(people == before, "a decision that needs to know more leaves nothing behind")
                known.load(error, into: &knowledge)
            }
        }
        Issue.record("what was loaded is asked for again and again")
        return nil
    }
}

extension Entry {
    /// What becomes of a row that may ask: `asks email=a (never-asked)`, `rests: opted-out`, `ambiguous: …`.
    var answer: String {
        if let quarantine { return "\(quarantine.cause.rawValue): \(quarantine.message)" }
        if case .notSent(let objection) = note { return "rests: \(objection.code)" }
        if let note { return note.code }
        let names = operations.flatMap(\.changes).filter { ["email", "phone"].contains($0.field) }
        return "asks " + names.map { "\($0.field)=\($0.after)" }.joined(separator: " ")
            + " (\(operations.map(\.reason.code).joined()))"
    }
}
