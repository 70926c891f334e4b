/// Says beforehand what creating a record does to another one: a charge's location becomes its customer's own.
struct SideEffect: PlanRule {
    /// The field whose value the service also gives to another record.
    private let field: String
    private let target: FieldSchema.Target
    /// The field that names the other record.
    private let name: String
    private let label: String
    private let otherLabel: String
    /// The pair whose records are the others; nil if none was planned before.
    private let otherPair: String?

    /// What the others hold after the records looked at so far, and the positions of the last that gave them that.
    private var holds: [Value: Value] = [:]
    private var last: [Value: Int] = [:]
    private var count = 0

    static func all(_ context: PlanRuleContext) -> [any PlanRule] {
        context.schema.fields.compactMap { field in
            guard let target = field.alsoSets,
                let name = context.schema.fields.first(where: { $0.refersTo == target.resource })
            else { return nil }
            return SideEffect(field.name, target, named: name.name, context)
        }
    }

    private init(_ field: String, _ target: FieldSchema.Target, named name: String, _ context: PlanRuleContext) {
        let other = context.earlier.first { $0.resource == target.resource }
        self.field = field
        self.target = target
        self.name = name
        label = context.schema.label
        otherLabel = other?.label ?? target.resource
        otherPair = other?.name
    }

    var scope: PlanRuleScope { .kinds(.writesProject) }

    mutating func apply(
        to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge
    ) throws(Needs) {
        let gifts = records.map(gift)
        try known.require(
            Needs(
                named: gifts.reduce(into: []) { needed, gift in
                    guard let gift, holds[gift.owner] == nil, let name = nameOfOther(gift.owner) else { return }
                    needed.insert(name)
                }))
        for (index, gift) in gifts.enumerated() {
            guard let gift else { continue }
            // One after the other, so that the last row's value is what stays.
            if let before = last.updateValue(records[index].position, forKey: gift.owner) {
                records[index].after.append(before)
            }
            let before: Value
            if let held = holds[gift.owner] { before = held } else { before = try held(by: gift.owner, known) }
            holds[gift.owner] = gift.value
            guard before != gift.value else { continue }
            count += 1
            records[index].note = .alsoSets(
                label: otherLabel, field: target.field, value: gift.value.description,
                before: before.isNull ? nil : before.description)
        }
    }

    var notes: [PlanNote] {
        count == 0 ? [] : [.alsoSets(count: count, record: label, field: field, label: otherLabel)]
    }

    /// The other record that a record names, and what it is given.
    private func gift(of record: Entry) -> (owner: Value, value: Value)? {
        guard record.createsInProject else { return nil }
        let changes = record.operations.flatMap(\.changes)
        guard let value = changes.first(where: { $0.field == field })?.after,
            let owner = changes.first(where: { $0.field == name })?.after
        else { return nil }
        return (owner, value)
    }

    private func nameOfOther(_ owner: Value) -> RecordName? {
        otherPair.map { RecordName(pair: $0, name: owner.description) }
    }

    private func held(by owner: Value, _ known: Knowledge) throws(Needs) -> Value {
        guard let name = nameOfOther(owner) else { return .null }
        return try known.record(named: name)?.values[target.field] ?? .null
    }
}
