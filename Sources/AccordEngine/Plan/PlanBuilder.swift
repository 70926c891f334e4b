import AccordCore
import AccordState
import AccordTables

/// Collects the decided records of a pair, applies the rules, and makes the plan of them.
package struct PlanBuilder {
    let pair: Pair
    let form: DraftForm
    private let records: PlanRecordsBuilder
    package private(set) var counts = PlanCounts()
    private var source: [Bucket: Int] = [:]
    private var project: [Bucket: Int] = [:]
    private var requests = 0
    private var contended = ContendedValues()
    /// Fields that are left as they are in some record, as no answer ever held them.
    private var unknown: Set<UnknownField> = []
    /// Of records that a stopped run had begun with, or about which a person has decided: whether they are looked at now.
    private var awaited: [RecordIdentity: Bool]
    /// Creates of a stopped run that may still arrive.
    private let late: Set<RecordIdentity>
    /// What a stopped run left open.
    private let intents: OpenIntents
    /// Awaited records that have an entry.
    private var mentioned: Set<RecordIdentity> = []
    /// Awaited records of which something is still to be done by another record's entry.
    private var leftOpen: Set<RecordIdentity> = []
    /// Names in operations that only the creates of other plans will say, and how many records hold each.
    private var awaitedNames: [AwaitedName: Int] = [:]
    private let hasReferences: Bool
    private let fields: CountedFields
    private var renumbering: Renumbering
    private var uses: PlannedUses?

    /// - Parameters:
    ///   - intents: what a stopped run had begun with.
    ///   - decided: the records about which a person has decided.
    package init(
        pair: Pair, store: any StateStore, _ intents: OpenIntents = OpenIntents(),
        decided: Set<RecordIdentity> = [], _ context: RuleContext = RuleContext()
    ) {
        self.pair = pair
        uses = PlannedUses(pair)
        self.intents = intents
        late = context.late.open
        form = DraftForm(pair: pair, context: context)
        fields = CountedFields(pair.schema)
        renumbering = Renumbering(addresses: fields.addresses)
        hasReferences = pair.mapping.fields.contains { $0.pair != nil }
        records = PlanRecordsBuilder(folder: store.folder)
        let awaited = intents.identities.union(decided)
        self.awaited = Dictionary(awaited.map { ($0, false) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter known: who holds the values that the record takes.
    mutating func add(_ draft: RecordDraft, _ known: Knowledge) throws {
        let record = draft.record
        let number = Int32(try records.append(draft.written, rank: draft.rank))
        count(record, 1)
        renumbering.add(record)
        if !record.unknown.isEmpty { unknown.formUnion(record.unknown) }
        if !awaited.isEmpty, let identity = record.recordIdentity, awaited[identity] != nil {
            // Until it is done, it is known that it is to be.
            if pair.schema.paysOwedOptOut(record) || record.note == .protected { leftOpen.insert(identity) }
            mentioned.insert(identity)
            awaited[identity] = isDecided(record)
        }
        // A row that a run was to add is known by its own key once it is there.
        if !awaited.isEmpty, let identity = record.projectID.map(RecordIdentity.project), awaited[identity] != nil {
            mentioned.insert(identity)
            awaited[identity] = isDecided(record)
        }
        leaveOpenOther(record)
        try contended.add(draft.claims, of: record, number: number, known)
    }

    /// - Parameter record: takes and gives up no unique value.
    package mutating func add(_ record: Entry) throws { try add(form.draft(record), Knowledge()) }

    private mutating func count(_ record: Entry, _ step: Int) {
        if step > 0 { counts.add(record, fields) } else { counts.remove(record, fields) }
        if record.present.source { source[record.bucket, default: 0] += step }
        if record.present.project { project[record.bucket, default: 0] += step }
        requests += step * form.requests(record)
        uses?.count(record, step)
        if hasReferences { for name in record.awaitedNames { awaitedNames[name, default: 0] += step } }
    }

    // MARK: - When all are known

    /// Applies the rules that hold the records against each other.
    ///
    /// - Returns: what is to be said of the plan, and what the records will be called.
    mutating func apply(
        _ rules: [any PlanRule], _ loader: inout KnowledgeLoader
    ) throws -> (notes: [PlanNote], names: PlannedNames) {
        let order = records.sort()
        var positions = [Int32](repeating: 0, count: order.count)
        for (index, number) in order.enumerated() { positions[Int(number)] = Int32(index + 1) }
        var names = PlannedNames()
        var notes: [PlanNote] = []
        for var rule in rules {
            switch rule.scope {
            case .contended:
                let numbers = contended.takeRecords().sorted { positions[Int($0)] < positions[Int($1)] }
                try apply(&rule, to: numbers, positions, &names, &loader)
            case .kinds(let kinds):
                let wanted = order.filter { !records.kinds(Int($0)).isDisjoint(with: kinds) }
                for numbers in wanted.groups(of: PairPlanning.batchSize) {
                    try apply(&rule, to: numbers, positions, &names, &loader)
                }
            }
            notes += rule.notes
        }
        return (notes, names)
    }

    private mutating func apply(
        _ rule: inout any PlanRule, to numbers: [Int32], _ positions: [Int32], _ names: inout PlannedNames,
        _ loader: inout KnowledgeLoader
    ) throws {
        let before = try numbers.map { number in
            var record = try records.record(Int(number))
            record.position = Int(positions[Int(number)])
            return record
        }
        loader.forget()
        let after = try loader.decide { (known) throws(Needs) in
            var after = before
            try rule.apply(to: &after, &names, known)
            return after
        }
        for (number, (old, new)) in zip(numbers, zip(before, after)) where old != new {
            try replace(Int(number), old, by: new)
        }
    }

    mutating func replace(_ number: Int, _ old: Entry, by new: Entry) throws {
        count(old, -1)
        count(new, 1)
        try records.replace(number, by: WrittenRecord(new))
        if let identity = new.recordIdentity, awaited[identity] != nil {
            awaited[identity] = isDecided(new)
        }
        leaveOpenOther(new)
    }

    /// What was begun of its project record under another key than the one that its row has by now.
    private mutating func leaveOpenOther(_ record: Entry) {
        guard !isDecided(record), let id = record.projectID,
            let other = intents.identity(ofRecord: id, otherThan: record.sourceKey)
        else { return }
        leftOpen.insert(other)
    }

    private func isDecided(_ record: Entry) -> Bool { record.quarantine == nil && !record.isWithheld }

    mutating func leaveOpen(_ identity: RecordIdentity) { leftOpen.insert(identity) }

    /// Awaited records of which nothing can be said now: a later plan looks again.
    func undecided(_ changes: SourceChanges, doubt: String?) -> [RecordIdentity] {
        awaited.keys.sorted { $0.text < $1.text }.filter { identity in
            if leftOpen.contains(identity) { return true }
            if mentioned.contains(identity) { return awaited[identity] == false }
            if late.contains(identity) { return true }
            if case .source(let key) = identity, changes.leftOutKeys.contains(key) { return true }
            return (changes.reading.incomplete ?? doubt) != nil
        }
    }

    // MARK: - The plan

    /// What was left as it is, in the mapping's order.
    var unknownFields: [PlanNote] {
        let names = pair.mapping.fields.map(\.name)
        return Side.allCases.compactMap { side in
            let fields = names.filter { unknown.contains(UnknownField(side: side, field: $0)) }
            return fields.isEmpty ? nil : .unknownFields(of: side, fields)
        }
    }

    /// Every record is in exactly one bucket, or the plan is not shown.
    package func finish(
        _ source: SideReading, _ project: SideReading, unchanged: Int, leftOut: Int, notes: [PlanNote],
        names: PlannedNames, undecided: [RecordIdentity], _ run: PlanningRun
    ) throws -> PairPlan {
        var (source, project) = (source, project)
        for (bucket, count) in self.source { source[bucket] += count }
        for (bucket, count) in self.project { project[bucket] += count }
        if source.mode == .notRead {
            source[.unchanged] += source.records - source.buckets.values.reduce(0, +)
        } else {
            source[.unchanged] += unchanged
            source[.leftAlone] += leftOut
        }
        project[.unchanged] += project.records - project.buckets.values.reduce(0, +)
        for (side, reading) in [(Side.source, source), (.project, project)] {
            let sum = reading.buckets.values.reduce(0, +)
            if sum != reading.records || reading[.unchanged] < 0 {
                throw EngineError.unbalanced(pair: pair.name, side: side, records: reading.records, counted: sum)
            }
        }
        let trials = uses?.trials ?? []
        var plan = PairPlan(
            name: pair.name, resource: pair.schema.name, label: pair.schema.label, mapping: pair.mapping.fingerprint,
            source: source, project: project, counts: counts, fields: fields,
            notes: notes + (trials.isEmpty ? [] : [.trials(trials.map(\.name))]),
            requests: requests + trials.reduce(0) { $0 + $1.requests }, records: try records.finish())
        if !renumbering.isEmpty { plan.renumbered = renumbering.counts(linked: try pair.linkedCount(run.store)) }
        plan.refusals = try pair.refusals(of: plan, run.options.allowances, run.store)
        plan.undecided = undecided
        (plan.names, plan.created) = (names.byKey, names.created)
        plan.awaited = Set(awaitedNames.filter { $0.value > 0 }.keys)
        return plan
    }
}
