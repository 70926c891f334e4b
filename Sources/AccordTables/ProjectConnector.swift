import AccordCore

/// The project's side: one resource of the Project API.
///
/// **Contract**
/// - ``readAll(_:)`` hands over pages until every record was seen, the archived ones too. Its report carries a
///   certificate only if every page came, no record came twice, and as many distinct ids came as were announced.
/// - ``readChanged(since:_:)`` hands over pages, newest change first, until the body answers ``Reading/enough`` or
///   nothing is left. It proves nothing about what is gone.
/// - ``find(_:_:)`` asks the service for records with a value, as its own matcher would.
/// - ``send(_:)`` makes one write of one or more requests, retrying what may be retried, and answers with what is
///   stored now, where the service says so. Unless it throws ``ProjectError/outcomeUnknown(_:)`` the effect is certain.
public protocol ProjectConnector: Sendable {
    var resource: ResourceDescription { get }
    /// Requests sent so far, retries included.
    var requestCount: Int { get async }
    func readAll(_ page: (ProjectPage) async throws -> Void) async throws -> ProjectReport
    func readChanged(since day: CalendarDay, _ page: (ProjectPage) async throws -> Reading) async throws
    func find(_ field: String, _ value: Value) async throws -> [ProjectRecord]
    func send(_ write: ProjectWrite) async throws -> ProjectRecord?
}

public enum Reading: Sendable { case more, enough }

/// A record of the project in normal form.
public struct ProjectRecord: Sendable, Hashable {
    /// `key` is the id.
    public var record: Record
    public var isArchived: Bool

    public init(record: Record, isArchived: Bool) {
        self.record = record
        self.isArchived = isArchived
    }
}

public struct ProjectPage: Sendable {
    public var records: [ProjectRecord]
    /// Records that the service announces in all, where it does.
    public var total: Int?

    public init(records: [ProjectRecord], total: Int?) {
        self.records = records
        self.total = total
    }
}

public struct ProjectReport: Sendable, Hashable {
    public var count: Int
    /// Nil if the read proved itself whole; else why it did not.
    public var incomplete: String?

    public init(count: Int, incomplete: String? = nil) {
        self.count = count
        self.incomplete = incomplete
    }
}

/// A write of one record.
public struct ProjectWrite: Sendable, Hashable {
    public var verb: APIOperation.Verb
    /// Nil for a create.
    public var id: String?
    /// The fields to write and their values; empty for lifecycle operations and deletes.
    public var values: [String: Value]
    /// The record as it is known: by these values an upsert finds it.
    public var whole: Record

    public init(verb: APIOperation.Verb, id: String?, values: [String: Value], whole: Record) {
        self.verb = verb
        self.id = id
        self.values = values
        self.whole = whole
    }
}

/// Why the project did not do what was asked.
public enum ProjectError: ExplainedError, Hashable {
    /// 401: the key is wrong or was rotated.
    case unauthorized(request: String, keyFoundAt: String)
    /// 403: the plan has no API access.
    case forbidden(request: String, message: String)
    /// 404 for a record.
    case notFound(request: String, message: String)
    /// Any other 4xx, and `success: false`: the service's own words, and those by field.
    case refused(request: String, status: Int, message: String, fields: [String: [String]])
    /// A write whose answer never came: it may have happened.
    case outcomeUnknown(request: String, reason: String)
    /// The service could not be reached or kept failing; certainly nothing happened.
    case unavailable(request: String, reason: String)
    /// An answer that is not what the description says.
    case nonsense(request: String, reason: String)

    public var place: String? {
        switch self {
        case .unauthorized(let request, _), .forbidden(let request, _), .notFound(let request, _),
            .refused(let request, _, _, _), .outcomeUnknown(let request, _), .unavailable(let request, _),
            .nonsense(let request, _):
            request
        }
    }

    public var what: String {
        switch self {
        case .unauthorized: "the project refused the key (401)"
        case .forbidden(_, let message): "the project allows no API access (403): \(message)"
        case .notFound(_, let message): "no such record (404): \(message)"
        case .refused(_, let status, let message, let fields):
            "refused (\(status)): "
                + ([message] + fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: " "))" })
                .filter { !$0.isEmpty }.joined(separator: "; ")
        case .outcomeUnknown(_, let reason): "no answer came, so it may or may not have happened: \(reason)"
        case .unavailable(_, let reason): "the project could not be reached: \(reason)"
        case .nonsense(_, let reason): "the answer is not what the API's description says: \(reason)"
        }
    }

    public var next: String? {
        switch self {
        case .unauthorized(_, let keyFoundAt): "Find the current key under \(keyFoundAt), put it in place and run again"
        case .forbidden: "Check that the project's plan includes API access"
        case .notFound, .refused: "Correct the record; it is tried again when it changes"
        case .outcomeUnknown: "Run again: the next run looks it up before anything is sent"
        case .unavailable: "Check the connection and the service's status, then run again; nothing is lost"
        case .nonsense: "Check project.url in accord.yaml; if it is right, the service may have changed"
        }
    }
}
