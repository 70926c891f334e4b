import AccordConnectors
import AccordCore

/// One kind of record kept in agreement: a source table and a project resource, with one mapping.
public struct Pair: Sendable {
    public let name: String
    public let mapping: Mapping
    public let source: any SourceConnector
    public let project: any ProjectConnector

    public init(name: String, mapping: Mapping, source: any SourceConnector, project: any ProjectConnector) {
        self.name = name
        self.mapping = mapping
        self.source = source
        self.project = project
    }

    /// What the project holds of this kind, as the API is described.
    public var resource: ResourceDescription { project.resource }
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
            name: pair.name, label: pair.resource.label, mapping: pair.mapping.fingerprint, source: unread,
            project: unread, entries: [])
        self.failure = failure
    }
}
