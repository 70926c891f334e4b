/// Why a plan may not be carried out.
public struct Refusal: ExplainedError, Hashable {
    public enum Limit: Hashable, Sendable {
        case suddenlyEmpty
        /// Records take over the addresses of others.
        case renumbered
        case tooMany(Harm)
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
        case .renumbered:
            "rows seem to be renumbered, or a column sorted by itself: \(ofLinked) would take over the e-mail or "
                + "telephone number of other linked records"
        case .tooMany(let harm): "\(what(harm)); the limit is \(most)"
        }
    }

    private func what(_ harm: Harm) -> String {
        switch harm {
        case .deletes: "the plan would delete or archive \(ofLinked)"
        case .clears: "the plan would empty fields of \(ofLinked), as if a column had come blank"
        case .optOuts: "the plan would opt out \(people) in the \(side), who would get no messages any more"
        case .resubscribes: "the plan would subscribe \(people) again who opted out"
        case .updates: "the plan would change \(ofLinked), as if a column were another one"
        case .contactChanges: "the plan would give \(ofLinked) another e-mail or telephone number"
        case .sourceCreates:
            "the plan would add \(count.counted("record")) to the \(side), where \(linked) "
                + "\(linked == 1 ? "is" : "are") linked"
        }
    }

    private var ofLinked: String { "\(count) of \(linked.counted("linked record")) in the \(side)" }
    private var people: String { count == 1 ? "1 person" : "\(count) people" }

    public var next: String? { Refusal.next(of: [self]) }
}

extension Refusal {
    /// What a run would have to allow; nil if nothing lifts it, or nobody should lift it before they have looked.
    private var lift: (harm: Harm, count: Int)? {
        switch limit {
        case .suddenlyEmpty: nil
        case .renumbered: (.contactChanges, count)
        case .tooMany(let harm): (harm, count)
        }
    }

    /// What to do about all of some refusals together.
    public static func next(of refusals: [Refusal]) -> String? {
        if let empty = refusals.first(where: { $0.limit == .suddenlyEmpty }) {
            return empty.side == .source
                ? "Put the file back; nothing was done" : "Check that the key belongs to the right project"
        }
        // One option counts for every pair and side.
        var lifts: [Harm: Int] = [:]
        for case (let harm, let count)? in refusals.map(\.lift) { lifts[harm] = max(lifts[harm] ?? 0, count) }
        let options = Harm.allCases.compactMap { harm in lifts[harm].map(harm.lift) }
        guard !options.isEmpty else { return nil }
        let isRenumbered = refusals.contains { $0.limit == .renumbered }
        return (isRenumbered ? "Put the keys back; if it is right, " : "If that is right, ")
            + "allow it for one run with \(options.joined(separator: " "))"
    }
}

extension Refusal.Limit: RawRepresentable, CaseIterable {
    public static let allCases = [.suddenlyEmpty, .renumbered] + Harm.allCases.map(Refusal.Limit.tooMany)

    /// A word that is kept with saved plans.
    public var rawValue: String {
        switch self {
        case .suddenlyEmpty: "suddenly-empty"
        case .renumbered: "renumbered"
        case .tooMany(let harm): harm.rawValue
        }
    }

    public init?(rawValue: String) {
        guard let limit = Refusal.Limit.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = limit
    }
}
