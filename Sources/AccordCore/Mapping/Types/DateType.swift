/// A day, written by a pattern of `yyyy`, `yy`, `MM`, `M`, `MMM`, `dd`, `d` and literal characters.
struct DateType: TypeDefinition {
    static let word = "date"
    static let keys = ["pattern"]
    static let standard = DateType(pattern: "yyyy-MM-dd")
    static let comparable = [DateType.word, TimestampType.word]

    let pattern: String

    init(pattern: String) { self.pattern = pattern }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        pattern = try settings.name("pattern") ?? DateType.standard.pattern
    }

    var meaning: [String] { [pattern] }

    func codec() throws(PatternProblem) -> any TypeCodec { DateCodec(pattern: try DatePattern(days: pattern)) }
}

private struct DateCodec: TypeCodec {
    let pattern: DatePattern

    var expectation: String {
        "a date like \(CalendarDay.example.flatMap(pattern.text) ?? pattern.pattern) (\(pattern.pattern))"
    }
    var jsonExpectation: String { "a day" }

    func value(_ text: String, trimmed: String) -> Value? { pattern.day(trimmed).map(Value.date) }

    /// A day by the pattern, or any moment of it in UTC.
    func value(jsonText text: String, plain: String) -> Value? {
        let day = pattern.day(plain) ?? CalendarDay(iso: plain)
        return (day ?? Instant.unixSeconds(json: plain).map(CalendarDay.init(unixSeconds:))).map(Value.date)
    }

    func hasValue(_ value: Value) -> Bool { if case .date = value { true } else { false } }

    func text(_ value: Value) -> String? {
        switch value {
        case .null, .boolean(false): ""
        case .date(let day): pattern.text(day)
        case .timestamp(let instant): pattern.text(CalendarDay(unixSeconds: instant))
        default: nil
        }
    }

    var isReadAgain: Bool { false }
}

extension CalendarDay {
    /// A day for the examples in messages: its month and its day cannot be taken for each other.
    static let example = CalendarDay(year: 2026, month: 3, day: 14)
}

extension FieldType {
    public static func date(pattern: String) -> FieldType { FieldType(DateType(pattern: pattern)) }

    /// A day or an instant.
    public var isMoment: Bool { definition is DateType || definition is TimestampType }
}
