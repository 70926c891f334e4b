import AccordCore
import AccordEngine
import AccordReviews
import AccordTables
import TableFakes
import Testing

/// Right before a request is sent, at a service that shows late whom it has asked.
@Suite("Requests, right before they are sent")
struct SendingTests {
    private static let now: Int64 = 1_795_521_600
    private static let people = TableSchema(
        name: "customers", label: "customer",
        fields: [
            FieldSchema(name: "email", type: .email), FieldSchema(name: "phone", type: .phone(country: nil)),
            FieldSchema(name: "out", type: .boolean(yes: ["yes"], no: ["no"]), role: .optOut),
            FieldSchema(name: "asked", type: .timestamp(pattern: "unix", timeZone: "UTC"), role: .asked),
        ], matcher: ["email", "phone"], unique: ["email", "phone"])

    private let customers = MemoryTable(
        fields: ["email", "phone", "out", "asked"],
        records: [
            "1": ["email": .string("a@x.co"), "phone": .string("+14155552671")], "2": ["email": .string("b@x.co")],
        ])
    private let asks = MemoryTable(fields: ["email", "phone", "asked_at", "channels", "reminders"])

    private func pair(_ name: String, _ table: MemoryTable, _ schema: TableSchema) -> Pair {
        Pair(
            name: name, mapping: Mapping(resource: name, key: ["id"], match: [], fields: []), source: table,
            project: table, schema: schema)
    }

    /// What becomes of requests that name people by these values, one after the other.
    private func send(_ names: [(field: String, value: String)]) async throws -> [String] {
        let requests = ReviewRequests(
            rules: AskRules(channels: ["email"]),
            schema: SendSchema(
                people: "customers", channels: ["email": "email"], messages: "messages", list: "", ask: "ask",
                channel: "channel", scheduled: "scheduled", created: "created"),
            fields: SendFields(at: "asked_at", channels: "channels", reminders: "reminders", recipient: "customer"),
            people: pair("customers", customers, SendingTests.people), sources: [], others: []
        ) { _ in MemoryTable(fields: []) }
        var outcomes: [String] = []
        for name in names {
            let values: [String: Value] = [
                name.field: .string(name.value), "asked_at": .timestamp(SendingTests.now),
                "channels": .set(["email"]), "reminders": .integer(0),
            ]
            let changes = values.map {
                FieldChange(field: $0.key, before: .null, after: $0.value, origin: $0.value, rule: .created)
            }
            let entry = Entry(
                label: name.value, sourceKey: name.value, projectID: nil, present: [.source], bucket: .created,
                operations: [Operation(side: .project, kind: .send, changes: changes, reason: .neverAsked)])
            let asks = pair("asks", asks, TableSchema(name: "asks", label: "request", fields: []))
            switch try await requests.send(entry, of: asks, now: SendingTests.now) {
            case .sent: outcomes.append("sent")
            case .objected(let reason): outcomes.append(reason)
            case .refused(let quarantine): outcomes.append(quarantine.message)
            case .unknown(let reason): outcomes.append(reason)
            }
        }
        return outcomes
    }

    @Test("of two rows that name one person, each by another name, one asks them")
    func onePerson() async throws {
        let outcomes = try await send([("email", "a@x.co"), ("phone", "+14155552671"), ("email", "b@x.co")])
        #expect(outcomes == ["sent", "another row of this run asks them", "sent"])
        #expect(asks.records.count == 2)
    }

    @Test("who opted out in the project meanwhile is not asked, and who is not there any more is nobody")
    func meanwhile() async throws {
        customers.edit("1", "out", .boolean(true))
        customers.remove("2")
        let outcomes = try await send([("email", "a@x.co"), ("email", "b@x.co")])
        #expect(outcomes == ["opted out", "the project has no customer with the email b@x.co"])
        #expect(asks.records.isEmpty)
    }
}
