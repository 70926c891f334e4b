import AccordCore
import AccordState

/// Names of records that the plan of one pair creates and those of others hold.
extension Engine {
    /// The plans without the creates of what only rows name that are set aside, or not written for another reason.
    func creatingWhatIsNamed(_ plans: [PairPlan]) throws -> [PairPlan] {
        let planned = Set(plans.map(\.name))
        let awaited = plans.reduce(into: Set<AwaitedName>()) { $0.formUnion($1.awaited) }
        return try plans.map { plan in
            // Where the pair whose rows name them is not planned, nothing is known of who names what.
            guard let pair = pairs.first(where: { $0.name == plan.name }), pair.isDerived,
                planned.contains(Pair.configuredName(of: plan.name)), plan.counts.count(.project, .create) > 0
            else { return plan }
            let keys = Set(awaited.lazy.filter { $0.pair == plan.name }.map(\.key))
            return try plan.creating(only: keys, of: pair, folder: store.folder)
        }
    }

    /// The records of a plan, each naming records that pairs before it have created as the service calls them by now.
    func namingAwaited(_ pair: Pair, _ records: PlanRecords) throws -> PlanRecords {
        guard pair.mapping.fields.contains(where: { $0.pair != nil }) else { return records }
        var names: [String: [String: String]] = [:]
        for other in pairs where pair.refersTo.contains(other.schema.name) && other.schema.nameField != nil {
            names[other.name] = Dictionary(
                try store.linkedNames(other.name).map { ($0.key, $0.name) }, uniquingKeysWith: { first, _ in first })
        }
        let known = names
        return records.naming { known[$0.pair]?[$0.key] }
    }
}

extension PairPlan {
    fileprivate func creating(only keys: Set<String>, of pair: Pair, folder: String) throws -> PairPlan {
        let form = DraftForm(pair: pair, context: RuleContext())
        let builder = PlanRecordsBuilder(folder: folder)
        var plan = self
        try records.forEach { entry in
            var entry = entry
            let rank = UInt64(entry.position)
            if entry.createsInProject, let key = entry.sourceKey, !keys.contains(key) {
                plan.counts.remove(entry, fields)
                plan.source[entry.bucket] -= 1
                plan.requests -= form.requests(entry)
                entry = entry.leftAlone(.namedByNone)
                plan.counts.add(entry, fields)
                plan.source[entry.bucket] += 1
            }
            try builder.append(WrittenRecord(entry), rank: rank)
            return true
        }
        plan.records = try builder.finish()
        return plan
    }
}
