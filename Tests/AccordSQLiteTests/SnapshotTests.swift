import AccordCore
import AccordSQLite
import AccordState
import Testing

@Suite("A snapshot of the state")
struct SnapshotTests {
    private func links(_ store: any StateStore) throws -> [String] {
        try ["1", "2"].filter { try store.link("customers", sourceKey: $0) != nil }
    }

    @Test("whatever another process writes meanwhile, it shows one state until it ends")
    func oneState() throws {
        let state = try TemporaryState()
        let reader = try state.open()
        let writer = try state.open()
        try writer.settle([linking("1", "p1", source: ["a": .integer(1)])])
        try reader.beginSnapshot()
        let mark = try reader.mark()
        try writer.settle([linking("1", "p1", source: ["a": .integer(2)]), linking("2", "p2")])
        #expect(try reader.mark() == mark)
        #expect(try links(reader) == ["1"])
        #expect(try reader.link("customers", sourceKey: "1")?.sourceBase == ["a": .integer(1)])
        #expect(try reader.linkIndex("customers").count == 1)
        #expect(try reader.links("customers", projectIDs: ["p1", "p2"]).count == 1)
        #expect(try links(writer) == ["1", "2"])
        try reader.endSnapshot()
        #expect(try links(reader) == ["1", "2"])
        #expect(try reader.mark() == writer.mark())
    }

    @Test("nothing is written while it lasts, and everything can be once it has ended")
    func writing() throws {
        let state = try TemporaryState()
        let store = try state.open()
        try store.beginSnapshot()
        #expect(try links(store).isEmpty)
        #expect(throws: StateError.self) { try store.settle([linking("1", "p1")]) }
        #expect(try links(store).isEmpty)
        try store.endSnapshot()
        try store.settle([linking("1", "p1")])
        #expect(try links(store) == ["1"])
    }

    @Test("ending one that was not begun, or ending it twice, is no error")
    func endedTwice() throws {
        let state = try TemporaryState()
        let store = try state.open()
        try store.endSnapshot()
        try store.beginSnapshot()
        try store.endSnapshot()
        try store.endSnapshot()
        try store.settle([linking("1", "p1")])
        #expect(try links(store) == ["1"])
    }
}
