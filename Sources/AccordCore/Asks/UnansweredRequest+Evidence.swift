extension UnansweredRequest {
    /// What is known of a request whose answer never came.
    public struct Evidence: Hashable, Sendable {
        /// When it was sent, in Unix seconds.
        public var begun: Int64
        /// What a person said of it: the side that is right; nil if nobody said anything.
        public var decided: Side?
        public var recipient: Recipient
        public var messages: Messages
        /// Ids of requests that are settled.
        public var known: Set<String>

        public init(
            begun: Int64, decided: Side? = nil, recipient: Recipient, messages: Messages = .notAsked,
            known: Set<String> = []
        ) {
            self.begun = begun
            self.decided = decided
            self.recipient = recipient
            self.messages = messages
            self.known = known
        }
    }

    /// The person whom a request would reach, as the service shows them now.
    public enum Recipient: Hashable, Sendable {
        /// The project is not asked in this run.
        case notAsked
        case missing
        /// - Parameter lastAsked: Unix seconds.
        case found(id: String, lastAsked: Int64?)
    }

    /// All that the service knows to have been sent to a person, or to be sent.
    public enum Messages: Hashable, Sendable {
        case notAsked
        /// The list did not prove itself whole.
        case notWhole
        case whole([AskEvidence.Message])
    }

    /// Only a person's messages tell what became of a request.
    public struct NeedsMessages: Error, Hashable, Sendable {
        /// The person's id.
        public var person: String

        public init(person: String) { self.person = person }
    }
}

extension UnansweredRequest.Evidence {
    func outcome(
        of intent: Entry, _ ask: Ask?, label: String, now: Int64
    ) throws(UnansweredRequest.NeedsMessages) -> UnansweredRequest.Outcome {
        switch decided {
        case .project: return sent(nil, intent, .sentAsPersonSays)
        case .source: return .notSent
        case nil: break
        }
        guard now - begun >= LateCreates.settleTime else {
            return .open(
                "it was sent and no answer came: whether it arrived is looked for from "
                    + "\(CalendarDay.describe(unixSeconds: begun + LateCreates.settleTime)) on")
        }
        guard recipient != .notAsked else {
            return .open("it was sent and no answer came: the next run looks for it in the project")
        }
        guard let ask else { return .unclear("the journal does not say when it was to be sent") }
        guard case .found(let person, let lastAsked) = recipient else {
            return .unclear("the \(label) is not there any more")
        }
        switch messages {
        case .notAsked: throw UnansweredRequest.NeedsMessages(person: person)
        case .notWhole: return .open("the \(label)'s messages could not be read whole")
        case .whole(let messages):
            return outcome(
                AskEvidence.judge(ask, begun: begun, lastAsked: lastAsked, messages: messages, known: known), intent)
        }
    }

    private func outcome(_ evidence: AskEvidence, _ intent: Entry) -> UnansweredRequest.Outcome {
        switch evidence {
        case .sent(let id): sent(id, intent, .sentByStoppedRun)
        case .notSent: .notSent
        case .unclear(let reason): .unclear(reason)
        }
    }

    private func sent(_ id: String?, _ intent: Entry, _ reason: Reason) -> UnansweredRequest.Outcome {
        var person = Value.null
        if case .found(let id, _) = recipient { person = .text(id) }
        // Without an id of the service's the row itself is what the link is known by.
        return .sent(
            UnansweredRequest.Settled(id: id ?? "of \(intent.sourceKey ?? "")", person: person, reason: reason))
    }
}
