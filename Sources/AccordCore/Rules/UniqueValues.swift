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
        var names = entries.map(claims(of:))
        let involved = entries.indices.filter { !names[$0].isEmpty }
        var isSettled = false
        // Setting one record aside may take away what another relied on, so look again until nothing moves.
        while !isSettled {
            isSettled = true
            var releasedBy: [FieldValue: Int] = [:]
            var claimedBy: [FieldValue: Int] = [:]
            for index in involved {
                for name in names[index] where name.releases { releasedBy[name.value] = index }
            }
            for index in involved where entries[index].quarantine == nil {
                let claims = names[index].filter { !$0.releases }.map(\.value)
                // All are looked at before any is claimed: a record that is set aside takes nothing from the others.
                var obstacles: [Quarantine] = []
                for name in claims {
                    let found = try obstacle(
                        name, entries[index], entries, owners: owners, releasedBy: releasedBy, claimedBy: claimedBy)
                    if let found { obstacles.append(found) }
                }
                if let quarantine = obstacles.first {
                    entries[index] = entries[index].quarantined(quarantine)
                    names[index] = []
                    isSettled = false
                    continue
                }
                for name in claims { claimedBy[name] = index }
                let releasers = Set(claims.compactMap { releasedBy[$0] }).subtracting([index])
                entries[index].after = releasers.map { entries[$0].position }.sorted()
            }
            if isSettled, let index = memberOfCycle(entries, involved) {
                entries[index] = entries[index].quarantined(
                    Quarantine(
                        .wouldBeRefused,
                        "records exchange \(schema.unique.joined(separator: " or ")) with each other, which the "
                            + "service refuses in any order; change one of them first"))
                names[index] = []
                isSettled = false
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
        _ name: FieldValue, _ entry: Entry, _ entries: [Entry], owners: (String, Value) throws(Failure) -> [String],
        releasedBy: [FieldValue: Int], claimedBy: [FieldValue: Int]
    ) throws(Failure) -> Quarantine? {
        let overwrites =
            schema.matcher.contains(name.field)
            && entry.operations.contains { $0.side == .project && $0.kind == .create }
        let cause: Quarantine.Cause = overwrites ? .wouldOverwriteAnother : .wouldBeRefused
        let consequence =
            overwrites
            ? "the service would take this one for it and overwrite it" : "the service would refuse the change"
        if let other = claimedBy[name] {
            return Quarantine(
                cause,
                "\(entries[other].label) gets the same \(name.field) \(name.value) in this plan; \(consequence)")
        }
        for owner in try owners(name.field, name.value) where owner != entry.projectID {
            let givesUp = releasedBy[name].map { entries[$0].projectID == owner } ?? false
            if !givesUp {
                return Quarantine(
                    cause, "\(schema.label) \(owner) already has the \(name.field) \(name.value); \(consequence)")
            }
        }
        return nil
    }

    /// An entry that waits for itself, through others.
    private func memberOfCycle(_ entries: [Entry], _ involved: [Int]) -> Int? {
        var waiting = involved.filter { !entries[$0].after.isEmpty }
        var open = Set(waiting.map { entries[$0].position })
        while true {
            let blocked = waiting.filter { !open.isDisjoint(with: entries[$0].after) }
            if blocked.count == waiting.count { return waiting.first.map { follow(from: $0, in: blocked, entries) } }
            waiting = blocked
            open = Set(waiting.map { entries[$0].position })
        }
    }

    /// Each blocked entry waits for another: so many steps on, the walk goes round the cycle itself.
    private func follow(from start: Int, in blocked: [Int], _ entries: [Entry]) -> Int {
        let indices = Dictionary(blocked.map { (entries[$0].position, $0) }, uniquingKeysWith: { first, _ in first })
        return blocked.reduce(start) { index, _ in
            entries[index].after.lazy.compactMap { indices[$0] }.first ?? index
        }
    }
}
