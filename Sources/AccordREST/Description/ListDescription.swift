/// How the records of a resource are listed.
public struct ListDescription: Hashable, Sendable {
    public var path: String
    /// Queries of a full read, by a key that does not move if that can be: the first that the service answers is used.
    public var full: [[String: String]]
    /// What lists what a full read leaves out, beside its own query: for example the archived ones.
    public var alsoFull: [[String: String]]
    /// By field, lists of the records of which it is true, for a service whose records do not show it.
    public var facets: [String: Facet] = [:]
    /// By name, queries that list what is left out unless it is asked for, such as duplicates.
    public var choices: [String: [String: String]] = [:]
    /// Those that were asked for.
    public var chosen: [[String: String]] = []
    /// Lists of what changed, in the order in which they are preferred.
    public var changed: [ChangeList]
    /// For each match field, the query parameter that finds records by it; those without one are looked for in the
    /// whole list.
    public var lookup: [String: String]
    /// How records of some days are found, where the list can be bounded by them.
    public var days: Days?
    /// It comes in pages; else all at once, and takes no parameters.
    public var isPaged: Bool

    public init(
        path: String, full: [[String: String]] = [[:]], alsoFull: [[String: String]] = [], changed: [ChangeList] = [],
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

    /// A list of those records alone of which something is true.
    public struct Facet: Hashable, Sendable {
        public var query: [String: String]
        /// Parameters that ask for a list which the service cannot have.
        public var control: [String: String]

        public init(query: [String: String], control: [String: String]) {
            self.query = query
            self.control = control
        }
    }
}
