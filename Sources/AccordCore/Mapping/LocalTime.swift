import Foundation

/// How a place reckons its time: always so far from UTC, or by the rules of a named zone with its clock changes.
public struct LocalTime: Hashable, Sendable {
    private enum Rules: Hashable, Sendable {
        case fixed(TimeOffset)
        case named(TimeZone)
    }

    private let rules: Rules

    public static let utc = LocalTime(.utc)

    public init(_ offset: TimeOffset) { rules = .fixed(offset) }

    /// Nil unless the text is `UTC`, an offset such as `+02:00`, or a name such as `Europe/Berlin` (IANA).
    public init?(_ text: String) {
        if let offset = TimeOffset(text) {
            rules = .fixed(offset)
        } else if text.contains("/"), let zone = TimeZone(identifier: text) {
            rules = .named(zone)
        } else {
            return nil
        }
    }

    /// As the mapping has it.
    public var description: String {
        switch rules {
        case .fixed(let offset): offset.description
        case .named(let zone): zone.identifier
        }
    }

    /// For a text that is none: the name that was probably meant.
    public static func hint(for text: String) -> String {
        Suggestion.hint(for: text, among: TimeZone.knownTimeZoneIdentifiers)
    }

    /// - Parameter instant: Unix seconds.
    public func offset(at instant: Int64) -> TimeOffset {
        switch rules {
        case .fixed(let offset): offset
        case .named(let zone):
            // Whole minutes, as offsets are written: long ago some were finer, and would not be read back.
            TimeOffset(
                seconds: zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(Instant.near(instant)))) / 60 * 60)
        }
    }

    /// The instant at which the clocks there show a time. One that they show twice, as they are put back, is the first of the
    /// two; one that they pass over, as they are put forward, is as much later.
    ///
    /// - Parameter clock: what they show, as if it were UTC.
    public func instant(clock: Int64) -> Int64 {
        guard case .named = rules else { return clock - Int64(offset(at: clock).seconds) }
        let before = Int64(offset(at: clock - 86_400).seconds)
        let after = Int64(offset(at: clock + 86_400).seconds)
        for offset in [before, after] where self.offset(at: clock - offset).seconds == Int(offset) {
            return clock - offset
        }
        return clock - before
    }
}
