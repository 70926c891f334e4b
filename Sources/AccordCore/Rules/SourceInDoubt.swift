/// Why a read of the source is in doubt.
public struct SourceDoubt: Hashable, Sendable {
    public var reason: String
    /// The line on which the row begins that may have been cut.
    public var cutLine: Int?

    public init(reason: String, cutLine: Int? = nil) {
        self.reason = reason
        self.cutLine = cutLine
    }
}

/// Nothing is written into a source whose read is in doubt: a file that was cut, or that somebody is writing, would look
/// whole again by what is added to it. A row that may have been cut is no news either.
public struct SourceInDoubt: RecordRule {
    public init() {}

    public func apply(to record: inout Entry, _ context: RuleContext) {
        guard let doubt = context.doubt, record.quarantine == nil else { return }
        if let cut = doubt.cutLine, record.place?.line == cut {
            return setAside(
                &record,
                "the file ends in this row without a line end, which it had before: it may have been cut. "
                    + "If it is whole, end its last line and run again")
        }
        guard record.writes(.source) else { return }
        setAside(&record, "nothing is written into the source while its read is in doubt: \(doubt.reason)")
    }

    private func setAside(_ record: inout Entry, _ message: String) {
        record = record.quarantined(Quarantine(.sourceInDoubt, message))
        record.operations.removeAll { $0.side == .source }
    }
}
