import AccordCore
import AccordEngine
import AccordState

/// Finds out what is known of the requests that a stopped run may have sent, before anything is sent again.
struct UnansweredLoader {
    let pair: Pair
    let requests: ReviewRequests
    let run: PlanningRun

    func load() async throws -> UnansweredRequests {
        let store = run.store
        let intents = try store.openIntents(pair.name)
        guard !intents.isEmpty else { return UnansweredRequests() }
        let begun = try store.intentsBegun(pair.name)
        let decided = Dictionary(
            try store.conflicts(pair.name).map { ($0.sourceKey, $0.resolution) },
            uniquingKeysWith: { first, _ in first })
        let known = try store.linkedProjectIDs(pair.name)
        var unanswered: [UnansweredRequest] = []
        for intent in intents {
            guard let key = intent.sourceKey else { continue }
            let evidence = UnansweredRequest.Evidence(
                begun: begun[.source(key: key)] ?? run.now, decided: decided[key] ?? nil,
                recipient: try await recipient(of: intent),
                known: known)
            unanswered.append(try await request(intent, evidence))
        }
        return UnansweredRequests(unanswered)
    }

    /// Decides with what is known, and asks for the person's messages only where nothing else tells.
    private func request(
        _ intent: Entry, _ evidence: UnansweredRequest.Evidence
    ) async throws -> UnansweredRequest {
        var evidence = evidence
        while true {
            do throws(UnansweredRequest.NeedsMessages) {
                return try UnansweredRequest(
                    intent, requests.fields, evidence, label: requests.people.schema.label, now: run.now)
            } catch {
                evidence.messages = try await requests.messages(to: error.person).map { .whole($0) } ?? .notWhole
            }
        }
    }

    private func recipient(of intent: Entry) async throws -> UnansweredRequest.Recipient {
        guard run.readsProject else { return .notAsked }
        var record: Record?
        let changes = intent.operations.flatMap(\.changes)
        for field in requests.people.schema.lookedUpBy {
            guard let value = changes.first(where: { $0.field == field })?.after else { continue }
            record = try await requests.find(field, value).first.map { Record($0) }
        }
        guard let record, !record.key.isEmpty else { return .missing }
        return .found(id: record.key, lastAsked: requests.person(record, isArchived: false).lastAsked)
    }
}
