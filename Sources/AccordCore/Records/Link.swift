/// What ties a source record to a project record, and what each side held when they last agreed.
public struct Link: Hashable, Sendable {
    public var pair: String
    public var sourceKey: String
    public var projectID: String
    public var state: LinkState
    /// Of the source record that is fully settled; nil while something of this record is open.
    public var sourceFingerprint: Fingerprint?
    /// What the source held, in its own form. A field that is not there was empty or never agreed on, which comes to
    /// the same: a value that appears is a change.
    public var sourceBase: [String: Value]
    /// What the project held, in its own form; likewise.
    public var projectBase: [String: Value]

    public init(
        pair: String, sourceKey: String, projectID: String, state: LinkState = .active,
        sourceFingerprint: Fingerprint? = nil, sourceBase: [String: Value] = [:], projectBase: [String: Value] = [:]
    ) {
        self.pair = pair
        self.sourceKey = sourceKey
        self.projectID = projectID
        self.state = state
        self.sourceFingerprint = sourceFingerprint
        self.sourceBase = sourceBase
        self.projectBase = projectBase
    }
}

/// What has become of a link's two records.
public enum LinkState: String, Hashable, Sendable, CaseIterable {
    /// Both are there.
    case active = "active"
    /// The source record vanished, and the project record was left alone.
    case goneFromSource = "gone-from-source"
    /// The project record vanished, and the source record was left alone.
    case goneFromProject = "gone-from-project"
    /// The source record vanished, and Accord archived the project record: unarchived should it come back.
    case archived = "archived"
}
