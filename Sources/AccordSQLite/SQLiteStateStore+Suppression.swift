import AccordCore
import AccordState
import Foundation
import GRDB

extension SQLiteStateStore {
    public func suppressionList() throws -> SuppressionList {
        try read { db in
            var list = SuppressionList()
            let rows = try db.rows(
                "SELECT salt, hash, since FROM suppressed JOIN salts ON salts.id = salt_id ORDER BY salts.id")
            for row in rows {
                guard let hash = try row.fingerprint(1) else { throw Stored.malformed("the suppression list") }
                let salt: Data = row[0]
                list.insert(SuppressionList.Item(salt: SuppressionList.Salt(Array(salt)), hash: hash, since: row[2]))
            }
            return list
        }
    }

    public func suppress(_ addresses: some Collection<String>, at: Int64) throws -> Int {
        if addresses.isEmpty { return 0 }
        // What a read found is found again by the next one, if a power cut takes it.
        return try noteKnowledge { db in try db.suppress(addresses, at: at) }
    }

    public func release(_ addresses: some Collection<String>) throws -> Int {
        if addresses.isEmpty { return 0 }
        return try changeKnowledge { db in try db.release(addresses) }
    }

    public func suppress(_ list: SuppressionList) throws -> Int {
        try changeKnowledge { db in
            var count = 0
            for item in list.items {
                let salt = Data(item.salt.bytes)
                try db.run("INSERT OR IGNORE INTO salts (salt) VALUES (?)", [salt])
                try db.run(
                    """
                    INSERT OR IGNORE INTO suppressed (hash, salt_id, since)
                    SELECT ?, id, ? FROM salts WHERE salt = ?
                    """, [item.hash.data, item.since, salt])
                count += db.changesCount
            }
            return count
        }
    }
}

extension Database {
    /// Puts addresses on the suppression list, by the state's own salt.
    ///
    /// - Returns: how many are new.
    @discardableResult
    func suppress(_ addresses: some Collection<String>, at: Int64) throws -> Int {
        let salts = try salts()
        guard let own = salts.first else { throw Stored.malformed("the salt of the suppression list") }
        var count = 0
        for address in addresses {
            // One that is on it by the salt of another state is not put there twice.
            let isListed = try salts.contains { _, salt in
                try row("SELECT 1 FROM suppressed WHERE hash = ?", [salt.hash(address).data]) != nil
            }
            if isListed { continue }
            try run(
                "INSERT INTO suppressed (hash, salt_id, since) VALUES (?, ?, ?)",
                [own.salt.hash(address).data, own.id, at])
            count += 1
        }
        return count
    }

    /// - Returns: how many were on the list.
    @discardableResult
    func release(_ addresses: some Collection<String>) throws -> Int {
        let salts = try salts()
        var count = 0
        for address in addresses {
            var isListed = false
            for (_, salt) in salts {
                try run("DELETE FROM suppressed WHERE hash = ?", [salt.hash(address).data])
                isListed = isListed || changesCount > 0
            }
            if isListed { count += 1 }
        }
        return count
    }

    /// The state's own first.
    private func salts() throws -> [(id: Int64, salt: SuppressionList.Salt)] {
        try rows("SELECT id, salt FROM salts ORDER BY id").map { row in
            let salt: Data = row[1]
            return (row[0], SuppressionList.Salt(Array(salt)))
        }
    }
}
