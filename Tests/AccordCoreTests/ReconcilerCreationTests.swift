import AccordCore
import Testing

@Suite("What is done with a record that only one side has")
struct ReconcilerCreationTests {
    private static let ada: [String: Value] = ["first_name": .string("Ada"), "email": .string("ada@x.com")]

    private func fromSource(_ values: [String: Value], mapping: Mapping = Customers.mapping()) -> Entry {
        Customers.reconciler(mapping).decide(
            onlyInSource: Record(key: "s9", values: values), fingerprint: Customers.rowFingerprint,
            place: Customers.place)
    }

    private func fromProject(
        _ values: [String: Value], mapping: Mapping = Customers.mapping(), isArchived: Bool = false
    ) -> Entry {
        Customers.reconciler(mapping).decide(
            onlyInProject: Record(key: "p9", values: values), isArchived: isArchived,
            fingerprint: Fingerprint(of: values, isArchived: isArchived))
    }

    @Test("A new row becomes a record of the project")
    func created() {
        let entry = fromSource(ReconcilerCreationTests.ada)
        #expect(entry.bucket == .created && entry.present == [.source])
        #expect(
            entry.deeds == [
                "project create email: (empty) -> ada@x.com (created), first_name: (empty) -> Ada (created)"
            ])
        #expect(entry.operations.map(\.reason) == [.onlyInSource])
        #expect(entry.operations.flatMap(\.changes).allSatisfy { $0.origin == $0.after })
        #expect(entry.sourceKey == "s9" && entry.projectID == nil && entry.link == .none)
        #expect(entry.sourceFingerprint == Customers.rowFingerprint && entry.place == Customers.place)
        #expect(entry.label == "Ada <ada@x.com>")
    }

    @Test("A new record of the project becomes a row")
    func createdInSource() {
        let entry = fromProject(ReconcilerCreationTests.ada)
        #expect(entry.bucket == .created && entry.present == [.project])
        #expect(
            entry.deeds == [
                "source create email: (empty) -> ada@x.com (created), first_name: (empty) -> Ada (created)"
            ])
        #expect(entry.operations.map(\.reason) == [.onlyInProject])
        #expect(entry.sourceKey == nil && entry.projectID == "p9")
        #expect(entry.projectFingerprint == Fingerprint(of: ReconcilerCreationTests.ada, isArchived: false))
    }

    @Test(
        "Nothing is created where the mapping creates nothing",
        arguments: [[], [.source], [.project], [.source, .project]] as [Set<Side>])
    func notCreated(_ creates: Set<Side>) {
        var mapping = Customers.mapping()
        mapping.creates = creates
        let (up, down) = (
            fromSource(ReconcilerCreationTests.ada, mapping: mapping),
            fromProject(ReconcilerCreationTests.ada, mapping: mapping)
        )
        #expect(up.bucket == (creates.contains(.project) ? .created : .leftAlone))
        #expect(up.deeds.isEmpty != creates.contains(.project))
        #expect(up.note == (creates.contains(.project) ? nil : .createsNothing(on: .project)))
        #expect(down.bucket == (creates.contains(.source) ? .created : .leftAlone))
        #expect(down.deeds.isEmpty != creates.contains(.source))
        #expect(down.note == (creates.contains(.source) ? nil : .createsNothing(on: .source)))
    }

    @Test("What was archived in the project is not brought into the source")
    func archived() {
        let entry = fromProject(ReconcilerCreationTests.ada, isArchived: true)
        #expect(entry.bucket == .leftAlone && entry.deeds.isEmpty && entry.note == .archivedInProject)
    }

    @Test(
        "What the service would refuse is set aside before it is sent",
        arguments: [
            (["email": .string("a@x.com")], "first_name is blank, and a new customer needs it"),
            (["first_name": .string("Ada")], "email and phone are both blank, and a new customer needs one of them"),
            (["first_name": .string("Ada"), "phone": .string("+14155550100")], nil),
            (["first_name": .string("Ada"), "email": .string("a@x.com")], nil),
        ] as [([String: Value], String?)])
    func incomplete(_ values: [String: Value], _ refusal: String?) {
        let entry = fromSource(values)
        #expect(entry.bucket == (refusal == nil ? .created : .quarantined))
        #expect(entry.quarantine == refusal.map { Quarantine(.unmappable, $0) })
        #expect(entry.deeds.isEmpty == (refusal != nil))
    }

    @Test("A required field that does not flow to the project does not count")
    func requiredButNotSent() {
        let mapping = Customers.mapping([Field(name: "first_name", column: "First", direction: .toSource)])
        let entry = fromSource(ReconcilerCreationTests.ada, mapping: mapping)
        #expect(entry.quarantine?.message == "first_name is blank, and a new customer needs it")
    }

    @Test("One-way fields go only their way, and one without a column is never written into the source")
    func oneWay() {
        let mapping = Customers.mapping([
            Field(name: "up", column: "Up", direction: .toProject),
            Field(name: "down", column: "Down", direction: .toSource),
            Field(name: "made", column: nil, transforms: [.constant("x")]),
        ])
        let values = ReconcilerCreationTests.ada.merging(
            ["up": .string("1"), "down": .string("2"), "made": .string("x")]) { $1 }
        let up = fromSource(values, mapping: mapping).operations.flatMap(\.changes).map(\.field)
        #expect(up == ["email", "first_name", "made", "up"])
        let down = fromProject(values, mapping: mapping).operations.flatMap(\.changes).map(\.field)
        #expect(down == ["down", "email", "first_name"])
    }

    @Test(
        "Whoever opted out is unsubscribed at once, whichever way the field flows",
        arguments: [
            (.boolean(true), true), (.timestamp(5), true), (.string("yes"), true), (.boolean(false), false),
            (.null, false),
        ] as [(Value, Bool)], Direction.allCases)
    func optedOut(_ flag: (value: Value, isOut: Bool), _ direction: Direction) {
        let mapping = Customers.mapping(
            optOut: Field(name: "unsubscribed_at", column: "Out", direction: direction, isOptOut: true))
        let values = ReconcilerCreationTests.ada.merging(["unsubscribed_at": flag.value]) { $1 }
        let up = fromSource(values, mapping: mapping).operations
        #expect(up.map(\.kind) == (flag.isOut ? [.create, .unsubscribe] : [.create]))
        #expect(up.first?.changes.contains { $0.field == "unsubscribed_at" } == false)
        if flag.isOut { #expect(up.last?.changes.map(\.after) == [flag.value]) }
        let down = fromProject(values, mapping: mapping).operations
        #expect(down.map(\.kind) == [.create])
        #expect(
            down.first?.changes.first { $0.field == "unsubscribed_at" }?.after == (flag.value.isNull ? nil : flag.value)
        )
    }

    @Test(
        "What the mapping protects is not touched",
        arguments: [
            ("s1", true), ("p1", true), ("ada@x.com", true), ("+14155550100", true), ("eva@x.com", true),
            ("Ada", false), ("someone@x.com", false),
        ])
    func protected(_ name: String, _ isProtected: Bool) {
        let base = ReconcilerCreationTests.ada.merging(["phone": .string("+14155550100")]) { $1 }
        var mapping = Customers.mapping()
        mapping.protected = [name]
        let entry = Customers.reconciler(mapping).decide(
            Pairing(
                link: Customers.link(base, base), linking: .moved(fromKey: "s0"),
                source: Customers.inSource(base.merging(["email": .string("eva@x.com")]) { $1 }),
                project: Customers.inProject(base)))
        #expect(entry.deeds.isEmpty == isProtected)
        #expect(entry.bucket == (isProtected ? .leftAlone : .updated))
        #expect(entry.link == (isProtected ? .none : .moved(fromKey: "s0")))
        #expect(entry.note == (isProtected ? .protected : nil))
        // Not settled: should the mapping protect it no longer, it is looked at again.
        #expect(entry.sourceFingerprint == (isProtected ? nil : Customers.rowFingerprint))
    }

    @Test("Neither are new records and deletions of what the mapping protects")
    func protectedOthers() {
        var mapping = Customers.mapping()
        mapping.protected = ["ada@x.com"]
        mapping.whenGoneFromSource = .delete
        let ada = ReconcilerCreationTests.ada
        let gone = Customers.reconciler(mapping).decide(
            Pairing(link: Customers.link(ada, ada), source: .gone, project: Customers.inProject(ada)))
        for entry in [fromSource(ada, mapping: mapping), fromProject(ada, mapping: mapping), gone] {
            #expect(entry.bucket == .leftAlone && entry.deeds.isEmpty && entry.note == .protected)
        }
    }

    @Test(
        "A person is called by name and by what the service knows them by",
        arguments: [
            (["first_name": "Ada", "last_name": "King", "email": "a@x.com", "phone": "+1"], "Ada King <a@x.com>"),
            (["first_name": "Ada", "phone": "+1"], "Ada <+1>"), (["last_name": "King"], "King"),
            (["email": "a@x.com"], "a@x.com"), (["notes": "x"], "s9"),
        ] as [([String: String], String)])
    func label(_ texts: [String: String], _ label: String) {
        let record = Record(key: "s9", values: texts.mapValues { Value.text($0) })
        #expect(Customers.schema.label(of: record) == label)
    }
}
