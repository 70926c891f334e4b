/// Applies the service's own rules to a plan before anything is sent.
///
/// The service finds the record that a create means by e-mail, else by telephone, and updates that one; and it refuses
/// an update that would give two records the same. A plan that would run into either says so, and leaves the record
/// out. Where one record gives a value up and another takes it in the same plan, the order is arranged.
public struct UniqueValues: PlanRule {
    public let schema: TableSchema

    public init(schema: TableSchema) { self.schema = schema }

    /// A unique value that a record takes or gives up.
    public struct Claim: Hashable, Sendable {
        public let value: FieldValue
        public let releases: Bool
        let hash: UInt64

        init(_ value: FieldValue, releases: Bool) {
            self.value = value
            self.releases = releases
            hash = ValueCounts.hash(value)
        }
    }

    public var scope: PlanRuleScope { .contended }

    public func apply(
        to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge
    ) throws(Needs) {
        try known.require(
            Needs(values: Set(records.flatMap(claims(of:)).filter { !$0.releases }.map(\.value))))
        try apply(&records) { (field, value) throws(Needs) in
            try known.holders(of: FieldValue(field: field, value: value))
        }
    }

    /// - Parameters:
    ///   - entries: all that claim or release a value which another one of them, or another record, claims, releases or
    ///     has; others may be left out. Numbered by ``Entry/position`` from 1 in this order.
    ///   - owners: ids of the project records, archived ones too, that now have a value.
    public func apply<Failure: Error>(
        _ entries: inout [Entry], owners: (_ field: String, _ value: Value) throws(Failure) -> [String]
    ) throws(Failure) {
        var claims = ClaimedValues(entries.map(claims(of:)))
        for index in entries.indices where entries[index].quarantine == nil { claims.look(at: index) }
        try settle(&claims, &entries, owners)
        claims.order(entries)
        while let index = claims.memberOfCycle() {
            entries[index] = entries[index].quarantined(
                Quarantine(
                    .wouldBeRefused,
                    "records exchange \(schema.unique.joined(separator: " or ")) with each other, which the "
                        + "service refuses in any order; change one of them first"))
            claims.setAside(index)
            try settle(&claims, &entries, owners)
        }
        for index in entries.indices where entries[index].quarantine == nil && claims.isInvolved(index) {
            entries[index].after = claims.predecessors(of: index).map { entries[$0].position }.sorted()
        }
    }

    /// Sets aside what cannot be written. That may take away what another record relied on, which is looked at again.
    private func settle<Failure: Error>(
        _ claims: inout ClaimedValues, _ entries: inout [Entry],
        _ owners: (_ field: String, _ value: Value) throws(Failure) -> [String]
    ) throws(Failure) {
        while let index = claims.next() {
            guard entries[index].quarantine == nil else { continue }
            let values = claims.taken(by: index)
            // All are looked at before any is claimed: a record that is set aside takes nothing from the others.
            var obstacle: Quarantine?
            for value in values where obstacle == nil {
                obstacle = try self.obstacle(value, index, entries, owners, claims)
            }
            if let obstacle {
                entries[index] = entries[index].quarantined(obstacle)
                claims.setAside(index)
            } else {
                claims.claim(values, by: index)
            }
        }
    }

    /// The unique values that an entry gives up and takes; for a create, all by which the service would find another.
    public func claims(of entry: Entry) -> [Claim] {
        var claims: [Claim] = []
        for operation in entry.operations where operation.side == .project {
            let creates = operation.kind == .create
            for change in operation.changes
            where schema.unique.contains(change.field) || creates && schema.matcher.contains(change.field) {
                if !change.after.isNull {
                    claims.append(Claim(FieldValue(field: change.field, value: change.after), releases: false))
                }
                if !change.before.isNull {
                    claims.append(Claim(FieldValue(field: change.field, value: change.before), releases: true))
                }
            }
        }
        return claims
    }

    private func obstacle<Failure: Error>(
        _ name: FieldValue, _ index: Int, _ entries: [Entry],
        _ owners: (String, Value) throws(Failure) -> [String], _ claims: ClaimedValues
    ) throws(Failure) -> Quarantine? {
        let entry = entries[index]
        let overwrites =
            schema.matcher.contains(name.field)
            && entry.operations.contains { $0.side == .project && $0.kind == .create }
        let cause: Quarantine.Cause = overwrites ? .wouldOverwriteAnother : .wouldBeRefused
        let consequence =
            overwrites
            ? "the service would take this one for it and overwrite it" : "the service would refuse the change"
        if let other = claims.claimant(of: name), other != index {
            return Quarantine(
                cause,
                "\(entries[other].label) gets the same \(name.field) \(name.value) in this plan; \(consequence)")
        }
        for owner in try owners(name.field, name.value) where owner != entry.projectID {
            let givesUp = claims.releaser(of: name).map { entries[$0].projectID == owner } ?? false
            if !givesUp {
                return Quarantine(
                    cause, "\(schema.label) \(owner) already has the \(name.field) \(name.value); \(consequence)")
            }
        }
        return nil
    }
}
