/// How the records of a resource are listed.
public struct ListDescription: Hashable, Sendable {
    public var path: String
    /// Query of a full read: an order by a key that does not move.
    public var full: [String: String]
    /// Further queries that list what a full read leaves out, for example the archived ones.
    public var alsoFull: [[String: String]]
    /// By name, queries that list what is left out unless it is asked for, such as duplicates.
    public var choices: [String: [String: String]] = [:]
    /// Those that were asked for.
    public var chosen: [[String: String]] = []
    public var changed: Changed?
    /// For each match field, the query parameter that finds records by it; those without one are looked for in the
    /// whole list.
    public var lookup: [String: String]
    /// How records of some days are found, where the list can be bounded by them.
    public var days: Days?
    /// It comes in pages; else all at once, and takes no parameters.
    public var isPaged: Bool

    public init(
        path: String, full: [String: String], alsoFull: [[String: String]] = [], changed: Changed? = nil,
        lookup: [String: String] = [:], days: Days? = nil, isPaged: Bool = true
    ) {
        self.path = path
        self.full = full
        self.alsoFull = alsoFull
        self.changed = changed
        self.lookup = lookup
        self.days = days
        self.isPaged = isPaged
    }

    /// A moment by which the list can be bounded, in calendar days.
    public struct Days: Hashable, Sendable {
        public var field: String
        /// Query parameters of the first and the last day.
        public var from: String
        public var to: String

        public init(field: String, from: String, to: String) {
            self.field = field
            self.from = from
            self.to = to
        }
    }

    /// How only what changed is read: newest first, from a calendar day on.
    public struct Changed: Hashable, Sendable {
        public var query: [String: String]
        /// Query parameter of the first calendar day.
        public var fromDay: String
        /// The field that the list is ordered by.
        public var by: String
        /// Records may go on changing for so many days without moving in the list: they are read again.
        public var unsettledDays: Int

        public init(query: [String: String], fromDay: String, by: String, unsettledDays: Int = 0) {
            self.query = query
            self.fromDay = fromDay
            self.by = by
            self.unsettledDays = unsettledDays
        }
    }
}
