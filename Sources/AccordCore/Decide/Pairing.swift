/// All that is known of one record when it is decided: its link, and what each side holds now.
public struct Pairing: Sendable {
    public enum SourceSide: Sendable {
        case present(Record, fingerprint: Fingerprint?, place: Place?)
        /// It was there, and a read that proved itself whole did not find it.
        case gone
        /// It is there, and cannot be used. What could be read of it still may say that a person opted out.
        case unusable(Quarantine, place: Place?, readable: Record? = nil)
    }

    public enum ProjectSide: Sendable {
        case present(Record, isArchived: Bool, fingerprint: Fingerprint)
        /// It was there, and a read that proved itself whole did not find it.
        case gone
    }

    public var link: Link
    /// How the link comes about, if it is not known yet.
    public var linking: LinkChange
    public var source: SourceSide
    public var project: ProjectSide
    public var resolutions: Resolutions
    /// An opt-out that a run was to carry to the project after it had made the record, and that may not have got there.
    public var owedOptOut: Operation?
    /// Another pair whose row is linked to the project record, too.
    public var otherPair: String?

    /// What a person decided about conflicts of this record.
    public struct Resolutions: Hashable, Sendable {
        public var fields: [String: Side]
        /// About the whole record, which one side lost and the other changed.
        public var record: Side?

        public init(fields: [String: Side] = [:], record: Side? = nil) {
            self.fields = fields
            self.record = record
        }
    }

    public init(
        link: Link, linking: LinkChange = .none, source: SourceSide, project: ProjectSide,
        resolutions: Resolutions = Resolutions()
    ) {
        self.link = link
        self.linking = linking
        self.source = source
        self.project = project
        self.resolutions = resolutions
    }
}

extension Pairing.SourceSide {
    /// The record, if it is there and can be used.
    public var record: Record? {
        if case .present(let record, _, _) = self { record } else { nil }
    }
}

extension Pairing.ProjectSide {
    /// The record, if it is there.
    public var record: Record? {
        if case .present(let record, _, _) = self { record } else { nil }
    }
}
