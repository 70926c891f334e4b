import AccordCore
import Testing

@Suite("Requests whose answer was lost")
struct UnansweredRequestTests {
    private static let now = AskWorld.now
    private static let begun = now - 1300

    /// A request that a run had begun with.
    private static func intent(_ key: String?, position: Int = 1, at: Int64? = now - 1300) -> Entry {
        var values: [String: Value] = ["email": .text("a"), "channels": .elements(["email"])]
        values["asked_at"] = at.map { .timestamp($0) }
        let changes = values.map {
            FieldChange(field: $0.key, before: .null, after: $0.value, origin: .null, rule: .created)
        }
        var entry = Entry(
            label: "Ada <a>", sourceKey: key, projectID: nil, present: [.source],
            place: Place(file: "old.csv", line: 40), bucket: .created,
            operations: [Operation(side: .project, kind: .send, changes: changes, reason: .neverAsked)],
            sourceFingerprint: Fingerprint(of: "as it was"))
        entry.position = position
        return entry
    }

    private static func evidence(
        begun: Int64 = begun, decided: Side? = nil, _ recipient: UnansweredRequest.Recipient = ada(),
        _ messages: UnansweredRequest.Messages = .whole([]), known: Set<String> = []
    ) -> UnansweredRequest.Evidence {
        .init(begun: begun, decided: decided, recipient: recipient, messages: messages, known: known)
    }

    private static func ada(lastAsked: Int64? = nil) -> UnansweredRequest.Recipient {
        .found(id: "1", lastAsked: lastAsked)
    }

    private static func request(
        _ evidence: UnansweredRequest.Evidence, _ key: String? = "J1", position: Int = 1
    ) throws(UnansweredRequest.NeedsMessages) -> UnansweredRequest {
        try UnansweredRequest(intent(key, position: position), AskWorld.fields, evidence, label: "customer", now: now)
    }

    // MARK: - What became of it

    private struct Case: Sendable {
        let what: String
        var intent = UnansweredRequestTests.intent("J1")
        let evidence: UnansweredRequest.Evidence
        let outcome: UnansweredRequest.Outcome
    }

    private static let message = AskEvidence.Message(
        ask: "9", channel: "email", scheduledAt: begun, createdAt: begun)
    private static let other = AskEvidence.Message(
        ask: nil, channel: "email", scheduledAt: begun - 5, createdAt: begun - 5)

    private static func sent(_ id: String, _ person: Value = .text("1"), _ reason: Reason = .sentByStoppedRun)
        -> UnansweredRequest.Outcome
    {
        .sent(UnansweredRequest.Settled(id: id, person: person, reason: reason))
    }

    private static let cases: [Case] = [
        Case(
            what: "a person says that it was sent, too soon for anything else",
            evidence: evidence(begun: now, decided: .project, ada(), .notAsked),
            outcome: sent("of J1", .text("1"), .sentAsPersonSays)),
        Case(
            what: "a person says so, and the project is not asked",
            evidence: evidence(decided: .project, .notAsked, .notAsked),
            outcome: sent("of J1", .null, .sentAsPersonSays)),
        Case(
            what: "a person says that it was not", evidence: evidence(decided: .source, ada(), .whole([message])),
            outcome: .notSent),
        Case(
            what: "it may be on its way", evidence: evidence(begun: now - LateCreates.settleTime + 1, ada(), .notAsked),
            outcome: .open(
                "it was sent and no answer came: whether it arrived is looked for from 2026-11-24 12:00:01 on")),
        Case(
            what: "it cannot be on its way any more", evidence: evidence(begun: now - LateCreates.settleTime),
            outcome: .notSent),
        Case(
            what: "the project is not asked", evidence: evidence(.notAsked, .notAsked),
            outcome: .open("it was sent and no answer came: the next run looks for it in the project")),
        Case(
            what: "the journal names no moment", intent: intent("J1", at: nil), evidence: evidence(ada(), .notAsked),
            outcome: .unclear("the journal does not say when it was to be sent")),
        Case(
            what: "the person is gone", evidence: evidence(.missing, .notAsked),
            outcome: .unclear("the customer is not there any more")),
        Case(
            what: "the list of messages is not whole", evidence: evidence(ada(), .notWhole),
            outcome: .open("the customer's messages could not be read whole")),
        Case(what: "a message tells", evidence: evidence(ada(), .whole([message])), outcome: sent("9")),
        Case(
            what: "the message is another row's", evidence: evidence(ada(), .whole([message]), known: ["9"]),
            outcome: .notSent),
        Case(
            what: "only the person's own record tells", evidence: evidence(ada(lastAsked: begun)),
            outcome: sent("of J1")),
        Case(
            what: "something else came", evidence: evidence(ada(), .whole([other])),
            outcome: .unclear("they got a message at 2026-11-24 11:38:15 that is not known here")),
    ]

    @Test("what became of it is told by a person, the time, or the project, in this order", arguments: cases)
    private func outcome(sample: Case) throws {
        let request = try UnansweredRequest(
            sample.intent, AskWorld.fields, sample.evidence, label: "customer", now: Self.now)
        #expect(request.outcome == sample.outcome, "\(sample.what)")
    }

    @Test("a person's messages are asked for where nothing else tells")
    func needsMessages() {
        #expect(throws: UnansweredRequest.NeedsMessages(person: "1")) {
            try Self.request(Self.evidence(Self.ada(), .notAsked))
        }
    }

    // MARK: - What a plan says of it

    private static let found = UnansweredRequest.Row(
        place: Place(file: "jobs.csv", line: 2), fingerprint: Fingerprint(of: "as it is"))

    @Test("one that was sent is linked for good, with its row as it is now")
    func sentEntry() throws {
        let entry = try #require(try Self.request(Self.evidence(Self.ada(), .whole([Self.message]))).entry(Self.found))
        #expect(
            entry
                == Entry(
                    label: "Ada <a>", sourceKey: "J1", projectID: "9", present: [.source], place: Self.found.place,
                    bucket: .linked, link: .new(.sentByStoppedRun),
                    agreements: [
                        Agreement(field: "customer_id", source: .null, project: .text("1")),
                        Agreement(field: "asked_at", source: .null, project: .timestamp(Self.begun)),
                    ], sourceFingerprint: Self.found.fingerprint))
    }

    @Test("one that is open is set aside, one that is unclear is a conflict, one that was not sent is passed over")
    func otherEntries() throws {
        let open = try Self.request(Self.evidence(Self.ada(), .notWhole))
        #expect(open.entry(Self.found)?.quarantine?.cause == .inDoubt)
        #expect(open.entry(Self.found)?.bucket == .quarantined)
        let unclear = try Self.request(Self.evidence(.missing))
        #expect(
            unclear.entry(Self.found)?.conflicts == [Conflict(.unknownSend("the customer is not there any more"))])
        #expect(unclear.entry(Self.found)?.bucket == .conflict)
        #expect(open.keepsIntent && unclear.keepsIntent)
        let notSent = try Self.request(Self.evidence())
        #expect(notSent.entry(Self.found) == nil && !notSent.keepsIntent)
    }

    @Test("a row counts as one of the source's, with a place or without; one that is not there does not")
    func presence() throws {
        let request = try Self.request(Self.evidence(Self.ada(), .notWhole))
        var row = Self.found
        #expect(request.entry(row)?.present == [.source])
        row.place = nil
        #expect(request.entry(row)?.present == [.source])
        #expect(request.entry(nil)?.present == [])
        #expect(request.entry(nil)?.place == nil)
    }

    // MARK: - All of a pair

    private static func all() throws -> UnansweredRequests {
        UnansweredRequests([
            try request(evidence(ada(), .whole([message])), "sent", position: 3),
            try request(evidence(ada(), .notWhole), "open", position: 2),
            try request(evidence(), "not", position: 1), try request(evidence(.missing), "gone", position: 4),
            try request(evidence(ada(), .notWhole), nil),
        ])
    }

    @Test("a row that is there is said of in its place; others in the order in which they were begun")
    func rows() throws {
        var requests = try Self.all()
        #expect(requests.withoutRow.map(\.sourceKey) == ["open", "sent", "gone"])
        #expect(requests.meet("sent", Self.found)?.place == Self.found.place)
        #expect(requests.meet("not", Self.found) == nil, "it is decided as any other row")
        #expect(requests.meet("another", Self.found) == nil)
        #expect(requests.withoutRow.map(\.sourceKey) == ["open", "gone"])
        #expect(requests.withoutRow.allSatisfy { $0.present.isEmpty })
    }

    @Test("requests of several runs, begun at one position each, come in the order of their keys")
    func severalRuns() throws {
        let keys = (10..<40).map { "J\($0)" }
        let requests = UnansweredRequests(
            try keys.reversed().map { try Self.request(Self.evidence(Self.ada(), .notWhole), $0) })
        #expect(requests.withoutRow.map(\.sourceKey) == keys)
    }

    @Test("what is known and what is not is counted, and whoever was asked is remembered")
    func summary() throws {
        let requests = try Self.all()
        #expect(requests.undecided == [.source(key: "gone"), .source(key: "open")])
        #expect(requests.notes == [.sendsResolved(count: 2), .sendsOpen(count: 2)])
        #expect(requests.asked.map(\.person) == ["1"])
        #expect(requests.asked.map(\.at) == [Self.begun])
        #expect(UnansweredRequests().notes.isEmpty)
    }
}
