/// Looks at the records of a plan, and may set some aside, let one wait for another, or add what is to be known of it.
public protocol PlanRule: Sendable {
    var scope: PlanRuleScope { get }

    /// - Parameters:
    ///   - records: in the plan's order, with their positions.
    ///   - names: what the rules before found out of the records' names.
    /// - Throws: what it needs to know, before it changes anything of itself or of the names. Then it is asked again.
    mutating func apply(
        to records: inout [Entry], _ names: inout PlannedNames, _ known: Knowledge
    ) throws(Needs)

    /// What is to be said of the plan when all records were looked at.
    var notes: [PlanNote] { get }
}

extension PlanRule {
    public var notes: [PlanNote] { [] }
}

/// The records that a rule looks at.
public enum PlanRuleScope: Hashable, Sendable {
    /// Those whose unique values concern other records, all at once.
    case contended
    /// Those of any of some kinds, in the plan's order, some at a time.
    case kinds(Entry.Kinds)
}

/// What rules know of the pair whose plan it is.
public struct PlanRuleContext: Sendable {
    /// A pair whose plan of the same run comes before.
    public struct EarlierPair: Hashable, Sendable {
        public var name: String
        public var resource: String
        public var label: String

        public init(name: String, resource: String, label: String) {
            self.name = name
            self.resource = resource
            self.label = label
        }
    }

    public var schema: TableSchema
    /// Its source is what a field of another pair names.
    public var isDerived: Bool
    /// Rows of other pairs name its records.
    public var isReferenced: Bool
    public var earlier: [EarlierPair]

    public init(
        schema: TableSchema, isDerived: Bool = false, isReferenced: Bool = false, earlier: [EarlierPair] = []
    ) {
        self.schema = schema
        self.isDerived = isDerived
        self.isReferenced = isReferenced
        self.earlier = earlier
    }
}

/// What the project calls the records of a plan as soon as it is carried out, where other pairs need that.
public struct PlannedNames: Hashable, Sendable {
    /// By source key.
    public private(set) var byKey: [String: String] = [:]
    private var positions: [String: Int] = [:]

    public init() {}

    /// - Parameter position: of the record that takes the name in this plan; nil for one that has it.
    mutating func add(_ name: String, of key: String, takenAt position: Int?) {
        byKey[key] = name
        positions[name] = position ?? 0
    }

    func isTaken(_ name: String) -> Bool { positions[name] != nil }

    /// The position of the record that takes a name in this plan.
    func position(taking name: String) -> Int? { positions[name].flatMap { $0 == 0 ? nil : $0 } }
}
