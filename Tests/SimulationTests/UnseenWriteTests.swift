import AccordCore
import AccordEngine
import AccordFiles
import AccordTables
import TableFakes
import Testing

/// Writes that a table confirms without saying what is stored now.
@Suite("Writes whose answers hold no record")
struct UnseenWriteTests {
    @Test("who was created in the project is known by the next run, and is doubled on neither side")
    func createdInProject() async throws {
        let world = try World()
        let path = world.csv.path
        world.source = { _ in CSVTable(path: path, name: "contacts.csv") }
        let table = MemoryTable(
            fields: ["first_name", "last_name", "email", "phone", "company", "tags", "unsubscribed_at"],
            isWrittenAsWhole: false, isStamped: false)
        world.projectTable = table
        try world.write(["1,Ada,Last,ada@example.com,,,,"])
        table.fail(.unseen)
        #expect(try await world.sync().done == [.project(.create): 1], "it is found by its e-mail")
        #expect(table.records.count == 1)
        for _ in 0..<2 {
            #expect(try await world.sync().done.isEmpty)
            #expect(try world.rows.count == 2 && table.records.count == 1)
        }
        try world.write(["1,Ada,Changed,ada@example.com,,,,"])
        #expect(try await world.sync().done == [.project(.update): 1], "it is linked to the record that was created")
    }

    @Test("who was created in the source is known by the next run, and is doubled on neither side")
    func createdInSource() async throws {
        let world = try TypedWorld()
        try world.world.add(1)
        world.table.fail(.unseen)
        let report = try await world.world.sync()
        #expect(report.unknown == 1 && report.done.isEmpty && report.outcome == .attention, "\(report)")
        for _ in 0..<2 {
            #expect(try await world.world.sync().done.isEmpty)
            #expect(world.table.records.count == 1 && world.world.service.snapshot().count == 1)
        }
        world.edit(1, "company", .string("Pier"))
        #expect(try await world.world.sync().done == [.project(.update): 1])
    }

    @Test("of somebody who is created in the source without their opt-out the run says that it waits")
    func createdInPart() async throws {
        let world = try TypedWorld()
        let table = world.table
        world.world.source = { _ in
            OptOutTable(inner: table, field: "out") { change in
                change.kind == .unsubscribe ? .refused(request: "PUT", status: 422, message: "no", fields: [:]) : nil
            }
        }
        try world.world.add(1)
        try world.world.edit(1, ["unsubscribed": .bool(true)])
        let report = try await world.world.sync()
        #expect(report.done == [.source(.create): 1] && report.outcome == .attention, "\(report)")
        world.world.source = { _ in OptOutTable(inner: table, field: "out") { _ in nil } }
        try await world.world.sync()
        #expect(world.held(1).source == "First1|Last1|||out")
        #expect(try await world.world.sync().operations == 0)
    }
}
