import AccordCore
import Testing

/// Entries as the planner makes them, of which only what the service matches by matters.
enum Planned {
    static func create(_ key: String, email: String? = nil, phone: String? = nil) -> Entry {
        var entry = Entry(label: key, sourceKey: key, projectID: nil, present: [.source], bucket: .created)
        let values = [("first_name", key), ("email", email), ("phone", phone)]
        entry.operations = [
            Operation(
                side: .project, kind: .create,
                changes: values.compactMap { field, text in text.map { change(field, nil, $0) } }, reason: .onlyInSource
            )
        ]
        return entry
    }

    /// `email` and `phone`: before and after, where they change.
    static func update(_ id: String, email: (String?, String?)? = nil, phone: (String?, String?)? = nil) -> Entry {
        var entry = Entry(
            label: "the row of \(id)", sourceKey: "s\(id)", projectID: id, present: [.source, .project],
            bucket: .updated)
        let values = [("email", email), ("phone", phone)]
        entry.operations = [
            Operation(
                side: .project, kind: .update,
                changes: values.compactMap { field, pair in pair.map { change(field, $0.0, $0.1) } },
                reason: .rules([.sourceChanged]))
        ]
        return entry
    }

    private static func change(_ field: String, _ before: String?, _ after: String?) -> FieldChange {
        FieldChange(
            field: field, before: .text(before ?? ""), after: .text(after ?? ""), origin: .text(after ?? ""),
            rule: .sourceChanged)
    }

    struct Owner: Hashable, Sendable {
        var email: String?
        var phone: String?
    }

    static func ruled(
        _ entries: [Entry], _ owners: [String: Owner], schema: TableSchema = Customers.schema
    ) -> [Entry] {
        var entries = entries
        for index in entries.indices { entries[index].position = index + 1 }
        UniqueValues(schema: schema).apply(&entries) { field, value in
            owners.filter { Value.text((field == "email" ? $0.value.email : $0.value.phone) ?? "") == value }
                .keys.sorted()
        }
        return entries
    }
}

@Suite("A plan that the service would turn into something else says so")
struct UniqueValuesTests {
    typealias Owner = Planned.Owner

    private static let ada = ["p1": Owner(email: "a", phone: "1")]
    private static let both = ["p1": Owner(email: "a", phone: "1"), "p2": Owner(email: "b", phone: "2")]

    /// What becomes of each entry: `ok`, `after 2`, or the cause for which it is set aside.
    private static let cases: [(String, [String: Owner], [Entry], [String])] = [
        ("a new person", ada, [Planned.create("n", email: "b", phone: "2")], ["ok"]),
        ("a known e-mail", ada, [Planned.create("n", email: "a", phone: "2")], ["would-overwrite-another"]),
        ("a known e-mail alone", ada, [Planned.create("n", email: "a")], ["would-overwrite-another"]),
        (
            "an unknown e-mail, and a known telephone", ada, [Planned.create("n", email: "b", phone: "1")],
            ["would-overwrite-another"]
        ),
        ("a known telephone alone", ada, [Planned.create("n", phone: "1")], ["would-overwrite-another"]),
        ("an e-mail that reads like a telephone", ada, [Planned.create("n", email: "1", phone: "a")], ["ok"]),
        (
            "two new ones, one e-mail", [:], [Planned.create("n", email: "b"), Planned.create("m", email: "b")],
            ["ok", "would-overwrite-another"]
        ),
        (
            "two new ones, one telephone", [:],
            [Planned.create("n", email: "b", phone: "2"), Planned.create("m", email: "c", phone: "2")],
            ["ok", "would-overwrite-another"]
        ),
        ("a free e-mail", ada, [Planned.update("p1", email: ("a", "c"))], ["ok"]),
        ("another's e-mail", both, [Planned.update("p1", email: ("a", "b"))], ["would-be-refused"]),
        (
            "another's telephone", both, [Planned.update("p1", email: ("a", "c"), phone: ("1", "2"))],
            ["would-be-refused"]
        ),
        ("its own e-mail, as the service has it", ada, [Planned.update("p1", email: ("old", "a"))], ["ok"]),
        ("given up", ada, [Planned.update("p1", email: ("a", nil))], ["ok"]),
        (
            "two take the same", both.merging(["p3": Owner()]) { $1 },
            [Planned.update("p1", email: ("a", "c")), Planned.update("p3", email: (nil, "c"))],
            ["ok", "would-be-refused"]
        ),
        (
            "a new one takes what an old one takes", ada,
            [Planned.update("p1", email: ("a", "c")), Planned.create("n", email: "c")],
            ["ok", "would-overwrite-another"]
        ),
        (
            "changed, then taken", ada, [Planned.update("p1", email: ("a", "c")), Planned.create("n", email: "a")],
            ["ok", "after 1"]
        ),
        (
            "taken, then changed", ada, [Planned.create("n", email: "a"), Planned.update("p1", email: ("a", "c"))],
            ["after 2", "ok"]
        ),
        (
            "emptied, and taken by an old one", both,
            [Planned.update("p2", phone: ("2", "1")), Planned.update("p1", phone: ("1", nil))], ["after 2", "ok"]
        ),
        (
            "from two at once", both,
            [
                Planned.create("n", email: "a", phone: "2"), Planned.update("p1", email: ("a", "c")),
                Planned.update("p2", phone: ("2", nil)),
            ], ["after 2, 3", "ok", "ok"]
        ),
        (
            "from two, of which one keeps it", both,
            [Planned.create("n", email: "a", phone: "2"), Planned.update("p1", email: ("a", "c"))],
            ["would-overwrite-another", "ok"]
        ),
        (
            "handed down a row", both,
            [
                Planned.create("n", email: "a"), Planned.update("p1", email: ("a", "b")),
                Planned.update("p2", email: ("b", "c")),
            ], ["after 2", "after 3", "ok"]
        ),
        (
            "the first of the row cannot move, so none can", both.merging(["p3": Owner(email: "c")]) { $1 },
            [
                Planned.create("n", email: "a"), Planned.update("p1", email: ("a", "b")),
                Planned.update("p2", email: ("b", "c")),
            ], ["would-overwrite-another", "would-be-refused", "would-be-refused"]
        ),
        (
            "exchanged", both, [Planned.update("p1", email: ("a", "b")), Planned.update("p2", email: ("b", "a"))],
            ["would-be-refused", "would-be-refused"]
        ),
        (
            "exchanged, across both fields", both,
            [
                Planned.update("p1", email: ("a", "b"), phone: ("1", "3")),
                Planned.update("p2", email: ("b", "c"), phone: ("2", "1")),
            ], ["would-be-refused", "would-be-refused"]
        ),
        (
            "one who waits for two that exchange", both,
            [
                Planned.create("m", phone: "2"), Planned.update("p1", email: ("a", "b")),
                Planned.update("p2", email: ("b", "a"), phone: ("2", "3")),
            ], ["would-overwrite-another", "would-be-refused", "would-be-refused"]
        ),
        (
            "exchanged, with one who waits and one who does not", both,
            [
                Planned.create("n", email: "z"), Planned.update("p1", email: ("a", "b")),
                Planned.update("p2", email: ("b", "a"), phone: ("2", "3")), Planned.create("m", phone: "2"),
            ], ["ok", "would-be-refused", "would-be-refused", "would-overwrite-another"]
        ),
        (
            "what is set aside takes nothing", ada,
            [Planned.create("n", email: "a", phone: "9"), Planned.create("m", email: "m", phone: "9")],
            ["would-overwrite-another", "ok"]
        ),
        (
            "given up by one who does not have it", both,
            [Planned.update("p1", email: ("b", "c")), Planned.create("n", email: "b")],
            ["ok", "would-overwrite-another"]
        ),
    ]

    private func short(_ entry: Entry) -> String {
        if let quarantine = entry.quarantine { return quarantine.cause.rawValue }
        return entry.after.isEmpty ? "ok" : "after " + entry.after.map(String.init).joined(separator: ", ")
    }

    @Test("By e-mail, else by telephone; and no two may have the same", arguments: cases)
    func applied(_ what: String, _ owners: [String: Owner], _ entries: [Entry], _ expected: [String]) {
        let after = Planned.ruled(entries, owners)
        #expect(after.map(short) == expected)
        for (before, after) in zip(entries, after) {
            if after.quarantine == nil {
                #expect(after.operations == before.operations && after.bucket == before.bucket)
            } else {
                #expect(after.operations.isEmpty && after.bucket == .quarantined && after.after.isEmpty)
            }
        }
    }

    private func message(_ entries: [Entry], _ owners: [String: Owner]) -> String? {
        Planned.ruled(entries, owners).compactMap(\.quarantine).first?.message
    }

    @Test("It says who has the value, and what the service would do")
    func words() {
        #expect(
            message([Planned.create("n", email: "b", phone: "1")], UniqueValuesTests.ada)
                == "customer p1 already has the phone 1; the service would take this one for it and overwrite it")
        #expect(
            message([Planned.update("p1", email: ("a", "b"))], UniqueValuesTests.both)
                == "customer p2 already has the email b; the service would refuse the change")
        #expect(
            message([Planned.create("n", email: "b"), Planned.create("m", email: "b")], [:])
                == "n gets the same email b in this plan; the service would take this one for it and overwrite it")
        #expect(
            message(
                [Planned.update("p1", email: ("a", "b")), Planned.update("p2", email: ("b", "a"))],
                UniqueValuesTests.both
            )
                == "records exchange email or phone with each other, which the service refuses in any order; "
                + "change one of them first")
    }

    @Test("What is set aside already, and what is written into the source, takes nothing")
    func notInvolved() {
        var aside = Planned.create("n", email: "c")
        aside = aside.quarantined(Quarantine(.refused, "as before"))
        var inSource = Planned.update("p2", email: ("b", "a"))
        inSource.operations[0].side = .source
        let after = Planned.ruled([aside, inSource, Planned.create("m", email: "c")], UniqueValuesTests.both)
        #expect(after[0].quarantine == Quarantine(.refused, "as before"))
        #expect(after[1].quarantine == nil && after[1].deeds.count == 1 && after[1].after.isEmpty)
        #expect(after[2].quarantine == nil)
    }

    @Test("A service without a matcher is asked nothing")
    func noMatcher() {
        var schema = Customers.schema
        (schema.matcher, schema.unique) = ([], [])
        let entries = [Planned.create("n", email: "a"), Planned.create("m", email: "a")]
        #expect(Planned.ruled(entries, UniqueValuesTests.ada, schema: schema).allSatisfy { $0.quarantine == nil })
    }

    @Test("A service that only refuses, or only matches, is played as it is")
    func halves() {
        var matching = Customers.schema
        matching.unique = []
        let update = [Planned.update("p1", email: ("a", "b"))]
        func after(_ entries: [Entry], _ schema: TableSchema) -> [String] {
            Planned.ruled(entries, UniqueValuesTests.both, schema: schema).map(short)
        }
        #expect(after(update, matching) == ["ok"])
        let create = [Planned.create("n", email: "b")]
        #expect(after(create, matching) == ["would-overwrite-another"])
        var refusing = Customers.schema
        refusing.matcher = []
        #expect(after(create, refusing) == ["would-be-refused"])
        #expect(after(update, refusing) == ["would-be-refused"])
    }
}
