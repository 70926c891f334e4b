import AccordCore

/// The steps of deciding what a run that was stopped left behind.
struct StoppedRunSteps {
    let pair: Pair
    let context: DecisionContext

    /// Creates whose answer never came and that are seen to have happened.
    ///
    /// - Parameter begun: by key, the rows that the run had begun with; those that are decided are taken out.
    func linkCreated(_ begun: inout [String: SourceRow], _ plan: inout PlanInProgress) async throws {
        let (stopped, name) = (StoppedRuns(context), pair.name)
        plan.loader.forget()
        for (key, intent) in stopped.begunCreates {
            let (row, before) = (begun[key], plan.decisions.newlyLinked.count)
            let record = try plan.decide { (decisions, known) throws(Needs) in
                try stopped.linkCreated(key, intent, row: row, pair: name, &decisions, known)
            }
            guard plan.decisions.newlyLinked.count > before || record != nil else { continue }
            begun[key] = nil
            if let record { try await plan.add([record]) }
        }
    }

    /// Records whose place it had given to new ones.
    func deleteReplaced(_ plan: inout PlanInProgress) async throws {
        let stopped = StoppedRuns(context)
        plan.loader.forget()
        for (key, intent) in stopped.begunCreates where intent.replaces {
            let record = try plan.decide { (decisions, known) throws(Needs) in
                try stopped.delete(replacedBy: intent, of: key, &decisions, known)
            }
            guard let record else { continue }
            // Until it is done, it is known that it is to be.
            plan.leaveOpen(.source(key: key))
            try await plan.add([record])
        }
    }

    /// Likewise rows that it had begun to write into the source.
    func linkWritten(_ begun: inout [String: SourceRow], _ plan: inout PlanInProgress) async throws {
        let linked = LinkedRecords(context)
        for (id, intent) in context.intents.byProjectID.sorted(by: { $0.key < $1.key }) {
            // Of a table that gives a new record its key, what the record holds says which it is.
            let created = begun.values.filter {
                $0.quarantine == nil && context.intents.mayBeCreated($0.record, for: intent)
            }
            guard
                let row = begun[RecordMapper.newKey(projectID: id)]
                    ?? created.min(by: { $0.record.key < $1.record.key })
            else { continue }
            let link = Link(pair: pair.name, sourceKey: row.record.key, projectID: id)
            let record = try plan.decide { (decisions, known) throws(Needs) -> Entry? in
                guard try known.link(projectID: id) == nil else { return nil }
                return try linked.decide(
                    link, linking: .new(.writtenByStoppedRun), source: row.side, &decisions, known)
            }
            guard let record else { continue }
            begun[row.record.key] = nil
            try await plan.add([record])
        }
    }
}
