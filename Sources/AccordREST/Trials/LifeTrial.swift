import AccordCore
import AccordTables

/// The first time in a project that a record is archived, opted out, or the like: one alone, and it is looked whether it is.
struct LifeTrial {
    let table: RESTTable
    let operation: APIOperation
    let change: TableChange

    /// Requests besides the one that is tried: the changes and the record, before and after it.
    static let requests = 4

    private var schema: TableSchema { table.resource.schema }
    private var claim: String { table.resource.claim(.plain, of: operation) }
    private var label: String { "\(schema.label) \(change.key ?? "")" }
    private var verdict: Finding.Verdict? { table.client.findings[claim]?.verdict }

    func send(_ write: @escaping @Sendable () async throws -> TableRecord?) async throws -> TableRecord? {
        try refuse()
        guard verdict != .proved, !table.client.undecided.isGivenUp(claim) else { return try await write() }
        return try await table.client.turns.alone(claim) {
            try refuse()
            return verdict != .proved ? try await run(write) : try await write()
        }
    }

    /// What did nothing may do something tomorrow. An opt-out is asked for in every run, once.
    private func refuse() throws {
        if change.kind == .unsubscribe, !table.client.findings.isNew(claim) { return }
        try table.refuse(claim, change, within: ServiceFindings.lasts)
    }

    private func run(_ write: @Sendable () async throws -> TableRecord?) async throws -> TableRecord? {
        let cursor = isListed ? try await table.cursorOfTrial() : nil
        var before = try await look(scanning: false)
        // What a search finds needs no whole list to be found again, nor to be missed.
        let scans = if case .nowhere = before { true } else { false }
        if scans { before = try await look(scanning: true) }
        let answer = try await written(before, scanning: scans, write)
        let after = try await table.awaited {
            try await look(scanning: scans)
        } until: {
            isDone($0) ?? true
        }
        guard let done = isDone(after) else {
            table.client.undecided.note(claim)
            return answer
        }
        guard done else {
            let what = "\(label): it was accepted, and a minute later it was not done"
            table.note(claim, .refuted, nil, what)
            throw RESTTable.Unsent(error: .noSuchOperation(request: table.name(change), what: what))
        }
        if let before = before.record, let after = after.record, let done = try await whatElse(before, after) {
            table.note(claim, .refuted, nil, done)
        } else {
            table.note(claim, .proved, nil, "\(label): it was done, and nothing else")
        }
        if let after = after.record, isDone(before) == false {
            try await table.noteListed(after, operation, since: cursor)
        }
        return answer
    }

    /// Who is archived or gone leaves the list of changes.
    private var isListed: Bool { change.kind == .unsubscribe || change.kind == .resubscribe }

    /// What is not found though it is there is the operation.
    private func written(_ before: Sight, scanning scans: Bool, _ write: @Sendable () async throws -> TableRecord?)
        async throws
        -> TableRecord?
    {
        do {
            return try await write()
        } catch let error as TableError where error.isNotFound && before.record != nil {
            guard try await look(scanning: scans).record != nil else { throw error }
            table.note(claim, .refuted, nil, error.what)
            throw RESTTable.Unsent(error: .noSuchOperation(request: error.place ?? "", what: error.what))
        }
    }

    private func look(scanning scans: Bool) async throws -> Sight {
        try await table.sight(change.key ?? "", like: change.likes, scanning: scans)
    }

    /// Nil where the service does not show it.
    private func isDone(_ sight: Sight) -> Bool? {
        if case .nowhere = sight, change.kind == .delete { return true }
        guard let record = sight.record else { return nil }
        let optOut = schema.field(.optOut).flatMap { record.values[$0.name] }
        switch change.kind {
        case .unsubscribe: return optOut?.saysOptOut
        case .resubscribe: return optOut.map { !$0.saysOptOut }
        case .archive: return record.archived
        case .unarchive: return record.archived.map { !$0 }
        case .delete: return false
        case .create, .update, .send: return nil
        }
    }

    /// Somebody who opted out does not come back with the record.
    private func whatElse(_ before: TableRecord, _ after: TableRecord) async throws -> String? {
        let meant: Set<FieldSchema.Role?> =
            change.kind == .archive || change.kind == .unarchive ? [.archived] : [.optOut]
        let fields = schema.fields.filter { meant.contains($0.role) }.map(\.name)
        let effects = SideEffects(before: before, after: after, meant: Set(fields), schema)
        guard effects.endsOptOut else { return nil }
        let isOut = try await table.optOutAgain(change)
        return "\(label): \(effects.words); it \(isOut ? "was" : "could not be") opted out again"
    }
}
