/// Looks at one record of a plan, and may set it aside.
public protocol RecordRule: Sendable {
    func apply(to record: inout Entry, _ context: RuleContext)
}

/// What rules know besides the record.
public struct RuleContext: Sendable {
    /// Keys that more than one row of the source has.
    public var duplicateKeys: Set<String>
    /// Writes that the service refused, by the record's identity.
    public var refused: [String: RefusedWrite]

    /// What a stopped run may have created, unseen so far.
    public var late: LateCreates
    /// What the service took for other records.
    public var landed: LandedCreates

    /// What the pairs before this one create in the same table.
    public var earlier: EarlierCreates
    /// The read of the source is in doubt; nil if it is not.
    public var doubt: SourceDoubt?

    public init(
        duplicateKeys: Set<String> = [], refused: [String: RefusedWrite] = [:], late: LateCreates = LateCreates(),
        landed: LandedCreates = LandedCreates(), earlier: EarlierCreates = EarlierCreates(), doubt: SourceDoubt? = nil
    ) {
        self.earlier = earlier
        self.doubt = doubt
        self.landed = landed
        self.duplicateKeys = duplicateKeys
        self.refused = refused
        self.late = late
    }
}

/// A write that the service refused.
public struct RefusedWrite: Hashable, Sendable {
    public var quarantine: Quarantine
    /// Of what was to be done.
    public var operations: Fingerprint

    public init(quarantine: Quarantine, operations: Fingerprint) {
        self.quarantine = quarantine
        self.operations = operations
    }
}

/// Which of several rows with one key is meant is not for Accord to say.
public struct DuplicateKeys: RecordRule {
    /// Of a row whose key an earlier row has.
    public static func quarantine(_ key: String, before line: Int) -> Quarantine {
        Quarantine(.duplicateKey, "the key \"\(key)\" is already used on line \(line)")
    }

    public static let quarantine = Quarantine(.duplicateKey, "another row has the same key")

    public init() {}

    /// A row as it is decided: set aside if its key is one that more than one row has.
    public static func settingAside(_ row: SourceRow, _ duplicateKeys: Set<String>) -> SourceRow {
        guard duplicateKeys.contains(row.record.key) else { return row }
        var row = row
        row.quarantine = quarantine
        return row
    }

    public func apply(to record: inout Entry, _ context: RuleContext) {
        guard record.quarantine == nil, record.present.source, let key = record.sourceKey,
            context.duplicateKeys.contains(key)
        else { return }
        record = record.quarantined(DuplicateKeys.quarantine)
    }
}

/// A write that the service refused is left alone until something about it changes.
public struct RefusedBefore: RecordRule {
    public init() {}

    public func apply(to record: inout Entry, _ context: RuleContext) {
        guard !context.refused.isEmpty, !record.operations.isEmpty, let refused = context.refused[record.identity],
            refused.operations == record.operationFingerprint
        else { return }
        let optOuts = record.operations.filter { $0.side == .project && $0.kind == .unsubscribe }
        record = record.quarantined(refused.quarantine)
        // If it had one, the opt-out went first, and is what was refused. It is asked for in every run all the same: nobody
        // gets messages for want of a request.
        record.operations = record.projectID == nil ? [] : optOuts
    }
}
