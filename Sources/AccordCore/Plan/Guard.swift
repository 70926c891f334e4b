/// What a person allowed for one run, with its size.
public struct Allowances: Hashable, Sendable, Codable {
    /// `--allow-deletes N`: up to so many deletes and archives on a side.
    public var deletes: Int?
    /// `--allow-resubscribes N`: up to so many people who get messages again.
    public var resubscribes: Int?
    /// `--allow-sends N`: up to so many people who are asked for a review. Nil: nobody is.
    public var sends: Int?

    public init(deletes: Int? = nil, resubscribes: Int? = nil, sends: Int? = nil) {
        self.deletes = deletes
        self.resubscribes = resubscribes
        self.sends = sends
    }
}

/// Why a plan may not be carried out.
public struct Refusal: ExplainedError, Hashable, Codable {
    public var pair: String
    public var side: Side
    public var count: Int
    public var what: String
    public var next: String?

    public var place: String? { "pair \(pair)" }
}

/// Limits that stop a plan that would do too much.
public enum Guard {
    /// - Parameter linked: records of each side that a link knows, before the plan.
    public static func check(
        pair: String, entries: [Entry], guards: Guards, linked: Int, source: SideReading, project: SideReading,
        allowances: Allowances
    ) -> [Refusal] {
        var refusals: [Refusal] = []
        for (side, reading) in [(Side.source, source), (Side.project, project)]
        where reading.mode == .full && reading.records == 0 && linked > 0 {
            let allowed = side == .project && (allowances.deletes ?? 0) >= linked
            if !allowed { refusals.append(suddenlyEmpty(pair, side, linked: linked)) }
        }
        let limit = max(guards.deleteCount, linked * min(max(guards.deletePercent, 0), 100) / 100)
        for side in Side.allCases {
            let removals = entries.flatMap(\.operations).filter { $0.side == side && $0.isRemoval }.count
            if removals > limit && removals > (allowances.deletes ?? 0) {
                refusals.append(
                    Refusal(
                        pair: pair, side: side, count: removals,
                        what:
                            "the plan would delete or archive \(removals) of \(linked) linked records in the \(side); "
                            + "the limit is \(limit)",
                        next: "If that is right, allow it for one run with --allow-deletes \(removals)"))
            }
        }
        let returning = entries.flatMap(\.operations).filter { $0.isResubscription }
        if let side = returning.first?.side, returning.count > limit, returning.count > (allowances.resubscribes ?? 0) {
            refusals.append(
                Refusal(
                    pair: pair, side: side, count: returning.count,
                    what:
                        "the plan would subscribe \(returning.count) people again who opted out; the limit is \(limit)",
                    next: "If that is right, allow it for one run with --allow-resubscribes \(returning.count)"))
        }
        // Without an allowance nothing is sent at all, and the rest goes on.
        let sends = entries.flatMap(\.operations).count { $0.isSend }
        if let allowed = allowances.sends, sends > allowed {
            refusals.append(
                Refusal(
                    pair: pair, side: .project, count: sends,
                    what: "the plan would ask \(sends) people for a review; this run allows \(allowed)",
                    next: "If that is right, allow it for one run with --allow-sends \(sends)"))
        }
        return refusals
    }

    private static func suddenlyEmpty(_ pair: String, _ side: Side, linked: Int) -> Refusal {
        Refusal(
            pair: pair, side: side, count: linked,
            what: "the \(side) is suddenly empty, and \(linked) of its records are linked",
            next: side == .source
                ? "Put the file back; nothing was done" : "Check that the key belongs to the right project")
    }
}
