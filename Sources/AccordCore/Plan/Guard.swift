/// Limits that stop a plan that would do too much.
public enum Guard {
    /// What of a pair the limits are measured by.
    public struct Measure: Hashable, Sendable {
        /// Records of each side that a link knows, before the plan.
        public var linked: Int
        /// No run of the pair came to its end before, so that most of what is to be done is new.
        public var isFirst: Bool
        /// By side that is written, the records that seem to become others: see ``Renumbering``.
        public var renumbered: [Side: Int]

        public init(linked: Int, isFirst: Bool = false, renumbered: [Side: Int] = [:]) {
            self.linked = linked
            self.isFirst = isFirst
            self.renumbered = renumbered
        }
    }

    public static func check(
        pair: String, counts: PlanCounts, guards: Guards, _ measure: Measure, source: SideReading,
        project: SideReading, allowances: Allowances
    ) -> [Refusal] {
        let linked = measure.linked
        func refusal(_ side: Side, _ limit: Refusal.Limit, _ count: Int, most: Int) -> Refusal {
            Refusal(pair: pair, side: side, limit: limit, count: count, linked: linked, most: most)
        }
        var refusals: [Refusal] = []
        for (side, reading) in [(Side.source, source), (.project, project)]
        where reading.mode == .full && reading.records == 0 && linked > 0 {
            let isAllowed = side == .project && allowances[.deletes] >= linked
            if !isAllowed { refusals.append(refusal(side, .suddenlyEmpty, linked, most: 0)) }
        }
        for side in Side.allCases {
            let renumbered = measure.renumbered[side] ?? 0
            if renumbered > allowances[.contactChanges] {
                refusals.append(refusal(side, .renumbered, renumbered, most: 0))
            }
        }
        for harm in Harm.allCases {
            if harm.belongsToFirstRun && (measure.isFirst || linked == 0) { continue }
            // Who is found on both sides may have opted out on one of them long ago.
            var most = guards[harm].most(of: harm == .optOuts ? linked + counts.linked : linked)
            if isConsentMoved(harm, counts) { most = min(most, mostExchanged) }
            for (side, count) in amounts(harm, counts) where count > most && count > allowances[harm] {
                refusals.append(refusal(side, .tooMany(harm), count, most: most))
            }
        }
        return refusals
    }

    /// As many people as may opt out while others are subscribed again: more of both at once is a column that was sorted by
    /// itself.
    private static let mostExchanged = 2

    private static func isConsentMoved(_ harm: Harm, _ counts: PlanCounts) -> Bool {
        let isConsent = harm == .optOuts || harm == .resubscribes
        return isConsent && min(counts.total(.optOuts), counts.total(.resubscribes)) > mostExchanged
    }

    /// How much of a harm is counted at once. Whoever is subscribed again is one person, whichever side writes it.
    private static func amounts(_ harm: Harm, _ counts: PlanCounts) -> [(Side, Int)] {
        guard harm == .resubscribes else { return Side.allCases.map { ($0, counts.count($0, harm)) } }
        let side = Side.allCases.first { counts.count($0, harm) > 0 } ?? .project
        return [(side, counts.total(harm))]
    }
}
