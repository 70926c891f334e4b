import AccordCore

/// What a run did. Its coded form is what `--json` prints: scripts read it.
public struct RunReport: Sendable, Hashable, Encodable {
    public enum Outcome: String, Sendable, Hashable, Encodable, CaseIterable {
        /// Everything in the plan was done, or there was nothing to do.
        case done = "done"
        /// The rest went on, but some records wait: in quarantine, in conflict, changed since the plan was made, or
        /// missing from a source that cannot be trusted to say so; or the project was not read whole, which was due; or
        /// more people would be asked for a review than the run allows.
        case attention = "attention"
        /// It was stopped by a person, cleanly.
        case interrupted = "interrupted"
        /// The key was refused, the service stayed away, the source changed underneath: what was done is settled.
        case failed = "failed"
        /// A guard refused the plan: nothing was done.
        case refused = "refused"
    }
    public var run: Int64
    public var outcome: Outcome
    /// How many operations were done, by side and kind.
    public var done: [Operation.Action: Int]
    /// Records newly linked without a write.
    public var linked: Int
    public var quarantined: Int
    public var conflicts: Int
    /// Operations whose expectation no longer held: skipped, and planned anew next time.
    public var skipped: [Skip]
    /// Records whose write may or may not have happened: the next run looks.
    public var unknown: Int
    /// Linked records that were not found in the source, whose read is in doubt: nothing was done about them.
    public var withheld: Int
    /// Whole reads of the project that did not prove themselves whole: what is gone from it is not known.
    public var incompleteReads: Int
    /// People who would be asked for a review, and are not as the run does not allow it, or not so many.
    public var held: Int
    /// How many people the run was allowed to ask; nil if nothing was said of it.
    public var allowedSends: Int?
    /// Requests sent, reads and retries included.
    public var requests: Int
    public var seconds: Double
    /// Why a pair could not be finished, for each that could not.
    public var failures: [String]

    private enum CodingKeys: String, CodingKey {
        case run = "run"
        case outcome = "outcome"
        case done = "done"
        case linked = "linked"
        case quarantined = "quarantined"
        case conflicts = "conflicts"
        case skipped = "skipped"
        case unknown = "unknown"
        case withheld = "withheld"
        case incompleteReads = "incompleteReads"
        case held = "held"
        case allowedSends = "allowedSends"
        case requests = "requests"
        case seconds = "seconds"
        case failures = "failures"
    }

    public struct Skip: Sendable, Hashable, Encodable {
        public var label: String
        public var reason: String

        private enum CodingKeys: String, CodingKey {
            case label = "label"
            case reason = "reason"
        }

        public init(label: String, reason: String) {
            self.label = label
            self.reason = reason
        }
    }

    public init(run: Int64) {
        self.run = run
        outcome = .done
        done = [:]
        linked = 0
        quarantined = 0
        conflicts = 0
        skipped = []
        unknown = 0
        withheld = 0
        incompleteReads = 0
        held = 0
        requests = 0
        seconds = 0
        failures = []
    }

    /// Somebody wants people to be asked, and nobody was, as they are more than was said.
    public var holdsAllowedSends: Bool { held > 0 && allowedSends != nil }

    public var operations: Int { done.values.reduce(0, +) }
}
