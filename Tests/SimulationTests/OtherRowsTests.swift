import AccordCore
import AccordEngine
import AccordHTTP
import AccordSandbox
import Foundation
import Synchronization
import Testing

/// The file changes between the plan and the moment at which it is written, or acted upon: what has a key by then may be
/// somebody else.
@Suite("Rows that are other ones by now")
struct OtherRowsTests {
    private let world: World
    private static let people = (1...12).map { person($0) }

    init() async throws {
        world = try World(World.Rules(goneFromSource: "delete", goneFromProject: "delete"))
        try world.write(OtherRowsTests.people)
        try await world.sync()
    }

    /// The same people, each under the key of the one after them.
    private var renumbered: [String] { (1...12).map { person($0, key: "\($0 + 1)") } }

    /// When the first of some requests arrives.
    private func onFirst(_ method: String, _ body: @escaping @Sendable () throws -> Void) {
        let isDone = Mutex(false)
        world.refusal = { request in
            guard request.method == method else { return nil }
            let isFirst = isDone.withLock { done in
                defer { done = true }
                return !done
            }
            if isFirst { try body() }
            return nil
        }
    }

    @Test("nothing is written into somebody else's row, and nobody is opted out by it", arguments: [false, true])
    func renumberedMeanwhile(isSaved: Bool) async throws {
        try world.edit(3, ["company": .string("Three Ltd")])
        try world.edit(5, ["unsubscribed": .bool(true)])
        let (csv, rows) = (world.csv, renumbered)
        let text = ([World.header] + rows).joined(separator: "\n") + "\n"
        if isSaved {
            let plan = try await world.plan()
            try Data(text.utf8).write(to: csv)
            let report = try await world.apply(plan)
            #expect(report.outcome == .attention && report.skipped.count == 2, "\(report)")
        } else {
            try world.write(OtherRowsTests.people.map { $0.replacing("First9", with: "Ninth") })
            onFirst("PATCH") { try Data(text.utf8).write(to: csv) }
            let report = try await world.sync()
            #expect(report.skipped.count == 2, "\(report)")
        }
        #expect(try world.rows == ([World.header] + rows).sorted())
    }

    @Test("nobody is deleted whose row is back under another key by the time that the plan is applied")
    func backUnderOtherKey() async throws {
        try world.write(OtherRowsTests.people.filter { $0 != person(4) })
        let plan = try await world.plan()
        try world.write(OtherRowsTests.people.filter { $0 != person(4) } + [person(4, key: "K77")])
        let report = try await world.apply(plan)
        #expect(report.done.isEmpty && report.skipped.count == 1 && world.customer(4) != nil, "\(report)")
        try await world.sync()
        #expect(try await world.sync().outcome == .done)
    }

    @Test("no row is deleted whose customer is in the project again, under another id")
    func madeAgain() async throws {
        try world.edit(4, ["delete": .bool(true)])
        let plan = try await world.plan(full: true)
        #expect(plan.pairs.first?.counts.count(.source, .delete) == 1)
        try world.add(4)
        let report = try await world.apply(plan)
        #expect(try report.done.isEmpty && world.rows.contains(person(4)), "\(report)")
    }

    @Test("no second row is added for somebody who has one by now", arguments: [false, true])
    func added(isSaved: Bool) async throws {
        try world.add(20)
        let rows =
            OtherRowsTests.people.map { $0.replacing("First9", with: "Ninth") } + [
                person(20, key: "K99", company: "Own")
            ]
        let (csv, text) = (world.csv, ([World.header] + rows).joined(separator: "\n") + "\n")
        if isSaved {
            let plan = try await world.plan()
            try Data(text.utf8).write(to: csv)
            try await world.apply(plan)
        } else {
            try world.write(OtherRowsTests.people.map { $0.replacing("First9", with: "Ninth") })
            onFirst("PATCH") { try Data(text.utf8).write(to: csv) }
            try await world.sync()
        }
        #expect(try world.rows.count { $0.contains("p20@example.com") } == 1)
        for _ in 0..<2 { try await world.sync() }
        #expect(world.customer(20)?["company"]?.string == "Own")
    }

    @Test("whoever the mapping protects by key is protected under another key as well")
    func protectedKey() async throws {
        try world.use(mapping: World.mapping(World.Rules()) + "\nprotect: [\"4\"]")
        let others = OtherRowsTests.people.filter { $0 != person(4) }
        try world.write(others + [person(4, key: "L4", company: "New")])
        for _ in 0..<2 {
            let report = try await world.sync()
            #expect(report.done.isEmpty && world.customer(4)?["company"] == .null, "\(report)")
        }
    }

    @Test("a column of opt-outs that was sorted by itself opts nobody out, and brings nobody back")
    func sortedConsent() async throws {
        let world = try World(World.Rules(resubscribe: "source"))
        func rows(out: (Int) -> Bool) -> [String] { (1...40).map { person($0, out: out($0) ? "yes" : "no") } }
        try world.write(rows { $0 % 10 == 0 })
        for _ in 0..<2 { try await world.sync() }
        try world.write(rows { $0 <= 4 })
        await #expect(throws: EngineError.self) { try await world.sync() }
        #expect((1...40).allSatisfy { world.isOut($0) == ($0 % 10 == 0) })
    }
}
