import AccordCore

extension Harm {
    /// For a summary, before `in the source`.
    var words: String {
        switch self {
        case .deletes: "deleted or archived"
        case .clears: "emptied"
        case .optOuts: "opted out"
        case .resubscribes: "subscribed again"
        case .updates: "linked records changed"
        case .contactChanges: "another e-mail or telephone number"
        case .sourceCreates: "added"
        }
    }
}
