/// An error that a person can act on: where it is, what happened, and what to do next.
///
/// Every error that Accord shows conforms to this. None of the three parts ever holds a secret.
public protocol ExplainedError: Error, Sendable, CustomStringConvertible {
    /// The file and line, pair, record or request.
    var place: String? { get }
    /// What was expected and what was found: a sentence without its full stop.
    var what: String { get }
    /// What to do next: a sentence without its full stop.
    var next: String? { get }
}

extension ExplainedError {
    public var description: String {
        // What a service says often ends with a full stop of its own.
        let what = what.hasSuffix(".") ? String(what.dropLast()) : what
        let sentence = place.map { "\($0): \(what)" } ?? what
        return next.map { "\(sentence). \($0)." } ?? "\(sentence)."
    }
}
