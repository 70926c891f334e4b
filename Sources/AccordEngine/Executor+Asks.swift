import AccordCore
import AccordSQLite
import AccordTables

/// Messages to people: each sent once, after one more look at whom it would reach.
extension Executor {
    /// Nothing is looked up and sent again here: an ask whose answer never came waits for the next run.
    func ask(_ entry: Entry) async throws -> ProjectOutcome {
        guard let asking = pair.asking, let operation = entry.operations.first(where: \.isSend) else {
            return .skipped("nobody is asked by this pair")
        }
        let ask = Ask(operation.changes)
        let now = Int64(time.unixTime)
        if ask.at <= now, asking.rules.quietHours?.contains(now) ?? false {
            return .skipped("its time has passed, and it is a quiet hour by now")
        }
        if let reason = try await objection(to: ask, operation, asking) { return .skipped(reason) }
        let values = Dictionary(operation.changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
        let answer = try await pair.project.send(
            ProjectWrite(verb: .create, id: nil, values: values, whole: Record(key: "", values: values)))
        guard let answer else { return .unknown("the answer does not say that it was sent") }
        return .done(answer, id: answer.record.key)
    }

    /// What speaks against it by now.
    private func objection(to ask: Ask, _ operation: Operation, _ asking: Asking) async throws -> String? {
        for change in operation.changes where asking.people.resource.knownBy.contains(change.field) {
            guard let record = try await asking.people.project.find(change.field, change.after).first else {
                return "the project has no customer with the \(change.field) \(change.after)"
            }
            let person = asking.person(record.record, isArchived: record.isArchived)
            let decision = asking.rules.decide(
                moment: ask.at - asking.rules.delay, wanted: ask.channels, person: person, now: Int64(time.unixTime))
            switch decision {
            case .rest(let reason): return reason
            case .ask(let now) where now.channels != ask.channels:
                return "by now they can be reached by \(now.channels.sorted().joined(separator: ", ")) alone"
            case .ask: return nil
            }
        }
        return "it names nobody"
    }

    /// Linked to the ask for good: the row is never looked at again.
    func asked(_ entry: Entry, _ answer: ProjectRecord) -> Settlement {
        var settlement = settler.done(
            entry, side: .project, stored: answer.record, pending: [],
            written: Settlement.Written(
                sourceKey: entry.sourceKey ?? "", projectID: answer.record.key,
                sourceFingerprint: entry.sourceFingerprint))
        settlement.projectBase["customer_id"] = answer.record["customer_id"]
        settlement.projectBase["asked_at"] = operationMoment(entry)
        return settlement
    }

    private func operationMoment(_ entry: Entry) -> Value {
        .timestamp(Ask(entry.operations.flatMap(\.changes)).at)
    }
}
