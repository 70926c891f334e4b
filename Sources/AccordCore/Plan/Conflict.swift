/// What no rule decides and a person must.
public struct Conflict: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Both sides changed a field to different values.
        case field(String)
        /// One side lost the record, and the other changed these fields of it; none if it got the record back.
        case changedAndGone(from: Side, fields: [String])
        /// Whether a message reached its person is not known; why.
        case unknownSend(String)
    }

    public var kind: Kind
    public var source: Value
    public var project: Value
    public var sourceBase: Value
    public var projectBase: Value
    /// Of a whole record: the fingerprint of what is left of it, on the one side, when a person is asked.
    public var remaining: Fingerprint?

    public init(
        _ kind: Kind, source: Value = .null, project: Value = .null, sourceBase: Value = .null,
        projectBase: Value = .null, remaining: Fingerprint? = nil
    ) {
        self.kind = kind
        self.source = source
        self.project = project
        self.sourceBase = sourceBase
        self.projectBase = projectBase
        self.remaining = remaining
    }

    /// The field; nil for a conflict about the whole record.
    public var field: String? { if case .field(let name) = kind { name } else { nil } }

    /// A person who decided one of them has decided the other: it is about the same values.
    public func asksTheSame(as other: Conflict) -> Bool {
        func subject(_ kind: Kind) -> String {
            switch kind {
            case .field(let name): "field \(name)"
            case .changedAndGone(let side, _): "gone \(side.rawValue)"
            case .unknownSend: "send"
            }
        }
        return subject(kind) == subject(other.kind) && source == other.source && project == other.project
            && remaining == other.remaining
    }

    /// For people: a sentence without its full stop.
    public var what: String {
        switch kind {
        case .field: "the source says \"\(source)\", the project says \"\(project)\""
        case .changedAndGone(.project, []): "deleted in the project, and back in the source"
        case .changedAndGone(.project, let fields):
            "deleted in the project, and changed in the source (\(fields.joined(separator: ", ")))"
        case .changedAndGone(.source, let fields):
            "gone from the source, and changed in the project (\(fields.joined(separator: ", ")))"
        case .unknownSend(let reason):
            "it is not known whether they were asked: \(reason). "
                + "If they were, take project; if not, take source, and they are asked again"
        }
    }
}
