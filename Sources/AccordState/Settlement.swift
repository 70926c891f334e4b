import AccordCore

/// What is remembered of one record once something about it is certain. All of it is stored, or none.
public struct Settlement: Sendable, Hashable {
    public enum LinkAction: Sendable, Hashable {
        /// The link stays as it is; its bases may move. Without a link there is nothing to move.
        case keep
        /// The two records are linked. A link of the project record under another source key moves with its bases; a
        /// link of the source key to another project record gives way.
        case upsert(LinkState)
        /// The link stays, and this is what has become of its records.
        case state(LinkState)
        case remove
    }

    public enum MirrorAction: Sendable, Hashable {
        /// The project record is as it was read.
        case keep
        /// The project answered with this.
        case stored(MirrorRecord)
        /// The project no longer has it.
        case gone
    }

    /// How a record is known once it was written.
    public struct Written: Sendable, Hashable {
        public var sourceKey: String
        public var projectID: String
        /// Of the source record as it is now.
        public var sourceFingerprint: Fingerprint?

        public init(sourceKey: String, projectID: String, sourceFingerprint: Fingerprint? = nil) {
            self.sourceKey = sourceKey
            self.projectID = projectID
            self.sourceFingerprint = sourceFingerprint
        }
    }

    public var pair: String
    /// Nil for a record that the source does not have (yet); then no link is made.
    public var sourceKey: String?
    /// Nil for a record that the project does not have (yet); then no link is made.
    public var projectID: String?
    public var link: LinkAction
    /// The fields whose bases move, and where to; ``Value/null`` takes a field away. No other field's base moves.
    public var sourceBase: [String: Value]
    public var projectBase: [String: Value]
    /// Of the source record, if nothing about it is open; nil takes away what the link had, so that the row is looked
    /// at again.
    public var sourceFingerprint: Fingerprint?
    /// Nothing about the project record is pending, if it says of each of ``fields`` what the base says then: what
    /// somebody else has changed meanwhile is not settled by what was done.
    public var settlesProject: Bool
    /// The mapped fields.
    public var fields: Set<String>
    public var mirror: MirrorAction
    /// The journal's intent of this record is done with.
    public var closesIntent: Bool
    /// What a person has to see to: at most one item that leaves the record out, and any that stand.
    public var quarantine: [QuarantineItem]
    /// Addresses of a person who opted out by this, and when, in Unix seconds: they go on the suppression list.
    public var suppresses: [String: Int64]
    /// Addresses of a person who is subscribed again by this: they go off it.
    public var releases: [String]
    public var ledger: [LedgerRow]

    public init(
        pair: String, sourceKey: String?, projectID: String?, link: LinkAction = .upsert(.active),
        sourceBase: [String: Value] = [:], projectBase: [String: Value] = [:], sourceFingerprint: Fingerprint? = nil,
        settlesProject: Bool = false, fields: Set<String> = [], mirror: MirrorAction = .keep,
        closesIntent: Bool = false, quarantine: [QuarantineItem] = [], suppresses: [String: Int64] = [:],
        releases: [String] = [], ledger: [LedgerRow] = []
    ) {
        self.pair = pair
        self.sourceKey = sourceKey
        self.projectID = projectID
        self.link = link
        self.sourceBase = sourceBase
        self.projectBase = projectBase
        self.sourceFingerprint = sourceFingerprint
        self.settlesProject = settlesProject
        self.fields = fields
        self.mirror = mirror
        self.closesIntent = closesIntent
        self.quarantine = quarantine
        self.suppresses = suppresses
        self.releases = releases
        self.ledger = ledger
    }

    /// Something about the record is still to be done.
    public var leavesOpen: Bool { sourceFingerprint == nil && !settlesProject }
}
