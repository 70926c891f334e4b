/// What a plan says of one record: a source record, a project record, or a link of the two.
///
/// A record about which there is nothing to say has no entry; it is only counted.
public struct Entry: Hashable, Sendable {
    /// Its 1-based place in the plan of its pair.
    public var position: Int
    /// For people: a name or an e-mail.
    public var label: String
    public var sourceKey: String?
    public var projectID: String?
    /// The sides on which the record was found.
    public var present: Presence
    /// Where the source record stands.
    public var place: Place?
    public var bucket: Bucket
    public var link: LinkChange
    public var agreements: [Agreement]
    /// In the order in which they are done.
    public var operations: [Operation]
    public var conflicts: [Conflict]
    /// Mapped fields that are left as they are, as it is not known what a side holds.
    public var unknown: [UnknownField]
    public var quarantine: Quarantine?
    /// Why nothing is done, where that is deliberate.
    public var note: Reason?
    /// Of the source record as it was read: kept with the link when everything here is settled.
    public var sourceFingerprint: Fingerprint?
    /// Of the project record as it was read: what operations that change no single field expect to find.
    public var projectFingerprint: Fingerprint?
    /// Positions of the entries that must be done before this one.
    public var after: [Int]

    public init(
        label: String, sourceKey: String?, projectID: String?, present: Presence, place: Place? = nil,
        bucket: Bucket, link: LinkChange = .none, agreements: [Agreement] = [], operations: [Operation] = [],
        conflicts: [Conflict] = [], unknown: [UnknownField] = [], quarantine: Quarantine? = nil, note: Reason? = nil,
        sourceFingerprint: Fingerprint? = nil, projectFingerprint: Fingerprint? = nil
    ) {
        position = 0
        self.label = label
        self.sourceKey = sourceKey
        self.projectID = projectID
        self.present = present
        self.place = place
        self.bucket = bucket
        self.link = link
        self.agreements = agreements
        self.operations = operations
        self.conflicts = conflicts
        self.unknown = unknown
        self.quarantine = quarantine
        self.note = note
        self.sourceFingerprint = sourceFingerprint
        self.projectFingerprint = projectFingerprint
        after = []
    }

    /// The same record, set aside: nothing is done to it, except that an opt-out between two records that were linked
    /// before waits for nobody. One that only what is not done now made necessary is none.
    public func quarantined(_ quarantine: Quarantine) -> Entry {
        var entry = self
        entry.bucket = .quarantined
        entry.quarantine = quarantine
        entry.operations = isLinked && quarantine.cause != .duplicateKey ? operations.compactMap(\.ownOptOut) : []
        entry.agreements = []
        entry.conflicts = []
        entry.link = .none
        entry.after = []
        return entry
    }

    /// The same record, about which nothing is done, deliberately.
    public func leftAlone(_ reason: Reason) -> Entry {
        var entry = self
        entry.bucket = .leftAlone
        entry.note = reason
        entry.operations = []
        entry.after = []
        return entry
    }

    // MARK: - Whose it is

    /// Nil for a row without a key.
    public var recordIdentity: RecordIdentity? {
        sourceKey.map(RecordIdentity.source) ?? projectID.map(RecordIdentity.project)
    }

    /// What quarantine knows the record by: the text of its identity, empty for a row without a key.
    public var identity: String { recordIdentity?.text ?? "" }

    // MARK: - What it does

    public var isWithheld: Bool { bucket == .withheld }

    public func writes(_ side: Side) -> Bool { operations.contains { $0.side == side } }

    /// It would create a record in the project.
    public var createsInProject: Bool { operations.contains { $0.side == .project && $0.kind == .create } }

    /// It would delete a record of the project.
    public var deletesInProject: Bool { operations.contains { $0.side == .project && $0.kind == .delete } }

    /// It would create a record anew in the project, and then delete the one that it takes the place of.
    public var replaces: Bool { createsInProject && deletesInProject }

    /// It would take a project record out of the archive.
    public var unarchives: Bool { operations.contains { $0.side == .project && $0.kind == .unarchive } }

    /// A message would reach a person.
    public var sends: Bool { operations.contains(where: \.isSend) }

    /// A link is made, moved or ended by what its row said, or a field's bases are, before anything is sent.
    public var settlesRow: Bool {
        guard sourceKey != nil, projectID != nil, quarantine == nil else { return false }
        switch link {
        case .new, .moved, .removed: return true
        case .none, .state: return !agreements.isEmpty
        }
    }

    /// What a side held of each field that the entry speaks of, when the plan was made.
    public func seen(on side: Side) -> [String: Value] {
        var seen: [String: Value] = [:]
        for agreement in agreements { seen[agreement.field] = side == .source ? agreement.source : agreement.project }
        // What a stopped run left is agreed, too, of a field that was changed since.
        for conflict in conflicts {
            if let field = conflict.field { seen[field] = side == .source ? conflict.source : conflict.project }
        }
        for operation in operations {
            for change in operation.changes {
                seen[change.field] = operation.side == side ? change.before : change.origin
            }
        }
        return seen
    }

    /// The values that a create of the entry was to give.
    public var createdValues: [String: Value] {
        operations.first { $0.kind == .create }?.values ?? [:]
    }

    /// What is to be done to its source record.
    public var sourceOperation: Operation? { operations.first { $0.side == .source } }

    /// Its source record has to be decided again, though it may not change: what the other side does bears on it.
    public var leavesSourceOpen: Bool {
        guard conflicts.isEmpty, quarantine == nil else { return true }
        guard present.source else { return false }
        let isKnown = projectID != nil || bucket == .created
        return !isKnown || sourceFingerprint == nil && (bucket == .leftAlone || !unknown.isEmpty)
    }

    /// The rule by which a field is decided; nil for one of which nothing is said.
    public func rule(of field: String) -> FieldRule? {
        if let change = operations.lazy.flatMap(\.changes).first(where: { $0.field == field }) { return change.rule }
        if conflicts.contains(where: { $0.field == field }) { return .conflict }
        if unknown.contains(where: { $0.field == field }) { return .unknown }
        return agreements.contains { $0.field == field } ? .agreed : nil
    }

    private var isLinked: Bool {
        switch link {
        case .none, .state, .moved: sourceKey != nil && projectID != nil && !operations.contains { $0.kind == .create }
        case .new, .removed: false
        }
    }

    /// What would be done, without where it stands: a write that was refused is not tried again while this is equal.
    public var operationFingerprint: Fingerprint {
        var text = "\(sourceKey ?? "")\u{1F}\(projectID ?? "")"
        for operation in operations {
            text += "\u{1E}\(operation.side.rawValue)\u{1F}\(operation.kind.rawValue)"
            for change in operation.changes {
                let value = Fingerprint(of: [change.field: change.after], isArchived: false)
                text += "\u{1F}\(change.field)=\(value)"
            }
        }
        return Fingerprint(of: text)
    }
}

/// A mapped field of a record that no answer of one side ever held, neither with a value nor empty.
public struct UnknownField: Hashable, Sendable {
    public var side: Side
    public var field: String

    public init(side: Side, field: String) {
        self.side = side
        self.field = field
    }
}

/// What becomes of the link itself when the entry is applied.
public enum LinkChange: Hashable, Sendable {
    case none
    /// The two records are the same; this is why.
    case new(Reason)
    /// The source gave the record another key.
    case moved(fromKey: String)
    case state(LinkState)
    /// Gone from both sides.
    case removed
}
