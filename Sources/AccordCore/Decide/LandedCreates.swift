/// Creates that the service took for records that were there already: it wrote what was meant for a new record over
/// another one's. Until a person has put that record right, nothing is done about either.
public struct LandedCreates: Sendable {
    /// A create that was taken for another record.
    public struct Landed: Hashable, Sendable {
        /// Of the row that was to be created.
        public var sourceKey: String
        public var label: String
        /// What the record is taken for the new one by, for as long as it holds it.
        public var value: FieldValue

        public init(sourceKey: String, label: String, value: FieldValue) {
            self.sourceKey = sourceKey
            self.label = label
            self.value = value
        }
    }

    /// By the id of the record that it landed on.
    public private(set) var byRecord: [String: Landed] = [:]
    private var records: [String: String] = [:]

    public init() {}

    public mutating func add(_ landed: Landed, on id: String) {
        byRecord[id] = landed
        records[landed.sourceKey] = id
    }

    /// The record that the create of a row landed on.
    func record(of sourceKey: String) -> String? { records[sourceKey] }
}

extension StoppedRuns {
    /// The creates that landed on another record: those of which a run has seen it, and those whose values a record holds
    /// that another row is linked to.
    public func landed(_ known: Knowledge) throws(Needs) -> LandedCreates {
        var all = LandedCreates()
        for (key, intent) in begunCreates {
            guard let value = firstIdentifying(intent) else { continue }
            let landed = LandedCreates.Landed(sourceKey: key, label: intent.label, value: value)
            if case .takenFor(let id, _) = intent.note {
                if try known.record(id)?.values[value.field] == value.value { all.add(landed, on: id) }
                continue
            }
            for id in try known.holders(of: value) {
                if let link = try known.link(projectID: id), link.link.sourceKey != key { all.add(landed, on: id) }
            }
        }
        return all
    }

    /// By what the service takes a record for the one that a create means.
    private func firstIdentifying(_ intent: Entry) -> FieldValue? {
        let values = intent.createdValues
        return context.schema.matcher.lazy.compactMap { field in
            values[field].flatMap { $0.isNull ? nil : FieldValue(field: field, value: $0) }
        }.first
    }
}

/// Neither the record that a create landed on nor the row that it was of is touched.
public struct CreatesThatLanded: RecordRule {
    public init() {}

    public func apply(to record: inout Entry, _ context: RuleContext) {
        let all = context.landed
        guard !all.byRecord.isEmpty else { return }
        let id = record.projectID.flatMap { all.byRecord[$0] == nil ? nil : $0 } ?? record.sourceKey.flatMap(all.record)
        guard let id, let landed = all.byRecord[id] else { return }
        let (field, value) = (landed.value.field, landed.value.value)
        record = record.quarantined(
            Quarantine(
                .wouldOverwriteAnother,
                "the service took the new \(landed.label) (row \(landed.sourceKey)) for record \(id) and wrote over it: "
                    + "give record \(id) its own values back in the project, where its \(field) is \(value) now"))
        record.operations = []
    }
}
