import AccordCore
import Testing

@Suite("A plan that would take too much away is refused")
struct GuardTests {
    private static let reading = SideReading(mode: .full, records: 1_000, read: 1_000)

    private func check(
        _ entries: [Entry], guards: Guards = Guards(), linked: Int, isFirst: Bool = false,
        _ allowances: Allowances = Allowances(), source: SideReading = reading, project: SideReading = reading
    ) -> [Refusal] {
        var counts = PlanCounts()
        for entry in entries { counts.add(entry, CountedFields(addresses: ["email"], facts: ["last_asked_at"])) }
        return Guard.check(
            pair: "customers", counts: counts, guards: guards, Guard.Measure(linked: linked, isFirst: isFirst),
            source: source, project: project, allowances: allowances)
    }

    private func allowing(deletes: Int?) -> Allowances { Allowances(deletes.map { [.deletes: $0] } ?? [:]) }

    private func entries(_ count: Int, _ side: Side = .project, _ kind: Operation.Kind = .archive) -> [Entry] {
        (0..<count).map { index in
            Entry(
                label: "\(index)", sourceKey: "s\(index)", projectID: "p\(index)", present: [side], bucket: .removed,
                operations: [Operation(side: side, kind: kind, reason: .onlyInSource)])
        }
    }

    /// How many of how many linked records are still let through.
    private static let limits: [(Guards, linked: Int, most: Int)] = [
        (Guards(), 0, 10), (Guards(), 1, 10), (Guards(), 100, 10), (Guards(), 109, 10), (Guards(), 110, 11),
        (Guards(), 119, 11), (Guards(), 500, 50), (Guards(), 1_000, 100),
        (deletes(0, 0), 500, 0), (deletes(0, 3), 500, 3), (deletes(50, 0), 3, 1), (deletes(100, 0), 7, 7),
        // A percentage that is none counts as the nearest that is one.
        (deletes(500, 0), 7, 7), (deletes(-5, 2), 500, 2),
    ]

    private static func deletes(_ share: Int, _ atLeast: Int) -> Guards {
        Guards([.deletes: Guards.Limit(share: share, atLeast: atLeast)])
    }

    @Test("One more than the limit is too many, on either side, whether deleted or archived", arguments: limits)
    func limit(_ guards: Guards, _ linked: Int, _ most: Int) throws {
        for (side, kind) in [(Side.project, Operation.Kind.archive), (.project, .delete), (.source, .delete)] {
            #expect(check(entries(most, side, kind), guards: guards, linked: linked).isEmpty)
            let refusals = check(entries(most + 1, side, kind), guards: guards, linked: linked)
            let refusal = try #require(refusals.first)
            #expect(refusals.count == 1)
            #expect(refusal.side == side && refusal.count == most + 1 && refusal.pair == "customers")
            #expect(
                refusal.description
                    == "pair customers: the plan would delete or archive \(most + 1) of \(linked) linked "
                    + (linked == 1 ? "record" : "records") + " in the "
                    + "\(side); the limit is \(most). If that is right, allow it for one run with --allow-deletes "
                    + "\(most + 1).")
        }
    }

    @Test(
        "Consent has a size",
        arguments: [(nil, true), (0, true), (10, true), (39, true), (40, false), (41, false)] as [(Int?, Bool)])
    func lift(_ allowed: Int?, _ isRefused: Bool) {
        #expect(check(entries(40), linked: 100, allowing(deletes: allowed)).isEmpty != isRefused)
    }

    @Test("Less consent than the limit takes nothing away from the limit")
    func smallConsent() {
        #expect(check(entries(10), linked: 100, allowing(deletes: 1)).isEmpty)
    }

    @Test("Each side is counted by itself")
    func sides() {
        #expect(check(entries(10) + entries(10, .source, .delete), linked: 100).isEmpty)
        let both = check(entries(11) + entries(12, .source, .delete), linked: 100)
        #expect(both.map(\.side) == [.source, .project] && both.map(\.count) == [12, 11])
        #expect(
            check(entries(11) + entries(12, .source, .delete), linked: 100, allowing(deletes: 11)).map(\.side) == [
                .source
            ])
    }

    private func updates(_ count: Int, _ side: Side, _ changes: FieldChange..., link: LinkChange = .none) -> [Entry] {
        (0..<count).map { index in
            Entry(
                label: "\(index)", sourceKey: "s\(index)", projectID: "p\(index)", present: [.source, .project],
                bucket: .updated, link: link,
                operations: [Operation(side: side, kind: .update, changes: changes, reason: .rules(of: changes))])
        }
    }

    private static func change(
        _ field: String, _ before: Value, _ after: Value, _ rule: FieldRule = .sourceChanged
    ) -> FieldChange {
        FieldChange(field: field, before: before, after: after, origin: after, rule: rule)
    }

    private static let cleared = change("notes", .string("x"), .null)
    private static let out = change("out", .null, .boolean(true), .optOut)
    private static let back = change("out", .boolean(true), .null, .resubscribed)
    private static let filled = change("notes", .null, .string("x"))
    private static let address = change("email", .string("a@example.com"), .string("b@example.com"))

    /// What is limited, with a record of each that does it, and how many of 300 linked ones may.
    private static let limited: [(Harm, FieldChange, most: Int)] = [
        (.clears, cleared, 30), (.optOuts, out, 30), (.resubscribes, back, 30), (.updates, filled, 150),
        (.contactChanges, address, 30),
    ]

    @Test(
        "One more than the limit is too many, on either side, and a person can say that it is right", arguments: limited
    )
    func harms(_ harm: Harm, _ change: FieldChange, _ most: Int) throws {
        for side in Side.allCases {
            #expect(check(updates(most, side, change), linked: 300).isEmpty)
            let refusals = check(updates(most + 1, side, change), linked: 300)
            let refusal = try #require(refusals.first)
            #expect(refusals.count == 1)
            #expect(refusal.limit == .tooMany(harm) && refusal.side == side)
            #expect(refusal.count == most + 1 && refusal.most == most)
            #expect(
                refusal.description.hasSuffix("allow it for one run with --allow-\(harm.rawValue) \(most + 1)."))
            #expect(check(updates(most + 1, side, change), linked: 300, Allowances([harm: most + 1])).isEmpty)
            let others = Dictionary(uniqueKeysWithValues: Harm.allCases.filter { $0 != harm }.map { ($0, 999) })
            #expect(check(updates(most + 1, side, change), linked: 300, Allowances(others)).count == 1)
            #expect(check(updates(most + 1, side, change), linked: 300, Allowances([harm: most])).count == 1)
            let raised = Guards([harm: Guards.Limit(share: 0, atLeast: most + 1)])
            #expect(check(updates(most + 1, side, change), guards: raised, linked: 300).isEmpty)
        }
    }

    @Test("So many records that are added to a source are too many, where others are linked already")
    func sourceCreates() throws {
        func creates(_ count: Int, _ side: Side) -> [Entry] {
            entries(count, side, .create)
        }
        #expect(check(creates(150, .source), linked: 300).isEmpty)
        let refusal = try #require(check(creates(151, .source), linked: 300).first)
        #expect(
            refusal.description
                == "pair customers: the plan would add 151 records to the source, where 300 are linked; "
                + "the limit is 150. If that is right, allow it for one run with --allow-source-creates 151.")
        #expect(check(creates(151, .source), linked: 300, Allowances([.sourceCreates: 151])).isEmpty)
        #expect(check(creates(999, .project), linked: 300).isEmpty, "new customers are what a sync is for")
        #expect(check(creates(100, .source), linked: 1).isEmpty)
        #expect(check(creates(999, .source), linked: 0).isEmpty, "the first run")
        #expect(check(creates(999, .source), linked: 300, isFirst: true).isEmpty, "the rest of the first run")
    }

    @Test("What is new, is filled, or is what only the service knows harms nobody")
    func noHarm() {
        let other = GuardTests.change("notes", .string("x"), .string("y"))
        #expect(check(updates(99, .project, GuardTests.filled) + updates(51, .project, other), linked: 300).isEmpty)
        // Who is opted out by the create that makes them was never asked.
        let new = updates(99, .project, GuardTests.out).map { entry in
            var entry = entry
            entry.operations.insert(Operation(side: .project, kind: .create, reason: .onlyInSource), at: 0)
            return entry
        }
        #expect(check(new, linked: 100).isEmpty)
        // Two records that are found to be the same fill each other.
        let found = updates(
            200, .project, GuardTests.filled, GuardTests.address, link: .new(.sameValues(fields: ["phone"])))
        #expect(check(found, linked: 200).isEmpty)
        #expect(check(updates(200, .source, GuardTests.filled, GuardTests.address), linked: 200).count == 2)
        #expect(
            check(updates(200, .source, GuardTests.filled, GuardTests.address), linked: 200, isFirst: true).isEmpty)
        let asked = GuardTests.change("last_asked_at", .timestamp(1), .timestamp(2))
        #expect(check(updates(200, .source, asked), linked: 200).isEmpty)
        // An address that is filled is nobody else's; one that becomes blank is a field that becomes blank.
        #expect(check(updates(50, .project, GuardTests.change("email", .null, .string("a"))), linked: 300).isEmpty)
        let blank = updates(50, .project, GuardTests.change("email", .string("a"), .null))
        #expect(check(blank, linked: 300).map(\.limit) == [.tooMany(.clears)])
    }

    @Test("Several refusals say all that has to be allowed at once")
    func together() {
        let refusals = check(
            updates(200, .source, GuardTests.address) + updates(180, .project, GuardTests.cleared, GuardTests.address),
            linked: 200)
        #expect(
            Refusal.next(of: refusals)
                == "If that is right, allow it for one run with --allow-clears 180 --allow-updates 200 "
                + "--allow-contact-changes 200")
    }

    @Test("Nothing else is limited", arguments: Operation.Kind.allCases)
    func kinds(_ kind: Operation.Kind) {
        let isRemoval = kind == .delete || kind == .archive
        let isLimited = isRemoval || kind == .unsubscribe
        #expect(check(entries(500, .project, kind), linked: 500).isEmpty != isLimited)
        #expect(Operation(side: .source, kind: kind, reason: .onlyInSource).isRemoval == isRemoval)
    }

    /// How a side was read, and whether that it holds nothing stops everything.
    private static let readings: [(String, SideReading, linked: Int, isRefused: Bool)] = [
        ("empty, and it held some", SideReading(mode: .full, records: 0, read: 0), 1, true),
        ("empty, and nothing was ever linked", SideReading(mode: .full, records: 0, read: 0), 0, false),
        ("one left", SideReading(mode: .full, records: 1, read: 1), 100, false),
        ("nothing changed", SideReading(mode: .changes, records: 0, read: 0), 100, false),
        ("not read", SideReading(mode: .notRead, records: 0, read: 0), 100, false),
    ]

    @Test("A side that is suddenly empty stops everything, even a plan that does nothing", arguments: readings)
    func empty(_ what: String, _ reading: SideReading, _ linked: Int, _ isRefused: Bool) {
        let inSource = check([], linked: linked, source: reading)
        let inProject = check([], linked: linked, project: reading)
        #expect(inSource.map(\.side) == (isRefused ? [.source] : []))
        #expect(inProject.map(\.side) == (isRefused ? [.project] : []))
        #expect((inSource + inProject).allSatisfy { $0.count == linked && $0.next != nil })
    }

    @Test(
        "An empty project can be allowed, all of it; an empty source never",
        arguments: [(nil, true), (0, true), (99, true), (100, false), (101, false)] as [(Int?, Bool)])
    func emptyAllowed(_ allowed: Int?, _ isRefused: Bool) {
        let empty = SideReading(mode: .full, records: 0, read: 0)
        #expect(check([], linked: 100, allowing(deletes: allowed), project: empty).isEmpty != isRefused)
        #expect(check([], linked: 100, allowing(deletes: allowed), source: empty).map(\.side) == [.source])
    }
}
