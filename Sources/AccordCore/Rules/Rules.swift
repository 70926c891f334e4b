/// The rules that may hold a record of a plan back after it was decided, or add what is to be known of it, in the order in
/// which they are applied.
public enum Rules {
    /// Each looks at one record by itself, as soon as it is decided.
    public static let ofRecords: [any RecordRule] = [
        DuplicateKeys(), SourceInDoubt(), CreatesThatLanded(), CreatedByEarlierPair(), CreatesOnTheirWay(),
        RefusedBefore(),
    ]

    /// Each holds the records of a plan against each other, when all of them are known.
    public static func ofPlans(_ context: PlanRuleContext) -> [any PlanRule] {
        let ofRows: [any PlanRule] = context.rows.map { [NewRowCells($0.mapper, $0.keys)] } ?? []
        return ofRows + [UniqueValues(schema: context.schema)] + SideEffect.all(context) + NamesOfRecords.all(context)
    }

    public static func apply(to record: inout Entry, _ context: RuleContext) {
        for rule in ofRecords { rule.apply(to: &record, context) }
    }
}
