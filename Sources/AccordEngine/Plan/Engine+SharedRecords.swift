import AccordCore
import AccordState

/// Several pairs may keep the same records of the project: a row may move from one of their files to another, and the plan of
/// the one is made before that of the other.
extension Engine {
    /// The plans without what takes a row that has moved to another file for one that is gone, or for a new one.
    func knowingMoves(_ plans: [PairPlan], _ allowances: Allowances) throws -> [PairPlan] {
        var plans = plans
        for (_, shared) in Dictionary(grouping: plans.indices, by: { plans[$0].resource }) where shared.count > 1 {
            let moves = try Moves(shared.map { plans[$0] }, pairs, store)
            for index in shared {
                guard let pair = pairs.first(where: { $0.name == plans[index].name }) else { continue }
                plans[index] = try plans[index].changing(of: pair, allowances, store) { entry in
                    moves.kept(entry, in: pair) ?? moves.heldBack(entry, in: pair)
                }
            }
        }
        return plans
    }
}

/// What the plans of some pairs of the same records say of rows that are there, and of rows that are not.
private struct Moves {
    /// By project record, the pair that links a row to it.
    private var linked: [String: String] = [:]
    /// Of records that are identified by content, those whose row was not found, by what they are looked up by.
    private var missing: [FieldValue: [Missing]] = [:]

    private struct Missing {
        var pair: String
        var record: MirrorRecord
    }

    init(_ plans: [PairPlan], _ pairs: [Pair], _ store: any StateStore) throws {
        for plan in plans {
            guard let pair = pairs.first(where: { $0.name == plan.name }) else { continue }
            var ids: [String] = []
            try plan.records.forEach(where: { !$0.isDisjoint(with: [.settles, .removes, .leftAlone]) }) { entry in
                guard let id = entry.projectID else { return true }
                if case .new = entry.link { linked[id] = plan.name }
                if pair.schema.isByContent, entry.sourceKey != nil, !entry.present.source { ids.append(id) }
                return true
            }
            for ids in ids.groups(of: PairPlanning.batchSize) {
                for record in try store.projectRecords(plan.name, ids).values {
                    guard let key = pair.schema.contentKey(record.values) else { continue }
                    missing[key, default: []].append(Missing(pair: plan.name, record: record))
                }
            }
        }
    }

    /// The entry as one that takes nothing away, if it would and another pair links a row to its record; else nil.
    func kept(_ entry: Entry, in pair: Pair) -> Entry? {
        guard !entry.present.source, entry.operations.contains(where: { $0.side == .project && $0.isRemoval }),
            let other = entry.projectID.flatMap({ linked[$0] }), other != pair.name
        else { return nil }
        var kept = entry.leftAlone(.inAnotherSource(pair: other))
        kept.link = .state(.goneFromSource)
        return kept
    }

    /// The entry set aside, if it would create what another pair has, whose row was not found: it may be that row; else nil.
    func heldBack(_ entry: Entry, in pair: Pair) -> Entry? {
        guard !missing.isEmpty, entry.createsInProject, pair.schema.isByContent,
            let key = pair.schema.contentKey(entry.createdValues)
        else { return nil }
        let other = missing[key]?.first {
            $0.pair != pair.name && pair.schema.isAlike($0.record.values, entry.createdValues)
        }
        guard let other else { return nil }
        var held = entry.quarantined(
            Quarantine(
                .ambiguous,
                "\(pair.schema.label) \(other.record.id) says the same, and its row was not found in the source of "
                    + "\(other.pair): this may be it, which the next run tells"))
        held.operations = []
        return held
    }
}

extension PairPlan {
    /// The plan with some of its entries changed.
    ///
    /// - Parameter change: nil for an entry that stays as it is.
    fileprivate func changing(
        of pair: Pair, _ allowances: Allowances, _ store: any StateStore, _ change: (Entry) -> Entry?
    ) throws -> PairPlan {
        let kinds: Entry.Kinds = .writesProject
        var isChanged = false
        try records.forEach(where: { !$0.isDisjoint(with: kinds) }) { entry in
            isChanged = change(entry) != nil
            return !isChanged
        }
        guard isChanged else { return self }
        let form = DraftForm(pair: pair, context: RuleContext())
        let builder = PlanRecordsBuilder(folder: store.folder)
        var plan = self
        try records.forEach { entry in
            var entry = entry
            if let changed = change(entry) {
                plan.count(entry, -1, form)
                entry = changed
                plan.count(entry, 1, form)
            }
            try builder.append(WrittenRecord(entry), rank: UInt64(entry.position))
            return true
        }
        plan.records = try builder.finish()
        plan.refusals = try pair.refusals(of: plan, allowances, store)
        return plan
    }

    private mutating func count(_ entry: Entry, _ step: Int, _ form: DraftForm) {
        if step > 0 { counts.add(entry, fields) } else { counts.remove(entry, fields) }
        if entry.present.source { source[entry.bucket] += step }
        if entry.present.project { project[entry.bucket] += step }
        requests += step * form.requests(entry)
    }
}
