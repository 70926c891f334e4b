import AccordCore
import AccordEngine
import Foundation
import Testing

/// A saved plan that links records, or settles what both sides say, and a file or a project that is another one by the
/// time it is applied.
@Suite("Links of a saved plan, and rows that changed since")
struct RowsOfLinksTests {
    private let world: World

    init() throws { world = try World(World.Rules(match: "[email]")) }

    private static let carol = person(2, first: "Carol", last: "Dee", email: "carol@example.com")

    // MARK: - Another row

    @Test("nobody is linked to the row of somebody else, whom the next run creates")
    func anotherRow() async throws {
        for number in 1...2 { try world.add(number) }
        try world.write((1...2).map { person($0) })
        let report = try await world.apply(after: { try world.write([person(1), Self.carol]) })
        #expect(report.linked == 1 && report.outcome == .attention, "\(report)")
        #expect(report.skipped.count == 1 && report.skipped.first?.label.contains("p2@example.com") == true)
        #expect(report.skipped.first?.reason.hasSuffix("in its row by now, not \"First2\"") == true, "\(report)")
        #expect(try await world.sync().done == [.project(.create): 1, .source(.create): 1])
        #expect(
            world.project == [
                "Carol|Dee|carol@example.com|-|-|no|no", "First1|Last1|p1@example.com|-|-|no|no",
                "First2|Last2|p2@example.com|-|-|no|no",
            ])
        #expect(try await world.sync().operations == 0)
    }

    @Test("rows that were renumbered are nobody's links, nor those that are gone, double or broken")
    func noRow() async throws {
        for number in 1...5 { try world.add(number) }
        try world.write((1...5).map { person($0) })
        let report = try await world.apply(after: {
            try world.write([
                person(1, key: "2"), person(2, key: "1"), person(3), person(3), person(5, out: "perhaps"),
            ])
        })
        #expect(report.linked == 0 && report.skipped.count == 5, "\(report)")
        let reasons = Set(report.skipped.map(\.reason))
        #expect(reasons.contains("another row has its key by now"))
        #expect(reasons.contains("its row is not there any more"))
        #expect(reasons.contains { $0.hasPrefix("its row cannot be used by now: unsubscribed_at") }, "\(reasons)")
        try world.write((1...5).map { person($0) })
        #expect(try await world.sync().linked == 5)
        #expect(try await world.sync().operations == 0)
    }

    @Test("rows that were sorted anew, or changed in what nobody maps, are linked as planned")
    func sorted() async throws {
        for number in 1...4 { try world.add(number) }
        try world.use(World.Rules(match: "[email]", mapsCompany: false))
        try world.write((1...4).map { person($0) })
        let report = try await world.apply(after: {
            try world.write((1...4).reversed().map { person($0, company: "New") })
        })
        #expect(report.linked == 4 && report.outcome == .done, "\(report)")
    }

    @Test("a link gets no key of a row that is somebody else's by now, and is as it was")
    func moved() async throws {
        try world.write((1...3).map { person($0) })
        try await world.sync()
        try world.write([person(1), person(2), person(3, key: "9")])
        let dee = person(9, first: "Carol", last: "Dee", email: "carol@example.com")
        let plan = try await world.plan()
        #expect(
            try plan.pairs.first?.records.entries(sourceKey: "9", projectID: nil).first?.link == .moved(fromKey: "3"))
        try world.write([person(1), person(2), dee])
        let report = try await world.apply(plan)
        #expect(report.skipped.count == 1 && report.operations == 0, "\(report)")
        try world.write((1...3).map { person($0) })
        #expect(try await world.sync().operations == 0)
        #expect(world.project.count == 3)
    }

    @Test("what both sides say is not settled where the row says otherwise by now")
    func agreed() async throws {
        try world.write([person(1)])
        try await world.sync()
        try world.write([person(1, last: "Same")])
        try world.edit(1, ["last_name": .string("Same")])
        let report = try await world.apply(after: { try world.write([person(1, last: "Mine")]) })
        #expect(report.skipped.count == 1 && report.operations == 0, "\(report)")
        #expect(try await world.sync().conflicts == 1)
        #expect(world.customer(1)?["last_name"]?.string == "Same")
    }

    @Test("of a source that cannot be read, nothing is linked")
    func sourceIsAway() async throws {
        for number in 1...2 { try world.add(number) }
        try world.write((1...2).map { person($0) })
        let report = try await world.apply(after: { try FileManager.default.removeItem(at: world.csv) })
        #expect(report.outcome == .failed && report.linked == 0, "\(report)")
        try world.write([person(1), Self.carol])
        let next = try await world.sync()
        #expect(next.linked == 1 && next.done == [.project(.create): 1, .source(.create): 1])
        #expect(world.customer(2)?["first_name"]?.string == "First2")
    }

    // MARK: - Another record

    @Test("nobody is linked to a customer who is known by another e-mail by now, and the next run looks anew")
    func anotherRecord() async throws {
        for number in 1...2 { try world.add(number) }
        try world.write((1...2).map { person($0) })
        let report = try await world.apply(after: {
            try world.edit(2, ["email": .string("carol@example.com"), "first_name": .string("Carol")])
        })
        #expect(report.linked == 1 && report.skipped.count == 1, "\(report)")
        #expect(
            report.skipped.first?.reason
                == #"email is "carol@example.com" in the project by now, not "p2@example.com""#)
        #expect(try await world.sync().done == [.project(.create): 1, .source(.create): 1])
        #expect(try world.rows.contains { $0.hasPrefix("2,First2,Last2,p2@example.com,") })
    }

    // MARK: - A source without a stamp

    @Test("rows of a source that cannot say whether it moved are looked at when a saved plan is applied")
    func withoutStamp() async throws {
        let (typed, scans) = try withoutStamps()
        for number in 1...3 { typed.add(number) }
        try typed.world.add(2)
        try typed.world.add(3)
        let plan = try await typed.world.plan()
        typed.edit(1, "first", .string("Unplanned"))
        typed.edit(2, "email", .string("carol@example.com"))
        let report = try await typed.world.apply(plan)
        #expect(report.operations == 0 && report.linked == 1 && report.skipped.count == 2, "\(report)")
        try await typed.world.sync()
        #expect(typed.world.customer(1)?["first_name"]?.string == "Unplanned")
        #expect(typed.world.customer(2)?["first_name"]?.string == "First2")
        typed.edit(1, "first", .string("Again"))
        let before = scans.count
        #expect(try await typed.world.sync().done == [.project(.update): 1])
        #expect(scans.count == before + 1, "a run that makes its plan itself reads the source once")
    }

    /// A world whose source has no stamps, and how often that was read.
    private func withoutStamps() throws -> (TypedWorld, Counter) {
        let typed = try TypedWorld(isStamped: false)
        let (table, scans) = (typed.table, Counter())
        typed.world.source = { _ in TableWithoutStamps(inner: table, scans: scans) }
        return (typed, scans)
    }
}
