/// What a person allowed for one run, with its size.
public struct Allowances: Hashable, Sendable {
    /// `--allow-sends N`: up to so many people who are asked for a review. Nil: nobody is.
    public var sends: Int?
    /// `--allow-deletes N` and the like: up to so many on a side.
    private var harms: [Harm: Int]

    public init(_ harms: [Harm: Int] = [:], sends: Int? = nil) {
        self.harms = harms
        self.sends = sends
    }

    public subscript(harm: Harm) -> Int { harms[harm] ?? 0 }

    /// Why a run that would ask so many people, in all its pairs together, asks nobody; nil if it asks them all.
    ///
    /// Which of them shall be asked is not for Accord to choose: it is all, or none.
    public func holding(sends count: Int) -> PlanNote? {
        guard count > 0 else { return nil }
        guard let sends else { return .sendsNotAllowed(count: count) }
        return count > sends ? .tooManySends(count: count, most: sends) : nil
    }
}
