import AccordCore
import AccordEngine
import Foundation
import TableFakes
import Testing

/// An opt-out in any file of customers counts, whichever pairs a run is of, and whenever it was written.
@Suite("Opt-outs in other files of the same people")
struct OptOutElsewhereTests {
    private static let mapping = """
        resource: customers
        key: id
        match: [email]
        create: project
        when gone from project: delete
        fields:
          first_name: first
          email: {column: email, type: email}
          unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"], resubscribe: source}
        """

    private let world: World
    private var more: URL { world.file(of: "more") }

    /// Two customers of the first file in the project, and one of the other file.
    init() async throws {
        world = try World(mapping: OptOutElsewhereTests.mapping, others: ["more": OptOutElsewhereTests.mapping])
        try write([row(1), row(2)])
        try write([row(5)], to: more)
        try await world.sync()
    }

    private func row(_ number: Int, _ person: Int? = nil, out: String = "no") -> String {
        "\(number),First\(number),p\(person ?? number)@example.com,\(out)"
    }

    private func write(_ rows: [String], to file: URL? = nil) throws {
        let text = (["id,first,email,out"] + rows).joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: file ?? world.csv)
    }

    private func sync(only: String) async throws -> RunReport {
        try await world.withEngine(only: [only]) { engine, _ in try await engine.sync() }
    }

    // MARK: - A run of one pair alone

    @Test("who is created by a run of one pair alone is opted out, as the file of the other says")
    func alone() async throws {
        try write([row(5), row(9, 3, out: "yes")], to: more)
        try write([row(1), row(2), row(3), row(4)])
        let report = try await sync(only: "customers")
        #expect(world.isOut(3) && !world.isOut(4) && report.done[.project(.create)] == 2, "\(report)")
    }

    @Test(
        "while the other file cannot be read, or a row of it, nobody is created of whom it may speak",
        arguments: ["9,First9,p3@example.com,perhaps\n", "9,First9,p3@example.com,yes,more\n", nil])
    func aloneInDoubt(broken: String?) async throws {
        let text = "id,first,email,out\n\(row(5))\n"
        try Data((broken.map { text + $0 } ?? "id,first\n").utf8).write(to: more)
        try write([row(1), row(2), row(3), row(4)])
        let report = try await sync(only: "customers")
        #expect(world.customer(3) == nil && (world.customer(4) == nil) == (broken == nil), "\(report)")
        #expect(report.outcome == .attention)
        try Data(text.utf8).write(to: more)
        _ = try await sync(only: "customers")
        #expect(!world.isOut(3) && world.customer(3) != nil && world.customer(4) != nil)
    }

    @Test("what makes nobody somebody who gets messages does not wait for another file that is not there")
    func withoutTheOther() async throws {
        try FileManager.default.removeItem(at: more)
        try write([row(1).replacing("First1", with: "Edited"), row(2), row(3)])
        let report = try await sync(only: "customers")
        #expect(report.done == [.project(.update): 1] && world.customer(3) == nil, "\(report)")
        #expect(report.outcome == .attention)
    }

    @Test("the other source is read once if anything is to be decided, and not at all if nothing is")
    func reads() async throws {
        let scans = Counter()
        world.unplannedSource = TableWithoutStamps(
            inner: MemoryTable(fields: ["id", "first", "email", "out"], isWrittenAsWhole: false, isStamped: false),
            scans: scans)
        try await world.sync()
        #expect(scans.count == 0)
        try write([row(1), row(2, 3)])
        try await world.sync()
        #expect(scans.count == 1)
        try await world.sync()
        #expect(scans.count == 1)
        try world.edit(1, ["first_name": .string("Edited")])
        try await world.sync()
        #expect(scans.count == 2)
    }

    @Test(
        "so does an opt-out in any row of the file itself, whichever of two rows with one key comes first",
        arguments: [
            ["9,Dora,p3@example.com,yes", "9,Dan,p4@example.com,no"],
            ["9,Dan,p4@example.com,no", "9,Dora,p3@example.com,yes"],
        ])
    func ownFile(rows: [String]) async throws {
        try write([row(1), row(2, 3)] + rows)
        try await world.sync()
        #expect(world.isOut(3) && !world.isOut(1))
        // Nor is anybody subscribed again whom such a row opts out.
        try write([row(1), row(2, 3)] + rows)
        try await world.sync()
        #expect(world.isOut(3))
    }

    // MARK: - People whom both sides know

    @Test("who gets the address of somebody who opted out in the other file is opted out before", arguments: [0, 1])
    func newAddress(way: Int) async throws {
        try write([row(5), row(9, 3, out: "yes")], to: more)
        // The other pair is not of this run, or it is, and its row is no news.
        if way == 1 { try await world.sync() }
        try write([row(1, 7), row(2)])
        for _ in 0..<2 { _ = try await sync(only: "customers") }
        #expect(!world.isOut(7))
        try write([row(1, 3), row(2)])
        let report = way == 0 ? try await sync(only: "customers") : try await world.sync()
        #expect(world.isOut(3) || world.customer(3) == nil, "\(report)")
    }

    @Test(
        "a row that is linked speaks of its record, whatever the two are known by: who opted out in it gets no new address",
        arguments: ["yes", "perhaps"], [false, true])
    func linked(out: String, isSaved: Bool) async throws {
        try write([row(5), row(9, 1)], to: more)
        try await world.sync()
        let corrected = "9,First9,p8@example.com,\(out)"
        if !isSaved { try write([row(5), corrected], to: more) }
        try write([row(1, 7), row(2)])
        if isSaved {
            let plan = try await world.plan()
            try write([row(5), corrected], to: more)
            try await world.apply(plan)
        } else {
            _ = try await sync(only: "customers")
        }
        #expect(world.customer(7) == nil || world.isOut(7), "\(world.project)")
    }

    @Test(
        "an address that was changed in the project is not given back to who may have opted out in the other file",
        arguments: ["yes", "perhaps"])
    func restoredAddress(out: String) async throws {
        try world.use(
            mapping: OptOutElsewhereTests.mapping.replacing("type: email", with: "type: email, direction: to-project"))
        try await world.sync()
        try write([row(5), row(9, 1, out: out)], to: more)
        try world.edit(1, ["email": .string("p8@example.com")])
        let report = try await sync(only: "customers")
        #expect(out == "yes" ? world.isOut(1) : world.customer(1) == nil, "\(report)")
    }

    @Test("nobody is subscribed again who opted out in the other file")
    func resubscribed() async throws {
        try write([row(1, out: "yes"), row(2, out: "yes")])
        try await world.sync()
        #expect(world.isOut(1) && world.isOut(2))
        try write([row(5), row(9, 1, out: "yes")], to: more)
        try write([row(1), row(2)])
        let report = try await sync(only: "customers")
        #expect(world.isOut(1) && !world.isOut(2) && report.quarantined == 1, "\(report)")
        try write([row(5)], to: more)
        _ = try await sync(only: "customers")
        #expect(!world.isOut(1))
    }

    // MARK: - After a plan was saved

    @Test("who opted out in the other file since the plan was saved is not created", arguments: ["yes", "perhaps"])
    func afterThePlan(out: String) async throws {
        try write([row(1), row(2), row(3), row(4)])
        let plan = try await world.plan()
        try write([row(5), row(9, 3, out: out)], to: more)
        let report = try await world.apply(plan)
        #expect(world.customer(3) == nil && world.customer(4) != nil && report.outcome == .attention, "\(report)")
        try write([row(5), row(9, 3, out: "yes")], to: more)
        try await world.sync()
        #expect(world.isOut(3))
    }

    @Test("nor who opted out in another row of the same file")
    func afterThePlanInTheSameFile() async throws {
        try write([row(1), row(2), row(3), row(4)])
        let plan = try await world.plan()
        try write([row(1), row(2), row(3), row(4), row(9, 3, out: "yes")])
        try await world.apply(plan)
        #expect(world.customer(3) == nil && world.customer(4) != nil)
    }

    @Test("nor who opted out in the project since, and was deleted there")
    func afterThePlanInTheProject() async throws {
        try write([row(1), row(2), row(3), row(4)])
        let plan = try await world.plan()
        try world.add(3)
        try world.edit(3, ["unsubscribed": .bool(true)])
        // The plan is applied in the same second as the project is read, which shows the person; then they are gone.
        let report = try await world.apply(plan)
        #expect(world.isOut(3) && world.customer(4) != nil && report.outcome == .attention, "\(report)")
    }

    @Test("who opted out in the other file since is neither subscribed again, nor reached by a new address")
    func linkedAfterThePlan() async throws {
        try write([row(1, out: "yes"), row(2)])
        try await world.sync()
        try write([row(1), row(2, 3)])
        let plan = try await world.plan()
        #expect(plan.pairs.flatMap(\.refusals).isEmpty)
        try write([row(5), row(8, 1, out: "yes"), row(9, 3, out: "yes")], to: more)
        let report = try await world.apply(plan)
        #expect(world.isOut(1) && world.customer(2) != nil && world.customer(3) == nil, "\(report)")
        #expect(report.skipped.count == 2)
    }
}
