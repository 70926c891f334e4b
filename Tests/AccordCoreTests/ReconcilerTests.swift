import AccordCore
import Testing

/// A field of a linked record, of which both sides have a copy.
private struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var bases: (source: String?, project: String?)
    var now: (source: String?, project: String?)
    var direction: Direction
    var policy: ConflictPolicy
    var modified: (source: Int64?, project: Int64?)
    var resolution: Side?
    let bucket: Bucket
    /// The deeds without the field's name, which is always the same.
    let deeds: [String]
    let memories: [String]

    init(
        _ what: String, bases: (String?, String?), now: (String?, String?), direction: Direction = .both,
        policy: ConflictPolicy = .manual, modified: (Int64?, Int64?) = (nil, nil), resolution: Side? = nil,
        _ bucket: Bucket, _ deeds: [String] = [], remembers memories: [String] = []
    ) {
        testDescription = what
        self.bases = bases
        self.now = now
        self.direction = direction
        self.policy = policy
        self.modified = modified
        self.resolution = resolution
        self.bucket = bucket
        self.deeds = deeds
        self.memories = memories
    }
}

@Suite("What is done with a field of a record that both sides have")
struct ReconcilerTests {
    private static let bothWays = [
        Case("neither touched it", bases: ("a", "a"), now: ("a", "a"), .unchanged),
        Case(
            "each keeps it in its own form", bases: ("ADA@X.com", "ada@x.com"), now: ("ADA@X.com", "ada@x.com"),
            .unchanged),
        Case("the service blanks it", bases: ("a", nil), now: ("a", nil), .unchanged),
        Case(
            "the source changed it", bases: ("a", "a"), now: ("b", "a"), .updated,
            ["project update f: a -> b (source-changed)"]),
        Case(
            "the project changed it", bases: ("a", "a"), now: ("a", "b"), .updated,
            ["source update f: a -> b (project-changed)"]),
        Case(
            "the source filled it in", bases: (nil, nil), now: ("b", nil), .updated,
            ["project update f: (empty) -> b (source-changed)"]),
        Case(
            "the project filled it in", bases: (nil, nil), now: (nil, "b"), .updated,
            ["source update f: (empty) -> b (project-changed)"]),
        Case(
            "the source cleared it", bases: ("a", "a"), now: (nil, "a"), .updated,
            ["project update f: a -> (empty) (source-changed)"]),
        Case(
            "the project cleared it", bases: ("a", "a"), now: ("a", nil), .updated,
            ["source update f: a -> (empty) (project-changed)"]),
        Case(
            "the source changed what the project keeps in another form", bases: ("A", "a"), now: ("B", "a"), .updated,
            ["project update f: a -> B (source-changed)"]),
        Case(
            "the project changed what the source keeps in another form", bases: ("A", "a"), now: ("A", "b"), .updated,
            ["source update f: A -> b (project-changed)"]),
        Case("both changed it to the same", bases: ("a", "a"), now: ("b", "b"), .agreed, remembers: ["f: b / b"]),
        Case("both cleared it", bases: ("a", "a"), now: (nil, nil), .agreed, remembers: ["f: (empty) / (empty)"]),
        Case(
            "the source took the project's form", bases: ("A", "a"), now: ("a", "a"), .agreed, remembers: ["f: a / a"]),
        Case(
            "the project took the source's form", bases: ("A", "a"), now: ("A", "A"), .agreed, remembers: ["f: A / A"]),
        Case(
            "both said the same before anything was agreed", bases: (nil, nil), now: ("b", "b"), .agreed,
            remembers: ["f: b / b"]),
    ]

    private static let contested = [
        Case("manual", bases: ("a", "a"), now: ("b", "c"), .conflict),
        Case("never agreed on", bases: (nil, nil), now: ("b", "c"), .conflict),
        Case("cleared against changed", bases: ("a", "a"), now: (nil, "c"), .conflict),
        Case("in forms of their own", bases: ("A", "a"), now: ("B", "b"), .conflict),
        Case("union is for sets", bases: ("a", "a"), now: ("b", "c"), policy: .union, .conflict),
        Case(
            "source", bases: ("a", "a"), now: ("b", "c"), policy: .source, .updated,
            ["project update f: c -> b (policy-source)"]),
        Case(
            "source, cleared there", bases: ("a", "a"), now: (nil, "c"), policy: .source, .updated,
            ["project update f: c -> (empty) (policy-source)"]),
        Case(
            "project", bases: ("a", "a"), now: ("b", "c"), policy: .project, .updated,
            ["source update f: b -> c (policy-project)"]),
        Case(
            "newest is the source", bases: ("a", "a"), now: ("b", "c"), policy: .newest, modified: (2, 1), .updated,
            ["project update f: c -> b (newest-source)"]),
        Case(
            "newest is the project", bases: ("a", "a"), now: ("b", "c"), policy: .newest, modified: (1, 2), .updated,
            ["source update f: b -> c (newest-project)"]),
        Case(
            "newest, at the same second", bases: ("a", "a"), now: ("b", "c"), policy: .newest, modified: (2, 2),
            .conflict),
        Case(
            "newest, and the source does not say", bases: ("a", "a"), now: ("b", "c"), policy: .newest,
            modified: (nil, 2), .conflict),
        Case(
            "newest, and the project does not say", bases: ("a", "a"), now: ("b", "c"), policy: .newest,
            modified: (2, nil), .conflict),
        Case(
            "newest does not undo what only one side did", bases: ("a", "a"), now: ("b", "a"), policy: .newest,
            modified: (1, 2), .updated, ["project update f: a -> b (source-changed)"]),
        Case(
            "source does not undo what only the project did", bases: ("a", "a"), now: ("a", "c"), policy: .source,
            .updated, ["source update f: a -> c (project-changed)"]),
        Case(
            "a person chose the source", bases: ("a", "a"), now: ("b", "c"), resolution: .source, .updated,
            ["project update f: c -> b (resolved)"]),
        Case(
            "a person chose the project", bases: ("a", "a"), now: ("b", "c"), resolution: .project, .updated,
            ["source update f: b -> c (resolved)"]),
        Case(
            "a decision about nothing contested", bases: ("a", "a"), now: ("a", "c"), resolution: .source, .updated,
            ["source update f: a -> c (project-changed)"]),
        Case(
            "a decision that a policy forestalls", bases: ("a", "a"), now: ("b", "c"), policy: .project,
            resolution: .source, .updated, ["source update f: b -> c (policy-project)"]),
    ]

    private static let oneWay = [
        Case(
            "to the project: changed at its start", bases: ("a", "a"), now: ("b", "a"), direction: .toProject, .updated,
            ["project update f: a -> b (source-changed)"]),
        Case(
            "to the project: cleared at its start", bases: ("a", "a"), now: (nil, "a"), direction: .toProject, .updated,
            ["project update f: a -> (empty) (source-changed)"]),
        Case(
            "to the project: drifted", bases: ("a", "a"), now: ("a", "c"), direction: .toProject, .updated,
            ["project update f: c -> a (restored)"]),
        Case(
            "to the project: drifted, whatever the policy", bases: ("a", "a"), now: ("a", "c"), direction: .toProject,
            policy: .project, .updated, ["project update f: c -> a (restored)"]),
        Case(
            "to the project: both changed", bases: ("a", "a"), now: ("b", "c"), direction: .toProject, policy: .project,
            .updated, ["project update f: c -> b (source-changed)"]),
        Case(
            "to the project: each in its own form", bases: ("A", "a"), now: ("A", "a"), direction: .toProject,
            .unchanged),
        Case(
            "to the project: nothing was ever sent", bases: (nil, nil), now: (nil, "c"), direction: .toProject, .agreed,
            remembers: ["f: (empty) / c"]),
        Case(
            "to the project: both came to the same", bases: ("a", "a"), now: ("b", "b"), direction: .toProject, .agreed,
            remembers: ["f: b / b"]),
        Case(
            "to the source: changed at its start", bases: ("a", "a"), now: ("a", "b"), direction: .toSource, .updated,
            ["source update f: a -> b (project-changed)"]),
        Case(
            "to the source: drifted", bases: ("a", "a"), now: ("c", "a"), direction: .toSource, .updated,
            ["source update f: c -> a (restored)"]),
        Case(
            "to the source: both changed", bases: ("a", "a"), now: ("c", "b"), direction: .toSource, policy: .source,
            .updated, ["source update f: c -> b (project-changed)"]),
        Case(
            "to the source: nothing was ever sent", bases: (nil, nil), now: ("c", nil), direction: .toSource, .agreed,
            remembers: ["f: c / (empty)"]),
    ]

    private func entry(_ item: Case) -> Entry {
        let mapping = Customers.mapping([
            Field(name: "f", column: "F", direction: item.direction, conflict: item.policy)
        ])
        func values(_ text: String?) -> [String: Value] { ["first_name": .string("Ada"), "f": .text(text ?? "")] }
        var pairing = Pairing(
            link: Customers.link(values(item.bases.source), values(item.bases.project)),
            source: Customers.inSource(values(item.now.source), modified: item.modified.source),
            project: Customers.inProject(values(item.now.project), modified: item.modified.project))
        if let resolution = item.resolution { pairing.resolutions.fields = ["f": resolution] }
        return Customers.reconciler(mapping).decide(pairing)
    }

    @Test(
        "Either side may change it, or a policy decides, or the mapping lets it flow one way",
        arguments: bothWays + contested + oneWay)
    private func decided(_ item: Case) {
        let entry = entry(item)
        #expect(entry.bucket == item.bucket)
        #expect(entry.deeds == item.deeds)
        #expect(entry.memories == item.memories)
        #expect(entry.questions == (item.bucket == .conflict ? ["f"] : []))
        #expect(entry.link == .none && entry.quarantine == nil && entry.note == nil)
        #expect(entry.present == [.source, .project])
    }

    @Test(
        "What is done once is done: the next run finds nothing, or the same question",
        arguments: bothWays + contested + oneWay)
    private func settles(_ item: Case) {
        let first = entry(item)
        var next = item
        next.resolution = nil
        next.modified = (nil, nil)
        for change in first.operations.flatMap(\.changes) {
            let isProject = first.operations.contains { $0.side == .project && $0.changes.contains(change) }
            next.now = isProject ? (item.now.source, text(change.after)) : (text(change.after), item.now.project)
            next.bases = next.now
        }
        for agreement in first.agreements { next.bases = (text(agreement.source), text(agreement.project)) }
        let second = entry(next)
        #expect(second.bucket == (item.bucket == .conflict ? .conflict : .unchanged))
        #expect(second.deeds.isEmpty && second.memories.isEmpty)
        if item.bucket == .updated { #expect(next.now.source == next.now.project) }
    }

    private func text(_ value: Value) -> String? { value.isNull ? nil : value.description }
}
