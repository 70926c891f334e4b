/// The rules that find out what the project will call records by which rows of other pairs name them.
enum NamesOfRecords {
    static func all(_ context: PlanRuleContext) -> [any PlanRule] {
        guard let field = context.schema.lookedUpBy.first else { return [] }
        let isMade = context.schema.field(field)?.madeFrom != nil
        guard context.isReferenced || context.isDerived || isMade else { return [] }
        let rules: [any PlanRule] = [LinkedNames(), GivenNames(field: field)]
        return isMade ? rules + [AwaitedNames(context, field)] : rules
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

/// Names of records that are created without one are made by the service, and awaited until it has answered.
private struct AwaitedNames: PlanRule {
    let context: PlanRuleContext
    /// The field whose value the service makes.
    let field: String
    /// The names of the same kind of records that plans of the same run create before.
    private let earlier: [String: [(pair: String, name: CreatedName)]]

    init(_ context: PlanRuleContext, _ field: String) {
        self.context = context
        self.field = field
        let others = context.earlier.filter { $0.resource == context.schema.name }
        earlier = Dictionary(
            grouping: others.flatMap { pair in pair.created.map { (pair.name, $0) } }, by: { $0.1.key })
    }

    var scope: PlanRuleScope { .kinds(.writesProject) }

    func apply(to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge) throws(Needs) {
        // A record whose row gives it a name gets that before the service may make the same for another one.
        let givers = names.positionsTaking
        for index in records.indices {
            guard records[index].createsInProject, let key = records[index].sourceKey else { continue }
            var created = created(records[index], awaited: key)
            if let created, let other = before(created) {
                records[index] = records[index].leftAlone(.createdBy(pair: other.pair))
                names.add(other.name.reference, of: key, takenAt: nil)
                continue
            }
            if case .string(let given)? = records[index].given(field) {
                created?.reference = given
            } else {
                names.add(awaited(key, records[index]), of: key, takenAt: nil)
                records[index].after += givers
            }
            if let created { names.create(created) }
        }
    }

    private func awaited(_ key: String, _ record: Entry) -> String {
        AwaitedName(pair: context.pair, key: key, label: record.label).text
    }

    private func created(_ record: Entry, awaited key: String) -> CreatedName? {
        guard let name = context.schema.nameField, case .string(let text)? = record.given(name) else { return nil }
        let resource = context.schema.field(.context).flatMap { record.given($0.name) } ?? .null
        return CreatedName(key: NameKey.of(text), context: resource, reference: awaited(key, record))
    }

    /// What only others name is created once, by the first plan that does.
    private func before(_ created: CreatedName) -> (pair: String, name: CreatedName)? {
        guard context.isDerived else { return nil }
        return earlier[created.key]?.first { other in
            other.name.context.isNull || created.context.isNull || other.name.context == created.context
        }
    }
}

extension Entry {
    /// What the project is to hold in a field after this plan; nil where the plan does not write it.
    fileprivate func given(_ field: String) -> Value? {
        operations.lazy.filter { $0.side == .project }.flatMap(\.changes).first { $0.field == field }?.after
    }
}
