import AccordCore

/// What would bring both sides into agreement: data, not code. Its records are a table on disk.
public struct Plan: Sendable {
    /// Unix seconds.
    public var madeAt: Int64
    public var state: StateMark
    /// Of accord.yaml as far as it bears on the plan.
    public var configuration: Fingerprint
    public var pairs: [PairPlan]

    public init(madeAt: Int64, state: StateMark, configuration: Fingerprint, pairs: [PairPlan]) {
        self.madeAt = madeAt
        self.state = state
        self.configuration = configuration
        self.pairs = pairs
    }
}

/// The plan of one pair.
public struct PairPlan: Sendable {
    public var name: String
    /// The project's table, for example `customers`.
    public var resource: String
    /// One record of the project, for people: `customer`.
    public var label: String
    public var mapping: Fingerprint
    /// Equal as long as the names of other pairs' records that rows refer to mean what they meant; nil if none do.
    public var references: Fingerprint?
    public var source: SideReading
    public var project: SideReading
    public var counts: PlanCounts
    /// The fields by which it counts what happens to people.
    public var fields: CountedFields
    /// By side that is written, the linked records that seem to become others, if some do: see `Renumbering`.
    public var renumbered: [Side: Int]
    public var refusals: [Refusal]
    /// What a person should know besides: deletes withheld, a crash repaired, a read that did not prove itself.
    public var notes: [PlanNote]
    /// Records that this plan could not look at, though what a stopped run did to them is not known yet, or a person's
    /// decision waits for them: both are kept.
    public var undecided: [RecordIdentity]
    /// Requests that applying it sends, if none has to be sent again.
    public var requests: Int
    /// Why there is no plan of it, while there is one of the other pairs.
    public var failure: String?
    /// What the records of other pairs that name one of these need to know: by source key, the names that records are
    /// about to get. Only while the plan is made.
    public var names: [String: String] = [:]
    /// The names of records that it creates. Only while the plan is made.
    public var created: [CreatedName] = []
    /// The names that its operations hold, and that the creates of other pairs' plans will say. Only while it is made.
    public var awaited: Set<AwaitedName> = []
    public var records: PlanRecords

    /// Records with which a run was stopped, and of which it is not known yet what became.
    public var unrepaired: Int {
        notes.reduce(0) { count, note in if case .unrepaired(let open) = note { count + open } else { count } }
    }

    public init(
        name: String, resource: String, label: String, mapping: Fingerprint, references: Fingerprint? = nil,
        source: SideReading, project: SideReading,
        counts: PlanCounts = PlanCounts(), fields: CountedFields = CountedFields(),
        renumbered: [Side: Int] = [:], refusals: [Refusal] = [],
        notes: [PlanNote] = [],
        undecided: [RecordIdentity] = [], requests: Int = 0, failure: String? = nil,
        records: PlanRecords = PlanRecords()
    ) {
        self.name = name
        self.resource = resource
        self.label = label
        self.mapping = mapping
        self.references = references
        self.source = source
        self.project = project
        self.counts = counts
        self.fields = fields
        self.renumbered = renumbered
        self.refusals = refusals
        self.notes = notes
        self.undecided = undecided
        self.requests = requests
        self.failure = failure
        self.records = records
    }

    public var hasChanges: Bool { counts.hasChanges }

    /// Of a plan of messages to people, the fields that hold what a person must see of them; nil of all others.
    public var send: SendFields? { fields.send }
}
