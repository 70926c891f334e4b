/// An instant, written by a pattern (those of a date, and `HH`, `H`, `hh`, `h`, `mm`, `ss`, `a`, `Z`), as ISO 8601 where
/// the pattern is `iso`, as Unix seconds where it is `unix`.
struct TimestampType: TypeDefinition {
    static let word = "timestamp"
    static let keys = ["pattern", "time zone"]
    static let standard = TimestampType(pattern: "iso", timeZone: "UTC")
    static let comparable = [DateType.word, TimestampType.word]

    let pattern: String
    /// Of texts without an offset.
    let timeZone: String

    init(pattern: String, timeZone: String) {
        self.pattern = pattern
        self.timeZone = timeZone
    }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        pattern = try settings.name("pattern") ?? TimestampType.standard.pattern
        timeZone = try settings.name("time zone") ?? TimestampType.standard.timeZone
    }

    var meaning: [String] { [pattern, timeZone] }

    func codec() throws(PatternProblem) -> any TypeCodec {
        TimestampCodec(pattern: try DatePattern(instants: pattern, timeZone: timeZone))
    }
}

private struct TimestampCodec: TypeCodec {
    let pattern: DatePattern

    var expectation: String {
        switch pattern.pattern {
        case "iso": "a time like 2026-03-14T09:30:00Z (ISO 8601)"
        case "unix": "a time in Unix seconds like 1773480600"
        default: "a time like \(example ?? pattern.pattern) (\(pattern.pattern))"
        }
    }
    var jsonExpectation: String { "Unix seconds or an ISO 8601 time" }

    private var example: String? { CalendarDay.example.flatMap { pattern.text(instant: $0.midnight + 34_200) } }

    func value(_ text: String, trimmed: String) -> Value? { pattern.instant(trimmed).map(Value.timestamp) }

    /// An instant by the pattern, in ISO 8601 or in Unix seconds.
    func value(jsonText text: String, plain: String) -> Value? {
        (pattern.instant(plain) ?? Instant.unixSeconds(json: plain)).map(Value.timestamp)
    }

    /// Some services answer false, where a moment is expected, for one that never came.
    func value(json: JSON) throws(JSONProblem) -> Value? { json == .bool(false) ? .null : nil }

    func hasValue(_ value: Value) -> Bool { if case .timestamp = value { true } else { false } }

    func text(_ value: Value) -> String? {
        switch value {
        case .null, .boolean(false): ""
        case .timestamp(let instant): pattern.text(instant: instant)
        case .date(let day): pattern.text(instant: day.midnight)
        default: nil
        }
    }

    /// What is finer than the pattern is cut off.
    var isReadAgain: Bool { false }
}

extension FieldType {
    /// - Parameter timeZone: of texts without an offset.
    public static func timestamp(pattern: String, timeZone: String) -> FieldType {
        FieldType(TimestampType(pattern: pattern, timeZone: timeZone))
    }
}
