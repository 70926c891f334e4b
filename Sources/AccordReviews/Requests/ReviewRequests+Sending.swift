import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Each request is sent once, after one more look at whom it would reach.
extension ReviewRequests {
    /// Nothing is looked up and sent again here: a request whose answer never came waits for the next run.
    public func send(_ record: Entry, of pair: Pair, now: Int64) async throws -> SendOutcome {
        guard let operation = record.operations.first(where: \.isSend), let ask = Ask(operation.changes, fields),
            let table = pair.project.recordWritable
        else { return .objected("it does not say whom to ask, and when") }
        if ask.at <= now, rules.quietHours?.contains(now) ?? false {
            return .objected("its time has passed, and it is a quiet hour by now")
        }
        if let reason = try await objection(to: ask, operation, of: pair, now: now) {
            return .objected(reason)
        }
        let cells = operation.changes.map { ($0.field, CellChange(after: .value($0.after))) }
        let change = TableChange(
            kind: .send, key: nil, cells: Dictionary(cells, uniquingKeysWith: { _, last in last }))
        switch try await table.write(change) {
        case .stored(let answer) where answer.problem == nil: return .sent(Record(answer))
        case .stored(let answer): return .unknown(answer.problem ?? "")
        case .storedUnseen: return .unknown("the answer does not say that it was sent")
        case .refused(let error): return .refused(Quarantine(.refused, error.what))
        case .gone(let error): return .refused(Quarantine(.refused, error?.what ?? "no such record"))
        case .unknown(let error): return .unknown(error.description)
        }
    }

    /// What speaks against it by now.
    private func objection(
        to ask: Ask, _ operation: Operation, of pair: Pair, now: Int64
    ) async throws -> String? {
        for change in operation.changes where people.schema.lookedUpBy.contains(change.field) {
            guard let record = try await find(change.field, change.after).first else {
                return "the project has no \(people.schema.label) with the \(change.field) \(change.after)"
            }
            let values = try await self.record(record, now: now)
            var person = person(values, isArchived: record.isArchived)
            let names = people.schema.names(of: values) + [FieldValue(field: change.field, value: change.after)]
            optOuts.tell(&person, of: names, id: values.key)
            let protected = ProtectedPeople(byMessages: pair.mapping.protected, byPeople: protectedPeople)
            if protected.contains(rowKey: nil, id: values.key, names: names) {
                return "a mapping protects them, and they are known by it by now"
            }
            let decision = rules.decide(
                moment: ask.at - rules.delay, wanted: ask.channels, person: person, now: now)
            switch decision {
            case .notNow(let objection): return objection.description
            case .setAside(let quarantine): return quarantine.message
            case .ask(let allowed) where allowed.channels != ask.channels:
                return "by now they can be reached by \(allowed.channels.sorted().joined(separator: ", ")) alone"
            case .ask where !claims.take(values.key): return "another row of this run asks them"
            case .ask: return nil
            }
        }
        return "it names nobody"
    }

    /// Linked to the request for good: the row is never looked at again.
    public func settlement(_ record: Entry, answer: Record, _ builder: SettlementBuilder) -> Settlement {
        var settlement = builder.done(
            record, side: .project, stored: answer, pending: [],
            written: Settlement.Written(
                sourceKey: record.sourceKey ?? "", projectID: answer.key, sourceFingerprint: record.sourceFingerprint))
        settlement.projectBase[fields.recipient] = answer[fields.recipient]
        if let ask = Ask(record.operations.flatMap(\.changes), fields) {
            settlement.projectBase[fields.at] = .timestamp(ask.at)
        }
        return settlement
    }
}
