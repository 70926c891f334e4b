/// When a row of the source becomes a request for a review, and when it does not: the `ask` of a mapping.
///
/// An ask reaches a person, so everything that speaks against it wins.
public struct AskRules: Hashable, Sendable {
    /// By which a person is asked, of those that they can be reached by.
    public var channels: Set<String>
    /// Reminders that the service sends if nobody answers: 0 to 3.
    public var reminders: Int
    /// Seconds from the row's own moment to the ask.
    public var delay: Int64
    /// Days after which a row is too old to ask about.
    public var within: Int
    /// Days in which nobody is asked again. Never less than `within`: so nobody is asked twice about one row, even
    /// when all memory of the first time is lost.
    public var window: Int
    public var quietHours: QuietHours?

    public init(
        channels: Set<String>, reminders: Int = 0, delay: Int64 = 0, within: Int = 14, window: Int = 90,
        quietHours: QuietHours? = nil
    ) {
        self.channels = channels
        self.reminders = reminders
        self.delay = delay
        self.within = within
        self.window = window
        self.quietHours = quietHours
    }

    /// An ask is handed over a day ahead at most: what is planned further ahead may not be wanted any more by then.
    private static let mostAhead: Int64 = 86_400

    /// The row lies so far back that it is never asked about again.
    public func isTooOld(_ moment: Int64, now: Int64) -> Bool {
        Instant.near(moment) + delay + Int64(within) * 86_400 < now
    }

    /// - Parameters:
    ///   - moment: the row's own, in Unix seconds.
    ///   - wanted: the channels that the row itself names; nil if it names none.
    ///   - reminders: those that the row itself names; nil if it names none.
    public func decide(
        moment: Int64, wanted: Set<String>? = nil, reminders: Int? = nil, person: AskedPerson, now: Int64
    ) -> AskDecision {
        if person.isOut { return .notNow(.optedOut) }
        if person.isSuppressed { return .notNow(.suppressed) }
        if person.isArchived { return .notNow(.archived) }
        if isTooOld(moment, now: now) { return .notNow(.tooOld(days: within)) }
        let channels = wanted ?? channels
        let reachable = channels.intersection(person.channels)
        if reachable.isEmpty {
            return .notNow(.unreachable(by: channels.sorted()))
        }
        var at = max(Instant.near(moment) + delay, now)
        if let quietHours { at = quietHours.end(from: at) }
        if let lastAsked = person.lastAsked, abs(at - Instant.near(lastAsked)) < Int64(window) * 86_400 {
            let day = CalendarDay(unixSeconds: lastAsked)
            return .notNow(.askedWithin(days: window, on: day))
        }
        guard person.unknown.isEmpty else { return .setAside(AskRules.unknown(person.unknown)) }
        if let doubt = person.doubt { return .setAside(Quarantine(.unknown, doubt)) }
        guard at - now <= AskRules.mostAhead else {
            return .notNow(.notYet(at: at))
        }
        return .ask(Ask(at: at, channels: reachable, reminders: reminders ?? self.reminders))
    }

    /// In doubt nobody is asked.
    private static func unknown(_ fields: [String]) -> Quarantine {
        Quarantine(
            .unknown,
            "the project's answers say nothing of \(fields.joined(separator: " and ")), so it is not known whether this "
                + "person may be asked: have the service answer with it, or ask them by hand")
    }
}

/// What is known of the person whom an ask would reach.
public struct AskedPerson: Hashable, Sendable {
    public var isOut: Bool
    /// An address of theirs is on the suppression list.
    public var isSuppressed: Bool
    public var isArchived: Bool
    /// Unix seconds.
    public var lastAsked: Int64?
    /// By which they can be reached.
    public var channels: Set<String>
    /// The fields that say whether they opted out and when they were asked last, where no answer held them.
    public var unknown: [String]
    /// Why their own source leaves it open whether they opted out; nil if it does not.
    public var doubt: String?

    public init(
        isOut: Bool = false, isSuppressed: Bool = false, isArchived: Bool = false, lastAsked: Int64? = nil,
        channels: Set<String>, unknown: [String] = [], doubt: String? = nil
    ) {
        self.isOut = isOut
        self.isSuppressed = isSuppressed
        self.isArchived = isArchived
        self.lastAsked = lastAsked
        self.channels = channels
        self.unknown = unknown
        self.doubt = doubt
    }
}

/// A request for a review, as it is sent.
public struct Ask: Hashable, Sendable {
    /// Unix seconds: never left to the service.
    public var at: Int64
    public var channels: Set<String>
    public var reminders: Int

    public init(at: Int64, channels: Set<String>, reminders: Int) {
        self.at = at
        self.channels = channels
        self.reminders = reminders
    }

    /// As the changes of a plan's operation have it; nil if they name no moment.
    public init?(_ changes: [FieldChange], _ fields: SendFields) {
        let values = Dictionary(changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
        guard let at = values[fields.at]?.instant else { return nil }
        self.init(
            at: at, channels: values[fields.channels]?.elements ?? [],
            reminders: values[fields.reminders].flatMap { Int($0.description) } ?? 0)
    }
}

public enum AskDecision: Hashable, Sendable {
    case ask(Ask)
    /// Nobody is asked in this run; why.
    case notNow(SendObjection)
    /// What has to be known for it is not: a person has to see to it.
    case setAside(Quarantine)
}

/// Hours of the business's own day in which nobody gets a message.
public struct QuietHours: Hashable, Sendable {
    /// Minutes of the day, the end not included; an end before the beginning is one of the next day.
    public var from: Int
    public var to: Int
    public var timeZone: LocalTime

    public init(from: Int, to: Int, timeZone: LocalTime) {
        self.from = from
        self.to = to
        self.timeZone = timeZone
    }

    public func contains(_ instant: Int64) -> Bool { end(from: instant) != instant }

    /// The instant itself if it is no quiet one; else when the quiet hours that it lies in are over.
    public func end(from instant: Int64) -> Int64 {
        let local = instant + Int64(timeZone.offset(at: instant).seconds)
        let midnight = CalendarDay(unixSeconds: local).midnight
        let second = local - midnight
        let (first, last) = (Int64(from) * 60, Int64(to) * 60)
        let isQuiet = first <= last ? (first..<last).contains(second) : second >= first || second < last
        guard isQuiet else { return instant }
        let end = midnight + last + (second >= last ? 86_400 : 0)
        return timeZone.instant(clock: end)
    }
}
