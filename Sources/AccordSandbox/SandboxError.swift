import AccordCore

/// Why a sandbox cannot be set up or edited as was asked.
public enum SandboxError: ExplainedError, Hashable {
    /// An edit, or a record of a seed file, that a project cannot hold.
    case record(place: String, reason: String)
    /// A text that describes no faults.
    case faults(part: String, reason: String)
    /// A name of no habit.
    case habit(String)
    /// A seed file that cannot be read.
    case seed(file: String, reason: String)
    /// A seed file that is not there, or that may not be read.
    case unreadable(file: String, reason: String)
    /// A port that cannot be listened on.
    case address(String, reason: String)

    public var place: String? {
        switch self {
        case .record(let place, _): place
        case .faults(let part, _): "faults: \(part)"
        case .habit(let name): "like: \(name)"
        case .seed(let file, _), .unreadable(let file, _): file
        case .address(let address, _): address
        }
    }

    public var what: String {
        switch self {
        case .record(_, let reason), .faults(_, let reason), .seed(_, let reason), .unreadable(_, let reason),
            .address(_, let reason):
            reason
        case .habit(let name):
            "no service like that"
                + Suggestion.hint(for: name, among: Likeness.allCases.map(\.rawValue) + Habit.allCases.map(\.rawValue))
        }
    }

    public var next: String? {
        switch self {
        case .record: "Correct the record"
        case .faults: "Faults are written like this: \(Faults.example)"
        case .habit:
            "There are \(Likeness.allCases.map(\.rawValue).joined(separator: ", ")), and "
                + Habit.allCases.map(\.rawValue).joined(separator: ", ")
        case .seed: #"A seed file holds {"tags": […], "locations": […], "customers": […]}"#
        case .unreadable: "Name a file that is there and that you may read"
        case .address: "Choose another port, or 0 for any that is free"
        }
    }
}
