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

    @Test("where two rows have a key by the time one is written, neither is", arguments: 1...3)
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

    @Test("a new row is not written where another one has its key by then", arguments: 1...3)
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
}
