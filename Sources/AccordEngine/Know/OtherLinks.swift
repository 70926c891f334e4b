import AccordCore
import AccordState

/// The links that other pairs of the same records have to project records, or are about to get.
package struct OtherLinks: Sendable {
    private let names: [String]
    /// Of these, pairs that read the same source: a row of one of them may be the other's.
    private var ofSameSource: Set<String> = []
    /// By project record, pairs whose plans of this run link a row to it.
    private var coming: [String: String] = [:]
    /// By pair, project records whose rows its plan of this run no longer finds.
    private var leaving: [String: Set<String>] = [:]

    package init() { names = [] }

    /// - Parameters:
    ///   - names: of the other pairs.
    ///   - ofSameSource: those of them that read the same source.
    ///   - plans: those of them that this run has made.
    init(_ names: [String], ofSameSource: Set<String> = [], plans: [PairPlan] = []) throws {
        self.names = names
        self.ofSameSource = ofSameSource
        for plan in plans where names.contains(plan.name) {
            try plan.records.forEach(where: { $0.contains(.settles) }) { record in
                guard let id = record.projectID else { return true }
                switch record.link {
                case .new, .state(.active): coming[id] = plan.name
                case .state(.goneFromSource), .removed: leaving[plan.name, default: []].insert(id)
                case .none, .moved, .state: break
                }
                if record.operations.contains(where: \.isRemoval) { leaving[plan.name, default: []].insert(id) }
                return true
            }
        }
    }

    /// By project record, another pair whose row is there and linked to it; and the records that another pair archived.
    func pairs(
        linkedTo ids: Set<String>, _ store: any StateStore
    ) throws -> Found {
        var found = Found()
        if names.isEmpty { return found }
        found.active = coming.filter { ids.contains($0.key) }
        for name in names {
            for (id, link) in try store.links(name, projectIDs: ids) {
                switch link.link.state {
                case .active where leaving[name]?.contains(id) != true:
                    found.active[id] = name
                    if ofSameSource.contains(name) { found.keys[id] = link.link.sourceKey }
                case .archived: found.archived.insert(id)
                case .active, .goneFromSource, .goneFromProject: break
                }
            }
        }
        return found
    }

    struct Found {
        var active: [String: String] = [:]
        /// The keys of their rows, of the same source.
        var keys: [String: String] = [:]
        var archived: Set<String> = []
    }
}

extension PlanningRun {
    /// What other pairs have to do with the records of a pair's project.
    func otherLinks(of pair: Pair) throws -> OtherLinks {
        let others = others(like: pair)
        return try OtherLinks(
            others.map(\.name), ofSameSource: Set(others.filter { $0.source.name == pair.source.name }.map(\.name)),
            plans: earlier)
    }
}
