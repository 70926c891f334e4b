import AccordCore
import AccordState

/// Messages to people: what a run may send is allowed for all of its pairs together.
extension Engine {
    /// The plans, saying why nobody is asked, where that is so.
    static func holdingSends(_ plans: [PairPlan], _ allowances: Allowances) -> [PairPlan] {
        guard let note = allowances.holding(sends: sends(of: plans)) else { return plans }
        return plans.map { plan in
            var plan = plan
            if plan.counts.sends > 0 { plan.notes.append(note) }
            return plan
        }
    }

    /// How many people the plans of some pairs would ask.
    static func sends(of plans: [PairPlan]) -> Int { plans.reduce(0) { $0 + $1.counts.sends } }
}
