/// What a plan may do too much of: a column that came blank, or that is another one by now, does it to everybody at once.
///
/// Its word stands in saved plans, in the mapping's `guards`, and in the option that lifts its limit for one run.
public enum Harm: String, Hashable, Sendable, CaseIterable {
    /// A record is deleted or archived.
    case deletes = "deletes"
    /// A field of a record becomes blank.
    case clears = "clears"
    /// Somebody who was there before gets no messages any more.
    case optOuts = "opt-outs"
    /// Somebody who opted out gets messages again.
    case resubscribes = "resubscribes"
    /// A record that was linked before is changed.
    case updates = "updates"
    /// A record that was linked before gets another e-mail or telephone number in place of the one that it had.
    case contactChanges = "contact-changes"
    /// A record is added to the source.
    case sourceCreates = "source-creates"

    /// The option that allows so many of it for one run.
    public func lift(_ count: Int) -> String { "--allow-\(rawValue) \(count)" }

    /// It is what any first run does: only a later one can do too much of it.
    var belongsToFirstRun: Bool {
        switch self {
        case .updates, .contactChanges, .sourceCreates: true
        case .deletes, .clears, .optOuts, .resubscribes: false
        }
    }
}

/// The fields of a pair by which its plan counts what happens to people.
public struct CountedFields: Hashable, Sendable {
    /// Of a plan of messages to people; nil of all others.
    public var send: SendFields?
    /// Hold what a message is sent to.
    public var addresses: Set<String>
    /// Written by nobody but the service itself: when somebody was asked last.
    public var facts: Set<String>

    public init(send: SendFields? = nil, addresses: Set<String> = [], facts: Set<String> = []) {
        self.send = send
        self.addresses = addresses
        self.facts = facts
    }

    public init(_ schema: TableSchema) {
        send = schema.sendFields
        addresses = Set(schema.fields.filter(\.type.isAddress).map(\.name))
        facts = Set(schema.fields.filter { !$0.isWritable }.map(\.name))
    }
}

extension Entry {
    /// Whether an operation of the entry does what only the operation itself, or the entry around it, can say.
    func does(_ harm: Harm, by operation: Operation, _ fields: CountedFields) -> Bool {
        switch harm {
        case .deletes: operation.isRemoval
        case .sourceCreates: operation.side == .source && operation.kind == .create
        case .clears:
            operation.kind == .update
                && operation.changes.contains { !$0.before.isNull && $0.after.isNull && !$0.isConsent }
        // Whoever opted out before is no news.
        case .optOuts:
            operation.isOptOut && !operation.isOwedOptOut && !operations.contains { $0.kind == .create }
        case .resubscribes: operation.isResubscription
        case .updates:
            wasLinked && operation.kind == .update
                && operation.changes.contains { !$0.isConsent && !fields.facts.contains($0.field) }
        case .contactChanges:
            wasLinked && operation.kind == .update
                && operation.changes.contains { fields.addresses.contains($0.field) && $0.isReplacement }
        }
    }

    /// Its two records were known to be the same before the plan.
    var wasLinked: Bool {
        if case .new = link { return false }
        return sourceKey != nil && projectID != nil
    }
}

extension FieldChange {
    /// It says whether somebody wants messages.
    fileprivate var isConsent: Bool { rule == .optOut || rule == .resubscribed }

    /// One value takes the place of another.
    var isReplacement: Bool { !before.isNull && !after.isNull }
}
