import AccordCore
import Testing

@Suite("What is done with a record that both sides have, all its fields together")
struct ReconcilerRecordTests {
    @Test("A change carries what it expects to find, what it writes, and what the other side holds")
    func change() throws {
        let base: [String: Value] = ["first_name": .string("Ada"), "email": .string("ada@x.com")]
        let entry = Customers.reconciler(Customers.mapping()).decide(
            Pairing(
                link: Customers.link(base.merging(["email": .string("ADA@X.com")]) { $1 }, base),
                source: Customers.inSource(["first_name": .string("Eva"), "email": .string("EVA@X.com")]),
                project: Customers.inProject(base)))
        let operation = try #require(entry.operations.first)
        #expect(entry.operations.count == 1)
        #expect(
            operation.changes == [
                FieldChange(
                    field: "email", before: .string("ada@x.com"), after: .string("EVA@X.com"),
                    origin: .string("EVA@X.com"), rule: .sourceChanged),
                FieldChange(
                    field: "first_name", before: .string("Ada"), after: .string("Eva"), origin: .string("Eva"),
                    rule: .sourceChanged),
            ])
        #expect(operation.reason == .rules([.sourceChanged]))
        #expect(entry.label == "Eva <EVA@X.com>")
        #expect(entry.sourceKey == "s1" && entry.projectID == "p1" && entry.place == Customers.place)
        #expect(entry.sourceFingerprint == Customers.rowFingerprint)
        #expect(entry.projectFingerprint == Fingerprint(of: base, isArchived: false))
    }

    @Test("A conflict about one field holds up no other, and says what each side holds and held")
    func mixed() {
        let base: [String: Value] = ["first_name": .string("Ada"), "phone": .string("+14155550100")]
        let entry = Customers.reconciler(Customers.mapping()).decide(
            Pairing(
                link: Customers.link(base, base.merging(["first_name": .string("ADA")]) { $1 }),
                source: Customers.inSource(["first_name": .string("Eva"), "phone": .string("+14155550111")]),
                project: Customers.inProject(["first_name": .string("Eve"), "phone": .string("+14155550100")])))
        #expect(entry.bucket == .conflict)
        #expect(entry.deeds == ["project update phone: +14155550100 -> +14155550111 (source-changed)"])
        #expect(
            entry.conflicts == [
                Conflict(
                    .field("first_name"), source: .string("Eva"), project: .string("Eve"), sourceBase: .string("Ada"),
                    projectBase: .string("ADA"))
            ])
        #expect(entry.conflicts.first?.what == "the source says \"Eva\", the project says \"Eve\"")
    }

    @Test("The project is written before the source, and each operation gives every reason once")
    func bothWritten() {
        let fields = ["a", "b", "c", "d"].map { Field(name: $0, column: $0, conflict: $0 == "d" ? .source : nil) }
        func values(_ texts: String...) -> [String: Value] {
            Dictionary(uniqueKeysWithValues: zip(["a", "b", "c", "d"], texts.map { Value.text($0) }))
        }
        let entry = Customers.reconciler(Customers.mapping(fields)).decide(
            Pairing(
                link: Customers.link(values("1", "1", "1", "1"), values("1", "1", "1", "1")),
                source: Customers.inSource(values("2", "2", "1", "2")),
                project: Customers.inProject(values("1", "1", "3", "3"))))
        #expect(
            entry.deeds == [
                "project update a: 1 -> 2 (source-changed), b: 1 -> 2 (source-changed), d: 3 -> 2 (policy-source)",
                "source update c: 1 -> 3 (project-changed)",
            ])
        #expect(
            entry.operations.map(\.reason) == [
                .rules([.sourceChanged, .policySource]), .rules([.projectChanged]),
            ])
    }

    @Test("Tags merge one by one; in each side's words, where the sides have their own")
    func tags() {
        let mapping = Customers.mapping([Field(name: "tags", column: "Tags", type: .set(separator: ";"))])
        func values(_ tags: String...) -> [String: Value] { ["tags": .elements(Set(tags))] }
        let entry = Customers.reconciler(mapping).decide(
            Pairing(
                link: Customers.link(values("VIP", "old"), values("vip", "old")),
                source: Customers.inSource(values("VIP", "old", "new")),
                project: Customers.inProject(values("vip", "won"))))
        #expect(
            entry.deeds == [
                "project update tags: vip, won -> new, vip, won (elements)",
                "source update tags: VIP, new, old -> VIP, new, won (elements)",
            ])
        #expect(
            entry.operations.map { $0.changes.map(\.origin) } == [
                [.set(["VIP", "old", "new"])], [.set(["vip", "won"])],
            ])
    }

    // MARK: - The link

    private static let ada: [String: Value] = ["first_name": .string("Ada"), "email": .string("ada@x.com")]
    private static let eva: [String: Value] = ["first_name": .string("Eva"), "email": .string("ada@x.com")]

    private func decide(
        state: LinkState = .active, linking: LinkChange = .none, bases: [String: Value] = ada,
        source: [String: Value] = ada, project: [String: Value] = ada, isArchived: Bool = false
    ) -> Entry {
        Customers.reconciler(Customers.mapping()).decide(
            Pairing(
                link: Customers.link(bases, bases, state: state), linking: linking, source: Customers.inSource(source),
                project: Customers.inProject(project, isArchived: isArchived)))
    }

    @Test("Records that are linked only now are merged as if nothing had been agreed")
    func newlyLinked() {
        let why = LinkChange.new(.sameValues(fields: ["email"]))
        let same = decide(linking: why, bases: [:])
        #expect(same.bucket == .linked && same.link == why && same.deeds.isEmpty)
        #expect(same.memories == ["first_name: Ada / Ada", "email: ada@x.com / ada@x.com"])

        let filled = decide(linking: why, bases: [:], project: ["email": .string("ada@x.com")])
        #expect(filled.bucket == .updated && filled.link == why)
        #expect(filled.deeds == ["project update first_name: (empty) -> Ada (source-changed)"])

        let different = decide(linking: why, bases: [:], source: ReconcilerRecordTests.eva)
        #expect(different.bucket == .conflict && different.link == why)
        #expect(different.questions == ["first_name"] && different.memories == ["email: ada@x.com / ada@x.com"])
    }

    @Test("A record under another key keeps what was agreed")
    func moved() {
        let entry = decide(linking: .moved(fromKey: "s0"))
        #expect(entry.bucket == .linked && entry.link == .moved(fromKey: "s0") && entry.memories.isEmpty)
        let changed = decide(linking: .moved(fromKey: "s0"), source: ReconcilerRecordTests.eva)
        #expect(changed.bucket == .updated && changed.link == .moved(fromKey: "s0"))
        #expect(changed.deeds == ["project update first_name: Ada -> Eva (source-changed)"])
    }

    @Test("A record that comes back is in agreement again", arguments: [LinkState.goneFromSource, .goneFromProject])
    func comesBack(_ state: LinkState) {
        let entry = decide(state: state)
        #expect(entry.link == .state(.active) && entry.deeds.isEmpty)
        #expect(decide(state: .active).link == .none)
    }

    @Test("One that was archived because its source record was gone is brought back with it, before it is changed")
    func unarchived() {
        let entry = decide(state: .archived, source: ReconcilerRecordTests.eva, isArchived: true)
        #expect(entry.bucket == .updated)
        #expect(entry.link == .none, "until that is done it is known that Accord archived it")
        #expect(entry.deeds == ["project unarchive", "project update first_name: Ada -> Eva (source-changed)"])
        // Somebody brought it back already.
        #expect(decide(state: .archived, isArchived: false).deeds.isEmpty)
        #expect(decide(state: .archived, isArchived: false).link == .state(.active))
    }

    @Test("One that a person archived is not gone: it rests, and what waits is remembered as open")
    func archivedByAPerson() {
        let (ada, eva) = (ReconcilerRecordTests.ada, ReconcilerRecordTests.eva)
        let still = decide(isArchived: true)
        #expect(still.bucket == .leftAlone && still.deeds.isEmpty && still.note == .archivedInProject)
        #expect(still.link == .none && still.present == [.source, .project])
        #expect(still.sourceFingerprint == Customers.rowFingerprint)

        let eve: [String: Value] = ["first_name": .string("Eve"), "email": .string("ada@x.com")]
        for (source, project) in [(eva, ada), (ada, eva), (eva, eve)] {
            let waiting = decide(source: source, project: project, isArchived: true)
            #expect(waiting.bucket == .leftAlone && waiting.deeds.isEmpty && waiting.questions.isEmpty)
            #expect(waiting.memories.isEmpty && waiting.sourceFingerprint == nil)
        }
    }

    @Test("A row that cannot be used is set aside, whatever the project says", arguments: [true, false])
    func unusable(_ isThere: Bool) {
        let quarantine = Quarantine(.unmappable, "no date")
        let (ada, eva) = (ReconcilerRecordTests.ada, ReconcilerRecordTests.eva)
        let entry = Customers.reconciler(Customers.mapping()).decide(
            Pairing(
                link: Customers.link(ada, ada), source: .unusable(quarantine, place: Customers.place),
                project: isThere ? Customers.inProject(eva) : .gone))
        #expect(entry.bucket == .quarantined && entry.quarantine == quarantine && entry.place == Customers.place)
        #expect(entry.present == (isThere ? [.source, .project] : [.source]))
        #expect(entry.deeds.isEmpty && entry.memories.isEmpty && entry.link == .none)
        #expect(entry.label == (isThere ? "Eva <ada@x.com>" : "s1"))
    }

    @Test("A row that has the key of another one is called by what it says itself: it may be somebody else")
    func doubled() {
        let (ada, eva) = (ReconcilerRecordTests.ada, ReconcilerRecordTests.eva)
        func label(_ cause: Quarantine.Cause) -> String {
            Customers.reconciler(Customers.mapping()).decide(
                Pairing(
                    link: Customers.link(ada, ada),
                    source: .unusable(
                        Quarantine(cause, "it is set aside"), place: Customers.place,
                        readable: Record(key: "s1", values: eva)), project: Customers.inProject(ada))
            ).label
        }
        #expect(label(.duplicateKey) == "Eva <ada@x.com>")
        #expect(label(.unmappable) == "Ada <ada@x.com>")
    }
}
