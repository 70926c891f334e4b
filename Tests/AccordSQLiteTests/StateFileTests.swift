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

    @Test("keys of a state of before they were composed are composed when it is opened; plans of before are stale")
    func composedKeys() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let (one, two) = ("\u{E9}", "e\u{301}")
        let records = (1...3).map { mirrored("p\($0)", ["email": .string("\($0)\(two)@b.c")]) }
        _ = try store.mirror("customers", records: records, read: store.beginProjectRead("customers", fields: []))
        try store.setMirrorCursor("customers", "cursor")
        try store.settle(
            ["\(one)1", "\(two)1", "\(two)2"].enumerated().map { index, key in
                linking(key, "p\(index + 1)", project: records[index].values, settlesProject: true)
            })
        try store.begin("customers", run: 1, entries: [entry(1, key: "\(two)2", id: "p3")], at: 0)
        let mark = try store.mark()
        try store.close()
        try DatabaseQueue(path: state.path).write {
            try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '0.1.0: composed keys'")
        }
        for _ in 0..<2 {
            let store = try state.open()
            #expect(try store.mark().settled == mark.settled + 1)
            #expect(try store.link("customers", sourceKey: "\(one)1")?.projectID == "p1", "it had this key already")
            #expect(try store.link("customers", projectID: "p2") == nil)
            #expect(try store.projectRecord("customers", "p2") == nil)
            #expect(try store.mirrorCursor("customers") == nil, "it is read anew")
            #expect(try store.link("customers", sourceKey: "\(one)2")?.projectID == "p3")
            #expect(try store.openIntents("customers").first?.sourceKey.map { Array($0.utf8) } == Array("\(one)2".utf8))
            #expect(try store.linkedCount("customers") == 2)
            var index = try store.linkIndex("customers")
            #expect(index.count == 2)
            #expect(index.meet("\(one)2", nil, line: 1) != .unlinked)
            try store.close()
        }
    }

    @Test("a state of before says from which columns its bases were read, as far as it remembers")
    func olderColumns() throws {
        let state = try TemporaryState()
        let store = try state.open()
        try store.keepBases("customers", readFrom: ["email": "E-Mail"])
        try store.keepBases("locations", readFrom: ["name": "Name"])
        try store.close()
        try DatabaseQueue(path: state.path).write {
            try $0.execute(
                sql: """
                    ALTER TABLE pairs DROP COLUMN base_columns;
                    UPDATE pairs SET source_memory = '{"version":1,"columns":{"email":"Mail","note":""}}'
                        WHERE name = 'customers';
                    DELETE FROM grdb_migrations WHERE identifier = '0.1.0: columns of bases'
                    """)
        }
        let migrated = try state.open()
        #expect(try migrated.baseColumns("customers") == ["email": "Mail", "note": ""])
        #expect(try migrated.baseColumns("locations") == nil)
        try migrated.close()
    }

    @Test("a state of before unknown fields were kept does not say which fields are empty")
    func olderMirror() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let ann = mirrored("p1", ["email": .string("ann@b.c")])
        let read = try store.beginProjectRead("customers", fields: [])
        _ = try store.mirror("customers", records: [ann], read: read)
        try store.finishFullRead("customers", read: read, complete: true, fields: ["email"], at: 1)
        try store.close()
        try DatabaseQueue(path: state.path).write {
            try $0.execute(
                sql: """
                    ALTER TABLE project_records DROP COLUMN unknown_fields;
                    ALTER TABLE pairs DROP COLUMN mirrored_fields;
                    DELETE FROM grdb_migrations WHERE identifier = '0.1.0: unknown fields'
                    """)
        }
        let migrated = try state.open()
        #expect(try migrated.projectRecord("customers", "p1")?.values == ann.values)
        #expect(try migrated.projectRecord("customers", "p1")?.unknown == [])
        #expect(try migrated.mirroredFields("customers") == [])
        #expect(try migrated.lastFullRead("customers") == 1)
        try migrated.close()
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
