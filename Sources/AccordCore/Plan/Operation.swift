/// One thing to be done to one record on one side.
public struct Operation: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case create = "create"
        case update = "update"
        case delete = "delete"
        case archive = "archive"
        case unarchive = "unarchive"
        case unsubscribe = "unsubscribe"
        case resubscribe = "resubscribe"
        /// Asks a person for a review.
        case send = "send"
    }

    public var side: Side
    public var kind: Kind
    /// The fields that it writes, by name; empty for a delete and for what only hides or shows.
    public var changes: [FieldChange]
    public var reason: Reason

    public init(side: Side, kind: Kind, changes: [FieldChange] = [], reason: Reason) {
        self.side = side
        self.kind = kind
        let isSorted = zip(changes, changes.dropFirst()).allSatisfy { $0.field <= $1.field }
        self.changes = isSorted ? changes : changes.sorted { $0.field < $1.field }
        self.reason = reason
    }

    public var action: Action { Action(side, kind) }

    /// Takes a record away from the people who use that side.
    public var isRemoval: Bool { kind == .delete || kind == .archive }

    /// A message reaches a person.
    public var isSend: Bool { kind == .send }

    /// A person gets no messages any more, who is there already.
    public var isOptOut: Bool { kind == .unsubscribe || changesARecord && changes.contains { $0.rule == .optOut } }

    /// It opts out a person whose own row does not say so: nothing but the operation itself tells that they are to be.
    public var isOwedOptOut: Bool {
        guard side == .project, kind == .unsubscribe else { return false }
        switch reason {
        case .onSuppressionList, .optedOutElsewhere, .optedOutAndGone, .optedOutBefore, .optOutOwed: return true
        default: return false
        }
    }

    /// A person who did not want messages gets them again.
    public var isResubscription: Bool { changesARecord && changes.contains { $0.rule == .resubscribed } }

    /// What a create says of a person is new, and most operations of a first plan are creates.
    private var changesARecord: Bool { kind != .create }

    /// What it writes, by field.
    public var values: [String: Value] {
        Dictionary(changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
    }

    /// What of it carries an opt-out; nil if nothing.
    var optOut: Operation? {
        var operation = self
        operation.changes = changes.filter { $0.rule == .optOut }
        if operation.changes.count < changes.count { operation.reason = .rules([.optOut]) }
        return operation.changes.isEmpty ? nil : operation
    }

    /// Likewise, unless it is there only because of what the other operations of its record do.
    var ownOptOut: Operation? {
        switch reason {
        case .onSuppressionList, .optedOutElsewhere, .optedOutAndGone: nil
        default: optOut
        }
    }
}

/// A field before and after, on the side that is written.
public struct FieldChange: Hashable, Sendable {
    public var field: String
    /// What must be there when it is written: the operation is skipped if it is not.
    public var before: Value
    public var after: Value
    /// What the other side holds, in its own form: its base once this is done.
    public var origin: Value
    public var rule: FieldRule

    public init(field: String, before: Value, after: Value, origin: Value, rule: FieldRule) {
        self.field = field
        self.before = before
        self.after = after
        self.origin = origin
        self.rule = rule
    }
}

/// A field on which both sides already say the same: only its bases move, and nothing is sent.
public struct Agreement: Hashable, Sendable {
    public var field: String
    public var source: Value
    public var project: Value

    public init(field: String, source: Value, project: Value) {
        self.field = field
        self.source = source
        self.project = project
    }
}

/// Why a record is left out until something about it changes.
public struct Quarantine: Hashable, Sendable {
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// The row itself is broken.
        case unreadable = "unreadable"
        /// A value does not fit its field's type, or a required one is blank.
        case unmappable = "unmappable"
        case noKey = "no-key"
        case duplicateKey = "duplicate-key"
        /// More than one record could be meant.
        case ambiguous = "ambiguous"
        /// What has to be known before anything is done is in no answer.
        case unknown = "unknown"
        /// What it refers to is not there.
        case missing = "missing"
        /// The service's matcher would make the create an update of somebody else.
        case wouldOverwriteAnother = "would-overwrite-another"
        /// The service would refuse the write.
        case wouldBeRefused = "would-be-refused"
        /// The service did refuse it.
        case refused = "refused"
        /// It may have been sent: that is looked for before anything is sent again.
        case inDoubt = "in-doubt"
        /// The source's read is in doubt, so nothing is written there.
        case sourceInDoubt = "source-in-doubt"
        /// The service took the write and stored something else.
        case storedDifferently = "stored-differently"
        /// The service took a create for a record that was there before.
        case wroteOver = "wrote-over"
    }

    public var cause: Cause
    public var message: String

    public init(_ cause: Cause, _ message: String) {
        self.cause = cause
        self.message = message
    }
}
