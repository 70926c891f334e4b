/// The rules that find out what the project will call records by which rows of other pairs name them.
enum NamesOfRecords {
    static func all(_ context: PlanRuleContext) -> [any PlanRule] {
        guard let field = context.schema.lookedUpBy.first, context.isReferenced || context.isDerived else { return [] }
        let rules: [any PlanRule] = [LinkedNames(), GivenNames(field: field)]
        guard let origin = context.schema.field(field)?.madeFrom else { return rules }
        return rules + [
            GeneratedNames(
                field: field, origin: origin, label: context.schema.label, isDerived: context.isDerived)
        ]
    }
}

/// Records that are newly linked keep the names that they have.
private struct LinkedNames: PlanRule {
    var scope: PlanRuleScope { .kinds(.settles) }

    func apply(to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge) throws(Needs) {
        let linked = records.filter { $0.link != .none && $0.quarantine == nil }
        try known.require(Needs(projectIDs: Set(linked.compactMap(\.projectID))))
        for record in linked {
            guard let key = record.sourceKey, let id = record.projectID,
                let name = try known.record(id)?.matchValues.first ?? nil
            else { continue }
            names.add(name, of: key, takenAt: nil)
        }
    }
}

/// Names that rows give their records: known before those that the service makes up, which have to avoid them.
private struct GivenNames: PlanRule {
    let field: String

    var scope: PlanRuleScope { .kinds(.writesProject) }

    func apply(to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge) throws(Needs) {
        for record in records {
            guard let key = record.sourceKey, case .string(let name)? = record.given(field) else { continue }
            names.add(name, of: key, takenAt: record.position)
        }
    }
}

/// Predicts the names of records that are created without one: the service makes them of another field. Where a name is
/// taken it makes up another, which cannot be known beforehand.
private struct GeneratedNames: PlanRule {
    let field: String
    /// The field that the service makes names of.
    let origin: String
    let label: String
    let isDerived: Bool

    var scope: PlanRuleScope { .kinds(.writesProject) }

    func apply(to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge) throws(Needs) {
        let made = records.map(nameMade)
        try known.require(Needs(values: Set(made.compactMap { $0.map(value) })))
        for (index, name) in made.enumerated() {
            guard let name, let key = records[index].sourceKey else { continue }
            let holders = try known.holders(of: value(name))
            if !name.isEmpty && holders.isEmpty && !names.isTaken(name) {
                names.add(name, of: key, takenAt: records[index].position)
            } else if isDerived {
                records[index] = records[index].quarantined(Quarantine(.ambiguous, problem(name)))
            } else if let other = names.position(taking: name) {
                // Else this one would take the name before the other one's row gives it.
                records[index].after.append(other)
            }
        }
    }

    /// What the service makes of a record's fields; nil where it makes no name.
    private func nameMade(_ record: Entry) -> String? {
        guard record.createsInProject, record.given(field) == nil, case .string(let text)? = record.given(origin)
        else { return nil }
        return Slug.of(text)
    }

    private func value(_ name: String) -> FieldValue { FieldValue(field: field, value: .string(name)) }

    private func problem(_ name: String) -> String {
        name.isEmpty
            ? "its \(field) cannot be known beforehand: create the \(label) there, or rename this"
            : "its \(field) would be \"\(name)\", which another \(label) has: name that one, or rename this"
    }
}

extension Entry {
    /// What the project is to hold in a field after this plan; nil where the plan does not write it.
    fileprivate func given(_ field: String) -> Value? {
        operations.lazy.filter { $0.side == .project }.flatMap(\.changes).first { $0.field == field }?.after
    }
}
