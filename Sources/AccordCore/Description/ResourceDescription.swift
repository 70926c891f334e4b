/// One kind of record of an API.
public struct ResourceDescription: Hashable, Sendable {
    /// For example `customers`.
    public var name: String
    /// One of them, for people: `customer`.
    public var label: String
    /// The fields that name a record to a person.
    public var title: [String]
    /// The member that holds a record's id.
    public var id: String
    public var fields: [APIField]
    public var list: ListDescription
    /// By name: `create`, `update`, `archive`, … and further ones that write only some fields.
    public var operations: [APIOperation]
    /// The fields by which the service itself finds the record that a create means, in order; none if it never does.
    public var matcher: [String]
    /// Fields that no two records may share: the service refuses such an update.
    public var unique: [String]
    /// The fields, two at most, by which a record is found in what was read: those of the matcher, unless it has none.
    public var knownBy: [String]
    /// For records without a name of their own, such as payments: the fields that together tell one. Records alike in
    /// all of them may be several, and each is another.
    public var toldBy: [String]
    /// Of these fields a create needs at least one.
    public var requiresOneOf: [String]
    /// Its records are messages to people; nil for all others.
    public var reach: SendSchema?
    /// Fields that are made of another resource's records; nil if none are.
    public var facts: RollupSchema?

    public init(
        name: String, label: String, title: [String] = [], id: String, fields: [APIField], list: ListDescription,
        operations: [APIOperation], matcher: [String] = [], unique: [String] = [], knownBy: [String]? = nil,
        toldBy: [String] = [], requiresOneOf: [String] = [], reach: SendSchema? = nil, facts: RollupSchema? = nil
    ) {
        self.name = name
        self.label = label
        self.title = title
        self.id = id
        self.fields = fields
        self.list = list
        self.operations = operations
        self.matcher = matcher
        self.unique = unique
        self.knownBy = knownBy ?? matcher
        self.toldBy = toldBy
        self.requiresOneOf = requiresOneOf
        self.reach = reach
        self.facts = facts
    }

    public func field(_ name: String) -> APIField? { fields.first { $0.name == name } }

    public func operation(_ verb: APIOperation.Verb) -> APIOperation? { operations.first { $0.verb == verb } }

    /// No two records share the field's value, or the service takes one that has it for the one that is meant.
    public func identifies(_ field: String) -> Bool { matcher.contains(field) || unique.contains(field) }

    /// Whether a record may be the one with these values, for all that tells one.
    public func tells(_ record: [String: Value], from values: [String: Value]) -> Bool {
        toldBy.allSatisfy { field in
            let value = values[field] ?? .null
            return value.isNull || value.means(record[field] ?? .null)
        }
    }

    /// The resources that its fields name a record of.
    public var references: Set<String> { Set(fields.compactMap(\.refersTo)) }

    /// The field that says that a record is gone, if the resource has one.
    public var gone: APIField? { fields.first { $0.role == .gone } }

    /// The field that holds a person's opt-out, if the resource has one.
    public var optOut: APIField? { fields.first { $0.role == .optOut } }

    /// The field that holds when a person was asked last, if the resource has one.
    public var asked: APIField? { fields.first { $0.role == .asked } }

    /// The operations that together write some fields of a record that exists, in the order in which they are sent;
    /// nil if one of the fields cannot be written. Each names the fields that it is there for.
    public func writes(of fields: Set<String>) -> [(operation: APIOperation, fields: Set<String>)]? {
        var remaining = fields
        var steps: [(operation: APIOperation, fields: Set<String>)] = []
        for operation in operations where operation.verb == .update {
            let covered = remaining.intersection(operation.writes)
            guard !covered.isEmpty else { continue }
            remaining.subtract(covered)
            steps.append((operation, covered))
        }
        return remaining.isEmpty ? steps : nil
    }

    /// How many requests an update of some fields takes: one a step, and one before an upsert that nothing precedes, to
    /// see that the record is there.
    public func requests(toUpdate fields: Set<String>) -> Int {
        guard let steps = writes(of: fields), let first = steps.first else { return 1 }
        return steps.count + (first.operation.isUpsert ? 1 : 0)
    }
}

/// A field of a resource.
public struct APIField: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable {
        /// Not null: this person wants no messages. Written by `unsubscribe` and `resubscribe` only.
        case optOut = "opt-out"
        /// Not null: hidden, not gone. Written by `archive` and `unarchive` only.
        case archived
        /// When the record last changed.
        case modified
        /// The resource whose records it is for.
        case context
        /// When a person was asked for a review last.
        case asked
        /// No member of the API's: whether the record is gone, for a source that keeps what the project no longer has.
        case gone
    }

    public var name: String
    public var type: FieldType
    public var role: Role?
    /// The members that lead to the value, for example `["location", "slug"]`. Through a list, each element's. None:
    /// it can be written, and is not shown.
    public var read: [String]
    /// The member that carries it in a write; nil if it cannot be written.
    public var write: String?
    /// A create needs it.
    public var required: Bool
    /// The resource of which it names a record: that one is written first.
    public var refersTo: String?
    /// Chosen when the record is created. What the service makes of it later is its own affair.
    public var isFixed: Bool
    /// The field that the service makes it of, if it is left out.
    public var madeFrom: String?
    /// The service gives it to another record as well: to the one that this one names.
    public var alsoSets: Target?

    /// A field of another resource.
    public struct Target: Hashable, Sendable {
        public var resource: String
        public var field: String

        public init(resource: String, field: String) {
            self.resource = resource
            self.field = field
        }
    }

    public init(
        name: String, type: FieldType, role: Role? = nil, read: [String], write: String?, required: Bool = false,
        refersTo: String? = nil, isFixed: Bool = false, madeFrom: String? = nil,
        alsoSets: Target? = nil
    ) {
        self.name = name
        self.type = type
        self.role = role
        self.read = read
        self.write = write
        self.required = required
        self.refersTo = refersTo
        self.isFixed = isFixed
        self.madeFrom = madeFrom
        self.alsoSets = alsoSets
    }
}

/// How the records of a resource are listed.
public struct ListDescription: Hashable, Sendable {
    public var path: String
    /// Query of a full read: an order by a key that does not move.
    public var full: [String: String]
    /// Further queries that list what a full read leaves out, for example the archived ones.
    public var alsoFull: [[String: String]]
    /// By name, queries that list what is left out unless it is asked for, such as duplicates.
    public var choices: [String: [String: String]] = [:]
    /// Those that were asked for.
    public var chosen: [[String: String]] = []
    public var changed: Changed?
    /// For each match field, the query parameter that finds records by it; those without one are looked for in the
    /// whole list.
    public var lookup: [String: String]
    /// How records of some days are found, where the list can be bounded by them.
    public var days: Days?
    /// It comes in pages; else all at once, and takes no parameters.
    public var isPaged: Bool

    public init(
        path: String, full: [String: String], alsoFull: [[String: String]] = [], changed: Changed? = nil,
        lookup: [String: String] = [:], days: Days? = nil, isPaged: Bool = true
    ) {
        self.path = path
        self.full = full
        self.alsoFull = alsoFull
        self.changed = changed
        self.lookup = lookup
        self.days = days
        self.isPaged = isPaged
    }

    /// A moment by which the list can be bounded, in calendar days.
    public struct Days: Hashable, Sendable {
        public var field: String
        /// Query parameters of the first and the last day.
        public var from: String
        public var to: String

        public init(field: String, from: String, to: String) {
            self.field = field
            self.from = from
            self.to = to
        }
    }

    /// How only what changed is read: newest first, from a calendar day on.
    public struct Changed: Hashable, Sendable {
        public var query: [String: String]
        /// Query parameter of the first calendar day.
        public var fromDay: String
        /// The field that the list is ordered by.
        public var by: String
        /// Records may go on changing for so many days without moving in the list: they are read again.
        public var unsettledDays: Int

        public init(query: [String: String], fromDay: String, by: String, unsettledDays: Int = 0) {
            self.query = query
            self.fromDay = fromDay
            self.by = by
            self.unsettledDays = unsettledDays
        }
    }
}

/// A request that writes.
public struct APIOperation: Hashable, Sendable {
    public enum Verb: String, Hashable, Sendable, CaseIterable {
        case create, update, delete, archive, unarchive, unsubscribe, resubscribe
    }

    public var name: String
    public var verb: Verb
    public var method: String
    /// With `{id}` where the record's id stands.
    public var path: String
    /// An update that finds the record by its values, and would create one if there were none.
    public var isUpsert: Bool { verb == .update && !path.contains("{id}") }
    /// The fields that it can write.
    public var writes: Set<String>
    /// Fields that it sends besides those that changed, whether they changed or not: the upsert's own key.
    public var always: Set<String>
    /// Sending it twice does what sending it once does.
    public var isIdempotent: Bool
    /// It answers with the record as it is stored now.
    public var answersRecord: Bool

    public init(
        name: String, verb: Verb, method: String, path: String, writes: Set<String> = [],
        always: Set<String> = [], isIdempotent: Bool = true, answersRecord: Bool = true
    ) {
        self.name = name
        self.verb = verb
        self.method = method
        self.path = path
        self.writes = writes
        self.always = always
        self.isIdempotent = isIdempotent
        self.answersRecord = answersRecord
    }
}
