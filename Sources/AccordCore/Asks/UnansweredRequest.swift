/// A request that a stopped run may have sent, and what became of it as far as is known now.
public struct UnansweredRequest: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        case sent(Settled)
        /// Certainly nobody got it: the row is decided as if nothing had been tried.
        case notSent
        /// It may still be on its way, or cannot be looked for now: a later run looks.
        case open(String)
        /// A person decides.
        case unclear(String)
    }

    public struct Settled: Hashable, Sendable {
        /// Of the request; made up where the service does not say.
        public var id: String
        /// The id of the person who got it; null if it is not known.
        public var person: Value
        public var reason: Reason

        public init(id: String, person: Value, reason: Reason) {
            self.id = id
            self.person = person
            self.reason = reason
        }
    }

    /// The row of a request as it is now.
    public struct Row: Hashable, Sendable {
        public var place: Place?
        public var fingerprint: Fingerprint

        public init(place: Place?, fingerprint: Fingerprint) {
            self.place = place
            self.fingerprint = fingerprint
        }
    }

    public let intent: Entry
    /// Nil if the intent names no moment.
    public let ask: Ask?
    public let outcome: Outcome
    private let fields: SendFields

    /// - Parameter label: one of the people, as a message calls them.
    /// - Throws: ``NeedsMessages`` if nothing but the person's messages tells what became of it.
    public init(
        _ intent: Entry, _ fields: SendFields, _ evidence: Evidence, label: String, now: Int64
    ) throws(NeedsMessages) {
        self.intent = intent
        self.fields = fields
        ask = Ask(intent.operations.flatMap(\.changes), fields)
        outcome = try evidence.outcome(of: intent, ask, label: label, now: now)
    }

    /// What is known of it stays open, and so does the journal's intent.
    public var keepsIntent: Bool {
        switch outcome {
        case .sent, .notSent: false
        case .open, .unclear: true
        }
    }

    /// What a plan says of it; nil if nothing was sent.
    ///
    /// - Parameter row: that it was sent for; nil if that is not there any more.
    public func entry(_ row: Row?) -> Entry? {
        var entry = Entry(
            label: intent.label, sourceKey: intent.sourceKey, projectID: nil, present: row == nil ? [] : [.source],
            place: row?.place, bucket: .linked, sourceFingerprint: row?.fingerprint)
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
