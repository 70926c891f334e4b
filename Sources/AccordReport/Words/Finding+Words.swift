import AccordCore

extension Finding {
    /// For people: `✓ newest first by updated_at: … (2026-11-28)`, without the resource.
    public var words: String {
        let mark = verdict == .proved ? "✓" : "×"
        let about = claim.split(separator: ".", maxSplits: 1).last.map(String.init) ?? claim
        return "\(mark) \(about.displayed()): \(evidence.displayed(limit: 300))  (\(CalendarDay(unixSeconds: at)))"
    }

    public func isAbout(_ resource: String) -> Bool { claim.hasPrefix("\(resource).") }
}
