import AccordCore

extension Quarantine.Cause {
    /// For people, before the message that says more.
    public var words: String {
        switch self {
        case .unreadable: "unreadable"
        case .unmappable: "a value that does not fit"
        case .noKey: "no key"
        case .duplicateKey: "the same key as another row"
        case .ambiguous: "more than one record could be meant"
        case .unknown: "something is not known"
        case .missing: "what it refers to is missing"
        case .wouldOverwriteAnother: "would overwrite another record"
        case .wouldBeRefused: "would be refused"
        case .refused: "refused"
        case .inDoubt: "may have been sent"
        case .sourceInDoubt: "the source may not be whole"
        case .storedDifferently: "stored differently"
        case .wroteOver: "written over what was there"
        }
    }
}
