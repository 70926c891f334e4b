import AccordCore
import Testing

@Suite("Rows that ask for a review, decided")
struct RequestDeciderTests {
    private struct Case: Sendable {
        let what: String
        var world: @Sendable (inout AskWorld) -> Void = { _ in }
        let rows: [SourceRow]
        let answers: [String]
    }

    private static func row(_ key: String, _ email: String? = nil, _ phone: String? = nil) -> SourceRow {
        AskWorld.row(key, email, phone)
    }

    private static let email = Deciding.value("email", "a")
    private static let within = "rests: asked-within"

    // MARK: - Who is meant

    private static let meant: [Case] = [
        Case(
            what: "known by e-mail", world: { $0.add("1", "a", "5") }, rows: [row("J1", "a")],
            answers: ["asks email=a (never-asked)"]),
        Case(
            what: "known by telephone alone", world: { $0.add("1", "a", "5") }, rows: [row("J1", "b", "5")],
            answers: ["asks phone=5 (never-asked)"]),
        Case(
            what: "known by both: the first names them", world: { $0.add("1", "a", "5") }, rows: [row("J1", "a", "5")],
            answers: ["asks email=a (never-asked)"]),
        Case(
            what: "e-mail and telephone are those of two people",
            world: {
                $0.add("1", "a"); $0.add("2", nil, "5")
            },
            rows: [row("J1", "a", "5")],
            answers: ["ambiguous: its email and its phone are those of two customers, 1 and 2"]),
        Case(
            what: "two people have the e-mail",
            world: {
                $0.add("1", "a"); $0.add("2", "a")
            }, rows: [row("J1", "a")], answers: ["ambiguous: 2 customers have the email a"]),
        Case(
            what: "nobody is known by either", rows: [row("J1", "a", "5")],
            answers: ["missing: the project has no customer who is known by a or 5"]),
        Case(what: "no name at all", rows: [row("J1")], answers: ["missing: no e-mail and no phone says whom to ask"]),
        Case(
            what: "to be created in this run, known by what they are given",
            world: { $0.plan(.create, nil, Deciding.person("a", "5"), named: [email]) },
            rows: [row("J1", "a"), row("J2", nil, "6")],
            answers: [
                "asks email=a (never-asked)", "missing: the project has no customer who is known by 6",
            ]),
        Case(
            what: "to be created in this run: only those whom a row names are remembered",
            world: { $0.plan(.create, nil, Deciding.person("a")) }, rows: [row("J1", "a")],
            answers: ["missing: the project has no customer who is known by a"]),
        Case(
            what: "e-mail and telephone are those of two people who are created in this run",
            world: {
                $0.plan(.create, nil, Deciding.person("a"), named: [email])
                $0.plan(.create, nil, Deciding.person("b", "5"), named: [Deciding.value("phone", "5")])
            }, rows: [row("J1", "a", "5")],
            answers: ["ambiguous: its email and its phone are those of two customers, Bo and Bo"]),
        Case(
            what: "gets the e-mail in this run",
            world: {
                $0.add("1", "old"); $0.plan(.update, "1", ["email": .text("a")], named: [email])
            }, rows: [row("J1", "a")], answers: ["asks email=a (never-asked)"]),
        Case(
            what: "has the e-mail, and is given it again in this run: one person",
            world: {
                $0.add("1", "a"); $0.plan(.update, "1", ["email": .text("a")], named: [email])
            }, rows: [row("J1", "a")], answers: ["asks email=a (never-asked)"]),
        Case(
            what: "has the e-mail, and another one gets it in this run",
            world: {
                $0.add("1", "a"); $0.add("2", "b")
                $0.plan(.update, "2", ["email": .text("a")], named: [email])
            }, rows: [row("J1", "a")], answers: ["ambiguous: 2 customers have the email a"]),
        Case(
            what: "has the e-mail, and one with it is to be created",
            world: {
                $0.add("1", "a"); $0.plan(.create, nil, ["email": .text("a")], named: [email])
            }, rows: [row("J1", "a")], answers: ["ambiguous: 2 customers have the email a"]),
    ]

    // MARK: - Asked before

    private static let asked: [Case] = [
        Case(
            what: "recently, as the project says", world: { $0.add("1", "a", daysSinceAsked: 89) },
            rows: [row("J1", "a")], answers: [within]),
        Case(
            what: "long ago", world: { $0.add("1", "a", daysSinceAsked: 91) }, rows: [row("J1", "a")],
            answers: ["asks email=a (asked-last)"]),
        Case(
            what: "recently, as only the state remembers",
            world: {
                $0.add("1", "a", daysSinceAsked: 200)
                $0.people.remember(AskWorld.now - 5 * AskWorld.day, id: "1")
                $0.people.remember(AskWorld.now - 300 * AskWorld.day, id: "1")
            }, rows: [row("J1", "a")], answers: [within]),
        Case(
            what: "recently, though the state remembers an earlier time alone",
            world: {
                $0.add("1", "a", daysSinceAsked: 5)
                $0.people.remember(AskWorld.now - 200 * AskWorld.day, id: "1")
            }, rows: [row("J1", "a")], answers: [within]),
        Case(
            what: "by another row of this plan, by the same name and by another one", world: { $0.add("1", "a", "5") },
            rows: [row("J1", "a"), row("J2", "a"), row("J3", nil, "5")],
            answers: ["asks email=a (never-asked)", within, within]),
        Case(
            what: "by another row of this plan, before they are created",
            world: { $0.plan(.create, nil, Deciding.person("a", "5"), named: [email]) },
            rows: [row("J1", "a"), row("J2", "a")], answers: ["asks email=a (never-asked)", within]),
        Case(
            what: "by another row of this plan, by another name, before they are created",
            world: {
                let names = [email, Deciding.value("phone", "5")]
                $0.plan(.create, nil, Deciding.person("a", "5"), named: names)
            }, rows: [row("J1", "a"), row("J2", nil, "5")], answers: ["asks email=a (never-asked)", within]),
        Case(
            what: "by a plan of this run that comes before",
            world: {
                $0.add("1", "a")
                var other = $0
                for entry in other.decide([row("J9", "a")]) { $0.people.addRequests(of: entry) }
            }, rows: [row("J1", "a")], answers: [within]),
        Case(
            what: "a row that only rests asks nobody: the next one may",
            world: {
                $0.add("1", "a"); $0.duplicateKeys = ["J1"]
            }, rows: [row("J1", "a"), row("J2", "a")],
            answers: ["duplicate-key: another row has the same key", "asks email=a (never-asked)"]),
    ]

    // MARK: - What speaks against it

    private static let out: [String: Value] = ["unsubscribed_at": .timestamp(1)]

    private static let against: [Case] = [
        Case(
            what: "opted out in the project", world: { $0.add("1", "a", and: out) }, rows: [row("J1", "a")],
            answers: ["rests: opted-out"]),
        Case(
            what: "opted out in the source, by the name that the row has",
            world: {
                $0.add("1", "a"); $0.optOut(Deciding.person("a"))
            }, rows: [row("J1", "a")], answers: ["rests: opted-out"]),
        Case(
            what: "opted out in the source, by another name of theirs",
            world: {
                $0.add("1", "a", "5"); $0.optOut(Deciding.person(nil, "5"))
            }, rows: [row("J1", "a")], answers: ["rests: opted-out"]),
        Case(
            what: "opted out in the source, and to be created",
            world: {
                $0.plan(.create, nil, Deciding.person("a"), named: [email])
                $0.optOut(Deciding.person("a"))
            }, rows: [row("J1", "a")], answers: ["rests: opted-out"]),
        Case(
            what: "what their row says of it cannot be read",
            world: {
                $0.add("1", "a", "5")
                $0.people.optOuts.doubt([Deciding.value("phone", "5")], because: "it cannot be read")
            }, rows: [row("J1", "a")], answers: ["unknown: it cannot be read"]),
        Case(
            what: "to be created, and the source may not have been read whole",
            world: {
                $0.plan(.create, nil, Deciding.person("a"), named: [email])
                $0.people.optOuts.doubt("crm.csv", because: "it is cut")
            }, rows: [row("J1", "a")],
            answers: ["unknown: crm.csv is in doubt (it is cut), so it is not known who opted out"]),
        Case(
            what: "somebody else opted out",
            world: {
                $0.add("1", "a"); $0.optOut(Deciding.person("b", "5"))
            }, rows: [row("J1", "a")], answers: ["asks email=a (never-asked)"]),
        Case(
            what: "unsubscribed by a plan of this run",
            world: {
                $0.add("1", "a"); $0.plan(.unsubscribe, "1")
            }, rows: [row("J1", "a")], answers: ["rests: opted-out"]),
        Case(
            what: "archived in the project", world: { $0.add("1", "a", isArchived: true) }, rows: [row("J1", "a")],
            answers: ["rests: archived"]),
        Case(
            what: "archived by a plan of this run",
            world: {
                $0.add("1", "a"); $0.plan(.archive, "1")
            }, rows: [row("J1", "a")], answers: ["rests: archived"]),
        Case(
            what: "deleted by a plan of this run",
            world: {
                $0.add("1", "a"); $0.plan(.delete, "1")
            }, rows: [row("J1", "a")], answers: ["rests: archived"]),
        Case(
            what: "no answer says whether they opted out",
            world: { $0.add("1", "a", unknown: ["unsubscribed_at"]) }, rows: [row("J1", "a")],
            answers: [
                "unknown: the project's answers say nothing of unsubscribed_at, so it is not known whether this person "
                    + "may be asked: have the service answer with it, or ask them by hand"
            ]),
        Case(
            what: "protected by the row's key, by their id, or by the name that the row has",
            world: {
                for (id, email) in [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")] { $0.add(id, email) }
                let (rules, fields) = ($0.decider.rules, $0.decider.fields)
                $0.decider = RequestDecider(
                    rules: rules, fields: fields, protected: ProtectedPeople(byMessages: ["J1", "2", "c"]),
                    now: AskWorld.now)
            },
            rows: [row("J1", "a"), row("J2", "b"), row("J3", "c"), row("J4", "d"), row("J5", "a")],
            answers: [
                "protected", "protected", "protected", "asks email=d (never-asked)", "asks email=a (never-asked)",
            ]),
        Case(
            what: "protected by a name that only their record has, though the row names them by another one",
            world: {
                $0.add("1", "a", "5")
                let (rules, fields) = ($0.decider.rules, $0.decider.fields)
                $0.decider = RequestDecider(
                    rules: rules, fields: fields, protected: ProtectedPeople(byPeople: ["5", "J1"]), now: AskWorld.now)
            }, rows: [row("J1", "a")], answers: ["protected"]),
        Case(
            what: "refused before: as long as the row is as it was",
            world: {
                $0.add("1", "a")
                let before = Quarantine(.refused, "no such channel")
                let (rules, fields) = ($0.decider.rules, $0.decider.fields)
                $0.decider = RequestDecider(
                    rules: rules, fields: fields,
                    refused: [
                        "J1": RefusedRequest(quarantine: before, row: row("J1").fingerprint),
                        "J2": RefusedRequest(quarantine: before, row: Fingerprint(of: "another row")),
                    ], now: AskWorld.now)
            }, rows: [row("J1", "a"), row("J2", "a")],
            answers: ["refused: no such channel", "asks email=a (never-asked)"]),
    ]

    // MARK: - The row itself

    private static let broken = Quarantine(.unmappable, "channels: fax is none")

    private static let itself: [Case] = [
        Case(
            what: "its moment is blank", world: { $0.add("1", "a") }, rows: [AskWorld.row("J1", "a", daysAgo: nil)],
            answers: ["unmappable: asked_at is blank: a request needs its moment"]),
        Case(
            what: "too old", world: { $0.add("1", "a") }, rows: [AskWorld.row("J1", "a", daysAgo: 15)],
            answers: ["rests: too-old"]),
        Case(
            what: "one that cannot be read is set aside before its person is looked for",
            rows: [AskWorld.row("J1", "a", quarantine: broken)], answers: ["unmappable: channels: fax is none"]),
        Case(
            what: "another row has its key: that is said of a broken one, too",
            world: {
                $0.add("1", "a"); $0.duplicateKeys = ["J1"]
            }, rows: [AskWorld.row("J1", "a", quarantine: broken), row("J2", "a")],
            answers: ["duplicate-key: another row has the same key", "asks email=a (never-asked)"]),
        Case(
            what: "it wants a channel by which they cannot be reached", world: { $0.add("1", "a") },
            rows: [AskWorld.row("J1", "a", and: ["channels": .elements(["sms"])])], answers: ["rests: unreachable"]),
    ]

    @Test("each row asks the one person whom it means, or says why not", arguments: meant + asked + against + itself)
    private func decide(sample: Case) {
        var world = AskWorld()
        sample.world(&world)
        #expect(world.decide(sample.rows).map(\.answer) == sample.answers, "\(sample.what)")
    }

    // MARK: - All that an entry says

    @Test("a request says whom it reaches, how, when, and what the row said")
    func wholeEntry() {
        var world = AskWorld()
        world.add("1", "a", "5")
        let row = AskWorld.row("J7", "a", and: ["channels": .elements(["sms"]), "reminders": .integer(3)])
        func change(_ field: String, _ after: Value) -> FieldChange {
            FieldChange(field: field, before: .null, after: after, origin: row.record[field], rule: .created)
        }
        let changes = [
            change("email", .text("a")), change("channels", .elements(["sms"])), change("reminders", .integer(3)),
            change("asked_at", .timestamp(AskWorld.now)),
        ]
        #expect(
            world.decide([row]) == [
                Entry(
                    label: "Ada <a>", sourceKey: "J7", projectID: nil, present: [.source],
                    place: Place(file: "crm.csv", line: 7), bucket: .created,
                    operations: [Operation(side: .project, kind: .send, changes: changes, reason: .neverAsked)],
                    sourceFingerprint: Fingerprint(of: "J7"))
            ])
    }

    @Test("a row that asks nobody stays in the plan, under the person's name where it has one")
    func restingEntry() {
        var world = AskWorld()
        world.add("1", "a", isArchived: true)
        let rested = world.decide([AskWorld.row("J1", "a"), AskWorld.row("J2", "b")])
        #expect(rested.map(\.label) == ["Ada <a>", "b"])
        #expect(rested.map(\.bucket) == [.leftAlone, .quarantined])
        #expect(rested.map(\.sourceFingerprint) == [Fingerprint(of: "J1"), Fingerprint(of: "J2")])
        #expect(rested.allSatisfy { $0.operations.isEmpty && $0.present.source })
    }

    @Test("of two reasons for doubt it is always the same one that is said")
    func sameWords() {
        var world = AskWorld()
        for number in 1...40 {
            world.add("\(number)", "e\(number)", "p\(number)")
            for (field, name) in [("email", "e\(number)"), ("phone", "p\(number)")] {
                world.people.optOuts.doubt(
                    [FieldValue(field: field, value: .text(name))], because: "it is not known by the \(field)")
            }
        }
        let decided = world.decide((1...40).map { AskWorld.row("J\($0)", "e\($0)") })
        #expect(decided.count == 40)
        #expect(Set(decided.map { $0.quarantine?.message }) == ["it is not known by the email"])
    }

    @Test("what lies too far back is seen by the row alone")
    func tooOld() {
        let decider = AskWorld().decider
        #expect(decider.isTooOld(AskWorld.row("J1", daysAgo: 15).record))
        #expect(!decider.isTooOld(AskWorld.row("J1", daysAgo: 14).record))
        #expect(!decider.isTooOld(AskWorld.row("J1", daysAgo: nil).record), "it is set aside instead")
    }

    @Test("who is to be known is asked for at once: those who have a value, and those who are about to get it")
    func ids() throws {
        var world = AskWorld()
        world.add("1", "a")
        world.add("2", nil, "5")
        world.add("3", "c")
        world.plan(.update, "3", ["email": .text("a")], named: [Self.email])
        let rows = [Self.row("J1", "a", "5").record, Self.row("J2", "nobody").record]
        let known = world.known.everything(values: Set(rows.flatMap(world.people.names)))
        #expect(try world.people.ids(of: rows, known) == ["1", "2", "3"])
    }
}
