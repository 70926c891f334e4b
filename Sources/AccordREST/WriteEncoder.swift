import AccordCore
import AccordHTTP

/// Makes the bodies of writes, as a resource's description says; strict in what it sends.
struct WriteEncoder: Sendable {
    let resource: ResourceDescription
    private var schema: TableSchema { resource.schema }

    init(resource: ResourceDescription) { self.resource = resource }

    /// What a create sends: the fields that have a value.
    func create(_ values: [String: Value]) throws(Nonsense) -> JSON {
        try body(values.filter { !$0.value.isNull })
    }

    /// What one step of an update sends: its fields, emptied ones as null, and those that the operation always sends.
    ///
    /// - Parameter known: the record, for the fields that it always sends.
    /// - Throws: ``Nonsense`` if one of these is not known.
    func update(_ values: [String: Value], _ operation: APIOperation, known: Record) throws(Nonsense) -> JSON {
        var values = values
        for field in operation.always.sorted() where values[field] == nil {
            if known.unknown.contains(field) {
                throw Nonsense(
                    "its \(field) has to be sent along, or may be emptied, and the service's answers do not hold it")
            }
            if !known[field].isNull { values[field] = known[field] }
        }
        return try body(values)
    }

    private func body(_ values: [String: Value]) throws(Nonsense) -> JSON {
        var members: [String: JSON] = [:]
        for (name, value) in values {
            guard let field = schema.field(name), let member = resource.members[name]?.write else {
                throw Nonsense("the API's description has no way to write \(name) of a \(schema.label)")
            }
            members[member] = WriteEncoder.json(value, field.type)
        }
        return .object(members)
    }

    private static func json(_ value: Value, _ type: FieldType) -> JSON {
        switch value {
        case .null: type.isSet ? .array([]) : .null
        case .string(let text): .string(text)
        case .integer(let number): .int(number)
        case .decimal(let number): .number(number.description)
        case .boolean(let flag): .bool(flag)
        case .date(let day): .string(day.description)
        case .timestamp(let seconds): .string(Instant.iso(seconds))
        case .set(let elements): .array(elements.sorted().map(JSON.string))
        }
    }
}
