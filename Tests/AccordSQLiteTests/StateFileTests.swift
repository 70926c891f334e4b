import AccordCore
import AccordSQLite
import AccordState
import Foundation
import GRDB
import StateConformance
import Testing

@Suite("The file of the state")
struct StateFileTests {
    @Test("nobody but the owner can read the state, its two companions or its folder")
    func modes() throws {
        let state = try TemporaryState()
        let store = try state.open()
        try store.settle([linking("1", "p1")])
        for suffix in ["", "-wal", "-shm"] { #expect(try state.mode(state.path + suffix) == 0o600) }
        #expect(try state.mode((state.path as NSString).deletingLastPathComponent) == 0o700)
    }

    @Test("a state that others could read is closed to them when it is opened")
    func tightened() throws {
        let state = try TemporaryState()
        try state.open().close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: state.path)
        let store = try state.open()
        #expect(try state.mode(state.path) == 0o600)
        try store.close()
    }

    @Test("a state keeps its name and what it holds when it is opened again")
    func reopened() throws {
        let state = try TemporaryState()
        let first = try state.open()
        try first.settle([linking("1", "p1", source: ["email": .string("a@b.c")])])
        let mark = try first.mark()
        try first.close()
        let second = try SQLiteStateStore(path: state.path, now: 5, newID: "another")
        #expect(try second.mark() == mark)
        #expect(mark == StateMark(id: "state-1", settled: 1))
        #expect(try second.link("customers", sourceKey: "1")?.sourceBase == ["email": .string("a@b.c")])
    }

    @Test("what was begun is there after a crash, though nothing was closed")
    func crashed() throws {
        let state = try TemporaryState()
        let store = try state.open(durability: .full)
        let entries = [
            entry(1, key: "1", id: "p1", [update("email", .null, .string("a@b.c"))]),
            entry(2, key: "2", id: nil, [update("email", .null, .string("d@e.f"))]),
        ]
        let run = try store.beginRun(kind: "sync", planID: nil, at: 10)
        try store.begin("customers", run: run, entries: entries, at: 0)
        let after = try state.openAfterCrash()
        #expect(try after.openIntents("customers") == entries)
        let interrupted = try after.run(run)
        #expect(interrupted?.id == run)
        #expect(interrupted?.ended == nil)
        try store.close()
    }

    @Test("a place where no file can be is named")
    func impossiblePlace() throws {
        let state = try TemporaryState()
        let file = state.folder.appendingPathComponent("file")
        try Data().write(to: file)
        let error = #expect(throws: StateError.self) {
            try SQLiteStateStore(path: file.appendingPathComponent("state.sqlite").path, now: 0)
        }
        guard case .unreadable = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(throws: StateError.unreadable(path: state.folder.path, reason: "it is not a file")) {
            try SQLiteStateStore(path: state.folder.path, now: 0)
        }
    }
}
