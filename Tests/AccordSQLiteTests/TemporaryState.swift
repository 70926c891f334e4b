import AccordCore
import AccordSQLite
import AccordState
import Foundation

/// A folder of its own for one test, with a state in it; gone when the test is.
final class TemporaryState {
    let folder: URL
    var path: String { folder.appendingPathComponent("accord/state.sqlite").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("accord-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open(hooks: CommitHooks = CommitHooks(), durability: Durability = .none) throws -> SQLiteStateStore {
        try SQLiteStateStore(path: path, now: 1_700_000_000, newID: "state-1", durability: durability, hooks: hooks)
    }

    /// What a crash of the machine would leave: the files as they are while the store is open.
    func openAfterCrash() throws -> SQLiteStateStore {
        let copy = folder.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(
                atPath: path + suffix, toPath: copy.appendingPathComponent("state.sqlite").path + suffix)
        }
        return try SQLiteStateStore(path: copy.appendingPathComponent("state.sqlite").path, now: 0)
    }

    func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

struct Crash: Error {}

/// Records of the pair `customers`, in the few words that a test needs.
func mirrored(
    _ id: String, _ values: [String: Value], modified: Int64? = 1, archived: Bool = false
) -> MirrorRecord {
    MirrorRecord(
        id: id, fingerprint: Fingerprint(of: values, isArchived: archived), values: values, modified: modified,
        archived: archived, matchValues: ["email", "phone"].map { values[$0]?.description })
}

func linking(
    _ key: String, _ id: String, source: [String: Value] = [:], project: [String: Value] = [:],
    fingerprint: Fingerprint? = nil, settlesProject: Bool = false
) -> Settlement {
    Settlement(
        pair: "customers", sourceKey: key, projectID: id, sourceBase: source, projectBase: project,
        sourceFingerprint: fingerprint, settlesProject: settlesProject)
}

func entry(_ position: Int, key: String?, id: String?, _ operations: [AccordCore.Operation]) -> Entry {
    var entry = Entry(
        label: "Ann", sourceKey: key, projectID: id, present: [.source], bucket: .updated)
    entry.position = position
    entry.operations = operations
    return entry
}

func update(_ field: String, _ before: Value, _ after: Value) -> AccordCore.Operation {
    Operation(
        side: .project, kind: .update,
        changes: [FieldChange(field: field, before: before, after: after, origin: after, rule: .sourceChanged)],
        reason: .rules([.sourceChanged]))
}

extension StateStore {
    func openPlan(
        _ pair: String, run: Int64, settlements: [Settlement] = [], quarantine: [QuarantineItem] = [],
        conflicts: [ConflictItem] = [], keeping: Set<String> = []
    ) throws {
        try openPlan(
            pair, run: run, settlements: settlements, quarantine: quarantine, conflicts: conflicts, keeping: keeping,
            unfinished: [])
    }

    func beginRun(kind: String, at: Int64) throws -> Int64 { try beginRun(kind: kind, planID: nil, at: at) }

    func runs() throws -> [RunRow] { try runs(limit: 50) }

    /// All that is unsettled, asked for in small pieces.
    func unsettledProjectRecords(_ pair: String) throws -> [MirrorRecord] {
        var records: [MirrorRecord] = []
        while true {
            let piece = try unsettledProjectRecords(pair, after: records.last?.id ?? "", limit: 2)
            records += piece
            if piece.count < 2 { return records }
        }
    }
}

extension LinkIndex {
    mutating func meet(_ key: String, _ fingerprint: Fingerprint?, line: Int) -> Sighting {
        meet(hash: KeyHash.of(key), fingerprint: fingerprint, line: line)
    }
}
