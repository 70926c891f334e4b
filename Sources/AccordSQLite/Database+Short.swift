import AccordCore
import Foundation
import GRDB

/// Statements are compiled once a connection and kept.
extension Database {
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    /// The number of a pair; nil if nothing was ever stored for it.
    func pair(_ name: String) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: "SELECT id FROM pairs WHERE name = ?"), arguments: [name])
    }

    func pairOrNew(_ name: String) throws -> Int64 {
        if let id = try pair(name) { return id }
        try run("INSERT INTO pairs (name) VALUES (?)", [name])
        return lastInsertedRowID
    }
}

extension Fingerprint {
    /// As it is stored.
    var data: Data { Data(bytes) }
}

extension Row {
    func fingerprint(_ index: Int) throws -> Fingerprint? {
        guard let data: Data = self[index] else { return nil }
        guard let fingerprint = Fingerprint(bytes: data) else { throw Stored.malformed("a fingerprint") }
        return fingerprint
    }

    /// A stored word that must be one of those that Accord writes.
    func word<Word: RawRepresentable<String>>(_ index: Int, as type: Word.Type = Word.self) throws -> Word {
        guard let word = Word(rawValue: self[index]) else { throw Stored.malformed("a \(type)") }
        return word
    }
}
