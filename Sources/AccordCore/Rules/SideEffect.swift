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
        let effects = records.map(effect)
        try known.require(
            Needs(
                named: effects.reduce(into: []) { needed, effect in
                    guard let effect, holds[effect.other] == nil, let name = nameOfOther(effect.other) else { return }
                    needed.insert(name)
                }))
        for (index, effect) in effects.enumerated() {
            guard let effect else { continue }
            // One after the other, so that the last row's value is what stays.
            if let before = last.updateValue(records[index].position, forKey: effect.other) {
                records[index].after.append(before)
            }
            let before: Value
            if let held = holds[effect.other] { before = held } else { before = try held(by: effect.other, known) }
            holds[effect.other] = effect.value
            guard before != effect.value else { continue }
            count += 1
            records[index].note = .alsoSets(
                label: otherLabel, field: target.field, value: effect.value.description,
                before: before.isNull ? nil : before.description)
        }
    }

    var notes: [PlanNote] {
        count == 0 ? [] : [.alsoSets(count: count, record: label, field: field, label: otherLabel)]
    }

    /// The other record that a record names, and the value that the service gives to it.
    private func effect(of record: Entry) -> (other: Value, value: Value)? {
        guard record.createsInProject else { return nil }
        let changes = record.operations.flatMap(\.changes)
        guard let value = changes.first(where: { $0.field == field })?.after,
            let other = changes.first(where: { $0.field == name })?.after
        else { return nil }
        return (other, value)
    }

    private func nameOfOther(_ other: Value) -> RecordName? {
        otherPair.map { RecordName(pair: $0, name: other.description) }
    }

    private func held(by other: Value, _ known: Knowledge) throws(Needs) -> Value {
        guard let name = nameOfOther(other) else { return .null }
        return try known.record(named: name)?.values[target.field] ?? .null
    }
}
