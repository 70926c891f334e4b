import AccordCore

/// Why a plan cannot be saved, or one that was saved cannot be used.
public enum PlanProblem: ExplainedError, Hashable {
    case unreadable(file: String, reason: String)
    case unwritable(file: String, reason: String)
    /// A folder, a device or a pipe: nothing takes its place.
    case noFile(String)
    /// A file that holds something else.
    case noPlan(String)
    /// Another process saves a plan there at this moment.
    case busy(String)

    public var place: String? {
        switch self {
        case .unreadable(let file, _), .unwritable(let file, _), .noFile(let file), .noPlan(let file),
            .busy(let file):
            file
        }
    }

    public var what: String {
        switch self {
        case .unreadable(_, let reason): "this is not a plan that can be read: \(reason)"
        case .unwritable(_, let reason): "the plan cannot be written: \(reason)"
        case .noFile: "a plan is saved as a file, and this is none"
        case .noPlan: "this file holds something else than a plan, so no plan takes its place"
        case .busy: "another process is saving a plan there at this moment"
        }
    }

    public var next: String? {
        switch self {
        case .unreadable: "Make a new one with accord plan --out"
        case .unwritable: "Check the folder, its permissions and its disk, or save the plan elsewhere"
        case .noFile: "Name a file; accord plan --format json prints the plan"
        case .noPlan: "Name a new file, an empty one or an earlier plan"
        case .busy: "Run again when the other one is done, or save the plan elsewhere"
        }
    }
}
