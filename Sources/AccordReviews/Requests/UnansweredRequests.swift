import AccordCore
import AccordEngine
import AccordState

/// A request that a stopped run may have sent, and what is known of it now.
struct UnansweredRequest {
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
        /// Of the request; made up where the service does not say.
        var id: String
        var person: Value
        var reason: Reason
    }

    var intent: Entry
    var ask: Ask?
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
    func entry(_ place: Place?, _ fingerprint: Fingerprint?, _ fields: SendFields) -> Entry? {
        var entry = Entry(
            label: intent.label, sourceKey: intent.sourceKey, projectID: nil, present: place == nil ? [] : [.source],
            place: place, bucket: .linked, sourceFingerprint: fingerprint)
        switch outcome {
        case .notSent:
            return nil
        case .sent(let settled):
            entry.projectID = settled.id
            entry.link = .new(settled.reason)
            entry.agreements = [Agreement(field: fields.recipient, source: .null, project: settled.person)]
            if let ask {
                entry.agreements.append(Agreement(field: fields.at, source: .null, project: .timestamp(ask.at)))
            }
            return entry
        case .open(let reason):
            return entry.quarantined(Quarantine(.inDoubt, reason))
        case .unclear(let reason):
            entry.bucket = .conflict
            entry.conflicts = [Conflict(.unknownSend(reason))]
            return entry
        }
    }
}

/// Finds out what became of requests that a stopped run may have sent, before anything is sent again.
struct UnansweredRequests {
    let pair: Pair
    let requests: ReviewRequests
    let run: PlanningRun

    private var store: any StateStore { run.store }
    private var now: Int64 { run.now }

    /// By source key.
    func resolve() async throws -> [String: UnansweredRequest] {
        let intents = try store.openIntents(pair.name)
        guard !intents.isEmpty else { return [:] }
        let begun = try store.intentsBegun(pair.name)
        let decided = Dictionary(
            try store.conflicts(pair.name).map { ($0.sourceKey, $0.resolution) },
            uniquingKeysWith: { first, _ in first })
        let known = try store.linkedProjectIDs(pair.name)
        var unanswered: [String: UnansweredRequest] = [:]
        for intent in intents {
            guard let key = intent.sourceKey else { continue }
            let ask = Ask(intent.operations.flatMap(\.changes), requests.fields)
            let outcome = try await outcome(
                of: intent, ask, begun: begun[key] ?? now, decided: decided[key] ?? nil, known: known)
            unanswered[key] = UnansweredRequest(intent: intent, ask: ask, outcome: outcome)
        }
        return unanswered
    }

    private func outcome(
        of intent: Entry, _ ask: Ask?, begun: Int64, decided: Side?, known: Set<String>
    ) async throws -> UnansweredRequest.Outcome {
        let record = run.readsProject ? try await recipient(of: intent) : nil
        let person = record.map { Value.text($0.key ?? "") } ?? .null
        func settled(_ id: String?, _ reason: Reason) -> UnansweredRequest.Outcome {
            // Without an id of the service's the row itself is what the link is known by.
            .sent(UnansweredRequest.Settled(id: id ?? "of \(intent.sourceKey ?? "")", person: person, reason: reason))
        }
        switch decided {
        case .project: return settled(nil, .sentAsPersonSays)
        case .source: return .notSent
        case nil: break
        }
        guard now - begun >= AskEvidence.settled else {
            return .open(
                "it was sent and no answer came: whether it arrived is looked for from "
                    + "\(CalendarDay.describe(unixSeconds: begun + AskEvidence.settled)) on")
        }
        guard run.readsProject else {
            return .open("it was sent and no answer came: the next run looks for it in the project")
        }
        guard let ask else { return .unclear("the journal does not say when it was to be sent") }
        guard let record, let id = record.key else {
            return .unclear("the \(requests.people.schema.label) is not there any more")
        }
        guard let messages = try await requests.messages(to: id) else {
            return .open("the \(requests.people.schema.label)'s messages could not be read whole")
        }
        let evidence = AskEvidence.judge(
            ask, begun: begun, lastAsked: requests.lastAsked(Record(record)), messages: messages, known: known)
        switch evidence {
        case .sent(let id): return settled(id, .sentByStoppedRun)
        case .notSent: return .notSent
        case .unclear(let reason): return .unclear(reason)
        }
    }

    private func recipient(of intent: Entry) async throws -> TableRecord? {
        var record: TableRecord?
        let changes = intent.operations.flatMap(\.changes)
        for field in requests.people.schema.lookedUpBy {
            guard let value = changes.first(where: { $0.field == field })?.after else { continue }
            record = try await requests.find(field, value).first
        }
        return record
    }
}
