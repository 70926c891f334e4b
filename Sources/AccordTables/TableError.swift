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
    /// 402 and 403: what was booked there does not include it.
    case forbidden(request: String, status: Int, message: String)
    /// A redirect, or a page for people in place of data: of a login, mostly.
    case notTheService(request: String, reason: String, keyFoundAt: String)
    /// 404 for a record.
    case notFound(request: String, message: String)
    /// 404 for a write to a record that is there.
    case noSuchOperation(request: String, what: String)
    /// 404 for a write that names records of other tables.
    case unknownName(request: String, named: String, message: String)
    /// Any other 4xx of a write, and `success: false`: the service's own words, and those by field.
    case refused(request: String, status: Int, message: String, fields: [String: [String]])
    /// A 4xx of a read: it is no record's fault.
    case readRefused(request: String, status: Int, message: String)
    /// A write for which no request could be made: certainly nothing was sent.
    case unsendable(name: String, reason: String)
    /// The service asks for a longer pause than a run makes.
    case tooBusy(request: String, reason: String)
    /// Somebody asked to stop while the service made the run wait: certainly nothing was sent.
    case interrupted(request: String)
    /// A write whose answer never came: it may have happened.
    case outcomeUnknown(request: String, reason: String)
    /// Several requests make one change: some of them were made, and this came of the next.
    case partlyMade(request: String, reason: String)
    /// The service could not be reached or kept failing; certainly nothing happened.
    case unavailable(request: String, reason: String)
    /// An answer that is not what the description says.
    case nonsense(request: String, reason: String)
    /// A list is not what it was found to be, and is not relied upon any more.
    case contradicted(request: String, reason: String)

    public var place: String? {
        switch self {
        case .missing(let name), .unreadable(let name, _), .changedMeanwhile(let name), .busy(let name),
            .notWritable(let name, _), .expectationFailed(let name, _), .unsendable(let name, _):
            name
        case .malformed(let place, _, _): place.description
        case .unauthorized(let request, _), .forbidden(let request, _, _), .notTheService(let request, _, _),
            .notFound(let request, _), .unknownName(let request, _, _), .noSuchOperation(let request, _),
            .refused(let request, _, _, _), .readRefused(let request, _, _),
            .tooBusy(let request, _), .interrupted(let request), .outcomeUnknown(let request, _),
            .partlyMade(let request, _), .unavailable(let request, _), .nonsense(let request, _),
            .contradicted(let request, _):
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
        case .forbidden(_, let status, let message):
            "the service does not allow it (\(status))\(TableError.words(message))"
        case .notTheService(_, let reason, _): "a page for people came in place of data: \(reason)"
        case .notFound(_, let message): "no such record (404)\(TableError.words(message))"
        case .noSuchOperation(_, let what): "the service does not do this, though the record is there: \(what)"
        case .unknownName(_, let named, let message):
            "the service does not know what it names (404), \(named)\(TableError.words(message))"
        case .readRefused(_, let status, let message):
            "the service does not answer this question (\(status))\(TableError.words(message))"
        case .unsendable(_, let reason): "it was not sent: \(reason)"
        case .tooBusy(_, let reason): "the service asks to slow down: \(reason)"
        case .interrupted: "it was not sent any more, as the run was asked to stop while the service made it wait"
        case .refused(_, let status, let message, let fields):
            "the service refused it (\(status)): " + TableError.reasons(message, fields).joined(separator: "; ")
        case .outcomeUnknown(_, let reason): "no answer came, so it may or may not have happened: \(reason)"
        case .partlyMade(_, let reason): "a part of the change was made, and then: \(reason)"
        case .unavailable(_, let reason): "the service is not available: \(reason)"
        case .nonsense(_, let reason): "the answer is not what the API's description says: \(reason)"
        case .contradicted(_, let reason): "the list is not what it was found to be: \(reason)"
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
        case .forbidden: "Check that what was booked there includes this part of its API"
        case .notTheService(_, _, let keyFoundAt):
            "Check the service's address, and that the key is the one under \(keyFoundAt)"
        case .notFound, .refused: "Correct the record; it is tried again when it changes"
        case .noSuchOperation: "Check the service's description: it may have another address or method for this"
        case .unknownName:
            "Correct the name, or create there what it names and let it out of quarantine; it is tried again then"
        case .readRefused:
            "Check the service's address; if it is right, the service differs from its description in this"
        case .unsendable: "It is tried again when the record changes"
        case .tooBusy: "Run again later; if that happens often, ask for less at a time"
        case .interrupted: "Run again: nothing is lost"
        case .outcomeUnknown: "Run again: the next run looks it up before anything is sent"
        case .partlyMade: "Run again: the next run reads what is stored, and sends what is missing"
        case .unavailable: "Check the connection and the service's status, then run again; nothing is lost"
        case .nonsense: "Check the service's address; if it is right, the service may have changed"
        case .contradicted: "Run again: all is read then"
        }
    }

    private static func words(_ message: String) -> String { message.isEmpty ? "" : ": \(message)" }

    /// What a service says of the whole record is often what it says of the first field.
    private static func reasons(_ message: String, _ fields: [String: [String]]) -> [String] {
        let ofFields = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: " "))" }
        return message.isEmpty || fields.values.contains { $0.contains(message) } ? ofFields : [message] + ofFields
    }

    /// Nothing more can be asked of the table in this run.
    public var isFinal: Bool {
        switch self {
        case .unauthorized, .forbidden, .notTheService, .tooBusy, .interrupted, .unavailable: true
        default: false
        }
    }
}
