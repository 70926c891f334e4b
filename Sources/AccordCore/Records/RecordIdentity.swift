/// What quarantine, plans and people know a record by: its source's key, or the project's id where only the project has it.
public enum RecordIdentity: Hashable, Sendable {
    case source(key: String)
    case project(id: String)

    private static let ofSource = "source:"
    private static let ofProject = "project:"

    /// As it is kept, shown and typed: the key as it is, or `project:` and the id. A key that would be read as an id has
    /// `source:` before it, as has one that would be read as such a key.
    public var text: String {
        switch self {
        case .source(let key): RecordIdentity.isMistakable(key) ? RecordIdentity.ofSource + key : key
        case .project(let id): RecordIdentity.ofProject + id
        }
    }

    /// The identity with this text; every text is that of one.
    public init(_ text: String) {
        if text.hasPrefix(RecordIdentity.ofProject) {
            self = .project(id: String(text.dropFirst(RecordIdentity.ofProject.count)))
        } else if RecordIdentity.isMistakable(text) {
            self = .source(key: String(text.dropFirst(RecordIdentity.ofSource.count)))
        } else {
            self = .source(key: text)
        }
    }

    /// `project:`, whatever number of `source:` stands before it.
    private static func isMistakable(_ text: String) -> Bool {
        var rest = text[...]
        while rest.hasPrefix(ofSource) { rest = rest.dropFirst(ofSource.count) }
        return rest.hasPrefix(ofProject)
    }
}
