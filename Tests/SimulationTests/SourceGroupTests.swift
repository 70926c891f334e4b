import AccordCore
import AccordEngine
import AccordFiles
import AccordTables
import Foundation
import Synchronization
import TableFakes
import Testing

/// More records than are begun, written and settled together.
@Suite("Many changes of a source")
struct SourceGroupTests {
    private static let count = 2_600

    private func world(_ count: Int = SourceGroupTests.count) throws -> World {
        // Nobody has a phone: what was made is known again by what the state remembers alone.
        let world = try World(World.Rules(match: "[phone]"))
        try world.write([])
        let path = world.csv.path
        world.source = { _ in CSVTable(path: path, name: "contacts.csv") }
        let people = (0..<count).map { number in
            (
                "p\(number)",
                ["first_name": Value.string("First\(number)"), "email": .string("p\(number)@example.com")]
            )
        }
        world.projectTable = MemoryTable(
            fields: ["first_name", "last_name", "email", "phone", "company", "tags", "unsubscribed_at"],
            records: Dictionary(uniqueKeysWithValues: people), isWrittenAsWhole: false, isStamped: false)
        return world
    }

    @Test("all are made at once, and settled, however many there are")
    func many() async throws {
        let world = try world()
        let report = try await world.sync()
        #expect(report.outcome == .done, "\(report)")
        #expect(report.done == [.source(.create): SourceGroupTests.count])
        #expect(try Set(world.rows).count == SourceGroupTests.count + 1)
        #expect(try await world.sync().done.isEmpty)
        #expect(try await world.plan().pairs.first?.source.mode == .notRead)
    }

    @Test("rows all over the file are changed, wherever they stand, and no others")
    func updates() async throws {
        let world = try world()
        try await world.sync()
        let table = try #require(world.projectTable as? MemoryTable)
        for number in stride(from: 0, to: SourceGroupTests.count, by: 2) {
            table.edit("p\(number)", "last_name", .string("Changed\(number)"))
        }
        let report = try await world.sync()
        #expect(report.outcome == .done && report.done == [.source(.update): SourceGroupTests.count / 2], "\(report)")
        let rows = try world.rows.filter { $0 != World.header }
        #expect(rows.count == SourceGroupTests.count)
        for row in rows {
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            let number = try #require(Int(cells[1].dropFirst("First".count)))
            #expect(cells[2] == (number % 2 == 0 ? "Changed\(number)" : ""))
        }
        #expect(try await world.sync().done.isEmpty)
    }

    @Test("where somebody changes the file while they are made, none is written, and none is forgotten")
    func changedMeanwhile() async throws {
        let world = try world()
        let path = world.csv.path
        let reads = Mutex(0)
        world.source = { _ in
            DisturbedTable(inner: CSVTable(path: path, name: "contacts.csv"), beforeStamp: {}) {
                // The plan reads the file, and the rows are read once more before they are written.
                guard
                    reads.withLock({
                        $0 += 1; return $0
                    }) == 2
                else { return }
                try Data((World.header + "\nmine,Mia,,mia@example.com,,,,\n").utf8).write(to: URL(filePath: path))
            }
        }
        let report = try await world.sync()
        #expect(report.outcome == .failed && report.done.isEmpty, "\(report)")
        #expect(try world.rows.count == 2)
        #expect(try await world.sync().done[.source(.create)] == SourceGroupTests.count)
        #expect(try Set(world.rows).count == SourceGroupTests.count + 2)
        #expect(try await world.sync().done.isEmpty)
    }

    @Test("a crash at any step while several groups of them are under way loses none and doubles none")
    func crashes() async throws {
        let count = 1_030
        let undisturbed = CrashPoint()
        try await world(count).sync(undisturbed)
        for step in 1...undisturbed.steps {
            let world = try world(count)
            try await world.crash(atStep: step)
            #expect(try await world.sync().outcome == .done, "after step \(step)")
            #expect(try world.rows.count == count + 1 && Set(world.rows).count == count + 1, "after step \(step)")
            #expect(try await world.sync().done.isEmpty, "after step \(step)")
            #expect(try await world.plan(full: true).pairs.first?.hasChanges == false, "after step \(step)")
        }
    }
}
