/// What the records of a table look like: fields, identity, what may be written.
public struct TableSchema: Hashable, Sendable {
    /// For example `customers`; for a file its name.
    public var name: String
    /// One record, for people: `customer`.
    public var label: String
    /// The fields that name a record to a person.
    public var title: [String]
    public var fields: [FieldSchema]
    public var identity: Identity
    /// What a mapping calls the key by which the table itself knows a record, where no field has this name; nil for a
    /// table of text, whose keys are in its columns.
    public var ownKey: String?
    /// The fields by which the service itself finds the record that a create means, in order; none if it never does.
    public var matcher: [String]
    /// Fields that no two records may share: the service refuses such an update.
    public var unique: [String]
    /// The fields, two at most, by which a record is found among those that were read: those of the matcher, unless it
    /// has none.
    public var lookedUpBy: [String]
    /// Of these fields a create needs at least one.
    public var requiresOneOf: [String]
    /// What may be written; nil where the schema says nothing of it.
    public var writes: Writes?
    /// Its records are messages to people; nil for all others.
    public var sends: SendSchema?
    /// Fields that are computed from another table's records; nil if none are.
    public var rollup: RollupSchema?

    /// How a table's records are recognised.
    public enum Identity: Hashable, Sendable {
        /// Each has a key of its own.
        case keyed
        /// By what these fields hold, as payments are: records alike in all of them may be several, and each is another.
        case byContent([String])
    }

    /// What a table takes.
    public struct Writes: Hashable, Sendable {
        /// The fields that a create takes; nil if there is no create.
        public var create: Set<String>?
        /// The fields of each operation that updates, in the order in which they are tried.
        public var updates: [Set<String>]
        /// Deletes and changes of a record's lifecycle.
        public var kinds: Set<Operation.Kind>
        /// Fields that updates send as they are known, besides those that change: left out, they would be emptied.
        public var carried: Set<String>

        public init(
            create: Set<String>? = nil, updates: [Set<String>] = [], kinds: Set<Operation.Kind> = [],
            carried: Set<String> = []
        ) {
            self.create = create
            self.updates = updates
            self.kinds = kinds
            self.carried = carried
        }
    }

    public init(
        name: String, label: String, title: [String] = [], fields: [FieldSchema], identity: Identity = .keyed,
        ownKey: String? = nil,
        matcher: [String] = [], unique: [String] = [], lookedUpBy: [String]? = nil, requiresOneOf: [String] = [],
        writes: Writes? = nil, sends: SendSchema? = nil, rollup: RollupSchema? = nil
    ) {
        self.name = name
        self.label = label
        self.title = title
        self.fields = fields
        self.identity = identity
        self.ownKey = ownKey
        self.matcher = matcher
        self.unique = unique
        self.lookedUpBy = lookedUpBy ?? matcher
        self.requiresOneOf = requiresOneOf
        self.writes = writes
        self.sends = sends
        self.rollup = rollup
    }

    /// The schema of a table of text, of which nothing is known but its columns.
    public init(name: String, columns: [String]) {
        self.init(
            name: name, label: "record",
            fields: columns.map { FieldSchema(name: $0, type: .string, isReadable: true, isWritable: true) })
    }

    public func field(_ name: String) -> FieldSchema? { fields.first { $0.name == name } }

    /// The field with a role, if the table has one.
    public func field(_ role: FieldSchema.Role) -> FieldSchema? { fields.first { $0.role == role } }

    /// No two records share the field's value, or the service takes one that has it for the one that is meant.
    public func identifies(_ field: String) -> Bool { matcher.contains(field) || unique.contains(field) }

    /// Whether the service itself finds the record that a create with these values means, so that no second one is made.
    public func findsItself(_ values: [String: Value]) -> Bool {
        matcher.contains { !(values[$0] ?? .null).isNull }
    }

    /// When the record with which a create was answered was made, if that was before the create.
    ///
    /// - Returns: Unix seconds. A second's difference is none: the service may round the two unlike.
    public func wasThere(_ answer: TableRecord) -> Int64? {
        guard let created = field(.created).flatMap({ answer.values[$0.name]?.instant }),
            let modified = answer.modified, modified - 1 > created
        else { return nil }
        return created
    }

    /// The record with which a create was answered was certainly made by it: a moment ago, and not changed since.
    ///
    /// - Parameter now: in Unix seconds, by our clock.
    public func wasMade(_ answer: TableRecord, now: Int64) -> Bool {
        guard let created = field(.created).flatMap({ answer.values[$0.name]?.instant }),
            let modified = answer.modified
        else { return false }
        return modified - 1 <= created && abs(now - created) < 120
    }

    /// The fields that together identify a record by content; none where records have keys.
    public var contentFields: [String] {
        if case .byContent(let fields) = identity { fields } else { [] }
    }

    public var isByContent: Bool { identity != .keyed }

    /// Whether a record may be the one with these values: it agrees with them in every field that identifies by content.
    /// Of those that a create needs one of, one is enough: each names the same person, who may be known by another e-mail or
    /// telephone number by now, or to the service by one of them alone. A record that shows none of them may be anybody's.
    public func isAlike(_ record: [String: Value], _ values: [String: Value]) -> Bool {
        let given = contentFields.filter { !(values[$0] ?? .null).isNull }
        let (names, others) = (given.filter(requiresOneOf.contains), given.filter { !requiresOneOf.contains($0) })
        func agrees(_ field: String) -> Bool {
            let (value, held) = (values[field] ?? .null, record[field] ?? .null)
            // A service may write `usd` for `USD`.
            if case .string(let one) = value, case .string(let other) = held {
                return one.lowercased() == other.lowercased()
            }
            return value.means(held)
        }
        let isNameless = requiresOneOf.allSatisfy { (record[$0] ?? .null).isNull }
        return others.allSatisfy(agrees) && (names.isEmpty || isNameless || names.contains(where: agrees))
    }

    /// The value by which a record that is identified by content is looked up; nil if it has none.
    public func contentKey(_ values: [String: Value]) -> FieldValue? {
        guard let field = lookedUpBy.first, let value = values[field], !value.isNull else { return nil }
        if case .date(let day) = value { return FieldValue(field: field, value: .timestamp(day.midnight)) }
        return FieldValue(field: field, value: value)
    }

    /// In how many of the fields that identify by content a record says something else than these values: of several alike, the
    /// one that differs least is meant.
    public func differences(_ record: [String: Value], _ values: [String: Value]) -> Int {
        contentFields.count { field in
            let (value, held) = (values[field] ?? .null, record[field] ?? .null)
            return !value.isNull && !held.isNull && !value.means(held)
        }
    }

    /// Whether a record is for the resource that these values say, as far as both say one.
    public func isOfContext(_ record: [String: Value], _ values: [String: Value]) -> Bool {
        guard let field = field(.context)?.name, let wanted = values[field], let held = record[field] else {
            return true
        }
        return wanted.isNull || held.isNull || wanted == held
    }

    /// The tables whose records its fields name.
    public var references: Set<String> { Set(fields.compactMap(\.refersTo)) }

    /// Whether updates can write all of these fields of a record that exists. A schema without writes does not say no.
    public func canUpdate(_ fields: Set<String>) -> Bool {
        guard let writes else { return true }
        return fields.isSubset(of: writes.updates.reduce(into: []) { $0.formUnion($1) })
    }

    /// The field that holds what people call a record, where the service makes a name of its own of that.
    public var nameField: String? {
        guard let first = lookedUpBy.first, field(first)?.madeFrom != nil else { return nil }
        return field(.name)?.name
    }

    /// A record as a text may name it; nil for one that has no name or no slug.
    public func projectName(of record: MirrorRecord) -> ProjectName? {
        guard let name = nameField, let slug = lookedUpBy.first, case .string(let called)? = record.values[name],
            case .string(let made)? = record.values[slug]
        else { return nil }
        return ProjectName(id: record.id, name: called, slug: made)
    }

    /// A value as it is held against others when records are looked up by a field: of a name what all ways to write it have
    /// in common. Nil where there is none.
    public func lookup(_ field: String, in values: [String: Value]) -> FieldValue? {
        guard let value = values[field], !value.isNull else { return nil }
        return FieldValue(field: field, value: compared(value, in: field))
    }

    func compared(_ value: Value, in field: String) -> Value {
        guard case .string(let text) = value, isName(field) else { return value }
        return .text(NameKey.of(text))
    }

    /// Asked for every row: a field is looked at in its place, as a copy of it costs more than all the rest.
    private func isName(_ field: String) -> Bool {
        fields.withUnsafeBufferPointer { fields in
            fields.indices.contains { fields[$0].role == .name && fields[$0].name == field }
        }
    }

    /// The values by which a record is looked up.
    public func names(of record: Record) -> [FieldValue] {
        lookedUpBy.compactMap { record[$0].isNull ? nil : FieldValue(field: $0, value: record[$0]) }
    }

    /// An entry is to opt out a person to whom an earlier run gave an address, and nothing of it does so anew: nothing but
    /// the entry says that they are to be opted out.
    public func paysOwedOptOut(_ entry: Entry) -> Bool {
        guard entry.operations.contains(where: \.isOwedOptOut) else { return false }
        return entry.operations.allSatisfy { operation in
            operation.side == .source || operation.kind == .unsubscribe
                || operation.kind == .update && !operation.changes.contains { field($0.field)?.type.isAddress ?? false }
        }
    }

    /// What people call a record; empty if it has no name.
    public func title(of record: Record) -> String {
        title.map { record[$0] }.filter { !$0.isNull }.map(\.description).joined(separator: " ")
    }

    /// What a record is called: a name and the first thing that the service knows it by,
    /// `Ada Lovelace <ada@example.com>`.
    public func label(of record: Record) -> String {
        let name = title(of: record)
        let contact = matcher.map { record[$0] }.first { !$0.isNull }?.description
        switch (name.isEmpty, contact) {
        case (false, let contact?): return "\(name) <\(contact)>"
        case (false, nil): return name
        case (true, let contact?): return contact
        case (true, nil): return record.key
        }
    }
}

/// A field of a table.
public struct FieldSchema: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable, CaseIterable {
        /// Not null: this person wants no messages. Written by `unsubscribe` and `resubscribe` only.
        case optOut = "opt-out"
        /// Not null: hidden, not gone. Written by `archive` and `unarchive` only.
        case archived = "archived"
        /// What people call the record, of whom the service makes a name of its own: compared by ``NameKey``.
        case name = "name"
        /// When the record was made.
        case created = "created"
        /// When the record last changed.
        case modified = "modified"
        /// The resource whose records it is for.
        case context = "context"
        /// When a person was asked for a review last.
        case asked = "asked"
        /// No member of the service's: whether the record is gone, for a source that keeps what the project no longer has.
        case gone = "gone"
        /// Of a message to people: when it is to be sent.
        case sendAt = "send-at"
        /// Of a message to people: the channels by which it goes.
        case channels = "channels"
        /// Of a message to people: how many reminders may follow.
        case reminders = "reminders"
        /// Of a message to people: the id of the person who gets it.
        case recipient = "recipient"
    }

    public var name: String
    public var type: FieldType
    public var role: Role?
    /// The table's records carry it.
    public var isReadable: Bool
    public var isWritable: Bool
    /// A create needs it.
    public var required: Bool
    /// The resource of which it names a record: that one is written first.
    public var refersTo: String?
    /// Chosen when the record is created. What the service makes of it later is its own affair.
    public var isFixed: Bool
    /// The field from which the service derives it, if it is left out.
    public var madeFrom: String?
    /// The service gives its value to another record as well: to the one that this record names.
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
        name: String, type: FieldType, role: Role? = nil, isReadable: Bool = true, isWritable: Bool = true,
        required: Bool = false, refersTo: String? = nil, isFixed: Bool = false, madeFrom: String? = nil,
        alsoSets: Target? = nil
    ) {
        self.name = name
        self.type = type
        self.role = role
        self.isReadable = isReadable
        self.isWritable = isWritable
        self.required = required
        self.refersTo = refersTo
        self.isFixed = isFixed
        self.madeFrom = madeFrom
        self.alsoSets = alsoSets
    }
}
