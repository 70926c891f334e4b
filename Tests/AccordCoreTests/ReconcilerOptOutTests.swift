import AccordCore
import Testing

@Suite("Whoever opted out stays out")
struct ReconcilerOptOutTests {
    /// What a side can hold, and whether it means that the person is out.
    private static let states: [(value: Value, isOut: Bool)] = [
        (.null, false), (.boolean(false), false), (.boolean(true), true), (.timestamp(1_700_000_000), true),
    ]

    private struct Setting: Sendable, CustomTestStringConvertible {
        var direction: Direction
        var policy: ConflictPolicy
        var resubscribe: Set<Side>
        var testDescription: String {
            "\(direction), \(policy), may come back in \(resubscribe.map(\.rawValue).sorted())"
        }
        var mapping: Mapping {
            Customers.mapping(
                optOut: Field(
                    name: "unsubscribed_at", column: "Out", direction: direction, conflict: policy,
                    resubscribe: resubscribe, isOptOut: true))
        }
    }

    private static let settings = Direction.allCases.flatMap { direction in
        ConflictPolicy.allCases.flatMap { policy in
            ([[], [.source], [.project], [.source, .project]] as [Set<Side>]).map {
                Setting(direction: direction, policy: policy, resubscribe: $0)
            }
        }
    }

    /// Whether the sides once agreed on the field, and if not, why.
    private enum Past: CaseIterable { case agreed, linkedNow, fieldIsNew }

    private func decide(
        _ setting: Setting, _ past: Past, bases: (Value, Value), source: Value, project: Value, isArchived: Bool
    ) -> Entry {
        let mapping = setting.mapping
        let names = Set(mapping.fields.map(\.name)).subtracting(past == .fieldIsNew ? ["unsubscribed_at"] : [])
        return Customers.reconciler(mapping, known: names).decide(
            Pairing(
                link: Customers.link(["unsubscribed_at": bases.0], ["unsubscribed_at": bases.1]),
                linking: past == .linkedNow ? .new(.sameValues(fields: ["email"])) : .none,
                // The side that says otherwise was always changed last: it must not matter.
                source: Customers.inSource(["unsubscribed_at": source], modified: OptOut.isOut(source) ? 1 : 2),
                project: Customers.inProject(
                    ["unsubscribed_at": project], modified: OptOut.isOut(source) ? 2 : 1, isArchived: isArchived)))
    }

    @Test("Out on either side is out on both, but for an explicit return that the mapping allows", arguments: settings)
    private func always(_ setting: Setting) {
        var returns = 0
        for past in Past.allCases {
            for (sourceBase, sourceWas) in ReconcilerOptOutTests.states {
                for (projectBase, projectWas) in ReconcilerOptOutTests.states {
                    for (source, sourceIs) in ReconcilerOptOutTests.states {
                        for (project, projectIs) in ReconcilerOptOutTests.states {
                            let entry = decide(
                                setting, past, bases: (sourceBase, projectBase), source: source, project: project,
                                isArchived: false)
                            let after = (
                                entry.applied(to: Record(key: "s1", values: ["unsubscribed_at": source]), on: .source),
                                entry.applied(to: Record(key: "p1", values: ["unsubscribed_at": project]), on: .project)
                            )
                            let side: Side = sourceIs ? .project : .source
                            let isReturn =
                                sourceIs != projectIs && past == .agreed && sourceWas && projectWas
                                && setting.resubscribe.contains(side)
                                && (sourceIs
                                    ? source == sourceBase || sourceBase == .boolean(true)
                                    : project == projectBase || projectBase == .boolean(true))
                            let isOut = (sourceIs || projectIs) && !isReturn
                            let context: Comment =
                                "\(past): \(sourceBase) and \(projectBase) became \(source) and \(project)"
                            #expect(OptOut.isOut(after.0["unsubscribed_at"]) == isOut, context)
                            #expect(OptOut.isOut(after.1["unsubscribed_at"]) == isOut, context)
                            #expect(entry.conflicts.isEmpty, context)
                            if sourceIs == projectIs { #expect(entry.operations.isEmpty, context) }
                            returns += isReturn ? 1 : 0
                        }
                    }
                }
            }
        }
        // On each side that may bring a person back: out by two words, back by two, while the other side's opt-out is
        // the one that was agreed on, in three ways.
        #expect(returns == setting.resubscribe.count * 12)
    }

    @Test("An archived record's opt-out is carried, and its return is not", arguments: settings)
    private func archived(_ setting: Setting) {
        for (source, sourceIs) in ReconcilerOptOutTests.states {
            for (project, projectIs) in ReconcilerOptOutTests.states {
                let out = decide(
                    setting, .agreed, bases: (.null, .null), source: source, project: project, isArchived: true)
                let isCarried = sourceIs != projectIs
                #expect(out.operations.count == (isCarried ? 1 : 0), "\(source) and \(project)")
                #expect(out.bucket == (isCarried ? .updated : .leftAlone), "\(source) and \(project)")
                let back = decide(
                    setting, .agreed, bases: (.boolean(true), .timestamp(1)), source: source, project: project,
                    isArchived: true)
                #expect(
                    back.operations.flatMap(\.changes).allSatisfy { $0.rule == .optOut }, "\(source) and \(project)")
                #expect(back.operations.allSatisfy { $0.kind != .resubscribe }, "\(source) and \(project)")
            }
        }
    }

    private static let both = Setting(direction: .both, policy: .manual, resubscribe: [.source, .project])

    @Test(
        "In the project an opt-out is an operation of its own, before every other; in the source it is a field",
        arguments: [
            (
                .boolean(true), .null, .null, .null,
                [
                    "project unsubscribe unsubscribed_at: (empty) -> yes (opt-out)",
                    "project update first_name: Ada -> Eva (source-changed)",
                ]
            ),
            (
                .null, .timestamp(0), .null, .null,
                [
                    "project update first_name: Ada -> Eva (source-changed)",
                    "source update unsubscribed_at: (empty) -> 1970-01-01 (opt-out)",
                ]
            ),
            (
                .boolean(false), .timestamp(0), .boolean(true), .timestamp(0),
                [
                    "project resubscribe unsubscribed_at: 1970-01-01 -> no (resubscribed)",
                    "project update first_name: Ada -> Eva (source-changed)",
                ]
            ),
            (
                .boolean(true), .null, .boolean(true), .timestamp(0),
                [
                    "project update first_name: Ada -> Eva (source-changed)",
                    "source update unsubscribed_at: yes -> (empty) (resubscribed)",
                ]
            ),
        ] as [(Value, Value, Value, Value, [String])])
    func order(_ source: Value, _ project: Value, _ sourceBase: Value, _ projectBase: Value, _ deeds: [String]) {
        func values(_ name: String, _ out: Value) -> [String: Value] {
            ["first_name": .string(name), "unsubscribed_at": out]
        }
        let entry = Customers.reconciler(ReconcilerOptOutTests.both.mapping).decide(
            Pairing(
                link: Customers.link(values("Ada", sourceBase), values("Ada", projectBase)),
                source: Customers.inSource(values("Eva", source)), project: Customers.inProject(values("Ada", project)))
        )
        #expect(entry.deeds == deeds)
    }

    @Test("The moment and the word of an opt-out are each side's own")
    func ownForms() {
        let entry = decide(
            ReconcilerOptOutTests.both, .agreed, bases: (.boolean(true), .timestamp(1)), source: .string("y"),
            project: .timestamp(2), isArchived: false)
        #expect(entry.bucket == .agreed && entry.deeds.isEmpty, "the moment is remembered, and nothing is done")
        let both = decide(
            ReconcilerOptOutTests.both, .agreed, bases: (.boolean(false), .null), source: .boolean(true),
            project: .timestamp(2), isArchived: false)
        #expect(both.bucket == .agreed && both.memories == ["unsubscribed_at: yes / 1970-01-01 00:00:02"])
    }

    @Test("A return on one side outweighs no opt-out that came since on the other")
    func outAgain() {
        // Out, agreed; back in the source, carried; and out anew in the project.
        let entry = decide(
            ReconcilerOptOutTests.both, .agreed, bases: (.boolean(false), .null), source: .boolean(false),
            project: .timestamp(9), isArchived: false)
        #expect(entry.deeds == ["source update unsubscribed_at: no -> 1970-01-01 00:00:09 (opt-out)"])
    }

    @Test("Nor one that came since it was agreed on, though the project was subscribed again in between")
    func outAnew() {
        let entry = decide(
            ReconcilerOptOutTests.both, .agreed, bases: (.boolean(true), .timestamp(5)), source: .boolean(false),
            project: .timestamp(9), isArchived: false)
        #expect(entry.deeds == ["source update unsubscribed_at: no -> 1970-01-01 00:00:09 (opt-out)"])
    }

    @Test("A blank in a column of words says nothing: only the word for no brings somebody back")
    func blankWord() {
        let column = Field(
            name: "unsubscribed_at", column: "Out", type: .boolean(yes: ["yes"], no: ["no"]), resubscribe: [.source],
            isOptOut: true)
        let reconciler = Customers.reconciler(Customers.mapping(optOut: column))
        func deeds(_ source: Value) -> [String] {
            reconciler.decide(
                Pairing(
                    link: Customers.link(
                        ["unsubscribed_at": .boolean(true)], ["unsubscribed_at": .timestamp(5)]),
                    source: Customers.inSource(["unsubscribed_at": source]),
                    project: Customers.inProject(["unsubscribed_at": .timestamp(5)]))
            ).deeds
        }
        #expect(deeds(.null) == ["source update unsubscribed_at: (empty) -> 1970-01-01 00:00:05 (opt-out)"])
        #expect(deeds(.boolean(false)).count == 1)
        #expect(deeds(.boolean(false)).first?.hasPrefix("project resubscribe") == true)
    }

    @Test("An opt-out of linked records waits for no fault of the same record")
    func beforeFaults() {
        let reconciler = Customers.reconciler(Customers.mapping())
        let pairing = Pairing(
            link: Customers.link(["first_name": .string("Ada")], ["first_name": .string("Ada")]),
            source: .unusable(
                Quarantine(.unmappable, "phone: expected a telephone number"), place: Customers.place,
                readable: Record(key: "s1", values: ["first_name": .string("Eva"), "unsubscribed_at": .boolean(true)])),
            project: Customers.inProject(["first_name": .string("Ada")]))
        let entry = reconciler.decide(pairing)
        #expect(entry.bucket == .quarantined && entry.quarantine?.cause == .unmappable)
        #expect(entry.deeds == ["project unsubscribe unsubscribed_at: (empty) -> yes (opt-out)"])

        // Which of two rows with one key is meant cannot be told, and nothing can be done to a record that is not linked.
        #expect(entry.quarantined(Quarantine(.duplicateKey, "another row has the same key")).operations.isEmpty)
        var fresh = entry
        fresh.link = .new(.sameValues(fields: ["email"]))
        #expect(fresh.quarantined(Quarantine(.wouldBeRefused, "taken")).operations.isEmpty)
        // Nobody is brought back by a row that cannot be used.
        var back = pairing
        back.source = .unusable(
            Quarantine(.unmappable, "phone"), place: Customers.place, readable: Record(key: "s1", values: [:]))
        back.project = Customers.inProject(["unsubscribed_at": .timestamp(3)])
        #expect(reconciler.decide(back).operations.isEmpty)
    }

    @Test("A person's answer to a conflict brings nobody back", arguments: Side.allCases)
    func resolved(_ side: Side) {
        var pairing = Pairing(
            link: Customers.link([:], [:]), source: Customers.inSource(["unsubscribed_at": .boolean(false)]),
            project: Customers.inProject(["unsubscribed_at": .timestamp(9)]))
        pairing.resolutions = Pairing.Resolutions(fields: ["unsubscribed_at": side], record: side)
        let entry = Customers.reconciler(ReconcilerOptOutTests.both.mapping).decide(pairing)
        #expect(entry.deeds == ["source update unsubscribed_at: no -> 1970-01-01 00:00:09 (opt-out)"])
    }
}
