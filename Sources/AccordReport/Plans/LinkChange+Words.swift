import AccordCore

extension Entry {
    /// What becomes of the link between its two records, for people; nil if it stays as it is.
    var linkWords: String? {
        switch link {
        case .none: nil
        case .new(let reason): "linked because \(reason.description)"
        case .moved(let key): "linked under the key \(sourceKey ?? "") in place of \(key)"
        case .state(.active): "remembered as there on both sides"
        case .state(.archived): "remembered as archived in the project"
        case .state(.goneFromSource): "remembered as gone from the source"
        case .state(.goneFromProject): "remembered as gone from the project"
        case .removed: "no longer linked"
        }
    }
}
