import AccordCore
import AccordState
import GRDB

/// Stores one ``Settlement``, inside a transaction.
struct Settling {
    private let db: Database
    private let settlement: Settlement
    private let known: KnownPair
    private var pair: Int64 { known.number }

    /// What settlements need to know of their pair, looked up once a transaction.
    private struct KnownPair {
        let number: Int64
        let lastRead: Int
        var hasQuarantine: Bool
        let hasConflicts: Bool

        init(_ db: Database, _ name: String) throws {
            number = try db.pairOrNew(name)
            let row = try db.row(
                """
                SELECT reads, EXISTS (SELECT 1 FROM quarantine WHERE pair = ?1),
                    EXISTS (SELECT 1 FROM conflicts WHERE pair = ?1) FROM pairs WHERE id = ?1
                """, [number])
            lastRead = row?[0] ?? 0
            hasQuarantine = row?[1] ?? true
            hasConflicts = row?[2] ?? true
        }
    }

    private init(_ db: Database, _ settlement: Settlement, _ known: KnownPair) {
        self.db = db
        self.settlement = settlement
        self.known = known
    }

    static func apply(_ settlements: [Settlement], _ db: Database) throws {
        var pairs: [String: KnownPair] = [:]
        for settlement in settlements {
            var known = try pairs[settlement.pair] ?? KnownPair(db, settlement.pair)
            try Settling(db, settlement, known).apply()
            if settlement.quarantine != nil { known.hasQuarantine = true }
            pairs[settlement.pair] = known
        }
    }

    private func apply() throws {
        let before = try linkBefore()
        let after = linkAfter(before)
        // The mirror first: its values may lie in the very base that is about to move.
        try moveMirror(from: before, to: after)
        if let after {
            if after != before { try after.store(db, pair: pair, before: before) }
        } else {
            try before?.remove(db, pair: pair)
        }
        try closeIntent()
        try settleQuarantineAndConflicts()
        for row in settlement.ledger {
            try row.store(db, pair: row.pair == settlement.pair ? pair : db.pairOrNew(row.pair))
        }
    }

    // MARK: - The link

    private func linkBefore() throws -> StoredLink? {
        let byProject = try settlement.projectID.flatMap { try StoredLink.find(db, pair: pair, projectID: $0) }
        let bySource = try settlement.sourceKey.flatMap { try StoredLink.find(db, pair: pair, sourceKey: $0) }
        guard settlement.sourceKey != nil, settlement.projectID != nil else { return byProject ?? bySource }
        if case .upsert = settlement.link {
            if let bySource, bySource.id != byProject?.id { try giveUp(bySource) }
            return byProject
        }
        return byProject?.id == bySource?.id ? byProject : nil
    }

    /// Nil: there is none, or there is none any more.
    private func linkAfter(_ before: StoredLink?) -> StoredLink? {
        var link: StoredLink
        switch settlement.link {
        case .remove:
            return nil
        case .keep:
            guard let before else { return nil }
            link = before
        case .state(let state):
            guard let before else { return nil }
            link = before
            link.state = state
        case .upsert(let state):
            guard let key = settlement.sourceKey, let id = settlement.projectID else { return before }
            link = before ?? StoredLink(sourceKey: key, projectID: id)
            link.sourceKey = key
            link.state = state
        }
        link.sourceBase = link.sourceBase.moved(by: settlement.sourceBase)
        link.projectBase = link.projectBase.moved(by: settlement.projectBase)
        link.sourceFingerprint = settlement.sourceFingerprint
        return link
    }

    /// A link whose source record is linked anew elsewhere.
    private func giveUp(_ link: StoredLink) throws {
        if var known = try StoredRecord.find(db, pair: pair, id: link.projectID) {
            known.settled = false
            if known.record.gone { try known.remove(db, pair: pair) } else { try known.store(db, pair: pair) }
        }
        try link.remove(db, pair: pair)
    }

    // MARK: - The mirror

    private func moveMirror(from before: StoredLink?, to after: StoredLink?) throws {
        guard let id = after?.projectID ?? before?.projectID ?? settlement.projectID else { return }
        // A link under other names is not this settlement's to move, but the record stays tied to it.
        let bystander = before == nil && after == nil ? try StoredLink.find(db, pair: pair, projectID: id) : nil
        let owner = after ?? bystander
        let before = (record: try StoredRecord.find(db, pair: pair, id: id), base: (before ?? bystander)?.projectBase)
        var stored = before.record
        switch settlement.mirror {
        case .keep: break
        case .stored(let record):
            stored = StoredRecord(
                record: record, settled: stored?.settled ?? false, seen: stored?.seen ?? known.lastRead)
        case .gone: stored?.record.gone = true
        }
        guard var stored else { return }
        if stored.record.gone && owner == nil { return try stored.remove(db, pair: pair) }
        let isAsItWas = stored.saysTheSame(as: before.record) && owner?.projectBase == before.base
        stored.settled =
            if let after, settlement.settlesProject {
                settlement.fields.allSatisfy { field in
                    stored.record.unknown.contains(field)
                        || (stored.record.values[field] ?? .null).means(after.projectBase[field] ?? .null)
                }
            } else {
                owner != nil && stored.settled && isAsItWas
            }
        if isAsItWas && stored == before.record { return }
        try stored.store(db, pair: pair, base: owner?.projectBase)
    }

    // MARK: - What else is known of the record

    private func closeIntent() throws {
        guard settlement.closesIntent else { return }
        if let key = settlement.sourceKey {
            try db.run("DELETE FROM intents WHERE pair = ? AND source_key = ?", [pair, key])
        }
        if let id = settlement.projectID {
            try db.run("DELETE FROM intents WHERE pair = ? AND project_id = ? AND source_key IS NULL", [pair, id])
        }
    }

    private func settleQuarantineAndConflicts() throws {
        if let item = settlement.quarantine {
            try StoredQuarantine.put(db, pair: pair, item)
        } else if known.hasQuarantine, !settlement.leavesOpen, let key = settlement.sourceKey {
            try db.run("DELETE FROM quarantine WHERE pair = ? AND key = ?", [pair, key])
        }
        if known.hasConflicts, !settlement.leavesOpen || settlement.link == .remove, let key = settlement.sourceKey {
            try db.run("DELETE FROM conflicts WHERE pair = ? AND source_key = ?", [pair, key])
        }
    }
}
