import AccordCore
import AccordHTTP
import AccordTables

/// Makes the bodies of writes, as a resource's description says; strict in what it sends.
struct WriteEncoder: Sendable {
    let resource: ResourceDescription

    /// What a create sends: the fields that have a value.
    func create(_ values: [String: Value]) throws(Nonsense) -> JSON {
        try body(values.filter { !$0.value.isNull })
    }

    /// What one step of an update sends: its fields, emptied ones as null, and those that the operation always sends.
    func update(_ write: ProjectWrite, _ operation: APIOperation, fields: Set<String>) throws(Nonsense) -> JSON {
        var values = write.values.filter { fields.contains($0.key) }
        for field in operation.always where values[field] == nil && !write.whole[field].isNull {
            values[field] = write.whole[field]
        }
        return try body(values)
    }

    private func body(_ values: [String: Value]) throws(Nonsense) -> JSON {
        var members: [String: JSON] = [:]
        for (name, value) in values {
            guard let field = resource.field(name), let member = field.write else {
                throw Nonsense("the API's description has no way to write \(name) of a \(resource.label)")
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
