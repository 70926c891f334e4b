/// How the records of one source table and one project resource correspond: the content of a mapping file.
public struct Mapping: Hashable, Sendable {
    /// The project's resource, for example `customers`.
    public var resource: String
    /// The source columns that give a record its key: the first one that is not blank.
    public var key: [String]
    /// Project fields by which records without a link are matched, in order.
    public var match: [String]
    public var fields: [Field]
    /// The rows that are meant; nil: all.
    public var only: RowFilter?
    /// What the project's list leaves out unless it is asked for, by the names that its description gives it.
    public var includes: [String]
    /// Fields that, if they are true, keep a project record out of this pair.
    public var leavesOut: [String]
    /// What decides a field that both sides changed, where the field itself does not say.
    public var conflict: ConflictPolicy
    /// The source column that says when a record was last changed: for the policy `newest`.
    public var modified: ModifiedColumn?
    /// On which sides records that the other side alone has are created.
    public var creates: Set<Side>
    /// What becomes of a project record that the service cannot change, when its source record changed.
    public var whenChanged: FixedChange
    /// What becomes of a project record whose source record vanished.
    public var whenGoneFromSource: ProjectDeletion
    /// What becomes of a source record whose project record vanished.
    public var whenGoneFromProject: SourceDeletion
    public var guards: Guards
    /// Keys, project ids, e-mails and telephone numbers, as records have them, that may never be touched.
    public var protected: Set<String>
    /// A full read of the project is due when the last one is older than this many days.
    public var fullReadEvery: Int
    /// Of asks alone: whom, when and how.
    public var ask: AskRules?
    /// Of everything that changes what the mapping does.
    public var fingerprint: Fingerprint

    public init(
        resource: String, key: [String], match: [String], fields: [Field], only: RowFilter? = nil,
        includes: [String] = [], leavesOut: [String] = [],
        conflict: ConflictPolicy = .manual,
        modified: ModifiedColumn? = nil, creates: Set<Side> = [.source, .project],
        whenChanged: FixedChange = .report, whenGoneFromSource: ProjectDeletion = .archive,
        whenGoneFromProject: SourceDeletion = .ignore,
        guards: Guards = Guards(), protected: Set<String> = [], fullReadEvery: Int = 7,
        ask: AskRules? = nil, fingerprint: Fingerprint = Fingerprint(of: "")
    ) {
        self.resource = resource
        self.key = key
        self.match = match
        self.fields = fields
        self.only = only
        self.includes = includes
        self.leavesOut = leavesOut
        self.conflict = conflict
        self.modified = modified
        self.creates = creates
        self.whenChanged = whenChanged
        self.whenGoneFromSource = whenGoneFromSource
        self.whenGoneFromProject = whenGoneFromProject
        self.guards = guards
        self.protected = protected
        self.fullReadEvery = fullReadEvery
        self.ask = ask
        self.fingerprint = fingerprint
    }

    public func policy(of field: Field) -> ConflictPolicy { field.conflict ?? conflict }

    /// By field, the source column that it is read from; "" where there is none.
    public var columns: [String: String] {
        Dictionary(fields.map { ($0.name, $0.column ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// The fields that are still read from the columns from which the bases of links were read.
    ///
    /// - Parameter columns: by field; nil if that was never remembered, and no base came from another column.
    public func knownFields(_ columns: [String: String]?) -> Set<String> {
        guard let columns else { return Set(fields.map(\.name)) }
        return Set(self.columns.filter { columns[$0.key] == $0.value }.keys)
    }

    public func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}

/// One field of a mapping: a project field and the source column that says the same.
public struct Field: Hashable, Sendable {
    /// The project's name for it.
    public var name: String
    /// The source's column. Nil only for a field made by ``Transform/constant(_:)`` or ``Transform/join(columns:with:)``.
    public var column: String?
    public var type: FieldType
    public var direction: Direction
    public var transforms: [Transform]
    /// A record without it is quarantined.
    public var required: Bool
    public var conflict: ConflictPolicy?
    /// Only for the field that holds the opt-out: the sides that subscribe a person again by clearing it.
    public var resubscribe: Set<Side>
    /// The project's description says that this field is the person's opt-out.
    public var isOptOut: Bool
    /// The project's description says that this field names records of another resource.
    public var namesRecords: Bool
    /// The column holds the key of a record of that pair, whose name in the project is meant.
    public var pair: String?
    /// What it names and the project lacks is created first.
    public var createsMissing: Bool
    /// A create gives it. What becomes of it afterwards, on either side, is that side's own affair.
    public var isGivenOnce: Bool
    /// Where the mapping file says so; nil for a mapping made by Accord.
    public var place: Place?

    public init(
        name: String, column: String?, type: FieldType = .string, direction: Direction = .both,
        transforms: [Transform] = [], required: Bool = false, conflict: ConflictPolicy? = nil,
        resubscribe: Set<Side> = [], isOptOut: Bool = false, namesRecords: Bool = false,
        pair: String? = nil, createsMissing: Bool = false, isGivenOnce: Bool = false, place: Place? = nil
    ) {
        self.name = name
        self.column = column
        self.type = type
        self.direction = direction
        self.transforms = transforms
        self.required = required
        self.conflict = conflict
        self.resubscribe = resubscribe
        self.isOptOut = isOptOut
        self.namesRecords = namesRecords
        self.pair = pair
        self.createsMissing = createsMissing
        self.isGivenOnce = isGivenOnce
        self.place = place
    }
}

public enum Direction: String, Hashable, Sendable, CaseIterable {
    case both = "both"
    case toProject = "to-project"
    case toSource = "to-source"
}

/// What decides a field that both sides changed to different values.
public enum ConflictPolicy: String, Hashable, Sendable, CaseIterable {
    /// The source's value.
    case source = "source"
    /// The project's value.
    case project = "project"
    /// The value of the side that was changed last; `manual` where a side does not say when.
    case newest = "newest"
    /// Sets only: every element of either side.
    case union = "union"
    /// A person decides.
    case manual = "manual"
}

/// What becomes of a record that the service cannot change.
public enum FixedChange: String, Hashable, Sendable, CaseIterable {
    /// It stays, and the row is set aside with that as its reason.
    case report = "report"
    /// It is deleted, and created anew.
    case replace = "replace"
}

public enum ProjectDeletion: String, Hashable, Sendable, CaseIterable {
    case archive = "archive"
    case delete = "delete"
    case ignore = "ignore"
}

public enum SourceDeletion: String, Hashable, Sendable, CaseIterable {
    case delete = "delete"
    case ignore = "ignore"
    /// The record stays, and its field that says so is set.
    case mark = "mark"
}

/// Limits on what one plan may do to a side.
public struct Guards: Hashable, Sendable {
    /// As much as is never too much.
    public struct Limit: Hashable, Sendable {
        /// Of the linked records, in percent. Below 0 it counts as 0, above 100 as 100.
        public var share: Int
        /// Up to this many, however few are linked.
        public var atLeast: Int

        public init(share: Int, atLeast: Int) {
            self.share = share
            self.atLeast = atLeast
        }

        func most(of records: Int) -> Int { max(atLeast, records * min(max(share, 0), 100) / 100) }
    }

    /// What a mapping says, where that is not what holds without it.
    public private(set) var limits: [Harm: Limit] = [:]

    public init(_ limits: [Harm: Limit] = [:]) {
        if let limit = limits[.deletes] { self[.deletes] = limit }
        for (harm, limit) in limits where harm != .deletes { self[harm] = limit }
    }

    public subscript(harm: Harm) -> Limit {
        get { limits[harm] ?? standard(harm) }
        set {
            limits[harm] = nil
            if newValue != standard(harm) { limits[harm] = newValue }
        }
    }

    /// What an ordinary week stays below.
    private func standard(_ harm: Harm) -> Limit {
        switch harm {
        case .deletes, .contactChanges: Limit(share: 10, atLeast: 10)
        case .clears, .optOuts, .resubscribes: self[.deletes]
        case .updates, .sourceCreates: Limit(share: 50, atLeast: 100)
        }
    }
}

/// The source column that holds when a record was last changed.
public struct ModifiedColumn: Hashable, Sendable {
    /// Where the mapping names none.
    public static let standardType = FieldType(standardOf: TimestampType.self)

    public var column: String
    public var type: FieldType

    public init(column: String, type: FieldType) {
        self.column = column
        self.type = type
    }
}
