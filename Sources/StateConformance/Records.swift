import AccordCore
import AccordState

// Records of the pair `customers`, in the few words that a check needs.

package func mirrored(
    _ id: String, _ values: [String: Value], unknown: Set<String> = [], modified: Int64? = 1, archived: Bool = false
) -> MirrorRecord {
    MirrorRecord(
        id: id, values: values, unknown: unknown, modified: modified, archived: archived,
        by: TableSchema(name: "customers", label: "customer", fields: [], lookedUpBy: ["email", "phone"]))
}

package func linking(
    _ key: String, _ id: String, source: [String: Value] = [:], project: [String: Value] = [:],
    fingerprint: Fingerprint? = nil, settlesProject: Bool = false
) -> Settlement {
    Settlement(
        pair: "customers", sourceKey: key, projectID: id, sourceBase: source, projectBase: project,
        sourceFingerprint: fingerprint, settlesProject: settlesProject)
}

package func entry(_ position: Int, key: String?, id: String?, _ operations: [Operation] = []) -> Entry {
    var entry = Entry(
        label: "Ann", sourceKey: key, projectID: id, present: [.source], bucket: .updated)
    entry.position = position
    entry.operations = operations
    return entry
}

package func update(_ field: String, _ before: Value, _ after: Value) -> Operation {
    Operation(
        side: .project, kind: .update,
        changes: [FieldChange(field: field, before: before, after: after, origin: after, rule: .sourceChanged)],
        reason: .rules([.sourceChanged]))
}

extension LedgerRow {
    /// What was done to the customer with a key, without a word about its fields.
    package init(run: Int64 = 1, customer key: String, action: String, reason: Reason) {
        self.init(
            run: run, at: run, pair: "customers", sourceKey: key, projectID: "p\(key)", side: .project, action: action,
            reason: reason)
    }
}

extension StateStore {
    /// Opens a plan of customers.
    package func openPlan(
        _ settlements: [Settlement] = [], run: Int64 = 1, quarantine: [QuarantineItem] = [],
        conflicts: [ConflictItem] = [], keeping: Set<RecordIdentity> = [], unfinished: Set<String> = []
    ) throws {
        try openPlan(
            "customers", run: run, settlements: settlements, quarantine: quarantine, conflicts: conflicts,
            keeping: keeping, unfinished: unfinished)
    }

    /// All that is unsettled, asked for in small pieces.
    package func unsettledProjectRecords(_ pair: String = "customers") throws -> [MirrorRecord] {
        var records: [MirrorRecord] = []
        while true {
            let piece = try unsettledProjectRecords(pair, after: records.last?.id ?? "", limit: 2)
            records += piece
            if piece.count < 2 { return records }
        }
    }

    /// One read of all customers.
    ///
    /// - Returns: for each, whether it was known exactly so.
    @discardableResult
    func readAll(
        _ records: [MirrorRecord], complete: Bool = true, fields: Set<String> = [], optOut: String? = nil
    ) throws -> [Bool] {
        let read = try beginProjectRead("customers", fields: fields)
        let known = try mirror("customers", records: records, read: read, optOut: optOut)
        try finishFullRead("customers", read: read, complete: complete, fields: fields, at: Int64(read) * 100)
        return known
    }

    /// The two sides of a customer agree on everything that the project holds.
    func settle(_ key: String, _ record: MirrorRecord) throws {
        try settle([linking(key, record.id, source: record.values, project: record.values, settlesProject: true)])
    }

    /// How many customers are live, archived, gone.
    func counts() throws -> [Int] {
        let counts = try mirrorCount("customers")
        return [counts.live, counts.archived, counts.gone]
    }
}

extension MirrorRecord {
    /// With the two match values that a store always gives.
    var padded: MirrorRecord {
        var record = self
        record.matchValues = Array((matchValues + [nil, nil]).prefix(2))
        return record
    }
}

extension LinkIndex {
    package mutating func meet(_ key: String, _ fingerprint: Fingerprint?, line: Int) -> Sighting {
        meet(hash: KeyHash.of(key), fingerprint: fingerprint, line: line)
    }
}
