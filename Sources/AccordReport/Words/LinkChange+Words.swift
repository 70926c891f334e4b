import AccordCore

extension Entry {
    /// What becomes of the link between its two records, for people; nil if it stays as it is.
    var linkWords: String? {
        switch link {
        case .none: nil
        case .new(let reason): "linked because \(reason.description)"
        case .moved(let key): "linked under the key \(sourceKey ?? "") in place of \(key)"
        case .state(let state): "remembered as \(state.words)"
        case .removed: "no longer linked"
        }
    }
}
