import AccordCore
import AccordState
import Foundation
import GRDB

/// The state in one SQLite file.
///
/// The process that writes to it holds its ``StateLock``.
public final class SQLiteStateStore: StateStore {
    public let path: String
    private let queue: DatabaseQueue
    private let durability: Durability
    private let hooks: CommitHooks

    /// Opens the state at a path, or begins it; its file is readable for its owner only (0600).
    ///
    /// - Parameters:
    ///   - now: Unix seconds: when a new state was begun.
    ///   - newID: what a new state is known by.
    public init(
        path: String, now: Int64, newID: String = UUID().uuidString.lowercased(), durability: Durability = .full,
        hooks: CommitHooks = CommitHooks()
    ) throws {
        self.path = path
        self.durability = durability
        self.hooks = hooks
        try StateFile.prepare(path)
        do {
            queue = try SQLiteStateStore.open(path)
            try Schema.prepare(queue, path: path, now: now, newID: newID, durability: durability)
            try SQLiteStateStore.useWriteAheadLog(queue)
        } catch {
            throw StateError.explaining(error, path: path)
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        // A snapshot is a read transaction that spans several calls.
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Once it is known to be a state: the mode stands in the file, and no other database is changed.
    private static func useWriteAheadLog(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { db in
            let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
            guard mode == "wal" else {
                throw DatabaseError(message: "its file system does not let it keep a write-ahead log")
            }
        }
    }

    /// The folder in which the file is.
    public var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    public func close() throws {
        do { try queue.close() } catch { throw StateError.explaining(error, path: path) }
    }

    /// Folds SQLite's write-ahead log into the file itself.
    public func checkpoint() throws {
        do {
            try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch {
            throw StateError.explaining(error, path: path)
        }
    }

    public func mark() throws -> StateMark {
        try read { db in
            guard let row = try db.row("SELECT id, settled FROM meta") else {
                throw StateError.corrupt(path: path, reason: "it has no name")
            }
            return StateMark(id: row[0], settled: row[1])
        }
    }

    // MARK: - Transactions

    /// One consistent view. GRDB's own `read` makes the connection read-only and undoes it, which costs more than most
    /// of what is read.
    func read<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try queue.unsafeRead { db in
                if db.isInsideTransaction { return try body(db) }
                try db.beginTransaction(.deferred)
                // Nothing was written: there is nothing that a failed end could lose.
                defer { try? db.rollback() }
                return try body(db)
            }
        } catch {
            throw StateError.explaining(error, path: path)
        }
    }

    public func beginSnapshot() throws {
        do {
            try queue.unsafeRead { db in try db.beginTransaction(.deferred) }
        } catch {
            throw StateError.explaining(error, path: path)
        }
    }

    public func endSnapshot() throws {
        do {
            try queue.unsafeRead { db in if db.isInsideTransaction { try db.rollback() } }
        } catch {
            throw StateError.explaining(error, path: path)
        }
    }

    /// What the next run could read again: whole after a power cut, but perhaps of a moment before.
    func note<T>(_ body: (Database) throws -> T) throws -> T { try transaction(isDurable: false, body) }

    /// What must be on the disk when this returns.
    ///
    /// - Parameter step: what a simulation knows this transaction by.
    func write<T>(_ step: CommitHooks.Step? = nil, _ body: (Database) throws -> T) throws -> T {
        let result = try transaction(isDurable: true) { db in
            let result = try body(db)
            if let step { try hooks.before(step) }
            return result
        }
        if let step { try hooks.after(step) }
        return result
    }

    /// A durable transaction of what plans depend on: it makes older ones stale, if it changes anything at all.
    func changeKnowledge<T>(_ step: CommitHooks.Step? = nil, _ body: (Database) throws -> T) throws -> T {
        try write(step) { db in try SQLiteStateStore.changing(db, body) }
    }

    /// The same of what the next run could read again.
    func noteKnowledge<T>(_ body: (Database) throws -> T) throws -> T {
        try note { db in try SQLiteStateStore.changing(db, body) }
    }

    private static func changing<T>(_ db: Database, _ body: (Database) throws -> T) throws -> T {
        let before = db.totalChangesCount
        let result = try body(db)
        if db.totalChangesCount != before { try db.run("UPDATE meta SET settled = settled + 1") }
        return result
    }

    private func transaction<T>(isDurable: Bool, _ body: (Database) throws -> T) throws -> T {
        do {
            return try queue.writeWithoutTransaction { db in
                try db.execute(sql: durability.pragma(isDurable: isDurable))
                try db.beginTransaction(.immediate)
                do {
                    let result = try body(db)
                    try db.commit()
                    return result
                } catch {
                    // A failed commit may have rolled back by itself.
                    if db.isInsideTransaction { try db.rollback() }
                    throw error
                }
            }
        } catch {
            throw StateError.explaining(error, path: path)
        }
    }
}

/// How safe from a power cut what a state writes is.
public enum Durability: Sendable {
    /// On the disk before the program goes on.
    case full
    /// For simulations, in which the power never fails: crashes of the program alone lose nothing.
    case none

    /// - Parameter isDurable: what is written must be on the disk when its transaction ends.
    func pragma(isDurable: Bool) -> String {
        "PRAGMA synchronous = \(self == .none ? "OFF" : isDurable ? "FULL" : "NORMAL")"
    }
}
