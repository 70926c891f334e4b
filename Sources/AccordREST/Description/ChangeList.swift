/// A list of what changed in a resource: newest first, or bounded by days, or both.
///
/// A service that does not know a parameter may well ignore it, and answer with another list. So what is only assumed of a
/// list is not relied upon before it was proved, by requests that must be answered otherwise.
public struct ChangeList: Hashable, Sendable {
    public var query: [String: String]
    /// The field that says when a record changed.
    public var by: String
    /// It comes newest first; nil if it need not.
    public var order: Order?
    /// It is bounded by a first day; nil if it is not.
    public var bound: Bound?
    /// Records may go on changing for so many days without moving in the list: they are read again.
    public var unsettledDays: Int

    public init(
        query: [String: String], by: String, order: Order? = nil, bound: Bound? = nil, unsettledDays: Int = 0
    ) {
        self.query = query
        self.by = by
        self.order = order
        self.bound = bound
        self.unsettledDays = unsettledDays
    }

    public struct Order: Hashable, Sendable {
        public var grade: Grade
        /// Parameters that turn the order round.
        public var reversed: [String: String]
        /// Parameters that ask for an order which the service cannot have.
        public var control: [String: String]

        public init(_ grade: Grade, reversed: [String: String] = [:], control: [String: String] = [:]) {
            self.grade = grade
            self.reversed = reversed
            self.control = control
        }
    }

    public struct Bound: Hashable, Sendable {
        /// Query parameter of the first calendar day.
        public var parameter: String
        public var grade: Grade
        /// Parameters that ask for a bound which the service cannot have.
        public var control: [String: String]

        public init(_ parameter: String, _ grade: Grade = .documented, control: [String: String] = [:]) {
            self.parameter = parameter
            self.grade = grade
            self.control = control
        }
    }
}
