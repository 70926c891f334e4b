/// The keys that rows of the source have, known by their hashes.
public protocol RowKeys: Sendable {
    /// Whether a row has a key that the mapping does not leave out.
    mutating func hasRow(keyHash: UInt64) -> Bool
}

/// Nothing is planned for a row of the source that its table could not hold: a value that a cell cannot hold, or a key
/// that another row has.
struct NewRowCells: PlanRule {
    private let mapper: RecordMapper
    private var keys: any RowKeys
    /// The records whose rows get a key by this plan, by its hash.
    private var takers: [UInt64: String] = [:]

    init(_ mapper: RecordMapper, _ keys: any RowKeys) {
        self.mapper = mapper
        self.keys = keys
    }

    var scope: PlanRuleScope { .kinds(.writesSource) }

    mutating func apply(to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge) throws(Needs) {
        for index in records.indices {
            if let obstacle = obstacle(records[index]) { records[index] = records[index].quarantined(obstacle) }
        }
    }

    private mutating func obstacle(_ record: Entry) -> Quarantine? {
        guard record.quarantine == nil else { return nil }
        let key: String
        do throws(FieldProblem) {
            guard let new = try mapper.newKey(of: record) else { return nil }
            key = new
        } catch {
            return Quarantine(.unmappable, "\(error)")
        }
        let hash = KeyHash.of(key)
        let columns = mapper.mapping.key.joined(separator: " or ")
        if key != record.sourceKey, keys.hasRow(keyHash: hash) {
            return Quarantine(
                .duplicateKey, "its row would have \"\(key)\" in \(columns), the key that another row has")
        }
        if let other = takers.updateValue(record.label, forKey: hash) {
            takers[hash] = other
            return Quarantine(
                .duplicateKey,
                "its row would have \"\(key)\" in \(columns), the key that the row of \(other) gets by this plan")
        }
        return nil
    }
}
