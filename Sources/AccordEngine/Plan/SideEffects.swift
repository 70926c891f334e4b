import AccordCore

/// Says beforehand what creating a record does to another one: a charge's location becomes its customer's own.
struct SideEffects {
    let pair: Pair
    let run: PlanningRun

    /// - Parameter order: the numbers of the plan's records, in its order.
    func apply(_ order: [Int32], _ positions: [Int32], _ builder: inout PlanBuilder) throws -> [PlanNote] {
        var notes: [PlanNote] = []
        for field in pair.schema.fields {
            guard let target = field.alsoSets,
                let name = pair.schema.fields.first(where: { $0.refersTo == target.resource })
            else { continue }
            let label = run.earlier.first { $0.resource == target.resource }?.label ?? target.resource
            let count = try apply(field.name, target, named: name.name, label: label, order, positions, &builder)
            if count > 0 {
                notes.append(.alsoSets(count: count, record: pair.schema.label, field: field.name, label: label))
            }
        }
        return notes
    }

    private func apply(
        _ field: String, _ target: FieldSchema.Target, named name: String, label: String, _ order: [Int32],
        _ positions: [Int32], _ builder: inout PlanBuilder
    ) throws -> Int {
        let other = run.earlier.first { $0.resource == target.resource }?.name
        var holds: [Value: Value] = [:]
        var last: [Value: Int] = [:]
        var count = 0
        for number in order where builder.kinds(number).contains(.writesProject) {
            let old = try builder.record(number)
            guard old.createsInProject else { continue }
            var record = old
            let changes = record.operations.flatMap(\.changes)
            guard let value = changes.first(where: { $0.field == field })?.after,
                let owner = changes.first(where: { $0.field == name })?.after
            else { continue }
            // One after the other, so that the last row's value is what stays.
            if let before = last[owner] { record.after.append(before) }
            last[owner] = Int(positions[Int(number)])
            let before = try holds[owner] ?? other.map { try held(target.field, by: owner, in: $0) } ?? .null
            holds[owner] = value
            if before != value {
                count += 1
                record.note = .alsoSets(
                    label: label, field: target.field, value: value.description,
                    before: before.isNull ? nil : before.description)
            }
            if record != old { try builder.replace(Int(number), old, by: record) }
        }
        return count
    }

    private func held(_ field: String, by owner: Value, in pair: String) throws -> Value {
        let name = owner.description
        guard let id = try run.store.holders(pair, matchIndex: 0, values: [name])[name]?.first else { return .null }
        return try run.store.projectRecord(pair, id)?.values[field] ?? .null
    }
}

/// Predicts the names that records get which are created without one: the service derives them from another field.
struct GeneratedNames {
    let pair: Pair
    let run: PlanningRun

    /// - Returns: by source key, the names that records are about to have, where other pairs need them. Where a name is
    ///   taken the service makes up another, which cannot be known beforehand.
    func apply(_ order: [Int32], _ builder: inout PlanBuilder) throws -> [String: String] {
        guard let field = pair.schema.lookedUpBy.first else { return [:] }
        let origin = pair.schema.field(field)?.madeFrom
        guard run.referencedPairs.contains(pair.name) || pair.isDerived else { return [:] }
        var names = try linkedNames(order, &builder)
        var taken = Set(names.values)
        for number in order where builder.kinds(number).contains(.writesProject) {
            let old = try builder.record(number)
            let changes = old.operations.filter { $0.side == .project }.flatMap(\.changes)
            guard let key = old.sourceKey else { continue }
            if case .string(let name)? = changes.first(where: { $0.field == field })?.after {
                names[key] = name
                taken.insert(name)
                continue
            }
            guard old.createsInProject, let origin,
                case .string(let text)? = changes.first(where: { $0.field == origin })?.after
            else { continue }
            let name = Slug.of(text)
            let isTaken =
                try taken.contains(name)
                || !run.store.holders(pair.name, matchIndex: 0, values: [name]).isEmpty
            if !isTaken && !name.isEmpty {
                names[key] = name
                taken.insert(name)
            } else if pair.isDerived {
                let message =
                    name.isEmpty
                    ? "its \(field) cannot be known beforehand: create the \(pair.schema.label) there, or rename this"
                    : "its \(field) would be \"\(name)\", which another \(pair.schema.label) has: name that one, or rename this"
                try builder.replace(Int(number), old, by: old.quarantined(Quarantine(.ambiguous, message)))
            }
        }
        return names
    }

    /// What the project calls the records that are newly linked.
    private func linkedNames(_ order: [Int32], _ builder: inout PlanBuilder) throws -> [String: String] {
        var names: [String: String] = [:]
        for number in order where builder.kinds(number).contains(.settles) {
            let record = try builder.record(number)
            guard record.link != .none, record.quarantine == nil, let key = record.sourceKey,
                let id = record.projectID,
                let name = try run.store.projectRecord(pair.name, id)?.matchValues.first ?? nil
            else { continue }
            names[key] = name
        }
        return names
    }
}
