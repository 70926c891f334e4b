/// A record of either side in normal form: the key that its own side gives it, and its values by field name.
///
/// The field names are those of the project's resource on both sides: the mapping has already said which column of
/// the source is which field. A field that is neither among the values nor unknown is ``Value/null``.
public struct Record: Hashable, Sendable {
    /// The source's key, or the project's id.
    public var key: String
    public private(set) var values: [String: Value]
    /// The fields that no answer of its side ever held, neither with a value nor empty.
    public private(set) var unknown: Set<String>
    /// When its side last changed it, in Unix seconds, where the side says so: for the conflict policy `newest`.
    public var modified: Int64?

    public init(key: String, values: [String: Value], unknown: Set<String> = [], modified: Int64? = nil) {
        self.key = key
        self.values = values.filter { !$0.value.isNull }
        self.unknown = unknown
        self.modified = modified
    }

    public subscript(field: String) -> Value {
        get { values[field] ?? .null }
        set {
            values[field] = newValue.isNull ? nil : newValue
            if !unknown.isEmpty { unknown.remove(field) }
        }
    }

    /// Of its values alone: whether it still says what it said.
    public var fingerprint: Fingerprint { Fingerprint(of: values, isArchived: false) }
}
