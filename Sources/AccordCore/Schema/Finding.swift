/// What was found out about a service: whether a claim of its description is so.
public struct Finding: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case proved = "proved"
        case refuted = "refuted"
    }

    /// Which claim: `customers.archive`.
    public var claim: String
    public var verdict: Verdict
    /// Of several ways that the description gives, the one that is so: `PUT /customers/{id}/archive`. Nil if there is but
    /// one, or none is.
    public var way: String?
    /// What showed it, for people.
    public var evidence: String
    /// When, in Unix seconds.
    public var at: Int64

    public init(claim: String, verdict: Verdict, way: String? = nil, evidence: String, at: Int64) {
        self.claim = claim
        self.verdict = verdict
        self.way = way
        self.evidence = evidence
        self.at = at
    }

    /// It says the same, whenever it was found.
    public func says(sameAs other: Finding?) -> Bool {
        guard let other else { return false }
        return claim == other.claim && verdict == other.verdict && way == other.way
    }
}
