import AccordCore

extension LinkState {
    /// For people: what is remembered of the two records of a link.
    var words: String {
        switch self {
        case .active: "there on both sides"
        case .archived: "archived in the project"
        case .goneFromSource: "gone from the source"
        case .goneFromProject: "gone from the project"
        }
    }
}
