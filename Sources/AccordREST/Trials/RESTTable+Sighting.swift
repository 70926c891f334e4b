import AccordCore
import AccordTables

/// One record as the service shows it now, whatever it answered to a write.
enum Sight {
    case there(TableRecord)
    case nowhere
    /// It could not be looked for.
    case unread

    var record: TableRecord? { if case .there(let record) = self { record } else { nil } }
}

extension RESTTable {
    /// - Parameters:
    ///   - likes: by what the record may be found.
    ///   - cursor: where changes are listed, from where on it is among them.
    ///   - scans: where it is found by nothing that it holds, the whole list is read.
    func sight(
        _ key: String, like likes: [Record], since cursor: Cursor? = nil, scanning scans: Bool
    ) async throws -> Sight {
        try await sight(key) {
            if let found = try await lookedUp(key, like: likes) { return [found] }
            if let cursor { return try await changed(key, since: cursor) }
            return scans ? try await listed(key) : []
        }
    }

    /// Of records that are looked for. What was written was written, whatever comes of looking at it.
    func sight(_ key: String, among look: () async throws -> [TableRecord]) async throws -> Sight {
        do {
            return try await look().first { $0.key == key }.map(Sight.there) ?? .nowhere
        } catch is TableError {
            return .unread
        }
    }

    private func changed(_ key: String, since cursor: Cursor) async throws -> [TableRecord] {
        var found: TableRecord?
        _ = try await changes(since: cursor) { batch in found = batch.records.first { $0.key == key } ?? found }
        guard let found else { return [] }
        return [try await withOptOut(found.decoded())]
    }

    private func listed(_ key: String) async throws -> [TableRecord] {
        var found: TableRecord?
        _ = try await scanPages { page in found = page.records.first { $0.key == key } ?? found }
        guard let found else { return [] }
        return [try await withOptOut(found.decoded())]
    }

    /// From where on a record is among the changes once it is written; nil where changes cannot be listed.
    func cursorOfTrial() async throws -> Cursor? {
        guard capabilities.changes else { return nil }
        do {
            return try await cursor()
        } catch is TableError {
            return nil
        }
    }

    private func lookedUp(_ key: String, like likes: [Record]) async throws -> TableRecord? {
        var asked: Set<FieldValue> = []
        for field in resource.schema.lookedUpBy
        where resource.list.lookup[field] != nil || resource.list.days?.field == field {
            for like in likes where !like[field].isNull {
                guard asked.insert(FieldValue(field: field, value: like[field])).inserted else { continue }
                let found = try await find(field, like[field]).first { $0.key == key }
                if let found { return try await withOptOut(found) }
            }
        }
        return nil
    }

    /// A list says who opted out, where records do not.
    private func withOptOut(_ record: TableRecord) async throws -> TableRecord {
        guard let field = resource.schema.field(.optOut)?.name, let key = record.key, record.values[field] == nil,
            let listed = try await listed(field)
        else { return record }
        // Of an archived one it may say nothing.
        if record.archived != false, !listed.contains(key) { return record }
        var record = record
        record.cells = .values(record.values.merging([field: listed.contains(key) ? .boolean(true) : .null]) { $1 })
        return record
    }

    /// What was done to a record is among the changes, or what they do not show is looked for in another way from now on. One
    /// that is archived is in another list.
    func noteListed(_ record: TableRecord, _ operation: APIOperation, since cursor: Cursor?) async throws {
        guard let cursor, let list = changeList, let key = record.key, record.archived != true else { return }
        // It is there already, as it was found: it is not long until a list of changes has it.
        let sight = try await awaited(for: 7) {
            try await self.sight(key) { try await changed(key, since: cursor) }
        } until: {
            $0.record != nil
        }
        let (label, asked) = ("\(resource.schema.label) \(key)", APIRequest.text(list.query))
        switch sight {
        case .there: note(resource.listedClaim(operation), .proved, nil, "\(label) came by \(asked) after it")
        case .nowhere:
            note(resource.listedClaim(operation), .refuted, nil, "\(label) did not come by \(asked) after it")
        case .unread: break
        }
    }

    /// Looks until something shows, for a minute: a service may show what was written only after a while.
    func awaited(for most: Double = 60, _ look: () async throws -> Sight, until shows: (Sight) -> Bool) async throws
        -> Sight
    {
        var last = Sight.unread
        var waited = 0.0
        for seconds in [0.0, 1, 2, 4, 8, 15, 30] where waited + seconds <= most {
            waited += seconds
            if seconds > 0 { try await client.time.sleep(seconds: seconds) }
            last = try await look()
            if shows(last) { return last }
        }
        return last
    }
}
