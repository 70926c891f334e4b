/// What a run that was stopped had begun and not settled.
public struct OpenIntents: Sendable {
    public private(set) var bySourceKey: [String: Entry] = [:]
    /// Records that were to be created in the source.
    public private(set) var byProjectID: [String: Entry] = [:]
    /// Of those with a source key, the ones about a project record that was there, by its id: its row may have another key by
    /// now.
    private var byRecord: [String: Entry] = [:]

    public init(_ entries: [Entry] = []) {
        for entry in entries {
            if let key = entry.sourceKey {
                bySourceKey[key] = entry
                if let id = entry.projectID, !entry.createsInProject { byRecord[id] = entry }
            } else if let id = entry.projectID {
                byProjectID[id] = entry
            }
        }
    }

    public var identities: Set<RecordIdentity> {
        Set(bySourceKey.keys.map(RecordIdentity.source)).union(byProjectID.keys.map(RecordIdentity.project))
    }

    public var isEmpty: Bool { bySourceKey.isEmpty && byProjectID.isEmpty }
    public var count: Int { bySourceKey.count + byProjectID.count }

    /// Whether a source record may be the one that was to be created for a project record: it holds all that the create
    /// was to give it.
    public func mayBeCreated(_ record: Record, for intent: Entry) -> Bool {
        guard let create = intent.operations.first(where: { $0.side == .source && $0.kind == .create }),
            !create.changes.isEmpty
        else { return false }
        return create.changes.allSatisfy { !record.unknown.contains($0.field) && record[$0.field].means($0.after) }
    }

    /// Whether a source record may be one that a stopped run was to create.
    public func mayBeCreated(_ record: Record) -> Bool {
        byProjectID.values.contains { mayBeCreated(record, for: $0) }
    }

    /// What was begun of a linked record, whose row may have another key by now.
    public func intent(for link: Link) -> Entry? {
        bySourceKey[link.sourceKey] ?? byProjectID[link.projectID] ?? byRecord[link.projectID]
    }

    /// What was begun of a project record under another key than a source record's; nil if nothing was.
    public func identity(ofRecord id: String, otherThan key: String?) -> RecordIdentity? {
        guard let other = byRecord[id]?.sourceKey, other != key else { return nil }
        return .source(key: other)
    }
}
