import AccordCore
import Testing

/// The merge where each side has a base of its own, held against a reference that was written from the specification.
@Suite("The merge of one field that each side keeps in its own form")
struct MergeBasesTests {
    /// What is known of a field, and how it is to be decided.
    private struct Situation {
        var source, project, sourceBase, projectBase: Value
        var policy = ConflictPolicy.manual
        var direction = Direction.both
        var newest: Side?

        var input: Merge.Input {
            Merge.Input(
                source: source, project: project, sourceBase: sourceBase, projectBase: projectBase, newest: newest)
        }

        /// The same, seen from the other side of the table.
        var mirrored: Situation {
            let policies: [ConflictPolicy: ConflictPolicy] = [.source: .project, .project: .source]
            let directions: [Direction: Direction] = [.toProject: .toSource, .toSource: .toProject]
            return Situation(
                source: project, project: source, sourceBase: projectBase, projectBase: sourceBase,
                policy: policies[policy] ?? policy, direction: directions[direction] ?? direction, newest: newest?.other
            )
        }

        var context: Comment {
            "\(sourceBase) -> \(source) and \(projectBase) -> \(project), \(policy), \(direction), \(newest as Any)"
        }
    }

    private func each(_ values: [Value], _ visit: (Situation) -> Void) {
        for sourceBase in values {
            for projectBase in values {
                for source in values {
                    for project in values {
                        for policy in ConflictPolicy.allCases {
                            for direction in Direction.allCases {
                                for newest in [nil, Side.source, .project] {
                                    visit(
                                        Situation(
                                            source: source, project: project, sourceBase: sourceBase,
                                            projectBase: projectBase, policy: policy, direction: direction,
                                            newest: newest))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func same(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.date(let day), .timestamp(let second)), (.timestamp(let second), .date(let day)):
            (0..<86_400).contains(second - Int64(day.daysSinceEpoch) * 86_400)
        default: a == b
        }
    }

    /// Nil: a person has to decide.
    private func winner(_ situation: Situation) -> Side? {
        switch situation.policy {
        case .source: .source
        case .project: .project
        case .newest: situation.newest
        case .union, .manual: nil
        }
    }

    private enum Outcome: Equatable { case bothKeep, bothGet(Side), ask }

    private func reference(_ it: Situation) -> Outcome {
        let moved = (source: !same(it.source, it.sourceBase), project: !same(it.project, it.projectBase))
        if (!moved.source && !moved.project) || same(it.source, it.project) { return .bothKeep }
        switch it.direction {
        case .toProject:
            // A side that never said anything clears nothing on the other.
            return !moved.source && it.source == .null ? .bothKeep : .bothGet(.source)
        case .toSource:
            return !moved.project && it.project == .null ? .bothKeep : .bothGet(.project)
        case .both:
            if !moved.project { return .bothGet(.source) }
            if !moved.source { return .bothGet(.project) }
            return winner(it).map { .bothGet($0) } ?? .ask
        }
    }

    /// Texts in two forms; and days, which one side keeps as instants.
    private static let forms: [[Value]] = [
        [.null, .string("ADA"), .string("ada"), .string("eva")],
        [
            .null, .date(CalendarDay(daysSinceEpoch: 1)), .timestamp(86_400), .timestamp(86_401),
            .date(CalendarDay(daysSinceEpoch: 2)),
        ],
    ]

    @Test("Every base of either side, every value, by every policy and direction", arguments: forms)
    func everyCombination(_ values: [Value]) {
        var outcomes: [Int] = [0, 0, 0]
        each(values) { situation in
            let decision = Merge.decide(
                Field(name: "f", column: "F", direction: situation.direction), policy: situation.policy, situation.input
            )
            switch reference(situation) {
            case .bothKeep:
                outcomes[0] += 1
                #expect(decision.source == situation.source && decision.project == situation.project, situation.context)
                #expect(decision.rule == .unchanged || decision.rule == .agreed, situation.context)
            case .bothGet(let side):
                outcomes[1] += 1
                let value = side == .source ? situation.source : situation.project
                #expect(decision.source == value && decision.project == value, situation.context)
                #expect(![.unchanged, .agreed, .conflict].contains(decision.rule), situation.context)
            case .ask:
                outcomes[2] += 1
                #expect(decision.source == situation.source && decision.project == situation.project, situation.context)
                #expect(decision.rule == .conflict, situation.context)
            }
        }
        #expect(outcomes.allSatisfy { $0 > 100 })
    }

    @Test("Once settled, nothing echoes: the bases that a decision leaves behind have nothing to say", arguments: forms)
    func settled(_ values: [Value]) {
        each(values) { situation in
            let field = Field(name: "f", column: "F", direction: situation.direction)
            let first = Merge.decide(field, policy: situation.policy, situation.input)
            guard first.rule != .conflict else { return }
            // The bases of a field that nothing was done about stay where they are.
            let isStill = first.rule == .unchanged
            let second = Merge.decide(
                field, policy: situation.policy,
                Merge.Input(
                    source: first.source, project: first.project,
                    sourceBase: isStill ? situation.sourceBase : first.source,
                    projectBase: isStill ? situation.projectBase : first.project, newest: situation.newest))
            #expect(second.rule == .unchanged, situation.context)
            #expect(second.source == first.source && second.project == first.project, situation.context)
        }
    }

    @Test("The sides have the same rights", arguments: forms)
    func mirrored(_ values: [Value]) {
        each(values) { situation in
            let mirror = situation.mirrored
            let one = Merge.decide(
                Field(name: "f", column: "F", direction: situation.direction), policy: situation.policy, situation.input
            )
            let other = Merge.decide(
                Field(name: "f", column: "F", direction: mirror.direction), policy: mirror.policy, mirror.input)
            #expect(one.source == other.project && one.project == other.source, situation.context)
        }
    }

    // MARK: - Sets

    private static let subsets: [Set<String>] = [[], ["x"], ["y"], ["x", "y"]]

    @Test("Elements, of which each side may have had others", arguments: ConflictPolicy.allCases)
    func sets(_ policy: ConflictPolicy) {
        let field = Field(name: "tags", column: "Tags", type: .set(separator: ";"))
        var seen: Set<FieldRule> = []
        for sourceBase in MergeBasesTests.subsets {
            for projectBase in MergeBasesTests.subsets {
                for source in MergeBasesTests.subsets {
                    for project in MergeBasesTests.subsets {
                        var (forSource, forProject): (Set<String>, Set<String>) = ([], [])
                        for element in ["x", "y"] {
                            let (here, there) = (source.contains(element), project.contains(element))
                            let moved = (here != sourceBase.contains(element), there != projectBase.contains(element))
                            let (mine, theirs) =
                                switch (moved, policy) {
                                case ((false, false), _): (here, there)
                                case ((true, false), _), ((true, true), .source): (here, here)
                                case ((false, true), _), ((true, true), .project): (there, there)
                                // Nothing that somebody just added is lost unasked.
                                case ((true, true), _): (here || there, here || there)
                                }
                            if mine { forSource.insert(element) }
                            if theirs { forProject.insert(element) }
                        }
                        let decision = Merge.decide(
                            field, policy: policy,
                            Merge.Input(
                                source: .elements(source), project: .elements(project),
                                sourceBase: .elements(sourceBase), projectBase: .elements(projectBase)))
                        let context: Comment = "\(sourceBase) -> \(source) and \(projectBase) -> \(project)"
                        #expect(decision.source == .elements(forSource), context)
                        #expect(decision.project == .elements(forProject), context)
                        let isStill = source == sourceBase && project == projectBase
                        let rule: FieldRule =
                            switch (forSource == source, forProject == project) {
                            case (true, true): isStill ? .unchanged : .agreed
                            case (true, false): .sourceChanged
                            case (false, true): .projectChanged
                            case (false, false): .elements
                            }
                        #expect(decision.rule == rule, context)
                        seen.insert(decision.rule)
                    }
                }
            }
        }
        #expect(seen == [.unchanged, .agreed, .sourceChanged, .projectChanged, .elements])
    }
}
