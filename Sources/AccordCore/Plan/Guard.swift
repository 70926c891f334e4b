/// What a person allowed for one run, with its size.
public struct Allowances: Hashable, Sendable {
    /// `--allow-deletes N`: up to so many deletes and archives on a side.
    public var deletes: Int?
    /// `--allow-clears N`: up to so many records of a side in which a field becomes blank.
    public var clears: Int?
    /// `--allow-opt-outs N`: up to so many people on a side who get no messages any more.
    public var optOuts: Int?
    /// `--allow-resubscribes N`: up to so many people who get messages again.
    public var resubscribes: Int?
    /// `--allow-sends N`: up to so many people who are asked for a review. Nil: nobody is.
    public var sends: Int?

    public init(
        deletes: Int? = nil, clears: Int? = nil, optOuts: Int? = nil, resubscribes: Int? = nil, sends: Int? = nil
    ) {
        self.deletes = deletes
        self.clears = clears
        self.optOuts = optOuts
        self.resubscribes = resubscribes
        self.sends = sends
    }
}

/// Why a plan may not be carried out.
public struct Refusal: ExplainedError, Hashable {
    public enum Limit: String, Hashable, Sendable, CaseIterable {
        case suddenlyEmpty = "suddenly-empty"
        case removals = "removals"
        case clears = "clears"
        case optOuts = "opt-outs"
        case resubscriptions = "resubscriptions"
        case sends = "sends"
    }

    public var pair: String
    public var side: Side
    public var limit: Limit
    public var count: Int
    /// The records that a link knows.
    public var linked: Int
    /// The most that would be allowed.
    public var most: Int

    public init(pair: String, side: Side, limit: Limit, count: Int, linked: Int, most: Int) {
        self.pair = pair
        self.side = side
        self.limit = limit
        self.count = count
        self.linked = linked
        self.most = most
    }

    public var place: String? { "pair \(pair)" }

    public var what: String {
        switch limit {
        case .suddenlyEmpty:
            "the \(side) is suddenly empty, and \(linked) of its records \(linked == 1 ? "is" : "are") linked"
        case .removals:
            "the plan would delete or archive \(count) of \(linked.counted("linked record")) in the \(side); "
                + "the limit is \(most)"
        case .clears:
            "the plan would empty fields of \(count) of \(linked.counted("linked record")) in the \(side), as if a "
                + "column had come blank; the limit is \(most)"
        case .optOuts:
            "the plan would opt out \(Refusal.people(count)) in the \(side), who would get no messages any more; "
                + "the limit is \(most)"
        case .resubscriptions:
            "the plan would subscribe \(Refusal.people(count)) again who opted out; the limit is \(most)"
        case .sends: "the plan would ask \(Refusal.people(count)) for a review; this run allows \(most)"
        }
    }

    private static func people(_ count: Int) -> String { count == 1 ? "1 person" : "\(count) people" }

    public var next: String? {
        switch (limit, side) {
        case (.suddenlyEmpty, .source): "Put the file back; nothing was done"
        case (.suddenlyEmpty, .project): "Check that the key belongs to the right project"
        case (.removals, _): "If that is right, allow it for one run with --allow-deletes \(count)"
        case (.clears, _): "If that is right, allow it for one run with --allow-clears \(count)"
        case (.optOuts, _): "If that is right, allow it for one run with --allow-opt-outs \(count)"
        case (.resubscriptions, _): "If that is right, allow it for one run with --allow-resubscribes \(count)"
        case (.sends, _): "If that is right, allow it for one run with --allow-sends \(count)"
        }
    }
}

/// Limits that stop a plan that would do too much.
public enum Guard {
    /// - Parameters:
    ///   - linked: records of each side that a link knows, before the plan.
    ///   - sends: of the plans before in the same run: what a run may send is allowed for all of them together.
    public static func check(
        pair: String, counts: PlanCounts, guards: Guards, linked: Int, sends: Int = 0, source: SideReading,
        project: SideReading, allowances: Allowances
    ) -> [Refusal] {
        var refusals: [Refusal] = []
        func refuse(_ side: Side, _ limit: Refusal.Limit, _ count: Int, most: Int) {
            refusals.append(Refusal(pair: pair, side: side, limit: limit, count: count, linked: linked, most: most))
        }
        for (side, reading) in [(Side.source, source), (Side.project, project)]
        where reading.mode == .full && reading.records == 0 && linked > 0 {
            let isAllowed = side == .project && (allowances.deletes ?? 0) >= linked
            if !isAllowed { refuse(side, .suddenlyEmpty, linked, most: 0) }
        }
        let limit = guards.limit(of: linked)
        // Who is found on both sides may have opted out on one of them long ago.
        let limitOfOptOuts = guards.limit(of: linked + counts.linked)
        for side in Side.allCases {
            let removals = counts.removals(side)
            if removals > limit && removals > (allowances.deletes ?? 0) {
                refuse(side, .removals, removals, most: limit)
            }
            let clears = counts.count(side, .clears)
            if clears > limit, clears > (allowances.clears ?? 0) { refuse(side, .clears, clears, most: limit) }
            let optOuts = counts.count(side, .optOuts)
            if optOuts > limitOfOptOuts, optOuts > (allowances.optOuts ?? 0) {
                refuse(side, .optOuts, optOuts, most: limitOfOptOuts)
            }
        }
        let returning = counts.resubscriptions
        if returning > limit, returning > (allowances.resubscribes ?? 0) {
            let side = Side.allCases.first { counts.count($0, .resubscriptions) > 0 } ?? .project
            refuse(side, .resubscriptions, returning, most: limit)
        }
        // Without an allowance nothing is sent at all, and the rest goes on.
        if let allowed = allowances.sends, counts.sends > 0, sends + counts.sends > allowed {
            refuse(.project, .sends, sends + counts.sends, most: allowed)
        }
        return refusals
    }
}
