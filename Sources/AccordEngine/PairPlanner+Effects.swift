import AccordCore

/// What creating a record does to another one, told beforehand: a charge's location becomes its customer's own.
extension PairPlanner {
    mutating func foreseeEffects() throws {
        for field in pair.resource.fields {
            guard let target = field.alsoSets,
                let name = pair.resource.fields.first(where: { $0.refersTo == target.resource })
            else { continue }
            try foreseeEffects(of: field.name, on: target, named: name.name)
        }
    }

    private mutating func foreseeEffects(of field: String, on target: APIField.Target, named name: String) throws {
        let label = earlier.first { $0.resource == target.resource }?.label ?? target.resource
        let known = earlier.first { $0.resource == target.resource }?.name
        var holds: [Value: Value] = [:]
        var last: [Value: Int] = [:]
        var count = 0
        for index in entries.indices where entries[index].createsInProject {
            let changes = entries[index].operations.flatMap(\.changes)
            guard let value = changes.first(where: { $0.field == field })?.after,
                let owner = changes.first(where: { $0.field == name })?.after
            else { continue }
            // One after the other, so that the last row's is what stays.
            if let before = last[owner] { entries[index].after.append(before) }
            last[owner] = entries[index].position
            let before = try holds[owner] ?? known.map { try held(target.field, by: owner, in: $0) } ?? .null
            holds[owner] = value
            guard before != value else { continue }
            count += 1
            entries[index].note =
                "the \(label)'s own \(target.field) becomes \(value), too"
                + (before.isNull ? "" : "; it is \(before) before")
        }
        guard count > 0 else { return }
        notes.append(
            "the service gives the \(field) of \(count == 1 ? "1 \(pair.resource.label)" : "\(count) \(pair.resource.label)s") "
                + "to the \(label), too: see each")
    }

    private func held(_ field: String, by owner: Value, in pair: String) throws -> Value {
        let ids = try store.candidates(pair, matchIndex: 0, value: owner.description)
        return try ids.first.flatMap { try store.projectRecord(pair, $0) }?.values[field] ?? .null
    }
}
