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

    @Test("another program's database is refused and left as it is")
    func foreign() throws {
        let state = try TemporaryState()
        let path = state.folder.appendingPathComponent("other.sqlite").path
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE songs (name TEXT)") }
        #expect(throws: StateError.foreign(path: path)) { try SQLiteStateStore(path: path, now: 0) }
        #expect(try DatabaseQueue(path: path).read { try $0.tableExists("links") } == false)
    }

    @Test("a state that a newer Accord wrote is refused")
    func newer() throws {
        let state = try TemporaryState()
        try state.open().close()
        try DatabaseQueue(path: state.path).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('2: of tomorrow')")
        }
        #expect(throws: StateError.newer(path: state.path)) { try state.open() }
    }

    @Test("a state of before the first release is refused, and says what to do")
    func older() throws {
        let state = try TemporaryState()
        try FileManager.default.createDirectory(
            atPath: (state.path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try DatabaseQueue(path: state.path).write { db in
            try db.execute(
                sql: """
                    CREATE TABLE links (id INTEGER PRIMARY KEY);
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    INSERT INTO grdb_migrations (identifier) VALUES ('1: first light'), ('2: what came next');
                    PRAGMA application_id = 0x41636364
                    """)
        }
        let error = #expect(throws: StateError.older(path: state.path)) { try state.open() }
        #expect(error?.what.contains("before 0.1.0") == true)
        #expect(error?.next?.isEmpty == false)
        let columns = try DatabaseQueue(path: state.path).read { try $0.columns(in: "links").map(\.name) }
        #expect(columns == ["id"])
    }

    static let forms: [(sql: String, read: @Sendable (any StateStore) throws -> Void)] = [
        ("UPDATE intents SET version = VERSION", { _ = try $0.openIntents("customers") }),
        ("UPDATE conflicts SET version = VERSION", { _ = try $0.conflicts("customers") }),
        ("UPDATE pairs SET source_memory = '{\"version\":VERSION}'", { _ = try $0.sourceMemory("customers") }),
    ]

    @Test("what a later version of Accord stored is no damage: it says that this one is too old", arguments: 0..<3)
    func laterForms(index: Int) throws {
        let state = try TemporaryState()
        #expect(try problem(reading: index, version: 99, of: state) == .newer(path: state.path))
    }

    @Test("what is stored in a form of no version is damage", arguments: 0..<3)
    func formsOfNoVersion(index: Int) throws {
        let state = try TemporaryState()
        let error = try problem(reading: index, version: 0, of: state)
        guard case .corrupt(state.path, let reason) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(reason.contains("version"))
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
        let (sql, read) = StateFileTests.forms[index]
        try read(store)
        try store.close()
        try DatabaseQueue(path: state.path).write { db in
            try db.execute(sql: sql.replacing("VERSION", with: "\(version)"))
            #expect(db.changesCount == 1)
        }
        let other = try state.open()
        return #expect(throws: StateError.self) { try read(other) }
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

    @Test("a linked customer costs about one kilobyte, in all")
    func size() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let count = 5_000
        let read = try store.beginProjectRead("customers", fields: [])
        for start in stride(from: 1, through: count, by: 500) {
            let customers = (start..<start + 500).map(Customer.init)
            _ = try store.mirror("customers", records: customers.map(\.mirror), read: read)
            try store.settle(customers.map(\.settlement))
        }
        try store.finishFullRead("customers", read: read, complete: true, fields: [], at: 1)
        try store.checkpoint()
        let bytes = try FileManager.default.attributesOfItem(atPath: state.path)[.size] as? Int ?? .max
        #expect(Double(bytes) / Double(count) <= 1_331)
        #expect(try store.unsettledProjectRecords("customers").isEmpty)
        #expect(try store.projectRecord("customers", "84000001") == Customer(1).mirror)
        try store.close()
    }
}

/// A customer as a business has thousands.
private struct Customer {
    let number: Int

    init(_ number: Int) { self.number = number }

    var source: [String: Value] {
        [
            "first_name": .string("Margaret"), "last_name": .string("Featherstone-\(number)"),
            "email": .string("Margaret.Featherstone\(number)@example.com"),
            "phone": .string("+1415555\(1_000 + number)"),
            "company": .string("Featherstone & Daughters Ltd"),
            "tags": .set(["vip", "newsletter", "spring-\(number % 9)"]),
            "birthday": .date(CalendarDay(daysSinceEpoch: number)), "location": .string("main-street"),
            "gender": .string("female"), "language": .string("en"),
        ]
    }

    var project: [String: Value] {
        var values = source
        values["email"] = .string("margaret.featherstone\(number)@example.com")
        values["birthday"] = .timestamp(Int64(number) * 86_400)
        return values
    }

    var mirror: MirrorRecord { mirrored("\(84_000_000 + number)", project, modified: 1_700_000_000) }

    var settlement: Settlement {
        var settlement = linking(
            "CRM-\(number)", mirror.id, source: source, project: project, fingerprint: Fingerprint(of: "\(number)"),
            settlesProject: true)
        settlement.ledger = [
            LedgerRow(
                run: 1, at: 1_700_000_000, pair: "customers", sourceKey: "CRM-\(number)", projectID: mirror.id,
                side: .project, action: "create", reason: .onlyInSource),
            LedgerRow(
                run: 2, at: 1_700_000_500, pair: "customers", sourceKey: "CRM-\(number)", projectID: mirror.id,
                side: .project, action: "update",
                changes: [
                    FieldChange(
                        field: "phone", before: .string("+14155550000"), after: .string("+14155551111"),
                        origin: .string("+14155551111"), rule: .sourceChanged)
                ], reason: .rules([.sourceChanged])),
        ]
        return settlement
    }
}
