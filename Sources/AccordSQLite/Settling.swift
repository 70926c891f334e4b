import AccordCore
import AccordState
import GRDB

/// Stores one ``Settlement``, inside a transaction.
struct Settling {
    private let db: Database
    private let settlement: Settlement
    private let known: SettledPair
    private var pair: Int64 { known.number }

    private init(_ db: Database, _ settlement: Settlement, _ known: SettledPair) {
        self.db = db
        self.settlement = settlement
        self.known = known
    }

    static func apply(_ settlements: [Settlement], _ db: Database) throws {
        var pairs: [String: SettledPair] = [:]
        for (name, settlements) in Dictionary(grouping: settlements, by: \.pair) {
            pairs[name] = try SettledPair(db, name, settlements)
        }
        for settlement in settlements {
            guard let known = pairs[settlement.pair] else { continue }
            try Settling(db, settlement, known).apply()
            if !settlement.quarantine.isEmpty { known.hasQuarantine = true }
        }
    }

    private func apply() throws {
        let before = try linkBefore()
        let after = linkAfter(before)
        // The mirror first: its values may lie in the very base that is about to move.
        try moveMirror(from: before, to: after)
        if let after {
            if after != before { try store(after, before: before) }
        } else {
            try before?.remove(db, pair: pair)
        }
        try closeIntent()
        try settleQuarantine(before, after)
        try settleConflicts()
        for (address, at) in settlement.suppresses { try db.suppress([address], at: at) }
        try db.release(settlement.releases)
        for row in settlement.ledger {
            try row.store(db, pair: row.pair == settlement.pair ? pair : db.pairOrNew(row.pair))
        }
    }

    // MARK: - The link

    private func linkBefore() throws -> StoredLink? {
        let byProject = try settlement.projectID.flatMap(link(projectID:))
        let bySource = try settlement.sourceKey.flatMap(link(sourceKey:))
        guard settlement.sourceKey != nil, settlement.projectID != nil else { return byProject ?? bySource }
        if case .upsert = settlement.link {
            if let bySource, bySource.id != byProject?.id { try unlink(bySource) }
            return byProject
        }
        return byProject?.id == bySource?.id ? byProject : nil
    }

    private func link(projectID id: String) throws -> StoredLink? {
        known.mayHaveLink(projectID: id) ? try StoredLink.find(db, pair: pair, projectID: id) : nil
    }

    private func link(sourceKey key: String) throws -> StoredLink? {
        guard known.mayHaveLink(sourceKey: key), let link = try StoredLink.find(db, pair: pair, sourceKey: key) else {
            return nil
        }
        // Its record's id may be one that no settlement names.
        known.noteLink(sourceKey: key, projectID: link.projectID)
        known.noteRecord(link.projectID)
        return link
    }

    private func store(_ link: StoredLink, before: StoredLink?) throws {
        known.noteLink(sourceKey: link.sourceKey, projectID: link.projectID)
        try link.store(db, pair: pair, before: before)
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
    private func unlink(_ link: StoredLink) throws {
        // Its record is none of those that were looked for.
        if var record = try StoredRecord.find(db, pair: pair, id: link.projectID) {
            record.settled = false
            if record.record.gone { try record.remove(db, pair: pair) } else { try record.store(db, pair: pair) }
        }
        try link.remove(db, pair: pair)
    }

    // MARK: - The mirror

    private func moveMirror(from before: StoredLink?, to after: StoredLink?) throws {
        guard let id = after?.projectID ?? before?.projectID ?? settlement.projectID else { return }
        // A link under other names is not this settlement's to move, but the record stays tied to it.
        let otherLink = before == nil && after == nil ? try link(projectID: id) : nil
        let owner = after ?? otherLink
        let before = (
            record: known.mayHaveRecord(id) ? try StoredRecord.find(db, pair: pair, id: id) : nil,
            base: (before ?? otherLink)?.projectBase
        )
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
        known.noteRecord(id)
        try stored.store(db, pair: pair, base: owner?.projectBase)
    }

    // MARK: - What else is known of the record

    private func closeIntent() throws {
        guard settlement.closesIntent else { return }
        if let key = settlement.sourceKey {
            try db.run("DELETE FROM intents WHERE pair = ? AND source_key = ?", [pair, key])
        }
        if known.hasIntentsWithoutKey, let id = settlement.projectID {
            try db.run("DELETE FROM intents WHERE pair = ? AND project_id = ? AND source_key IS NULL", [pair, id])
        }
    }

    private func settleQuarantine(_ before: StoredLink?, _ after: StoredLink?) throws {
        if known.hasQuarantine { try settleStanding(before?.sourceKey, after?.sourceKey) }
        for items in Dictionary(grouping: settlement.quarantine, by: \.key) {
            try StoredQuarantine.put(db, pair: pair, items.value, of: items.key)
        }
        if settlement.quarantine.isEmpty, known.hasQuarantine, !settlement.leavesOpen, let key = settlement.sourceKey {
            try db.run(
                "DELETE FROM quarantine WHERE pair = ? AND key = ? AND fields = ?",
                [pair, RecordIdentity.source(key: key).text, StoredQuarantine.noFields])
        }
    }

    private func settleStanding(_ before: String?, _ after: String?) throws {
        let (old, new) = (
            before.map { RecordIdentity.source(key: $0).text }, after.map { RecordIdentity.source(key: $0).text }
        )
        if let old, old != new {
            guard let new else { return try StoredQuarantine.end(db, pair: pair, key: old, fields: nil) }
            try StoredQuarantine.move(db, pair: pair, from: old, to: new)
        }
        // Where the two sides stay apart, a person has to look as before.
        let fields = Set(settlement.sourceBase.keys).union(settlement.projectBase.keys).filter { field in
            guard let source = settlement.sourceBase[field], let project = settlement.projectBase[field] else {
                return true
            }
            return source.means(project)
        }
        if let new, !fields.isEmpty { try StoredQuarantine.end(db, pair: pair, key: new, fields: fields) }
    }

    private func settleConflicts() throws {
        let fields = Set(settlement.sourceBase.keys).union(settlement.projectBase.keys)
        if known.hasConflicts, !fields.isEmpty, let key = settlement.sourceKey {
            try db.run(
                """
                DELETE FROM conflicts WHERE pair = ? AND source_key = ? AND field IN (SELECT value FROM json_each(?))
                """, [pair, key, Stored.list(fields)])
        }
        if known.hasConflicts, !settlement.leavesOpen || settlement.link == .remove, let key = settlement.sourceKey {
            try db.run("DELETE FROM conflicts WHERE pair = ? AND source_key = ?", [pair, key])
        }
    }
}
