import AccordCore

/// What the tests of decisions are about: customers, as the service knows them.
enum Customers {
    static let schema = TableSchema(
        name: "customers", label: "customer", title: ["first_name", "last_name"],
        fields: [
            FieldSchema(name: "first_name", type: .string, required: true), FieldSchema(name: "email", type: .email),
            FieldSchema(name: "phone", type: .phone(country: nil)),
            FieldSchema(
                name: "unsubscribed_at", type: .timestamp(pattern: "unix", timeZone: "UTC"), role: .optOut,
                isWritable: false),
        ], matcher: ["email", "phone"], unique: ["email", "phone"], requiresOneOf: ["email", "phone"])

    static let optOut = Field(name: "unsubscribed_at", column: "Out", isOptOut: true)

    /// Names, e-mail, telephone and the opt-out, both ways; and whatever else a test is about.
    static func mapping(_ others: [Field] = [], optOut: Field = optOut) -> Mapping {
        let fields = [
            Field(name: "first_name", column: "First"), Field(name: "email", column: "Mail", type: .email),
            Field(name: "phone", column: "Phone", type: .phone(country: nil)), optOut,
        ]
        let names = Set(others.map(\.name))
        return Mapping(
            resource: "customers", key: ["Id"], match: ["email", "phone"],
            fields: fields.filter { !names.contains($0.name) } + others)
    }

    static func reconciler(_ mapping: Mapping, known: Set<String>? = nil) -> Reconciler {
        Reconciler(
            mapping: mapping, schema: schema, knownFields: known ?? Set(mapping.fields.map(\.name)))
    }

    static let rowFingerprint = Fingerprint(of: "the row")
    static let place = Place(file: "crm.csv", line: 7)

    static func inSource(_ values: [String: Value], modified: Int64? = nil) -> Pairing.SourceSide {
        .present(Record(key: "s1", values: values, modified: modified), fingerprint: rowFingerprint, place: place)
    }

    static func inProject(
        _ values: [String: Value], modified: Int64? = nil, isArchived: Bool = false
    ) -> Pairing.ProjectSide {
        .present(
            Record(key: "p1", values: values, modified: modified), isArchived: isArchived,
            fingerprint: Fingerprint(of: values, isArchived: isArchived))
    }

    static func link(
        _ sourceBase: [String: Value], _ projectBase: [String: Value], state: LinkState = .active
    ) -> Link {
        Link(
            pair: "customers", sourceKey: "s1", projectID: "p1", state: state, sourceBase: sourceBase,
            projectBase: projectBase)
    }
}

extension Entry {
    /// What it would do, a line an operation: `project update city: Rome -> Oslo (source-changed)`.
    var deeds: [String] {
        operations.map { operation in
            let changes = operation.changes.map { "\($0.field): \($0.before) -> \($0.after) (\($0.rule.rawValue))" }
            let verb = "\(operation.side) \(operation.kind)"
            return changes.isEmpty ? verb : verb + " " + changes.joined(separator: ", ")
        }
    }

    /// The fields that a person is asked about; "" is the whole record.
    var questions: [String] { conflicts.map { $0.field ?? "" } }

    /// What is only remembered: `city: Rome / Rome`.
    var memories: [String] { agreements.map { "\($0.field): \($0.source) / \($0.project)" } }

    /// A record as it is once everything here is done to it.
    func applied(to record: Record, on side: Side) -> Record {
        var record = record
        for change in operations.filter({ $0.side == side }).flatMap(\.changes) { record[change.field] = change.after }
        return record
    }
}
