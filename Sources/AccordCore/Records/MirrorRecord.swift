/// What was last read of a record: knowledge, not agreement.
public struct MirrorRecord: Hashable, Sendable {
    public var id: String
    /// Of `values`, `unknown` and `archived`.
    public var fingerprint: Fingerprint
    public var values: [String: Value]
    /// The fields that no answer ever held, neither with a value nor empty.
    public var unknown: Set<String>
    /// Unix seconds; nil if the table does not say.
    public var modified: Int64?
    public var archived: Bool
    /// The values by which the record is looked up, in the order of the schema. The first two are kept.
    public var matchValues: [String?]
    /// A whole read did not find it.
    public var gone: Bool
    /// Of the answer that was all that is known of the record; nil where there is more to it.
    public var answer: Fingerprint?

    public init(
        id: String, fingerprint: Fingerprint, values: [String: Value], unknown: Set<String> = [], modified: Int64?,
        archived: Bool, matchValues: [String?], gone: Bool = false, answer: Fingerprint? = nil
    ) {
        self.id = id
        self.fingerprint = fingerprint
        self.values = values
        self.unknown = unknown
        self.modified = modified
        self.archived = archived
        self.matchValues = matchValues
        self.gone = gone
        self.answer = answer
    }

    /// A record that is there, as it is known now.
    ///
    /// - Parameters:
    ///   - values: none of them null.
    ///   - schema: says by which fields records are looked up.
    public init(
        id: String, values: [String: Value], unknown: Set<String>, modified: Int64?, archived: Bool,
        by schema: TableSchema, answer: Fingerprint? = nil
    ) {
        self.init(
            id: id, fingerprint: Fingerprint(of: values, unknown: unknown, isArchived: archived), values: values,
            unknown: unknown, modified: modified, archived: archived,
            matchValues: schema.lookedUpBy.map { schema.lookup($0, in: values)?.value.description }, answer: answer)
    }

    public var record: Record { Record(key: id, values: values, unknown: unknown, modified: modified) }

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
