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
///   stored now, where the service says so. Unless it throws ``TableError/outcomeUnknown(_:)`` the effect is certain.
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
