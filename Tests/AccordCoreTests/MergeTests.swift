import AccordCore
import Testing

/// The merge, checked for every combination against the table that it was specified by.
@Suite("The merge of one field")
struct MergeTests {
    static let values: [Value] = [.null, .string("v1"), .string("v2"), .string("v3")]

    /// Written from the specification's table, without a look at the code.
    private func expected(
        _ base: Value, _ source: Value, _ project: Value, _ policy: ConflictPolicy, _ direction: Direction,
        _ newest: Side?
    ) -> (source: Value, project: Value, conflict: Bool) {
        // A side that never said anything clears nothing on the other.
        if direction == .toProject && source.isNull && base.isNull { return (source, project, false) }
        if direction == .toSource && project.isNull && base.isNull { return (source, project, false) }
        if direction == .toProject { return (source, source, false) }
        if direction == .toSource { return (project, project, false) }
        if source == base && project == base { return (base, base, false) }
        if project == base { return (source, source, false) }
        if source == base { return (project, project, false) }
        if source == project { return (source, project, false) }
        if policy == .source || (policy == .newest && newest == .source) { return (source, source, false) }
        if policy == .project || (policy == .newest && newest == .project) { return (project, project, false) }
        return (source, project, true)
    }

    @Test("every base, source and project, by every policy and direction")
    func everyCombination() {
        var count = 0
        for base in MergeTests.values {
            for source in MergeTests.values {
                for project in MergeTests.values {
                    for policy in ConflictPolicy.allCases {
                        for direction in Direction.allCases {
                            for newest in [nil, Side.source, Side.project] {
                                let field = Field(name: "f", column: "F", direction: direction)
                                let decision = Merge.decide(
                                    field, policy: policy,
                                    Merge.Input(
                                        source: source, project: project, sourceBase: base, projectBase: base,
                                        newest: newest))
                                let wanted = expected(base, source, project, policy, direction, newest)
                                let context: Comment =
                                    "base \(base), source \(source), project \(project), \(policy), \(direction)"
                                #expect(decision.source == wanted.source, context)
                                #expect(decision.project == wanted.project, context)
                                #expect((decision.rule == .conflict) == wanted.conflict, context)
                                count += 1
                            }
                        }
                    }
                }
            }
        }
        #expect(count == 4 * 4 * 4 * 5 * 3 * 3)
    }

    @Test("swapping the sides mirrors the decision")
    func mirrored() {
        let policies: [(ConflictPolicy, ConflictPolicy)] = [(.source, .project), (.manual, .manual), (.union, .union)]
        for (policy, mirrored) in policies {
            for a in MergeTests.values {
                for b in MergeTests.values {
                    for base in MergeTests.values {
                        let one = Merge.decide(
                            Field(name: "f", column: "F"), policy: policy,
                            Merge.Input(source: a, project: b, sourceBase: base, projectBase: base))
                        let other = Merge.decide(
                            Field(name: "f", column: "F"), policy: mirrored,
                            Merge.Input(source: b, project: a, sourceBase: base, projectBase: base))
                        #expect(one.source == other.project && one.project == other.source, "\(base) \(a) \(b)")
                    }
                }
            }
        }
    }

    @Test("sets merge element by element: an addition on either side stays, a removal on either side goes")
    func sets() {
        let subsets: [Set<String>] = (0..<8).map { bits in
            Set(["x", "y", "z"].enumerated().filter { bits & (1 << $0.offset) != 0 }.map(\.element))
        }
        let field = Field(name: "tags", column: "Tags", type: .set(separator: ";"))
        for base in subsets {
            for source in subsets {
                for project in subsets {
                    var wanted: Set<String> = []
                    for element in ["x", "y", "z"] {
                        let (was, here, there) = (
                            base.contains(element), source.contains(element), project.contains(element)
                        )
                        if was ? here && there : here || there { wanted.insert(element) }
                    }
                    let decision = Merge.decide(
                        field, policy: .manual,
                        Merge.Input(
                            source: .elements(source), project: .elements(project), sourceBase: .elements(base),
                            projectBase: .elements(base)))
                    #expect(decision.source == .elements(wanted), "\(base) \(source) \(project)")
                    #expect(decision.project == .elements(wanted), "\(base) \(source) \(project)")
                }
            }
        }
    }

    @Test("nobody is brought back without an explicit re-subscription, whatever the direction and policy")
    func optOut() {
        let states: [Value] = [.null, .boolean(false), .boolean(true), .timestamp(1_700_000_000)]
        for direction in Direction.allCases {
            for policy in ConflictPolicy.allCases {
                for base in states {
                    for source in states {
                        for project in states {
                            let field = Field(
                                name: "out", column: "Out", direction: direction, isOptOut: true)
                            let decision = Merge.decide(
                                field, policy: policy,
                                Merge.Input(
                                    source: source, project: project, sourceBase: base, projectBase: base))
                            let isOut = OptOut.isOut(source) || OptOut.isOut(project)
                            #expect(OptOut.isOut(decision.source) == isOut)
                            #expect(OptOut.isOut(decision.project) == isOut)
                        }
                    }
                }
            }
        }
    }

    @Test("a person who comes back in the source comes back in the project only where the mapping says so")
    func resubscription() {
        for resubscribe: Set<Side> in [[], [.source], [.project], [.source, .project]] {
            let field = Field(name: "out", column: "Out", resubscribe: resubscribe, isOptOut: true)
            let decision = Merge.decide(
                field, policy: .manual,
                Merge.Input(
                    source: .boolean(false), project: .timestamp(1), sourceBase: .boolean(true),
                    projectBase: .timestamp(1)))
            #expect(OptOut.isOut(decision.project) == !resubscribe.contains(.source))
        }
    }
}
