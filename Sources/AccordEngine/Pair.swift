import AccordCore
import AccordSQLite
import AccordTables

/// One kind of record kept in agreement: a source table and a project resource, with one mapping.
public struct Pair: Sendable {
    public let name: String
    public let mapping: Mapping
    public let source: any SourceConnector
    public let project: any ProjectConnector
    /// Of pairs whose records are messages to people.
    public let asking: Asking?
    /// Of pairs that map fields which no record of theirs carries.
    public let computed: FactSource?
    /// It keeps what a field of another pair names, and has no table of its own.
    public let isDerived: Bool

    public init(
        name: String, mapping: Mapping, source: any SourceConnector, project: any ProjectConnector,
        asking: Asking? = nil, computed: FactSource? = nil,
        isDerived: Bool = false
    ) {
        self.name = name
        self.mapping = mapping
        self.source = source
        self.project = project
        self.asking = asking
        self.computed = computed
        self.isDerived = isDerived
    }

    /// For a plan's notes.
    func leftOut(_ count: Int) -> String {
        let column = mapping.only?.column ?? ""
        return "\(count == 1 ? "1 row is" : "\(count) rows are") left out by the mapping, by \"\(column)\""
    }

    /// What the project holds of this kind, as the API is described.
    public var resource: ResourceDescription { project.resource }

    /// Reads its rows: the records of other pairs that they name are those linked by now, and those that plans of this
    /// run are about to write.
    func mapper(_ header: RawRecord.Header, _ store: StateStore, planned: [PairPlan] = []) throws -> RecordMapper {
        var names: [String: References.Names] = [:]
        for field in mapping.fields {
            guard let pair = field.pair, names[pair] == nil else { continue }
            var known = References.Names(isOpen: field.createsMissing)
            for (key, name) in try store.linkedNames(pair) { known.add(key: key, name: name) }
            for (key, name) in planned.first(where: { $0.name == pair })?.plannedNames ?? [:] {
                known.add(key: key, name: name)
            }
            names[pair] = known
        }
        return try RecordMapper(mapping: mapping, header: header, references: References(names))
    }
}

/// What a person asked for, for one run.
public struct RunOptions: Sendable, Hashable {
    /// Read the whole project, though a full read is not due.
    public var full: Bool
    public var allowances: Allowances

    public init(full: Bool = false, allowances: Allowances = Allowances()) {
        self.full = full
        self.allowances = allowances
    }
}

extension PairPlan {
    /// In place of a plan that could not be made.
    init(_ pair: Pair, failure: String) {
        let unread = SideReading(mode: .notRead, records: 0, read: 0)
        self.init(
            name: pair.name, resource: pair.resource.name, namedBy: pair.resource.knownBy.first,
            label: pair.resource.label, mapping: pair.mapping.fingerprint, source: unread,
            project: unread, entries: [])
        self.failure = failure
    }
}
