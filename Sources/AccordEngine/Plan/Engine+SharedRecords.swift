import AccordCore
import AccordState

/// Several pairs may keep the same records of the project: a row may move from one of their files to another.
extension Engine {
    /// The plans without the removals of records to which a plan of another pair links a row: it was not gone, it moved.
    func keepingLinked(_ plans: [PairPlan], _ allowances: Allowances) throws -> [PairPlan] {
        var linked: [String: [String: String]] = [:]
        let shared = Dictionary(grouping: plans, by: \.resource).filter { $0.value.count > 1 }
        for plan in shared.values.joined() {
            try plan.records.forEach(where: { $0.contains(.settles) }) { record in
                if case .new = record.link, let id = record.projectID {
                    linked[plan.resource, default: [:]][id] = plan.name
                }
                return true
            }
        }
        if linked.isEmpty { return plans }
        return try plans.map { plan in
            guard let others = linked[plan.resource], let pair = pairs.first(where: { $0.name == plan.name }) else {
                return plan
            }
            var hasMoved = false
            try plan.records.forEach(where: { $0.isSuperset(of: [.removes, .writesProject]) }) { record in
                hasMoved = record.isTaken(by: others, from: plan.name) != nil
                return !hasMoved
            }
            return hasMoved ? try plan.leaving(others, of: pair, allowances, store) : plan
        }
    }
}

extension PairPlan {
    fileprivate func leaving(
        _ linked: [String: String], of pair: Pair, _ allowances: Allowances, _ store: any StateStore
    ) throws -> PairPlan {
        let form = DraftForm(pair: pair, context: RuleContext())
        let builder = PlanRecordsBuilder(folder: store.folder)
        var plan = self
        try records.forEach { entry in
            var entry = entry
            if let other = entry.isTaken(by: linked, from: name) {
                plan.counts.remove(entry, fields)
                plan.project[entry.bucket] -= 1
                plan.requests -= form.requests(entry)
                let rank = entry.position
                entry = entry.leftAlone(.inAnotherSource(pair: other))
                entry.link = .state(.goneFromSource)
                entry.position = rank
                plan.counts.add(entry, fields)
                plan.project[entry.bucket] += 1
            }
            try builder.append(WrittenRecord(entry), rank: UInt64(entry.position))
            return true
        }
        plan.records = try builder.finish()
        plan.refusals = try pair.refusals(of: plan, allowances, store)
        return plan
    }
}

extension Entry {
    /// Another pair to whose row the record is linked that this one takes away, as its own row is gone.
    fileprivate func isTaken(by linked: [String: String], from pair: String) -> String? {
        guard !present.source, operations.contains(where: { $0.side == .project && $0.isRemoval }) else { return nil }
        return projectID.flatMap { linked[$0] }.flatMap { $0 == pair ? nil : $0 }
    }
}
