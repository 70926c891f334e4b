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
        /// The names of records that its plan creates.
        public var created: [CreatedName]

        public init(name: String, resource: String, label: String, created: [CreatedName] = []) {
            self.name = name
            self.resource = resource
            self.label = label
            self.created = created
        }
    }

    public var pair: String
    public var schema: TableSchema
    /// Its source is what a field of another pair names.
    public var isDerived: Bool
    /// Rows of other pairs name its records.
    public var isReferenced: Bool
    public var earlier: [EarlierPair]
    /// Of a source into which the plan writes; nil if it writes nothing there.
    public var rows: (mapper: RecordMapper, keys: any RowKeys)?

    public init(
        pair: String, schema: TableSchema, isDerived: Bool = false, isReferenced: Bool = false,
        earlier: [EarlierPair] = [], rows: (mapper: RecordMapper, keys: any RowKeys)? = nil
    ) {
        self.pair = pair
        self.schema = schema
        self.isDerived = isDerived
        self.isReferenced = isReferenced
        self.earlier = earlier
        self.rows = rows
    }
}

/// What the project calls the records of a plan as soon as it is carried out, where other pairs need that.
public struct PlannedNames: Hashable, Sendable {
    /// By source key.
    public private(set) var byKey: [String: String] = [:]
    /// Of records that the plan creates.
    public private(set) var created: [CreatedName] = []
    private var positions: [String: Int] = [:]

    public init() {}

    /// - Parameter position: of the record that takes the name in this plan; nil for one that has it.
    mutating func add(_ name: String, of key: String, takenAt position: Int?) {
        byKey[key] = name
        positions[name] = position ?? 0
    }

    mutating func create(_ name: CreatedName) { created.append(name) }

    /// The positions of the records that take a name in this plan.
    var positionsTaking: [Int] { positions.values.filter { $0 > 0 }.sorted() }
}

/// The name of a record that a plan creates.
public struct CreatedName: Hashable, Sendable {
    /// Its ``NameKey``.
    public var key: String
    /// The resource that the record is for; null if it does not say.
    public var context: Value
    /// What the project will call the record: what its row says, or an ``AwaitedName``.
    public var reference: String

    public init(key: String, context: Value, reference: String) {
        self.key = key
        self.context = context
        self.reference = reference
    }
}
