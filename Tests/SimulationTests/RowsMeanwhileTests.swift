import AccordFiles
import Foundation
import Synchronization
import Testing

/// Rows that come into a file between the plan and the moment when it is written.
@Suite("Rows that come meanwhile")
struct RowsMeanwhileTests {
    /// The next run's source: somebody writes other rows before its stamp is asked for the n-th time.
    private func disturb(_ world: World, _ moment: Int, _ rows: [String]) -> @Sendable () -> Bool {
        let path = world.csv.path
        let stamps = Mutex(0)
        let text = ([World.header] + rows).joined(separator: "\n") + "\n"
        let disturb: @Sendable () throws -> Void = {
            let count = stamps.withLock { count in
                count += 1
                return count
            }
            if count == moment { try Data(text.utf8).write(to: URL(filePath: path)) }
        }
        world.source = { _ in
            DisturbedTable(
                inner: CSVTable(path: path, name: "contacts.csv"), beforeStamp: disturb, beforeScan: {})
        }
        return { stamps.withLock { $0 >= moment } }
    }

    private func calm(_ world: World) {
        let path = world.csv.path
        world.source = { _ in CSVTable(path: path, name: "contacts.csv") }
    }

    @Test("where two rows have a key by the time one is written, neither is", arguments: 1...2)
    func doubled(_ moment: Int) async throws {
        let world = try World()
        try world.write([person(1), person(2)])
        try await world.sync()
        try world.edit(1, ["first_name": .string("There")])
        try world.edit(2, ["first_name": .string("There")])
        let rows = [person(1), person(2), person(3, key: "1")]
        let isDisturbed = disturb(world, moment, rows)
        let report = try await world.sync()
        #expect(isDisturbed())
        #expect(try world.rows.contains(person(1)) && world.rows.contains(rows[2]))
        #expect(report.outcome != .done || report.quarantined > 0, "\(report)")
        calm(world)
        try world.write([person(1), person(2), person(3)])
        try await world.sync()
        #expect(try world.rows.contains(person(1, first: "There")))
        #expect(world.customer(3)?["first_name"]?.string == "First3")
    }

    @Test("a new row is not written where another one has its key by then", arguments: 1...2)
    func taken(_ moment: Int) async throws {
        let world = try World()
        try world.write([person(1)])
        try await world.sync()
        try world.add(2)
        let id = try #require(world.customer(2)?["id"]?.int)
        let other = person(5, key: "mgr-\(id)")
        let isDisturbed = disturb(world, moment, [person(1), other])
        try await world.sync()
        #expect(isDisturbed())
        let rows = try world.rows.filter { $0.hasPrefix("mgr-\(id),") }
        #expect(rows == [other])
        calm(world)
        try world.write([person(1), person(5)])
        try await world.sync()
        #expect(try world.rows.contains { $0.hasPrefix("mgr-\(id),First2,") })
    }

    @Test("a row that cannot be read has its key all the same", arguments: [false, true])
    func broken(isNew: Bool) async throws {
        let world = try World()
        try world.write([person(1)])
        try await world.sync()
        if isNew { try world.add(2) } else { try world.edit(1, ["first_name": .string("There")]) }
        let key = isNew ? "mgr-\(try #require(world.customer(2)?["id"]?.int))" : "1"
        let plan = try await world.plan()
        let rows = [person(1), person(5, key: key) + ",too,many"]
        try world.write(rows)
        _ = try await world.apply(plan)
        #expect(try world.rows == ([World.header] + rows).sorted())
        try await world.sync()
        #expect(try world.rows == ([World.header] + rows).sorted())
    }

    @Test("a row gets no key that another row has, or is to have")
    func keysThatMeet() async throws {
        let world = try World(World.Rules(key: "email", match: "[email]"))
        try world.write([person(1), person(2)])
        try await world.sync()
        try world.edit(1, ["email": .string("new@example.com")])
        let other = person(7, email: "new@example.com")
        try world.write([person(1), person(2), other])
        for _ in 0..<2 {
            let plan = try await world.plan()
            #expect(plan.pairs.first?.operations.contains { $0.side == .source } == false)
            let report = try await world.apply(plan)
            #expect(report.skipped.isEmpty && report.outcome == .attention, "\(report)")
        }
        #expect(try world.rows.filter { $0.contains("new@example.com") } == [other])
        #expect(try world.rows.contains(person(1)))
    }

    @Test("of new rows with one key the first is written, and the others are not, however many they are")
    func oneKeyForMany() async throws {
        let world = try World(World.Rules(key: "company", match: "[email]"))
        try world.write([])
        for number in 1...300 { try world.add(number, ["company": .string("Same")]) }
        let plan = try await world.plan()
        #expect(plan.pairs.first?.operations.count == 1)
        let report = try await world.apply(plan)
        #expect(report.done == [.source(.create): 1] && report.quarantined == 299 && report.skipped.isEmpty)
        #expect(try world.rows.count == 2)
        // The next plan knows the row that has the key, and promises nothing either.
        let next = try await world.plan()
        #expect(next.pairs.first?.operations.isEmpty == true)
        #expect(
            next.pairs.first?.entries.compactMap(\.quarantine?.cause) == Array(repeating: .duplicateKey, count: 299))
    }

    @Test("a record without what is the key of rows is not promised to the source", arguments: [false, true])
    func withoutKey(isRead: Bool) async throws {
        let world = try World(World.Rules(key: "company", match: "[email]"))
        try world.write([person(1, company: "First")])
        try await world.sync()
        try world.add(2)
        // Another row in the file, and it is read.
        if isRead { try world.write([person(1, company: "First"), person(3, company: "Third")]) }
        for _ in 0..<2 {
            let plan = try await world.plan()
            let message = plan.pairs.first?.entries.compactMap(\.quarantine?.message).first
            #expect(message?.contains("a new row would have nothing in company, its key") == true, "\(message ?? "-")")
            let report = try await world.apply(plan)
            #expect(report.skipped.isEmpty && report.outcome == .attention, "\(report)")
        }
        #expect(try world.rows.count == (isRead ? 3 : 2))
    }
}
