/// A record as its table has it, not yet mapped to the pair's fields.
public struct TableRecord: Sendable {
    /// What the table itself knows the record by; nil in a text table, where the mapping names the key's columns.
    public var key: String?
    public var cells: Cells
    /// Of the record as the table gave it: equal fingerprints, equal records; unequal ones mean nothing.
    public var fingerprint: Fingerprint
    /// Where it stands, for messages.
    public var place: Place?
    /// When it was last changed, in Unix seconds; nil where the table did not answer that.
    public var modified: Int64?
    /// Whether it is archived; nil where the table did not answer that, which says neither.
    public var archived: Bool?
    /// Why it could not be read as the table's schema says; its cells are then those that could be made out. Not known
    /// before the record is ``decoded()``.
    public var problem: String?

    public init(
        key: String? = nil, cells: Cells, fingerprint: Fingerprint, place: Place? = nil, modified: Int64? = nil,
        archived: Bool? = false, problem: String? = nil
    ) {
        self.key = key
        self.cells = cells
        self.fingerprint = fingerprint
        self.place = place
        self.modified = modified
        self.archived = archived
        self.problem = problem
    }

    /// The table says that it is archived.
    public var isArchived: Bool { archived == true }

    /// The cells of a record.
    public enum Cells: Sendable {
        /// Text by column, decoded when it is asked for.
        case text(TextRow)
        /// Typed values by field. A field without an entry was not answered; an empty one is ``Value/null``.
        case values([String: Value])
        /// Typed values that are made when they are asked for, and what is wrong with them.
        case encoded(@Sendable () -> (values: [String: Value], problem: String?))
    }

    /// The record with its typed values made.
    public func decoded() -> TableRecord {
        guard case .encoded(let decode) = cells else { return self }
        var record = self
        let (values, problem) = decode()
        record.cells = .values(values)
        record.problem = problem
        return record
    }

    /// Typed values by field; those that the table did not answer with have no entry. None of a record of texts.
    public var values: [String: Value] {
        switch cells {
        case .text: [:]
        case .values(let values): values
        case .encoded(let decode): decode().values
        }
    }
}

/// One cell. *Absent* and *empty* are two things: what a table did not answer with is no change to blank.
public enum Cell: Hashable, Sendable {
    case absent
    case empty
    case text(String)
    case value(Value)

    /// What a field holds by it.
    public var value: Value {
        switch self {
        case .value(let value): value
        case .text(let text): .text(text)
        case .absent, .empty: .null
        }
    }
}
