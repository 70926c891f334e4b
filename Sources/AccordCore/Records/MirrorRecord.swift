/// What was last read of a record: knowledge, not agreement.
public struct MirrorRecord: Hashable, Sendable {
    public var id: String
    /// Of `values` and `archived`.
    public var fingerprint: Fingerprint
    public var values: [String: Value]
    /// Unix seconds; nil if the table does not say.
    public var modified: Int64?
    public var archived: Bool
    /// The values by which the record is looked up, in the order of the schema. The first two are kept.
    public var matchValues: [String?]
    /// A whole read did not find it.
    public var gone: Bool

    public init(
        id: String, fingerprint: Fingerprint, values: [String: Value], modified: Int64?, archived: Bool,
        matchValues: [String?], gone: Bool = false
    ) {
        self.id = id
        self.fingerprint = fingerprint
        self.values = values
        self.modified = modified
        self.archived = archived
        self.matchValues = matchValues
        self.gone = gone
    }

    public var record: Record { Record(key: id, values: values, modified: modified) }

    /// What the project holds of a record when it is decided.
    public var side: Pairing.ProjectSide {
        gone ? .gone : .present(record, isArchived: archived, fingerprint: fingerprint)
    }
}

/// A field and a value that a record may hold in it.
public struct FieldValue: Hashable, Sendable {
    public var field: String
    public var value: Value

    public init(field: String, value: Value) {
        self.field = field
        self.value = value
    }
}
