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

    /// A method and a path, with `{id}` where the record's id stands.
    public struct Request: Hashable, Sendable {
        public var method: String
        public var path: String

        public init(_ method: String, _ path: String) { (self.method, self.path) = (method, path) }

        /// `PUT /customers/{id}`
        public var text: String { "\(method) \(path)" }
    }

    public var name: String
    public var verb: Verb
    /// One at least. Where it is not known which of several the service takes, they are tried in this order: one that it has
    /// no method for does nothing.
    public var requests: [Request]
    public var grade: Grade
    /// An update that finds the record by its values, and would create one if there were none.
    public var isUpsert: Bool { verb == .update && !requests.contains { $0.path.contains("{id}") } }
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
        name: String, verb: Verb, requests: [Request], grade: Grade = .documented, writes: Set<String> = [],
        always: Set<String> = [], isIdempotent: Bool = true, answersRecord: Bool = true
    ) {
        self.name = name
        self.verb = verb
        self.requests = requests
        self.grade = grade
        self.writes = writes
        self.always = always
        self.isIdempotent = isIdempotent
        self.answersRecord = answersRecord
    }
}
