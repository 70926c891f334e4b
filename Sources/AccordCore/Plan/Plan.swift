/// What would bring both sides into agreement: data, not code.
public struct Plan: Hashable, Sendable, Codable {
    /// The form of this very file.
    public static let formatVersion = 1

    public var version: Int
    /// Unix seconds.
    public var madeAt: Int64
    public var state: StateMark
    /// Of accord.yaml as far as it bears on the plan.
    public var configuration: Fingerprint
    public var pairs: [PairPlan]

    public init(madeAt: Int64, state: StateMark, configuration: Fingerprint, pairs: [PairPlan]) {
        version = Plan.formatVersion
        self.madeAt = madeAt
        self.state = state
        self.configuration = configuration
        self.pairs = pairs
    }
}

/// Which state a plan was made from: it is stale once anything was settled since.
public struct StateMark: Hashable, Sendable, Codable {
    public var id: String
    /// Counts the times that links, bases, quarantine or conflicts moved.
    public var settled: Int

    public init(id: String, settled: Int) {
        self.id = id
        self.settled = settled
    }
}

/// The plan of one pair.
public struct PairPlan: Hashable, Sendable, Codable {
    public var name: String
    /// The project's.
    public var resource: String
    /// The field by which records of other pairs name one of these.
    public var namedBy: String?
    /// By source key, what records will be called that do not say it themselves; nil if all do.
    public var foreseenNames: [String: String]?
    /// One record of the project, for people: `customer`.
    public var label: String
    public var mapping: Fingerprint
    public var source: SideReading
    public var project: SideReading
    public var entries: [Entry]
    public var refusals: [Refusal]
    /// What a person should know besides: deletes withheld, a crash repaired, a read that did not prove itself.
    public var notes: [String]
    /// Linked records that were not found in the source, whose read is in doubt: nothing is done about them.
    public var withheld: Int
    /// Records, by source key or `project:ID`, of which cannot be told yet what a stopped run did to them.
    public var unrepaired: [String]
    /// Requests that applying it sends, if none has to be sent again.
    public var requests: Int
    /// Why there is no plan of it, while there is one of the other pairs.
    public var failure: String?

    public init(
        name: String, resource: String, namedBy: String?, label: String, mapping: Fingerprint, source: SideReading,
        project: SideReading,
        entries: [Entry], refusals: [Refusal] = [], notes: [String] = [], withheld: Int = 0,
        unrepaired: [String] = [], requests: Int = 0
    ) {
        self.name = name
        self.resource = resource
        self.namedBy = namedBy
        self.label = label
        self.mapping = mapping
        self.source = source
        self.project = project
        self.entries = entries
        self.refusals = refusals
        self.notes = notes
        self.withheld = withheld
        self.unrepaired = unrepaired
        self.requests = requests
    }

    /// By source key, the names that records are about to get.
    public var plannedNames: [String: String] {
        var names = foreseenNames ?? [:]
        for entry in entries {
            guard let key = entry.sourceKey else { continue }
            let changes = entry.operations.filter { $0.side == .project }.flatMap(\.changes)
            if case .string(let name)? = changes.first(where: { $0.field == namedBy })?.after {
                names[key] = name
            }
        }
        return names
    }

    public var operations: [Operation] { entries.flatMap(\.operations) }

    /// The same without the messages to people.
    public var withoutSends: PairPlan {
        var plan = self
        for index in plan.entries.indices { plan.entries[index].operations.removeAll(where: \.isSend) }
        return plan
    }

    /// Something would be sent, written or linked; what both sides already say alike is only remembered.
    public var hasChanges: Bool { entries.contains { !$0.operations.isEmpty || $0.link != .none } }
}

/// How a side was read and where its records lie.
public struct SideReading: Hashable, Sendable, Codable {
    public enum Mode: String, Hashable, Sendable, Codable {
        /// Every record.
        case full
        /// Only what changed since the last read.
        case changes
        /// Nothing: it is as it was when the last run settled it.
        case notRead = "not-read"
    }

    public var mode: Mode
    /// Records that the side holds, as far as is known.
    public var records: Int
    /// Records that were read in this run.
    public var read: Int
    /// Requests that reading took.
    public var requests: Int
    /// Why a full read cannot be trusted for deletions; nil if it can.
    public var incomplete: String?
    /// Of a source as it was read: whether it has changed since.
    public var stamp: String?
    /// The last record of a source ended with a line end.
    public var endsCleanly: Bool
    public var buckets: [String: Int]

    public init(
        mode: Mode, records: Int, read: Int, requests: Int = 0, incomplete: String? = nil, stamp: String? = nil,
        endsCleanly: Bool = true
    ) {
        self.mode = mode
        self.records = records
        self.read = read
        self.requests = requests
        self.incomplete = incomplete
        self.stamp = stamp
        self.endsCleanly = endsCleanly
        buckets = [:]
    }

    public subscript(bucket: Bucket) -> Int {
        get { buckets[bucket.rawValue] ?? 0 }
        set { buckets[bucket.rawValue] = newValue == 0 ? nil : newValue }
    }
}
