import AccordCore

/// One kind of record of an API: what its records look like, and the requests that read and write them.
public struct ResourceDescription: Hashable, Sendable {
    public var schema: TableSchema
    /// The member that holds a record's id.
    public let id: String
    /// How each field of the schema is read and written, by its name.
    public let members: [String: FieldMembers]
    public var list: ListDescription
    public let operations: [APIOperation]

    /// Which fields can be read and written, what its own key is called, and what can be done to a record, follows from
    /// the members, the id and the operations: the schema that is given need not say it.
    public init(
        schema: TableSchema, id: String, members: [String: FieldMembers], list: ListDescription,
        operations: [APIOperation]
    ) {
        self.schema = schema
        self.id = id
        self.members = members
        self.list = list
        self.operations = operations
        self.schema.ownKey = id
        for (index, field) in schema.fields.enumerated() {
            self.schema.fields[index].isReadable = members[field.name]?.read.isEmpty == false
            self.schema.fields[index].isWritable = members[field.name]?.write != nil
        }
        var kinds = Set(operations.map(\.verb.kind))
        if schema.sends != nil, kinds.contains(.create) { kinds.insert(.send) }
        self.schema.writes = TableSchema.Writes(
            create: operations.first { $0.verb == .create }?.writes,
            updates: operations.filter { $0.verb == .update }.map(\.writes), kinds: kinds,
            // An upsert looks at the record right before it is sent.
            carried: operations.filter { $0.verb == .update && !$0.isUpsert }.reduce(into: []) {
                $0.formUnion($1.always)
            }
        )
    }

    /// What a finding about one of its operations is about.
    public func claim(_ operation: APIOperation) -> String { "\(schema.name).\(operation.name)" }

    /// What a finding about the order of a list of changes is about.
    public func orderClaim(_ list: ChangeList) -> String { "\(schema.name).newest first by \(list.by)" }

    /// What a finding about the first day of a list of changes is about.
    public func boundClaim(_ list: ChangeList) -> String { "\(schema.name).days of \(list.by)" }

    /// What a finding about whether records show a field is about.
    public func shownClaim(_ field: String) -> String { "\(schema.name).\(field) in each record" }

    /// What a finding about a list of those of which a field is true is about.
    public func facetClaim(_ field: String) -> String { "\(schema.name).\(field) by list" }

    /// What a finding about the query of a full read is about.
    public var fullClaim: String { "\(schema.name).list" }

    /// The operation that does something to a record. A message to people is sent by its create.
    public func operation(_ kind: Operation.Kind) -> APIOperation? {
        operations.first { $0.verb.kind == (kind == .send ? .create : kind) }
    }

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

/// The members of a record's JSON that carry a field.
public struct FieldMembers: Hashable, Sendable {
    /// Those that lead to the value, for example `["location", "slug"]`; of several ways the first that leads somewhere counts.
    /// Through a list, each element's. None: the field can be written, and is not shown.
    public var read: [[String]]
    /// The one that carries it in a write; nil if it cannot be written.
    public var write: String?

    public init(read: [[String]], write: String?) {
        self.read = read
        self.write = write
    }
}

extension APIDescription {
    /// What the records of its resources look like, by the resource's name.
    public var schemas: [String: TableSchema] { resources.mapValues(\.schema) }
}
