import AccordCore
import AccordSandbox
import Foundation
import Synchronization
import Testing

/// What a service does to a record besides what it was asked to: found out on one, put back, and not done to others.
@Suite("The first use of an operation")
struct TrialTests {
    private let world: World

    /// Five customers on both sides, of whom the project knows more.
    init() async throws {
        world = try World(World.Rules(conflict: "source"))
        for number in 1...5 {
            try world.add(
                number, ["address1": .string("\(number) Pier"), "company": .string("Old"), "notes": .string("Note")])
        }
        try world.write((1...5).map { person($0, company: "Old") })
        #expect(try await world.sync().outcome == .done)
    }

    /// What no row says, of each customer.
    private func others() -> [[String?]] {
        world.service.snapshot().map { customer in
            ["address1", "notes", "signed_up_at"].map { customer[$0].map { "\($0)" } }
        }
    }

    private func companies() -> [String] { (1...5).compactMap { world.customer($0)?["company"]?.string } }

    @Test("a create that empties what it leaves out is used on nobody but the first, who gets it back")
    func matchedEmptied() async throws {
        world.service.edit { $0.habits = [.matchedEmptied] }
        let before = others()
        try world.write((1...5).map { person($0, company: "New") })
        let report = try await world.sync()
        #expect(report.outcome == .attention && report.quarantined == 5, "\(report)")
        #expect(others() == before)
        #expect(companies() == Array(repeating: "Old", count: 5))
        let writes = world.service.requestCounts["createCustomer"]
        #expect(try await world.sync().outcome == .attention)
        #expect(world.service.requestCounts["createCustomer"] == writes, "it is not sent again")
    }

    @Test("what cannot be put back is said", arguments: [401, 500])
    func notPutBack(status: Int) async throws {
        world.service.edit { $0.habits = [.matchedEmptied] }
        try world.write((1...5).map { person($0, company: "New") })
        let isFirst = Mutex(true)
        world.refusal = { request in
            guard request.method == "POST" else { return nil }
            return isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst ? nil : status
            }
        }
        let report = try await world.sync()
        #expect(report.outcome != .done && report.done.isEmpty, "\(report)")
        let said = try await world.withEngine { _, store in try store.quarantine("customers").map(\.message) }
        #expect(said.contains { $0.contains("could not be put back") && $0.contains("1 Pier") }, "\(said)")
        #expect(companies() == Array(repeating: "Old", count: 5))
        #expect((2...5).allSatisfy { world.customer($0)?["address1"]?.string == "\($0) Pier" })
    }

    @Test("an update that empties what it leaves out, likewise")
    func updatesEmptied() async throws {
        world.service.edit { $0.habits = [.updatesEmptied] }
        let before = others()
        try world.write((1...5).map { person($0, first: "Other", company: "Old") })
        let report = try await world.sync()
        #expect(report.outcome == .attention && report.quarantined == 5, "\(report)")
        #expect(others() == before)
        #expect(world.service.snapshot().allSatisfy { $0["last_name"] != .null })
    }

    @Test("likewise where a service differs in everything", arguments: Likeness.allCases)
    func emptiedByOthers(likeness: Likeness) async throws {
        world.service.edit { $0.habits = likeness.habits.union([.updatesEmptied]) }
        let before = others()
        try world.edit(1, ["last_name": .string("Edited")])
        try world.write((1...5).map { person($0, first: "Other", company: "Old") })
        let report = try await world.sync()
        #expect(report.outcome == .attention, "\(report)")
        #expect(others() == before)
        #expect(world.service.snapshot().allSatisfy { $0["last_name"] != .null })
        #expect(world.customer(1)?["last_name"]?.string == "Edited")
    }

    @Test("what is made instead of an update is deleted again, and no other is made")
    func createsUnmatched() async throws {
        world.service.edit { $0.habits = [.createsUnmatched] }
        try world.write((1...5).map { person($0, company: "New") })
        let report = try await world.sync()
        #expect(report.outcome == .attention && report.quarantined == 5, "\(report)")
        #expect(world.service.snapshot().count == 5)
        #expect(companies() == Array(repeating: "Old", count: 5))
        #expect((1...5).allSatisfy { world.customer($0)?["id"]?.int == Int64($0) })
    }

    @Test("a set that both sides changed is in neither undone where the project takes only a part of it")
    func tagsOnlyAdded() async throws {
        world.service.edit { $0.habits = [.tagsOnlyAdded] }
        for number in 1...2 { try world.edit(number, ["tags": .array([.string("a"), .string("b")])]) }
        try await world.sync()
        #expect(try world.rows.filter { $0.contains("a;b") }.count == 2)
        // One side takes a tag off, the other one puts one on.
        try world.edit(1, ["tags": .array([.string("a"), .string("b"), .string("c")])])
        try world.write(
            [1, 2].map { person($0, company: "Old", tags: "b") } + (3...5).map { person($0, company: "Old") })
        let report = try await world.sync()
        #expect(report.outcome == .attention, "\(report)")
        let (rows, project) = (try world.rows, world.project)
        #expect(rows.contains { $0.hasPrefix("2,") && $0.contains(",b,") }, "\(rows)")
        #expect(!rows.contains { $0.contains("a;b") }, "what was taken off does not come back: \(rows)")
        for _ in 0..<2 {
            let next = try await world.sync()
            #expect(next.done.isEmpty && next.outcome == .attention, "\(next)")
        }
        #expect(try world.rows == rows && world.project == project)
    }

    @Test("who opted out stays so where a create would bring them back, and others are written as before")
    func matchedSubscribed() async throws {
        world.service.edit { $0.habits = [.matchedSubscribed] }
        for number in 1...2 { try world.edit(number, ["unsubscribed": .bool(true)]) }
        #expect(try await world.sync().done == [.source(.update): 2])
        try world.write((1...5).map { person($0, company: "New", out: $0 < 3 ? "yes" : "no") })
        let report = try await world.sync()
        #expect(report.quarantined == 2 && report.done == [.project(.update): 3], "\(report)")
        #expect(world.isOut(1) && world.isOut(2))
        #expect(companies()[2...] == ["New", "New", "New"])
    }

    @Test("what somebody else edits in that moment stays, and the operation is used", arguments: 1...4)
    func editedMeanwhile(write: Int) async throws {
        try world.write((1...5).map { person($0, company: "New") })
        let service = world.service
        let writes = CallCount()
        world.intruder = { request in
            guard request.method == "POST", writes.next() == write else { return }
            try service.edit { project throws(SandboxError) in
                try project.editCustomer(1, ["address1": .string("Moved")])
            }
        }
        let report = try await world.sync()
        #expect(report.outcome == .done && report.done == [.project(.update): 5], "\(report)")
        #expect(companies() == Array(repeating: "New", count: 5))
        #expect(world.customer(1)?["address1"]?.string == "Moved")
        #expect((2...5).allSatisfy { world.customer($0)?["address1"]?.string == "\($0) Pier" })
    }

    @Test("a field that cannot be emptied is said, and asked of one record only")
    func nullsIgnored() async throws {
        world.service.edit { $0.habits = [.nullsIgnored] }
        try world.write((1...5).map { person($0, last: "", company: "Old") })
        let report = try await world.sync()
        #expect(report.outcome == .attention, "\(report)")
        let causes = try await world.withEngine { _, store in try store.quarantine("customers").map(\.cause) }
        #expect(causes == Array(repeating: .storedDifferently, count: 5))
        #expect((1...5).allSatisfy { world.customer($0)?["last_name"]?.string == "Last\($0)" })
        #expect((world.service.requestCounts["updateCustomer"] ?? 0) <= 2)
        #expect(try world.rows.allSatisfy { !$0.contains("Last") }, "the source keeps its own")
        #expect(try await world.sync().done.isEmpty)
    }

    @Test("nobody who opted out is created where they cannot be opted out, and everybody else is")
    func noUnsubscribe() async throws {
        world.service.edit { $0.habits = [.noUnsubscribe] }
        try world.write((1...9).map { person($0, company: "Old", out: $0 > 6 ? "yes" : "no") })
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 1] && report.quarantined == 3, "\(report)")
        #expect(world.customer(6) != nil && (7...9).allSatisfy { world.customer($0) == nil })
        world.service.edit { $0.habits = [] }
        _ = try await world.withEngine { _, store in
            for key in 7...9 { _ = try store.clearQuarantine("customers", key: "\(key)") }
        }
        world.time.advance(2 * 86_400)
        #expect(try await world.sync().done[.project(.unsubscribe)] == 3)
        #expect((7...9).allSatisfy(world.isOut))
    }

    @Test("changes that a list does not show are found by reading whole")
    func notListed() async throws {
        // The service lists by the last change, and an opt-out is none.
        world.service.edit { $0.habits = [.unseenLife] }
        try world.write((1...5).map { person($0, company: "Old", out: $0 == 1 ? "yes" : "no") })
        #expect(try await world.sync().done == [.project(.unsubscribe): 1])
        try world.edit(2, ["unsubscribed": .bool(true)])
        #expect(try await world.sync().done == [.source(.update): 1])
        #expect(try world.rows.contains { $0.hasPrefix("2,") && $0.hasSuffix(",yes") })
    }
}

/// Counts calls from several tasks.
private final class CallCount: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
