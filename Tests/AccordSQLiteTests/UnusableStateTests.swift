import AccordCore
import AccordSQLite
import AccordState
import Foundation
import GRDB
import StateConformance
import Testing

@Suite("A state that is damaged, of another program or of another version")
struct UnusableStateTests {
    @Test("a file that is no database is damaged, and says what to do")
    func notADatabase() throws {
        let state = try TemporaryState()
        try state.open().close()
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: state.path))
        let error = #expect(throws: StateError.self) { try state.open() }
        guard case .corrupt(state.path, _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(error?.next?.isEmpty == false)
    }

    @Test("pages that were overwritten are found when they are read")
    func overwritten() throws {
        let state = try TemporaryState()
        let store = try state.open()
        try store.settle((1...500).map { linking("\($0)", "p\($0)", source: ["name": .string("Person \($0)")]) })
        try store.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: state.path))
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xFF, count: 4096 * 30))
        try file.close()
        #expect(throws: StateError.self) {
            let damaged = try state.open()
            for number in 1...500 { _ = try damaged.link("customers", sourceKey: "\(number)") }
        }
    }

    @Test("a stored value that Accord would not write is damage, not a crash")
    func malformedValue() throws {
        let state = try TemporaryState()
        let store = try state.open()
        try store.settle([linking("1", "p1", source: ["name": .string("Ann")])])
        try store.close()
        try DatabaseQueue(path: state.path).write { try $0.execute(sql: "UPDATE links SET source_base = '{\"name\":'") }
        let damaged = try state.open()
        let error = #expect(throws: StateError.self) { try damaged.link("customers", sourceKey: "1") }
        guard case .corrupt = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test("another program's database is refused and left as it is, byte for byte")
    func foreign() throws {
        let state = try TemporaryState()
        let path = state.folder.appendingPathComponent("other.sqlite").path
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE songs (name TEXT)") }
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(throws: StateError.foreign(path: path)) { try SQLiteStateStore(path: path, now: 0) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.folder.path) == ["other.sqlite"])
    }

    @Test(
        "a database without a table is another program's if it says so", arguments: ["application_id", "user_version"])
    func foreignWithoutTables(pragma: String) throws {
        let state = try TemporaryState()
        let path = state.folder.appendingPathComponent("other.sqlite").path
        try DatabaseQueue(path: path).write { try $0.execute(sql: "PRAGMA \(pragma) = 7") }
        #expect(throws: StateError.foreign(path: path)) { try SQLiteStateStore(path: path, now: 0) }
    }

    @Test(
        "an empty file, and an empty database of nobody's, become a state",
        arguments: ["", "VACUUM", "PRAGMA journal_mode = WAL"])
    func empty(sql: String) throws {
        let state = try TemporaryState()
        let path = state.folder.appendingPathComponent("empty.sqlite").path
        if sql.isEmpty {
            try Data().write(to: URL(fileURLWithPath: path))
        } else {
            try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
        }
        let store = try SQLiteStateStore(path: path, now: 0, newID: "anew")
        #expect(try store.mark() == StateMark(id: "anew", settled: 0))
        try store.close()
    }

    @Test("a state whose tables are gone is damaged")
    func withoutTables() throws {
        let state = try TemporaryState()
        let path = state.folder.appendingPathComponent("state.sqlite").path
        try DatabaseQueue(path: path).write { try $0.execute(sql: "PRAGMA application_id = 0x41636364") }
        #expect(throws: StateError.corrupt(path: path, reason: "it has no tables")) {
            try SQLiteStateStore(path: path, now: 0)
        }
    }

    @Test(
        "a state in the form of another version is refused, says what to do, and stays as it is", arguments: [0, 2, 99])
    func otherVersion(version: Int) throws {
        let state = try TemporaryState()
        try state.open().close()
        try DatabaseQueue(path: state.path).write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
        let error = #expect(throws: StateError.self) { try state.open() }
        #expect(error == (version == 0 ? .older(path: state.path) : .newer(path: state.path)))
        #expect(error?.next?.isEmpty == false)
        #expect(
            try DatabaseQueue(path: state.path).read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == version)
    }

    @Test(
        "a state of a build of before 0.1.0 is refused, though its tables are those of today",
        arguments: [
            ["1: first light", "2: what came next"], ["0.1.0"],
            ["0.1.0", "0.1.0: composed keys", "0.1.0: unknown fields"],
        ])
    func earlierBuild(migrations: [String]) throws {
        let state = try TemporaryState()
        try state.open().close()
        try DatabaseQueue(path: state.path).write { db in
            try db.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    PRAGMA user_version = 0
                    """)
            for migration in migrations {
                try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: [migration])
            }
        }
        #expect(throws: StateError.older(path: state.path)) { try state.open() }
    }

    private static let forms: [(sql: String, read: @Sendable (any StateStore) throws -> Void)] = [
        ("UPDATE intents SET version = VERSION", { _ = try $0.openIntents("customers") }),
        ("UPDATE conflicts SET version = VERSION", { _ = try $0.conflicts("customers") }),
        ("UPDATE pairs SET source_memory = '{\"version\":VERSION}'", { _ = try $0.sourceMemory("customers") }),
    ]

    @Test("what a later version of Accord stored is no damage: it says that this one is too old", arguments: 0..<3)
    func laterForms(index: Int) throws {
        let state = try TemporaryState()
        #expect(try problem(reading: index, version: 99, of: state) == .newer(path: state.path))
    }

    @Test("what an earlier version of Accord stored is no damage: it says who wrote it", arguments: 0..<3)
    func earlierForms(index: Int) throws {
        let state = try TemporaryState()
        let error = try problem(reading: index, version: 0, of: state)
        #expect(error == .older(path: state.path))
        #expect(error?.what.contains("an earlier Accord") == true)
    }

    @Test("a reason in the history that this version does not know is not read as another one")
    func unknownReason() throws {
        let state = try TemporaryState()
        let store = try state.open()
        var settlement = linking("1", "p1")
        settlement.ledger = [LedgerRow(customer: "1", action: "create", reason: .onlyInSource)]
        try store.settle([settlement])
        #expect(try store.history("customers", sourceKey: "1").count == 1)
        try store.close()
        try DatabaseQueue(path: state.path).write { db in
            try db.execute(sql: "UPDATE ledger SET reason = 'of-tomorrow'")
            #expect(db.changesCount == 1)
        }
        let error = #expect(throws: StateError.self) { try state.open().history("customers", sourceKey: "1") }
        guard case .corrupt(state.path, let reason) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(!reason.isEmpty)
    }

    /// What reading something of a state says, once it is stored in a form of another version.
    private func problem(reading index: Int, version: Int, of state: TemporaryState) throws -> StateError? {
        let store = try state.open()
        let conflict = ConflictItem(
            sourceKey: "1", projectID: "p1", label: "Ann", conflict: Conflict(.field("name")), since: 1)
        try store.openPlan([linking("1", "p1")], conflicts: [conflict])
        try store.begin("customers", run: 1, entries: [entry(1, key: "1", id: "p1")], at: 0)
        try store.setSourceMemory(
            "customers",
            SourceMemory(stamp: nil, records: 1, endsCleanly: true, mapping: Fingerprint(of: "")))
        let (sql, read) = UnusableStateTests.forms[index]
        try read(store)
        try store.close()
        try DatabaseQueue(path: state.path).write { db in
            try db.execute(sql: sql.replacing("VERSION", with: "\(version)"))
            #expect(db.changesCount == 1)
        }
        let other = try state.open()
        return #expect(throws: StateError.self) { try read(other) }
    }
}
