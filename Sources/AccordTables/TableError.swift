import AccordCore

/// Why a table could not be read, or did not do what was asked.
public enum TableError: ExplainedError, Hashable {
    // MARK: Of a file

    case missing(name: String)
    case unreadable(name: String, reason: String)
    /// The form is broken at a line: an unclosed quote, a repeated header, …
    case malformed(Place, what: String, next: String)
    case changedMeanwhile(name: String)
    /// Another process writes it at this moment.
    case busy(name: String)
    case notWritable(name: String, reason: String)
    /// A change was not made: its record is not there or holds something else, or its text cannot be written.
    case expectationFailed(name: String, reason: String)

    // MARK: Of a service

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
    /// Several requests make one change: some of them were made, and this came of the next.
    case partlyMade(request: String, reason: String)
    /// The service could not be reached or kept failing; certainly nothing happened.
    case unavailable(request: String, reason: String)
    /// An answer that is not what the description says.
    case nonsense(request: String, reason: String)

    public var place: String? {
        switch self {
        case .missing(let name), .unreadable(let name, _), .changedMeanwhile(let name), .busy(let name),
            .notWritable(let name, _), .expectationFailed(let name, _):
            name
        case .malformed(let place, _, _): place.description
        case .unauthorized(let request, _), .forbidden(let request, _), .notFound(let request, _),
            .refused(let request, _, _, _), .outcomeUnknown(let request, _), .partlyMade(let request, _),
            .unavailable(let request, _), .nonsense(let request, _):
            request
        }
    }

    public var what: String {
        switch self {
        case .missing: "there is no such file"
        case .unreadable(_, let reason): "it cannot be read: \(reason)"
        case .malformed(_, let what, _): what
        case .changedMeanwhile: "someone changed it since it was read, so nothing was written to it"
        case .busy: "another process is writing it at this moment, so nothing was written to it"
        case .notWritable(_, let reason): "it cannot be written: \(reason)"
        case .expectationFailed(_, let reason): reason
        case .unauthorized: "the service refused the key (401)"
        case .forbidden(_, let message): "the service allows no API access (403): \(message)"
        case .notFound(_, let message): "no such record (404): \(message)"
        case .refused(_, let status, let message, let fields):
            "the service refused it (\(status)): " + TableError.reasons(message, fields).joined(separator: "; ")
        case .outcomeUnknown(_, let reason): "no answer came, so it may or may not have happened: \(reason)"
        case .partlyMade(_, let reason): "a part of the change was made, and then: \(reason)"
        case .unavailable(_, let reason): "the service is not available: \(reason)"
        case .nonsense(_, let reason): "the answer is not what the API's description says: \(reason)"
        }
    }

    public var next: String? {
        switch self {
        case .missing: "Check the path in accord.yaml; nothing was deleted anywhere"
        case .unreadable, .notWritable: "Check the file and its permissions, then run again"
        case .malformed(_, _, let next): next
        case .busy: "Run again when the other one is done"
        case .changedMeanwhile, .expectationFailed: "Run again: the next plan reads it anew"
        case .unauthorized(_, let keyFoundAt): "Find the current key under \(keyFoundAt), put it in place and run again"
        case .forbidden: "Check that what was booked there includes access to its API"
        case .notFound, .refused: "Correct the record; it is tried again when it changes"
        case .outcomeUnknown: "Run again: the next run looks it up before anything is sent"
        case .partlyMade: "Run again: the next run reads what is stored, and sends what is missing"
        case .unavailable: "Check the connection and the service's status, then run again; nothing is lost"
        case .nonsense: "Check the service's address; if it is right, the service may have changed"
        }
    }

    /// What a service says of the whole record is often what it says of the first field.
    private static func reasons(_ message: String, _ fields: [String: [String]]) -> [String] {
        let ofFields = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: " "))" }
        return message.isEmpty || fields.values.contains { $0.contains(message) } ? ofFields : [message] + ofFields
    }

    /// Nothing more can be asked of the table in this run.
    public var isFinal: Bool {
        switch self {
        case .unauthorized, .forbidden, .unavailable: true
        default: false
        }
    }
}
