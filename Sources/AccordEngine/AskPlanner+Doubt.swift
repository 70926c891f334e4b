import AccordCore
import AccordTables

/// What a stopped run may have sent, and nobody knows: told before anything is sent again.
extension AskPlanner {
    struct Doubt {
        enum Outcome {
            case sent(Settled)
            /// Certainly nobody got it: the row is decided as if nothing had been tried.
            case notSent
            /// It may still be on its way, or cannot be looked for now: a later run looks.
            case open(String)
            /// A person decides.
            case unclear(String)
        }

        struct Settled {
            /// Of the ask; made up where the service does not tell.
            var id: String
            var person: Value
            var why: String
        }

        var intent: Entry
        var outcome: Outcome
        var hasRow = false

        /// What is known of it stays open, and so does the journal's intent.
        var keepsIntent: Bool {
            switch outcome {
            case .sent, .notSent: false
            case .open, .unclear: true
            }
        }

        /// Nil: nothing was sent.
        func entry(_ place: Place?, _ fingerprint: Fingerprint?) -> Entry? {
            var entry = Entry(
                label: intent.label, sourceKey: intent.sourceKey, projectID: nil,
                present: place == nil ? [] : [.source], place: place, bucket: .linked, sourceFingerprint: fingerprint)
            switch outcome {
            case .notSent:
                return nil
            case .sent(let settled):
                entry.projectID = settled.id
                entry.link = .new(why: settled.why)
                entry.agreements = [
                    Agreement(field: "customer_id", source: .null, project: settled.person),
                    Agreement(
                        field: "asked_at", source: .null,
                        project: .timestamp(Ask(intent.operations.flatMap(\.changes)).at)),
                ]
                return entry
            case .open(let reason):
                return entry.quarantined(Quarantine(.inDoubt, reason))
            case .unclear(let reason):
                entry.bucket = .conflict
                entry.projectID = ""
                entry.conflicts = [
                    Conflict(
                        field: nil,
                        what: "whether they were asked cannot be told: \(reason). "
                            + "If they were, take project; if not, take source, and they are asked again")
                ]
                return entry
            }
        }
    }

    mutating func settleDoubts() async throws {
        let intents = try store.openIntents(pair.name)
        guard !intents.isEmpty else { return }
        let begun = try store.intentsBegun(pair.name)
        let decided = Dictionary(
            try store.conflicts(pair.name).map { ($0.sourceKey, $0.resolution) },
            uniquingKeysWith: { first, _ in first })
        let known = try store.linkedProjectIDs(pair.name)
        for intent in intents {
            guard let key = intent.sourceKey else { continue }
            let person = decided[key] ?? nil
            let outcome = try await outcome(of: intent, begun: begun[key] ?? now, decided: person, known: known)
            doubts[key] = Doubt(intent: intent, outcome: outcome)
            guard case .sent(let settled) = outcome else { continue }
            let at = Ask(intent.operations.flatMap(\.changes)).at
            asked[settled.person.description] = max(asked[settled.person.description] ?? at, at)
        }
        let open = doubts.values.count { $0.keepsIntent }
        let told = doubts.count - open
        func asks(_ count: Int) -> String { count == 1 ? "1 ask" : "\(count) asks" }
        if told > 0 {
            notes.append("an earlier run got no answer to \(asks(told)), and what became of that is known now")
        }
        if open > 0 {
            notes.append("an earlier run got no answer to \(asks(open)): not sent again until that is known")
        }
    }

    private func outcome(
        of intent: Entry, begun: Int64, decided: Side?, known: Set<String>
    ) async throws -> Doubt.Outcome {
        let changes = intent.operations.flatMap(\.changes)
        let ask = Ask(changes)
        var record: ProjectRecord?
        for field in asking.people.resource.knownBy {
            guard let value = changes.first(where: { $0.field == field })?.after else { continue }
            record = try await asking.people.project.find(field, value).first
        }
        let person = record.map { Value.text($0.record.key) } ?? .null
        func settled(_ id: String?, _ why: String) -> Doubt.Outcome {
            // Without an id of the service's the row itself is what the link is known by.
            .sent(Doubt.Settled(id: id ?? "of \(intent.sourceKey ?? "")", person: person, why: why))
        }
        switch decided {
        case .project: return settled(nil, "a person says that it was sent")
        case .source: return .notSent
        case nil: break
        }
        guard now - begun >= AskEvidence.settled else {
            return .open(
                "it was sent and no answer came: whether it arrived is looked for from "
                    + "\(CalendarDay.describe(unixSeconds: begun + AskEvidence.settled)) on")
        }
        guard let record else { return .unclear("the customer is not there any more") }
        guard let messages = try await asking.messages(to: record.record.key) else {
            return .open("the customer's messages could not be read whole")
        }
        let evidence = AskEvidence.judge(
            ask, begun: begun, lastAsked: asking.lastAsked(record.record), messages: messages, known: known)
        switch evidence {
        case .sent(let id): return settled(id, "sent by a run that was stopped")
        case .notSent: return .notSent
        case .unclear(let reason): return .unclear(reason)
        }
    }

    /// A row that is not there any more was asked about all the same.
    mutating func decideDoubtsWithoutRow() {
        for doubt in doubts.values.sorted(by: { $0.intent.position < $1.intent.position }) where !doubt.hasRow {
            if let entry = doubt.entry(nil, nil) { entries.append(entry) }
        }
    }
}
