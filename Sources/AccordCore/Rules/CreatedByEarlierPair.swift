/// What the pairs planned before, of the same table, create in the same run: known by what the service would take a second
/// create for.
public struct EarlierCreates: Sendable {
    private var pairs: [FieldValue: String] = [:]

    public init() {}

    /// - Parameter schema: of the table.
    public mutating func add(_ record: Entry, of pair: String, _ schema: TableSchema) {
        // Payments alike in two files are two payments.
        guard record.createsInProject, !schema.isByContent else { return }
        let values = record.createdValues
        for field in schema.lookedUpBy {
            if let value = values[field], !value.isNull { pairs[FieldValue(field: field, value: value)] = pair }
        }
    }

    /// The pair that creates the record that a create means, and the value by which it is the same.
    func creator(of record: Entry) -> (pair: String, value: FieldValue)? {
        guard !pairs.isEmpty, record.createsInProject else { return nil }
        for (field, value) in record.createdValues.sorted(by: { $0.key < $1.key }) {
            let value = FieldValue(field: field, value: value)
            if let pair = pairs[value] { return (pair, value) }
        }
        return nil
    }
}

/// Two pairs of one table create a record once: the second one meets it in the next run, when both can be compared.
public struct CreatedByEarlierPair: RecordRule {
    public init() {}

    public func apply(to record: inout Entry, _ context: RuleContext) {
        guard record.quarantine == nil, let (pair, value) = context.earlier.creator(of: record) else { return }
        record = record.quarantined(
            Quarantine(
                .ambiguous,
                "pair \(pair) creates a record with the same \(value.field), \(value.value), in this run: the next run "
                    + "holds the two against each other"))
        record.operations = []
    }
}
