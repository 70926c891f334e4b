import AccordCore
import Testing

/// A record that one side has no more.
private struct Loss: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var edited: Bool
    var isArchived: Bool
    var state: LinkState
    var resolution: Side?
    let bucket: Bucket
    let deeds: [String]
    let link: LinkChange

    init(
        _ what: String, edited: Bool = false, archived: Bool = false, state: LinkState = .active,
        resolution: Side? = nil, _ bucket: Bucket, _ deeds: [String] = [], link: LinkChange = .none
    ) {
        testDescription = what
        self.edited = edited
        isArchived = archived
        self.state = state
        self.resolution = resolution
        self.bucket = bucket
        self.deeds = deeds
        self.link = link
    }
}

@Suite("What becomes of a record that one side has no more")
struct ReconcilerDeletionTests {
    private static let base: [String: Value] = ["first_name": .string("Ada"), "email": .string("ada@x.com")]
    private static let edited: [String: Value] = ["first_name": .string("Eva"), "email": .string("ada@x.com")]
    private static let recreated = "email: (empty) -> ada@x.com (created), first_name: (empty) -> Eva (created)"

    private static let goneFromSource: [(ProjectDeletion, Loss)] = [
        (.archive, Loss("as it was", .removed, ["project archive"])),
        (.archive, Loss("archived by a person already", archived: true, .leftAlone, link: .state(.goneFromSource))),
        (
            .archive,
            Loss(
                "archived by a person, after an edit", edited: true, archived: true, .leftAlone,
                link: .state(.goneFromSource))
        ),
        (.archive, Loss("archived for it before", archived: true, state: .archived, .leftAlone)),
        (.archive, Loss("brought back by a person since", state: .archived, .leftAlone)),
        (.archive, Loss("left alone before", state: .goneFromSource, .leftAlone)),
        (.archive, Loss("edited in the project", edited: true, .conflict)),
        (
            .archive,
            Loss(
                "edited, and a person follows the source", edited: true, resolution: .source, .removed,
                ["project archive"])
        ),
        (
            .archive,
            Loss(
                "edited, and a person keeps it", edited: true, resolution: .project, .created,
                ["source create \(recreated)"])
        ),
        (
            .archive,
            Loss("as it was, whatever a person said of an edit", resolution: .project, .removed, ["project archive"])
        ),
        (.delete, Loss("as it was", .removed, ["project delete"])),
        (.delete, Loss("archived by a person already", archived: true, .removed, ["project delete"])),
        (.delete, Loss("left alone before", state: .goneFromSource, .leftAlone)),
        (.delete, Loss("archived for it before", archived: true, state: .archived, .leftAlone)),
        (.delete, Loss("edited in the project", edited: true, .conflict)),
        (
            .delete,
            Loss(
                "edited, and a person follows the source", edited: true, resolution: .source, .removed,
                ["project delete"])
        ),
        (
            .delete,
            Loss(
                "edited, and a person keeps it", edited: true, resolution: .project, .created,
                ["source create \(recreated)"])
        ),
        (.ignore, Loss("as it was", .leftAlone, link: .state(.goneFromSource))),
        (.ignore, Loss("edited in the project", edited: true, .leftAlone, link: .state(.goneFromSource))),
        (.ignore, Loss("known before", state: .goneFromSource, .leftAlone)),
    ]

    private static let goneFromProject: [(SourceDeletion, Loss)] = [
        (.delete, Loss("as it was", .removed, ["source delete"])),
        (.delete, Loss("edited in the source", edited: true, .conflict)),
        (
            .delete,
            Loss(
                "edited, and a person follows the project", edited: true, resolution: .project, .removed,
                ["source delete"])
        ),
        (
            .delete,
            Loss(
                "edited, and a person keeps it", edited: true, resolution: .source, .created,
                ["project create \(recreated)"])
        ),
        (
            .delete,
            Loss("as it was, whatever a person said of an edit", resolution: .source, .removed, ["source delete"])
        ),
        (.delete, Loss("left alone before", state: .goneFromProject, .leftAlone)),
        (.delete, Loss("back, after the project's was archived for it", state: .archived, .conflict)),
        (.delete, Loss("back, after it was gone from the source", state: .goneFromSource, .conflict)),
        (
            .delete,
            Loss(
                "back, and a person follows the project", state: .archived, resolution: .project, .removed,
                ["source delete"])
        ),
        (.ignore, Loss("as it was", .leftAlone, link: .state(.goneFromProject))),
        (.ignore, Loss("edited in the source", edited: true, .leftAlone, link: .state(.goneFromProject))),
        (.ignore, Loss("known before", state: .goneFromProject, .leftAlone)),
    ]

    private func check(_ entry: Entry, _ loss: Loss, remaining: [String: Value]) {
        #expect(entry.bucket == loss.bucket)
        #expect(entry.deeds == loss.deeds)
        #expect(entry.link == loss.link)
        #expect(entry.questions == (loss.bucket == .conflict ? [""] : []))
        #expect(entry.memories.isEmpty && entry.quarantine == nil)
        #expect((entry.note != nil) == (loss.bucket == .leftAlone))
        if loss.bucket == .conflict {
            // A person's answer counts only while the record is still the one that was asked about.
            #expect(entry.conflicts.first?.remaining == Record(key: "", values: remaining).fingerprint)
            let what = entry.conflicts.first?.what ?? ""
            #expect(what.contains("(first_name)") == loss.edited && what.contains("back") != loss.edited, "\(what)")
        }
    }

    @Test("Gone from the source: the mapping says what becomes of the project's", arguments: goneFromSource)
    private func fromSource(_ policy: ProjectDeletion, _ loss: Loss) {
        let (base, held) = (
            ReconcilerDeletionTests.base, loss.edited ? ReconcilerDeletionTests.edited : ReconcilerDeletionTests.base
        )
        var mapping = Customers.mapping()
        mapping.whenGoneFromSource = policy
        let entry = Customers.reconciler(mapping).decide(
            Pairing(
                link: Customers.link(base, base, state: loss.state), source: .gone,
                project: Customers.inProject(held, isArchived: loss.isArchived),
                resolutions: Pairing.Resolutions(record: loss.resolution)))
        check(entry, loss, remaining: held)
        #expect(entry.present == [.project] && entry.sourceKey == "s1" && entry.projectID == "p1")
        #expect(entry.projectFingerprint == Fingerprint(of: held, isArchived: loss.isArchived))
    }

    @Test("Gone from the project: the mapping says what becomes of the source's", arguments: goneFromProject)
    private func fromProject(_ policy: SourceDeletion, _ loss: Loss) {
        let (base, held) = (
            ReconcilerDeletionTests.base, loss.edited ? ReconcilerDeletionTests.edited : ReconcilerDeletionTests.base
        )
        var mapping = Customers.mapping()
        mapping.whenGoneFromProject = policy
        let entry = Customers.reconciler(mapping).decide(
            Pairing(
                link: Customers.link(base, base, state: loss.state), source: Customers.inSource(held), project: .gone,
                resolutions: Pairing.Resolutions(record: loss.resolution)))
        check(entry, loss, remaining: held)
        #expect(entry.present == [.source] && entry.sourceKey == "s1" && entry.projectID == "p1")
        #expect(entry.place == Customers.place)
        // What was edited is met when the record is there again: nothing proves its row settled.
        let isOpen = loss.edited && loss.bucket == .leftAlone
        #expect(entry.sourceFingerprint == (isOpen ? nil : Customers.rowFingerprint))
    }

    @Test(
        "Gone from both, there is nothing left to agree on",
        arguments: [LinkState.active, .archived, .goneFromSource, .goneFromProject])
    func fromBoth(_ state: LinkState) {
        let base = ReconcilerDeletionTests.base
        let entry = Customers.reconciler(Customers.mapping()).decide(
            Pairing(link: Customers.link(base, base, state: state), source: .gone, project: .gone))
        #expect(entry.bucket == .removed && entry.link == .removed && entry.deeds.isEmpty)
        #expect(entry.present == [] && entry.label == "s1")
    }

    /// What counts as an edit of what remains.
    private static let edits: [(String, base: [String: Value], held: [String: Value], known: Bool, isEdit: Bool)] = [
        ("the side's own form", ["f": .string("ADA")], ["f": .string("ADA")], true, false),
        ("another value", ["f": .string("a")], ["f": .string("b")], true, true),
        ("cleared", ["f": .string("a")], [:], true, true),
        ("filled in", [:], ["f": .string("a")], true, true),
        ("a field that the mapping has only now got", [:], ["f": .string("a")], false, false),
        ("a field that the mapping lost and has again", ["f": .string("a")], ["f": .string("b")], false, true),
        (
            "the midnight of the day", ["f": .date(CalendarDay(daysSinceEpoch: 1))], ["f": .timestamp(86_400)], true,
            false
        ),
        ("another day", ["f": .date(CalendarDay(daysSinceEpoch: 1))], ["f": .timestamp(2 * 86_400)], true, true),
        (
            "another moment of the opt-out", ["unsubscribed_at": .timestamp(1)], ["unsubscribed_at": .timestamp(2)],
            true, false
        ),
        ("no opt-out, in another word", ["unsubscribed_at": .boolean(false)], [:], true, false),
        ("an opt-out", [:], ["unsubscribed_at": .timestamp(2)], true, true),
        ("what the mapping does not carry", ["g": .string("a")], ["g": .string("b")], true, false),
    ]

    @Test("Only an edit makes a loss a conflict, and each side is held against its own base", arguments: edits)
    func edit(_ what: String, _ base: [String: Value], _ held: [String: Value], _ known: Bool, _ isEdit: Bool) {
        var mapping = Customers.mapping([Field(name: "f", column: "F")])
        mapping.whenGoneFromProject = .delete
        let names = Set(mapping.fields.map(\.name)).subtracting(known ? [] : ["f"])
        let reconciler = Customers.reconciler(mapping, known: names)
        let other: [String: Value] = ["f": .string("the other side's"), "g": .string("x")]
        let inProject = reconciler.decide(
            Pairing(link: Customers.link(other, base), source: .gone, project: Customers.inProject(held)))
        #expect(inProject.bucket == (isEdit ? .conflict : .removed))
        let inSource = reconciler.decide(
            Pairing(link: Customers.link(base, other), source: Customers.inSource(held), project: .gone))
        #expect(inSource.bucket == (isEdit ? .conflict : .removed))
    }

    @Test("Where it was never remembered which columns bases were read from, every difference counts as an edit")
    func firstRun() {
        let mapping = Customers.mapping([Field(name: "f", column: "F")])
        let entry = Customers.reconciler(mapping, known: mapping.knownFields(nil)).decide(
            Pairing(link: Customers.link([:], [:]), source: .gone, project: Customers.inProject(["f": .string("a")])))
        #expect(entry.bucket == .conflict)
    }

    @Test("A record that a person keeps and the service would refuse is set aside")
    func keptButRefused() {
        var mapping = Customers.mapping()
        mapping.whenGoneFromProject = .delete
        let entry = Customers.reconciler(mapping).decide(
            Pairing(
                link: Customers.link(ReconcilerDeletionTests.base, ReconcilerDeletionTests.base),
                source: Customers.inSource(["first_name": .string("Eva")]), project: .gone,
                resolutions: Pairing.Resolutions(record: .source)))
        #expect(entry.bucket == .quarantined && entry.quarantine?.cause == .unmappable && entry.deeds.isEmpty)
    }
}
