import AccordCore

/// A request that writes.
public struct APIOperation: Hashable, Sendable {
    public enum Verb: String, Hashable, Sendable, CaseIterable {
        case create = "create"
        case update = "update"
        case delete = "delete"
        case archive = "archive"
        case unarchive = "unarchive"
        case unsubscribe = "unsubscribe"
        case resubscribe = "resubscribe"

        /// What is to be done to a record by it.
        public var kind: Operation.Kind {
            switch self {
            case .create: .create
            case .update: .update
            case .delete: .delete
            case .archive: .archive
            case .unarchive: .unarchive
            case .unsubscribe: .unsubscribe
            case .resubscribe: .resubscribe
            }
        }
    }

    public var name: String
    public var verb: Verb
    public var method: String
    /// With `{id}` where the record's id stands.
    public var path: String
    /// An update that finds the record by its values, and would create one if there were none.
    public var isUpsert: Bool { verb == .update && !path.contains("{id}") }
    /// The fields that it can write.
    public var writes: Set<String>
    /// Fields that it sends besides those that changed, as they are: the upsert's own key, and what the service would
    /// empty if it were left out. It is not sent where one of them is not known.
    public var always: Set<String>
    /// Sending it twice does what sending it once does.
    public var isIdempotent: Bool
    /// It answers with the record as it is stored now.
    public var answersRecord: Bool

    public init(
        name: String, verb: Verb, method: String, path: String, writes: Set<String> = [],
        always: Set<String> = [], isIdempotent: Bool = true, answersRecord: Bool = true
    ) {
        self.name = name
        self.verb = verb
        self.method = method
        self.path = path
        self.writes = writes
        self.always = always
        self.isIdempotent = isIdempotent
        self.answersRecord = answersRecord
    }
}
