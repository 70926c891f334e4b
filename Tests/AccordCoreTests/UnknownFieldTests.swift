import AccordCore
import Testing

/// A field that the answers of a side never held is neither empty nor full: nothing is known of it, and nothing is done.
@Suite("Fields that answers leave out")
struct UnknownFieldTests {
    /// What a side's answers say of a field.
    private enum Said: CaseIterable {
        case nothing, empty, one, other

        var value: Value {
            switch self {
            case .nothing, .empty: .null
            case .one: .string("one")
            case .other: .string("other")
            }
        }
    }

    private static let bases: [Value] = [.null, .string("one"), .string("other")]

    private func unknown(_ source: Said, _ project: Said) -> Presence {
        var sides = Presence()
        (sides.source, sides.project) = (source == .nothing, project == .nothing)
        return sides
    }

    /// Calls the body with everything that two sides can say, and all that they may have said before.
    private func each(_ body: (_ source: Said, _ project: Said, Merge.Input) -> Void) {
        for (source, project) in Said.allCases.flatMap({ source in Said.allCases.map { (source, $0) } }) {
            for sourceBase in Self.bases {
                for projectBase in Self.bases {
                    for newest in [nil, Side.source, .project] {
                        let input = Merge.Input(
                            source: source.value, project: project.value, sourceBase: sourceBase,
                            projectBase: projectBase, newest: newest, unknown: unknown(source, project))
                        body(source, project, input)
                    }
                }
            }
        }
    }

    @Test("whatever each side says and said, a field that one does not say is kept on both, by no other rule")
    func merge() {
        var (undecided, all) = (0, 0)
        for type in [FieldType.string, .set(separator: ";")] {
            for policy in ConflictPolicy.allCases {
                for direction in Direction.allCases {
                    let field = Field(name: "f", column: "F", type: type, direction: direction)
                    each { source, project, input in
                        let decision = Merge.decide(field, policy: policy, input)
                        all += 1
                        guard source == .nothing || project == .nothing else {
                            #expect(decision.rule != .unknown, "\(input)")
                            return
                        }
                        undecided += 1
                        let kept = Merge.Decision(source: input.source, project: input.project, rule: .unknown)
                        #expect(decision == kept, "\(input), \(policy), \(direction)")
                    }
                }
            }
        }
        #expect(undecided * 16 == all * 7)
    }

    @Test("an opt-out that one side says counts on the other; that no side says one brings nobody back")
    func optOut() {
        for resubscribe in [[], [Side.source], [.project], [.source, .project]] as [Set<Side>] {
            let field = Field(name: "f", column: "F", resubscribe: resubscribe, isOptOut: true)
            each { source, project, input in
                guard source == .nothing || project == .nothing else { return }
                let decision = Merge.decide(field, policy: .manual, input)
                let out = [source, project].first { $0 != .nothing && $0 != .empty }
                // What was carried to a source whose answers leave it out is not carried again in every run.
                let wasCarried = source == .nothing && OptOut.isOut(input.sourceBase)
                guard let out, !wasCarried else {
                    let kept = Merge.Decision(source: input.source, project: input.project, rule: .unknown)
                    return #expect(decision == kept, "\(input)")
                }
                #expect(decision == Merge.Decision(source: out.value, project: out.value, rule: .optOut), "\(input)")
            }
        }
    }

    // MARK: - Records

    private static let notes = Customers.mapping([Field(name: "notes", column: "Notes")])
    private static let shared: [String: Value] = ["first_name": .string("Ann"), "email": .string("ann@example.com")]

    private static func with(_ notes: Value?) -> [String: Value] {
        guard let notes else { return shared }
        return shared.merging(["notes": notes]) { $1 }
    }

    private func inProject(_ values: [String: Value], unknown: Set<String> = ["notes"]) -> Pairing.ProjectSide {
        .present(
            Record(key: "p1", values: values, unknown: unknown), isArchived: false,
            fingerprint: Fingerprint(of: values, unknown: unknown, isArchived: false))
    }

    private func decide(_ source: Value?, base: Value?, linking: LinkChange = .none) -> Entry {
        Customers.reconciler(Self.notes).decide(
            Pairing(
                link: Customers.link(Self.with(base), Self.with(base)), linking: linking,
                source: Customers.inSource(Self.with(source)), project: inProject(Self.shared)))
    }

    @Test("the source's value is neither sent nor agreed on, and its row is read again until it can be")
    func undecided() {
        let entry = decide(.string("mine"), base: nil)
        #expect(entry.operations.isEmpty && entry.agreements.isEmpty && entry.conflicts.isEmpty)
        #expect(entry.unknown == [UnknownField(side: .project, field: "notes")])
        #expect(entry.rule(of: "notes") == .unknown, "explain says so")
        #expect(entry.sourceFingerprint == nil && entry.leavesSourceOpen)
    }

    @Test("where the source holds what its base says, the row is done with")
    func nothingOpen() {
        for value in [nil, Value.string("mine")] {
            let entry = decide(value, base: value)
            #expect(entry.unknown == [UnknownField(side: .project, field: "notes")])
            #expect(entry.sourceFingerprint == Customers.rowFingerprint && !entry.leavesSourceOpen)
        }
    }

    @Test("two records are linked, and agree on nothing that one of them does not say")
    func linked() {
        let entry = decide(.string("mine"), base: nil, linking: .new(.sameValues(fields: ["email"])))
        #expect(!entry.agreements.map(\.field).contains("notes"))
        #expect(entry.bucket == .linked)
    }

    @Test("once an answer holds the field, the two meet as if they had just been linked")
    func firstMeeting() {
        func meet(_ project: Value?) -> Entry {
            Customers.reconciler(Self.notes).decide(
                Pairing(
                    link: Customers.link(Self.shared, Self.shared), source: Customers.inSource(Self.with(.string("a"))),
                    project: inProject(Self.with(project), unknown: [])))
        }
        #expect(meet(.string("b")).questions == ["notes"])
        #expect(meet(.string("a")).memories == ["notes: a / a"])
        #expect(meet(nil).deeds == ["project update notes: (empty) -> a (source-changed)"])
    }

    @Test("a new row leaves blank what the project's answers do not say")
    func newRow() {
        let record = Record(key: "p1", values: Self.shared, unknown: ["notes", "not mapped"])
        let entry = Customers.reconciler(Self.notes).decide(
            onlyInProject: record, isArchived: false, fingerprint: Customers.rowFingerprint)
        #expect(entry.deeds.count == 1 && !entry.deeds[0].contains("notes"))
        #expect(entry.unknown == [UnknownField(side: .project, field: "notes")])
    }

    @Test("a record that vanished from the source was not changed in a field that its answers do not say")
    func gone() {
        let base = Self.with(.string("said before"))
        let entry = Customers.reconciler(Self.notes).decide(
            Pairing(link: Customers.link(base, base), source: .gone, project: inProject(Self.shared)))
        #expect(entry.deeds == ["project archive"])
    }

    @Test("a write of a stopped run is not seen to have happened where the answers do not say the field")
    func recovery() {
        for (before, after) in [(Value.string("a"), Value.null), (.null, .string("a"))] {
            let change = FieldChange(field: "notes", before: before, after: after, origin: after, rule: .sourceChanged)
            let intent = Entry(
                label: "Ann", sourceKey: "s1", projectID: "p1", present: [.source, .project], bucket: .updated,
                operations: [
                    Operation(side: .project, kind: .update, changes: [change], reason: .rules([.sourceChanged]))
                ])
            let link = Customers.link(Self.with(before), Self.with(before))
            func absorbed(_ unknown: Set<String>) -> [Agreement] {
                Recovery.absorb(
                    intent, into: link, source: Record(key: "s1", values: Self.with(after)),
                    project: Record(key: "p1", values: Self.with(after), unknown: unknown)
                ).agreements
            }
            #expect(absorbed(["notes"]).isEmpty)
            #expect(absorbed([]).count == 1)
        }
    }

    @Test("a field with a value, an empty one and an unknown one make three different fingerprints")
    func fingerprints() {
        let prints = [
            Fingerprint(of: Self.with(.string("n")), unknown: [], isArchived: false),
            Fingerprint(of: Self.shared, unknown: [], isArchived: false),
            Fingerprint(of: Self.shared, unknown: ["notes"], isArchived: false),
            Fingerprint(of: Self.shared, unknown: ["company"], isArchived: false),
        ]
        #expect(Set(prints).count == 4)
        #expect(prints[1] == Fingerprint(of: Self.shared, isArchived: false))
    }

    @Test("what a record becomes known to hold is not unknown any more")
    func known() {
        var record = Record(key: "p1", values: [:], unknown: ["notes", "company"])
        record["notes"] = .null
        #expect(record.unknown == ["company"] && record["notes"].isNull)
    }

    @Test("what reviews do not say enough of is unknown of their customer, not empty")
    func computed() {
        let rollup = RollupSchema(
            from: "reviews", by: "customer", at: "at", except: "hidden", count: "reviews", last: ["score": "rating"])
        func customer(_ reviews: Record...) -> Record { rollup.record("p1", of: reviews) }
        func review(_ key: String, _ at: Int64, unknown: Set<String> = []) -> Record {
            Record(key: key, values: ["at": .timestamp(at), "rating": .integer(at)], unknown: unknown)
        }
        #expect(customer() == Record(key: "p1", values: [:]))
        #expect(customer(review("1", 4)).values == ["reviews": .integer(1), "score": .integer(4)])
        for field in ["at", "hidden"] {
            #expect(customer(review("1", 4), review("2", 5, unknown: [field])).unknown == ["reviews", "score"])
        }
        let unrated = customer(review("1", 4), Record(key: "2", values: ["at": .timestamp(5)], unknown: ["rating"]))
        #expect(unrated == Record(key: "p1", values: ["reviews": .integer(2)], unknown: ["score"]))
        #expect(customer(review("1", 4, unknown: ["rating"]), review("2", 5)).unknown.isEmpty)
    }
}
