/// Why a person gets no message in this run.
public enum SendObjection: Hashable, Sendable {
    case optedOut
    /// The project says nothing of an opt-out, and the suppression list does.
    case suppressed
    case archived
    case tooOld(days: Int)
    case unreachable(by: [String])
    case askedWithin(days: Int, on: CalendarDay)
    /// The time comes later than a run may hand a message over ahead; Unix seconds.
    case notYet(at: Int64)

    public var description: String {
        switch self {
        case .optedOut: "opted out"
        case .suppressed: "opted out before, and is on the suppression list"
        case .archived: "archived in the project"
        case .tooOld(let days): "older than \(days) days"
        case .unreachable(let channels): "cannot be reached by \(channels.joined(separator: " or "))"
        case .askedWithin(let days, let day): "asked on \(day), and nobody is asked again within \(days) days"
        case .notYet(let moment): "its time comes at \(CalendarDay.describe(unixSeconds: moment))"
        }
    }

    public var code: String {
        switch self {
        case .optedOut: "opted-out"
        case .suppressed: "suppressed"
        case .archived: "archived"
        case .tooOld: "too-old"
        case .unreachable: "unreachable"
        case .askedWithin: "asked-within"
        case .notYet: "not-yet"
        }
    }

    public var details: [String] {
        switch self {
        case .optedOut, .suppressed, .archived: []
        case .tooOld(let days): [String(days)]
        case .unreachable(let channels): channels
        case .askedWithin(let days, let day): [String(days), day.description]
        case .notYet(let moment): [String(moment)]
        }
    }

    /// An objection as it was kept; nil for one that this version does not know.
    public init?(code: String, details: [String]) {
        switch (code, details.count) {
        case ("opted-out", 0): self = .optedOut
        case ("suppressed", 0): self = .suppressed
        case ("archived", 0): self = .archived
        case ("too-old", 1):
            guard let days = Int(details[0]) else { return nil }
            self = .tooOld(days: days)
        case ("unreachable", _): self = .unreachable(by: details)
        case ("asked-within", 2):
            guard let days = Int(details[0]), let day = CalendarDay(iso: details[1]) else { return nil }
            self = .askedWithin(days: days, on: day)
        case ("not-yet", 1):
            guard let moment = Int64(details[0]) else { return nil }
            self = .notYet(at: moment)
        default: return nil
        }
    }
}
