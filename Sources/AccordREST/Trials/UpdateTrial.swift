import AccordCore
import AccordTables

/// A part of an update, of a kind that was not made in this project before: made to one record alone, which is read
/// before and after it.
///
/// A description says what a request is there for, and little of what it does to the fields that it does not name. So it
/// is sent with what the record holds first, which may change nothing, and then with what it is to hold.
struct UpdateTrial {
    let table: RESTTable
    let operation: APIOperation
    let change: TableChange
    /// What is to be written by the operation.
    let values: [String: Value]
    let uses: Set<Use>
    /// Sends values by the operation.
    let write: @Sendable ([String: Value]) async throws -> TableRecord?

    /// Requests besides the update: the changes and the record before it, what it holds and the record after that, the record
    /// and the changes after it.
    static let requests = 6

    private var schema: TableSchema { table.resource.schema }
    private var key: String { change.key ?? "" }
    private var claim: String { table.resource.claim(.plain, of: operation) }

    private func verdict(_ use: Use) -> Finding.Verdict? {
        table.client.findings[table.resource.claim(use, of: operation)]?.verdict
    }

    private func note(_ use: Use, _ verdict: Finding.Verdict, _ evidence: String) {
        table.note(table.resource.claim(use, of: operation), verdict, nil, evidence)
    }

    /// - Returns: the record as it was read after it.
    /// - Throws: where it is found, now or before, to do what it may not.
    func send() async throws -> TableRecord? {
        try refuse()
        guard uses.contains(where: { verdict($0) == nil }), !table.client.undecided.isGivenUp(claim) else {
            return try await write(values)
        }
        return try await table.client.turns.alone(claim) {
            // The one before it may have shown all that there is to see.
            try refuse()
            guard uses.contains(where: { verdict($0) == nil }) else { return try await write(values) }
            return try await run()
        }
    }

    private func refuse() throws {
        for use in [Use.plain, .ofOptedOut] where uses.contains(use) {
            try table.refuse(table.resource.claim(use, of: operation), change)
        }
    }

    // MARK: - The trial

    /// How the record is found.
    private struct Looking {
        /// From where on it is among the changes.
        var since: Cursor?
        /// By nothing that it holds.
        var scans: Bool
    }

    private func run() async throws -> TableRecord? {
        let cursor = try await table.cursorOfTrial()
        // What a search finds needs no whole list to be found again.
        var sight = try await look(Looking(since: cursor, scans: false))
        let looking = Looking(since: cursor, scans: sight.record == nil)
        if looking.scans { sight = try await look(looking) }
        let seen = sight.record
        let before = seen ?? known
        if verdict(.plain) == nil { try await rehearse(before, isSeen: seen != nil, looking) }
        let answer = try await write(values)
        let afterwards = try await table.awaited {
            try await look(looking)
        } until: { sight in
            sight.record.map { shows($0, before) } ?? false
        }
        guard let after = afterwards.record else {
            table.client.undecided.note(claim)
            return answer
        }
        let compared = seen ?? before.showing(what: after)
        if let done = try await whatItDid(compared, after, by: values, looking) {
            note(done.use, .refuted, done.words)
            return try await look(looking).record ?? after
        }
        try await judge(before, after)
        if !moved(before, after).isEmpty { try await table.noteListed(after, operation, since: cursor) }
        return after
    }

    private func look(_ looking: Looking) async throws -> Sight {
        try await table.sight(key, like: change.likes, since: looking.since, scanning: looking.scans)
    }

    /// The record as it was last read, without what is not known of it.
    private var known: TableRecord {
        var values = change.known.values
        for field in change.cells.keys { values[field] = change.before(field) }
        return TableRecord(key: key, cells: .values(values), fingerprint: Fingerprint(of: []), archived: nil)
    }

    /// Something of what was sent is there, or the record is said to have changed.
    private func shows(_ after: TableRecord, _ before: TableRecord) -> Bool {
        if let now = after.modified, let then = before.modified, now > then { return true }
        let sent = values.filter { after.values[$0.key] != nil }
        return sent.isEmpty || sent.contains { !after.holds(before.values[$0.key] ?? .null, in: $0.key) }
            || sent.allSatisfy { after.holds($0.value, in: $0.key) }
    }

    /// With what the record holds, which may change nothing.
    private func rehearse(_ before: TableRecord, isSeen: Bool, _ looking: Looking) async throws {
        let held = before.values.filter { values[$0.key] != nil }
        guard !held.isEmpty else { return }
        do {
            _ = try await write(held)
        } catch TableError.refused {
            // What it holds may be what it must not. Or somebody else was written.
            return try refuse()
        }
        guard let after = try await look(looking).record,
            let done = try await whatItDid(
                isSeen ? before : before.showing(what: after), after, by: held, looking)
        else { return }
        note(done.use, .refuted, done.words)
        throw RESTTable.Unsent(error: .noSuchOperation(request: table.name(change), what: done.words))
    }

    /// What was shown: of the operation, and of what single fields lose.
    private func judge(_ before: TableRecord, _ after: TableRecord) async throws {
        let label = "\(schema.label) \(key)"
        for (field, value) in values {
            guard let use = change.losing(field, value), let held = after.values[field] else { continue }
            let isDone = held.means(value) || !held.means(change.before(field) ?? .null)
            note(use, isDone ? .proved : .refuted, "\(label): \(field) was to be \"\(value)\" and is \"\(held)\"")
        }
        if uses.contains(.ofOptedOut), let optOut = schema.field(.optOut)?.name, after.values[optOut] != nil {
            note(.ofOptedOut, .proved, "\(label) opted out before and has after it")
        }
        guard verdict(.plain) == nil else { return }
        let shown = values.keys.filter { after.values[$0] != nil }
        let moved = moved(before, after)
        if !moved.isEmpty {
            note(.plain, .proved, "\(label): \(moved.sorted().joined(separator: ", ")) changed, and nothing else")
        } else if shown.contains(where: { change.losing($0, values[$0] ?? .null) == nil }),
            !shown.allSatisfy({ after.holds(values[$0] ?? .null, in: $0) })
        {
            note(.plain, .refuted, "\(label): it was accepted, and a minute later nothing of it was there")
        } else {
            table.client.undecided.note(claim)
        }
    }

    /// The fields that were to be written, and hold something else than before.
    private func moved(_ before: TableRecord, _ after: TableRecord) -> [String] {
        values.keys.filter { after.values[$0] != nil && !after.holds(before.values[$0] ?? .null, in: $0) }
    }

    // MARK: - What it did besides

    /// Whether what else changed is the operation's doing, and not somebody else's at the same moment: put back, and sent
    /// once more, it shows. What it did is put back; what others did stays.
    ///
    /// - Parameter sent: what was sent last.
    /// - Returns: what it did, and in which use of it; nil if it did nothing.
    private func whatItDid(
        _ before: TableRecord, _ after: TableRecord, by sent: [String: Value], _ looking: Looking
    ) async throws -> (use: Use, words: String)? {
        let effects = SideEffects(before: before, after: after, meant: Set(values.keys), schema)
        guard !effects.isEmpty, let words = try await confirmed(effects, before, after, by: sent, looking) else {
            return nil
        }
        // Of others it may do what it should.
        return (effects.isOfOptOutAlone ? .ofOptedOut : .plain, words)
    }

    private func confirmed(
        _ effects: SideEffects, _ before: TableRecord, _ after: TableRecord, by sent: [String: Value],
        _ looking: Looking
    ) async throws -> String? {
        let meant = Set(values.keys)
        let words = "\(schema.label) \(key): \(effects.words)"
        func look() async throws -> TableRecord? { try await self.look(looking).record }
        var wanted = before
        wanted.cells = .values(before.values.merging(sent) { $1 })
        try await putBack(effects, as: wanted, look)
        guard let again = try await look() else { return "\(words); it could not be put back" }
        let left = SideEffects(before: before, after: again, meant: meant, schema)
        guard left.isEmpty else { return "\(words); it could not be put back: do that in the project" }
        do {
            _ = try await write(sent)
        } catch is TableError {
            // The change itself was made before: nothing may be said that would deny it.
            return "\(words); it was put back"
        } catch is RESTTable.Unsent {
            return "\(words); it was put back"
        }
        guard let repeated = try await look() else { return words }
        guard effects.isRepeated(by: SideEffects(before: again, after: repeated, meant: meant, schema)) else {
            try await putBack(effects, as: after, look)
            return nil
        }
        try await putBack(effects, as: wanted, look)
        let end = try await look().map { SideEffects(before: before, after: $0, meant: meant, schema).isEmpty }
        return end == true ? "\(words); it was put back" : "\(words); it could not be put back: do that in the project"
    }

    /// By the operation itself with all that it takes; what it does not take, by those that do.
    private func putBack(
        _ effects: SideEffects, as record: TableRecord, _ look: () async throws -> TableRecord?
    ) async throws {
        let holds = Record(key: key, values: record.values)
        func send(_ operation: APIOperation, _ fields: Set<String>) async throws {
            let values = record.values.filter { fields.contains($0.key) }
            _ = try await table.perform(operation, change) { () throws(Nonsense) in
                try table.encoder.update(values, operation, known: holds)
            }
        }
        do {
            let all = operation.isUpsert ? table.resource.operation(.create)?.writes : operation.writes
            var left = Set(effects.fields.keys)
            if !left.isDisjoint(with: all ?? []) {
                try await send(operation, all ?? [])
                if let now = try await look() {
                    left = left.filter { !now.holds(record.values[$0] ?? .null, in: $0) }
                }
            }
            for (other, _) in table.resource.writes(of: left) ?? [] where other.name != operation.name {
                try await send(other, other.writes)
            }
            if effects.endsOptOut { _ = try await table.optOutAgain(change) }
            if effects.endsArchiving, let archive = table.resource.operation(.archive) {
                _ = try await table.perform(archive, change, body: nil)
            }
        } catch is RESTTable.Unsent {
            // There is no way to put it back: that is seen, and said.
        } catch is TableError {
            // Likewise, also where nothing more can be sent: the change itself was made before.
        }
    }
}

extension TableRecord {
    /// A record that was not looked at, as far as another one shows the same: what that one leaves out it may always leave out.
    fileprivate func showing(what other: TableRecord) -> TableRecord {
        var record = self
        record.cells = .values(values.filter { other.values[$0.key] != nil })
        return record
    }
}
