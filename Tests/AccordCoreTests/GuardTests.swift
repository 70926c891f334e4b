import AccordCore
import Testing

@Suite("A plan that would take too much away is refused")
struct GuardTests {
    private static let reading = SideReading(mode: .full, records: 1_000, read: 1_000)

    private func check(
        _ entries: [Entry], guards: Guards = Guards(), linked: Int, allowed: Int? = nil,
        source: SideReading = reading, project: SideReading = reading
    ) -> [Refusal] {
        var counts = PlanCounts()
        for entry in entries { counts.add(entry, nil) }
        return Guard.check(
            pair: "customers", counts: counts, guards: guards, linked: linked, source: source, project: project,
            allowances: Allowances(deletes: allowed))
    }

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
        (Guards(deletePercent: 0, deleteCount: 0), 500, 0), (Guards(deletePercent: 0, deleteCount: 3), 500, 3),
        (Guards(deletePercent: 50, deleteCount: 0), 3, 1), (Guards(deletePercent: 100, deleteCount: 0), 7, 7),
        // A percentage that is none counts as the nearest that is one.
        (Guards(deletePercent: 500, deleteCount: 0), 7, 7), (Guards(deletePercent: -5, deleteCount: 2), 500, 2),
    ]

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
        #expect(check(entries(40), linked: 100, allowed: allowed).isEmpty != isRefused)
    }

    @Test("Less consent than the limit takes nothing away from the limit")
    func smallConsent() {
        #expect(check(entries(10), linked: 100, allowed: 1).isEmpty)
    }

    @Test("Each side is counted by itself")
    func sides() {
        #expect(check(entries(10) + entries(10, .source, .delete), linked: 100).isEmpty)
        let both = check(entries(11) + entries(12, .source, .delete), linked: 100)
        #expect(both.map(\.side) == [.source, .project] && both.map(\.count) == [12, 11])
        #expect(check(entries(11) + entries(12, .source, .delete), linked: 100, allowed: 11).map(\.side) == [.source])
    }

    private func updates(_ count: Int, _ side: Side, _ change: FieldChange) -> [Entry] {
        (0..<count).map { index in
            Entry(
                label: "\(index)", sourceKey: "s\(index)", projectID: "p\(index)", present: [.source, .project],
                bucket: .updated,
                operations: [Operation(side: side, kind: .update, changes: [change], reason: .rules([change.rule]))])
        }
    }

    @Test(
        "So many fields that become blank, or people who opt out, are too many on either side", arguments: Side.allCases
    )
    func harms(_ side: Side) throws {
        let cleared = FieldChange(
            field: "notes", before: .string("x"), after: .null, origin: .null, rule: .sourceChanged)
        let out = FieldChange(
            field: "out", before: .null, after: .boolean(true), origin: .boolean(true), rule: .optOut)
        func refusals(_ entries: [Entry], _ allowances: Allowances = Allowances(), linked: Int = 100) -> [Refusal] {
            var counts = PlanCounts()
            for entry in entries { counts.add(entry, nil) }
            return Guard.check(
                pair: "customers", counts: counts, guards: Guards(), linked: linked, source: GuardTests.reading,
                project: GuardTests.reading, allowances: allowances)
        }
        for (change, limit, option) in [(cleared, Refusal.Limit.clears, "clears"), (out, .optOuts, "opt-outs")] {
            #expect(refusals(updates(10, side, change)).isEmpty)
            let refusal = try #require(refusals(updates(11, side, change)).first)
            #expect(refusal.limit == limit && refusal.side == side && refusal.count == 11 && refusal.most == 10)
            #expect(refusal.description.hasSuffix("allow it for one run with --allow-\(option) 11."))
        }
        #expect(refusals(updates(11, side, cleared), Allowances(clears: 11)).isEmpty)
        #expect(!refusals(updates(11, side, cleared), Allowances(clears: 10, optOuts: 99)).isEmpty)
        #expect(refusals(updates(11, side, out), Allowances(optOuts: 11)).isEmpty)
        // A field that was blank, a value that becomes another one, a new record that is opted out: no harm.
        let filled = FieldChange(field: "a", before: .null, after: .string("x"), origin: .null, rule: .sourceChanged)
        let other = FieldChange(
            field: "a", before: .string("x"), after: .string("y"), origin: .null, rule: .sourceChanged)
        #expect(refusals(updates(99, side, filled) + updates(99, side, other)).isEmpty)
        let new = updates(99, .project, out).map { entry in
            var entry = entry
            entry.operations.insert(Operation(side: .project, kind: .create, reason: .onlyInSource), at: 0)
            return entry
        }
        #expect(refusals(new).isEmpty)
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
        #expect(check([], linked: 100, allowed: allowed, project: empty).isEmpty != isRefused)
        #expect(check([], linked: 100, allowed: allowed, source: empty).map(\.side) == [.source])
    }
}
