import AccordCore
import AccordEngine

extension Explanation.Whereabouts {
    /// For people, after the record's key.
    var words: String {
        switch (source, link) {
        case (let place?, let link?): "\(place) is linked to \(label) \(link.projectID)\(project?.words ?? "")"
        case (let place?, nil): "\(place) is not linked to any \(label)"
        case (nil, let link?):
            "is not in the source; it was linked to \(label) \(link.projectID) (remembered as \(link.state.words))"
                + (project?.words ?? "")
        case (nil, nil) where project != nil: "is in the project, and no record of the source is linked to it"
        case (nil, nil): "is neither in the source nor known to Accord"
        }
    }
}

extension Explanation.Whereabouts.ProjectState {
    /// Of a project record that is not there as others are; empty for one that is.
    fileprivate var words: String {
        switch self {
        case .present: ""
        case .archived: ", which is archived"
        case .gone: ", which is gone from the project"
        }
    }
}
