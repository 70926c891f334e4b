import AccordCore
import Testing

@Suite("After a stopped run, what is seen to have been written is remembered, and nothing else")
struct RecoveryTests {
    private static let link = Customers.link(
        ["city": .string("Rome"), "first_name": .string("ADA")],
        ["city": .string("rome"), "first_name": .string("Ada")])

    private static func change(
        _ field: String, _ before: Value, _ after: Value, origin: Value? = nil, rule: FieldRule = .sourceChanged
    ) -> FieldChange {
        FieldChange(field: field, before: before, after: after, origin: origin ?? after, rule: rule)
    }

    private static func city(_ after: Value, origin: Value? = nil, rule: FieldRule = .sourceChanged) -> FieldChange {
        change("city", .string("rome"), after, origin: origin, rule: rule)
    }

    private func absorb(
        _ operations: [Operation], source: [String: Value]?, project: [String: Value]?, link: Link = link
    ) -> (link: Link, agreements: [Agreement]) {
        let entry = Entry(
            label: "Ada", sourceKey: "s1", projectID: "p1", present: [.source, .project], bucket: .updated,
            operations: operations)
        return Recovery.absorb(
            entry, into: link, source: source.map { Record(key: "s1", values: $0) },
            project: project.map { Record(key: "p1", values: $0) })
    }

    /// A city was being carried to the project: what was sent, what the source said then, what is there now.
    private static let carried:
        [(String, after: Value, origin: Value, source: Value, project: Value, bases: [Value]?)] = [
            (
                "written", .string("oslo"), .string("Oslo"), .string("Oslo"), .string("oslo"),
                [.string("Oslo"), .string("oslo")]
            ),
            ("not written", .string("oslo"), .string("Oslo"), .string("Oslo"), .string("rome"), nil),
            (
                "written, and changed by a person since", .string("oslo"), .string("Oslo"), .string("Oslo"),
                .string("bern"), nil
            ),
            (
                // The edit after the crash is one against what was written, and no conflict with it.
                "written, and the source changed since", .string("oslo"), .string("Oslo"), .string("Bern"),
                .string("oslo"),
                [.string("Oslo"), .string("oslo")]
            ),
            ("cleared", .null, .null, .null, .null, [.null, .null]),
            ("not cleared", .null, .null, .null, .string("rome"), nil),
            (
                "written, in the service's own form", .date(CalendarDay(daysSinceEpoch: 1)),
                .date(CalendarDay(daysSinceEpoch: 1)),
                .date(CalendarDay(daysSinceEpoch: 1)), .timestamp(86_400),
                [.date(CalendarDay(daysSinceEpoch: 1)), .timestamp(86_400)]
            ),
        ]

    @Test("A write to the project", arguments: carried)
    func toProject(
        _ what: String, _ after: Value, _ origin: Value, _ source: Value, _ project: Value, _ bases: [Value]?
    ) {
        let operation = Operation(
            side: .project, kind: .update, changes: [RecoveryTests.city(after, origin: origin)], reason: .onlyInSource)
        let (link, agreements) = absorb([operation], source: ["city": source], project: ["city": project])
        var expected = RecoveryTests.link
        if let bases {
            expected.sourceBase["city"] = bases[0].isNull ? nil : bases[0]
            expected.projectBase["city"] = bases[1].isNull ? nil : bases[1]
            #expect(agreements == [Agreement(field: "city", source: bases[0], project: bases[1])])
        } else {
            #expect(agreements.isEmpty)
        }
        #expect(link == expected)
    }

    @Test("A write to the source", arguments: carried)
    func toSource(_ what: String, _ after: Value, _ origin: Value, _ project: Value, _ source: Value, _ bases: [Value]?)
    {
        let operation = Operation(
            side: .source, kind: .update, changes: [RecoveryTests.city(after, origin: origin, rule: .projectChanged)],
            reason: .onlyInSource)
        let (link, agreements) = absorb([operation], source: ["city": source], project: ["city": project])
        #expect(agreements == (bases.map { [Agreement(field: "city", source: $0[1], project: $0[0])] } ?? []))
        #expect(link.sourceBase["city"] == (bases.map { $0[1].isNull ? nil : $0[1] } ?? .string("Rome")))
        #expect(link.projectBase["city"] == (bases.map { $0[0].isNull ? nil : $0[0] } ?? .string("rome")))
    }

    @Test("Each field is looked at by itself, and one that was not being written stays as it was")
    func fields() {
        let operation = Operation(
            side: .project, kind: .update,
            changes: [
                RecoveryTests.change("a", .null, .string("1")), RecoveryTests.change("b", .null, .string("2")),
                RecoveryTests.change("c", .null, .string("3")),
            ], reason: .onlyInSource)
        let (link, agreements) = absorb(
            [operation],
            source: ["a": .string("1"), "b": .string("2"), "c": .string("3"), "first_name": .string("Eva")],
            project: ["a": .string("1"), "c": .string("3"), "first_name": .string("Eva")])
        #expect(agreements.map(\.field) == ["a", "c"])
        #expect(
            link.projectBase == [
                "a": .string("1"), "c": .string("3"), "city": .string("rome"), "first_name": .string("Ada"),
            ])
        #expect(link.sourceBase["first_name"] == .string("ADA") && link.sourceBase["b"] == nil)
    }

    /// Tags of which each side was to get some: which of the two were written.
    @Test(
        "A field that goes both ways is agreed on only when both were written", arguments: [true, false], [true, false])
    func bothWays(_ inProject: Bool, _ inSource: Bool) {
        let (old, mine, theirs): (Value, Value, Value) = (.set(["x"]), .set(["x", "s"]), .set(["x", "p"]))
        let (forProject, forSource): (Value, Value) = (.set(["x", "s", "p"]), .set(["p", "s", "x"]))
        let operations = [
            Operation(
                side: .project, kind: .update,
                changes: [RecoveryTests.change("tags", theirs, forProject, origin: mine, rule: .elements)],
                reason: .onlyInSource),
            Operation(
                side: .source, kind: .update,
                changes: [RecoveryTests.change("tags", mine, forSource, origin: theirs, rule: .elements)],
                reason: .onlyInSource),
        ]
        for operations in [operations, operations.reversed()] {
            let (link, agreements) = absorb(
                operations, source: ["tags": inSource ? forSource : mine],
                project: ["tags": inProject ? forProject : theirs],
                link: Customers.link(["tags": old], ["tags": old]))
            let isBoth = inProject && inSource
            #expect(agreements.count == (isBoth ? 1 : 0))
            #expect(link.sourceBase["tags"] == (isBoth ? forSource : old))
            #expect(link.projectBase["tags"] == (isBoth ? forProject : old))
        }
    }

    @Test(
        "An opt-out is written whatever the moment that the service gave it; a return is written when it is gone",
        arguments: [
            (.unsubscribe, .boolean(true), .timestamp(99), true), (.unsubscribe, .boolean(true), .null, false),
            (.unsubscribe, .boolean(true), .boolean(false), false), (.resubscribe, .boolean(false), .null, true),
            (.resubscribe, .null, .boolean(false), true), (.resubscribe, .boolean(false), .timestamp(99), false),
            (.update, .timestamp(5), .timestamp(99), true), (.update, .timestamp(5), .null, false),
        ] as [(Operation.Kind, Value, Value, Bool)])
    func optOut(_ kind: Operation.Kind, _ after: Value, _ held: Value, _ isWritten: Bool) {
        let rule: FieldRule = kind == .resubscribe ? .resubscribed : .optOut
        let operation = Operation(
            side: .project, kind: kind,
            changes: [RecoveryTests.change("unsubscribed_at", .null, after, origin: .boolean(true), rule: rule)],
            reason: .onlyInSource)
        let (link, agreements) = absorb([operation], source: [:], project: ["unsubscribed_at": held])
        let expected = Agreement(field: "unsubscribed_at", source: .boolean(true), project: held)
        #expect(agreements == (isWritten ? [expected] : []))
        #expect(link.sourceBase["unsubscribed_at"] == (isWritten ? .boolean(true) : nil))
    }

    @Test("Another moment is no write of a field that is no opt-out")
    func otherMoment() {
        let operation = Operation(
            side: .project, kind: .update, changes: [RecoveryTests.city(.timestamp(5))], reason: .onlyInSource)
        #expect(absorb([operation], source: [:], project: ["city": .timestamp(6)]).agreements.isEmpty)
        #expect(absorb([operation], source: [:], project: ["city": .timestamp(5)]).agreements.count == 1)
    }

    @Test("Of a record that is not there nothing was written", arguments: Side.allCases)
    func notThere(_ side: Side) {
        let operation = Operation(
            side: side, kind: .create, changes: [RecoveryTests.city(.null, origin: .null)], reason: .onlyInSource)
        let (link, agreements) = absorb(
            [operation], source: side == .source ? nil : [:], project: side == .project ? nil : [:])
        #expect(agreements.isEmpty && link == RecoveryTests.link)
    }

    @Test("A create that happened is remembered as if it had answered")
    func created() {
        let operations = [
            Operation(
                side: .project, kind: .create,
                changes: [
                    RecoveryTests.change("city", .null, .string("Oslo"), origin: .string("Oslo"), rule: .created)
                ],
                reason: .onlyInSource),
            Operation(
                side: .project, kind: .unsubscribe,
                changes: [
                    RecoveryTests.change(
                        "unsubscribed_at", .null, .boolean(true), origin: .boolean(true), rule: .created)
                ], reason: .onlyInSource),
        ]
        let values: [String: Value] = ["city": .string("Oslo"), "unsubscribed_at": .boolean(true)]
        let half = absorb(
            operations, source: values, project: ["city": .string("Oslo")], link: Customers.link([:], [:]))
        #expect(half.link.sourceBase == ["city": .string("Oslo")] && half.link.projectBase == ["city": .string("Oslo")])
        let whole = absorb(
            operations, source: values, project: ["city": .string("Oslo"), "unsubscribed_at": .timestamp(7)],
            link: Customers.link([:], [:]))
        #expect(whole.link.sourceBase == values)
        #expect(whole.link.projectBase == ["city": .string("Oslo"), "unsubscribed_at": .timestamp(7)])
    }

    @Test("What changes no field moves no base", arguments: [Operation.Kind.archive, .unarchive, .delete])
    func fieldless(_ kind: Operation.Kind) {
        let operation = Operation(side: .project, kind: kind, reason: .onlyInSource)
        let (link, agreements) = absorb([operation], source: ["city": .string("x")], project: ["city": .string("x")])
        #expect(agreements.isEmpty && link == RecoveryTests.link)
    }
}
