import AccordCore

extension Bucket {
    /// For people.
    var words: String {
        switch self {
        case .unchanged: "unchanged"
        case .agreed: "already the same"
        case .linked: "newly linked"
        case .created: "to be created"
        case .updated: "to be updated"
        case .removed: "removed"
        case .conflict: "in conflict"
        case .quarantined: "in quarantine"
        case .leftAlone: "left alone"
        case .withheld: "not found"
        }
    }
}
