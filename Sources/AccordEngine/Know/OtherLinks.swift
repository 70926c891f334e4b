import AccordCore
import AccordState

/// The links that other pairs of the same records have to project records, or are about to get.
package struct OtherLinks: Sendable {
    private let names: [String]
    /// By project record, pairs whose plans of this run link a row to it.
    private var coming: [String: String] = [:]
    /// By pair, project records whose rows its plan of this run no longer finds.
    private var leaving: [String: Set<String>] = [:]

    package init() { names = [] }

    /// - Parameters:
    ///   - names: of the other pairs.
    ///   - plans: those of them that this run has made.
    init(_ names: [String], plans: [PairPlan] = []) throws {
        self.names = names
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
    ) throws -> (active: [String: String], archived: Set<String>) {
        if names.isEmpty { return ([:], []) }
        var (active, archived) = (coming.filter { ids.contains($0.key) }, Set<String>())
        for name in names {
            for (id, link) in try store.links(name, projectIDs: ids) {
                switch link.link.state {
                case .active where leaving[name]?.contains(id) != true: active[id] = name
                case .archived: archived.insert(id)
                case .active, .goneFromSource, .goneFromProject: break
                }
            }
        }
        return (active, archived)
    }
}

extension PlanningRun {
    /// What other pairs have to do with the records of a pair's project.
    func otherLinks(of pair: Pair) throws -> OtherLinks {
        try OtherLinks(others(like: pair).map(\.name), plans: earlier)
    }
}
