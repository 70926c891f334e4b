/// Why a field ended as it did. `explain`, the ledger and the plan all use these words.
public enum FieldRule: String, Hashable, Sendable, CaseIterable {
    case unchanged = "unchanged"
    case agreed = "agreed"
    case sourceChanged = "source-changed"
    case projectChanged = "project-changed"
    case elements = "elements"
    case restored = "restored"
    case policySource = "policy-source"
    case policyProject = "policy-project"
    case newestSource = "newest-source"
    case newestProject = "newest-project"
    case optOut = "opt-out"
    case resubscribed = "resubscribed"
    case resolved = "resolved"
    case created = "created"
    case conflict = "conflict"
    /// The answers of one side, or of both, never held the field.
    case unknown = "unknown"

    /// For people, after the word "because".
    public var reason: String {
        switch self {
        case .unchanged: "neither side changed it"
        case .agreed: "both sides say the same"
        case .sourceChanged: "changed in the source"
        case .projectChanged: "changed in the project"
        case .elements: "both sides changed it, and the changes fit together"
        case .restored: "the mapping lets only the other side change it"
        case .policySource: "both changed it, and the mapping prefers the source"
        case .policyProject: "both changed it, and the mapping prefers the project"
        case .newestSource: "both changed it, the source last"
        case .newestProject: "both changed it, the project last"
        case .optOut: "an opt-out on either side counts on both"
        case .resubscribed: "subscribed again, where the mapping allows it"
        case .resolved: "a person decided"
        case .created: "the record is new"
        case .conflict: "both changed it to different values, and no policy decides"
        case .unknown: "the answers say nothing of it, so it is left as it is"
        }
    }
}
