import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Gathers what has to be known of the people whom the rows of a pair of requests may reach.
struct PeopleLoader {
    let pair: Pair
    let requests: ReviewRequests
    let run: PlanningRun

    private var people: Pair { requests.people }

    /// The people as they are now: those that a pair of this run has just read are not read again.
    func refresh() async throws -> SideReading {
        var reading = SideReading(mode: .notRead, records: 0, read: 0)
        if !run.earlier.contains(where: { $0.name == people.name }) {
            let memory = try run.store.sourceMemory(people.name)
            let read = try await MirrorRead(pair: people, run).refresh(
                full: run.options.full,
                mappingChanged: memory.map { $0.mapping != people.mapping.fingerprint } ?? false)
            (reading.mode, reading.requests) = (read.mode, read.requests)
        }
        return reading
    }

    /// Who opted out, and who was asked, may have been, or is asked by a pair of this run that comes before.
    func load() async throws -> KnownPeople {
        var known = KnownPeople(schema: people.schema, sends: requests.schema)
        known.optOuts = try await OptOutRead(requests.sources, run).optOuts()
        for name in [pair.name] + requests.others {
            for bases in try run.store.bases(name) {
                guard let at = bases.project[requests.fields.at]?.instant else { continue }
                if let person = bases.project[requests.fields.recipient]?.description { known.remember(at, id: person) }
                known.remember(at, names: people.schema.names(of: Record(key: "", values: bases.source)))
            }
        }
        // Of this pair itself it is looked into what became of them; see `UnansweredLoader`.
        for name in requests.others {
            for intent in try run.store.openIntents(name) { known.addRequests(of: intent) }
        }
        try eachWrite(of: run.earlier.filter { $0.counts.sends > 0 }) { known.addRequests(of: $0) }
        return known
    }

    /// What earlier plans of this run do to those whom rows name.
    func loadPlanned(_ known: inout KnownPeople, named: ValueCounts) throws {
        try eachWrite(of: run.earlier.filter { $0.resource == people.schema.name }) {
            known.addPlanned($0, named: named)
        }
    }

    private func eachWrite(of plans: [PairPlan], _ body: (Entry) -> Void) throws {
        for plan in plans {
            try plan.records.forEach(where: { $0.contains(.writesProject) }) { entry in
                body(entry)
                return true
            }
        }
    }
}

extension KnowledgeLoader {
    /// Loads the records of all whom some rows may mean.
    mutating func load(_ people: KnownPeople, namedBy rows: [Record]) throws {
        forget()
        try load(Needs(values: Set(rows.flatMap(people.names))))
        try load(Needs(projectIDs: people.ids(of: rows, known)))
    }
}
