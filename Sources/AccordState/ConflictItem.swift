import AccordCore

/// A conflict that waits for a person, or whose resolution waits for the next run.
public struct ConflictItem: Sendable, Hashable {
    public var sourceKey: String
    public var projectID: String
    /// For people.
    public var label: String
    public var conflict: Conflict
    /// Unix seconds. A conflict that was there already keeps its own.
    public var since: Int64
    /// The side that a person chose; nil while nobody has.
    public var resolution: Side?

    public init(
        sourceKey: String, projectID: String, label: String, conflict: Conflict, since: Int64, resolution: Side? = nil
    ) {
        self.sourceKey = sourceKey
        self.projectID = projectID
        self.label = label
        self.conflict = conflict
        self.since = since
        self.resolution = resolution
    }
}
