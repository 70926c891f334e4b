import AccordSQLite
import AccordState
import Foundation

/// A folder of its own for one test, with a state in it; gone when the test is.
final class TemporaryState: Sendable {
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
