/// How a source writes days or instants: a pattern such as `M/d/yyyy` or `yyyy-MM-dd HH:mm`, `iso` or `unix`.
///
/// Strict: a text is read whole or not at all, and a day that the calendar lacks is none.
public struct DatePattern: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case year, shortYear, month, paddedMonth, monthName, day, paddedDay
        case hour24, paddedHour24, hour12, paddedHour12, minute, paddedMinute, second, paddedSecond, half, offset
        case literal(String)
    }

    enum Form: Hashable, Sendable {
        case iso, unix
        case parts([Part])
    }

    /// As the mapping has it.
    public let pattern: String
    let form: Form
    let zone: LocalTime

    /// A pattern of days.
    ///
    /// - Throws: ``PatternProblem`` unless it holds a year, a month and a day, each once, and no time.
    public init(days pattern: String) throws(PatternProblem) {
        self.pattern = pattern
        zone = .utc
        let parts = try DatePattern.parts(pattern)
        guard !parts.contains(where: \.isTime) else {
            throw PatternProblem(
                what: "the pattern \"\(pattern)\" of a date holds a time", next: "Write type: timestamp")
        }
        try DatePattern.check(parts, pattern)
        form = .parts(parts)
    }

    /// A pattern of instants.
    ///
    /// - Parameter timeZone: of texts without an offset.
    /// - Throws: ``PatternProblem`` unless it holds a year, a month and a day, no part twice, and `a` where it has `h`.
    public init(instants pattern: String, timeZone: String) throws(PatternProblem) {
        guard let zone = LocalTime(timeZone) else {
            throw PatternProblem(
                what: "\"\(timeZone.prefix(40))\" is no time zone\(LocalTime.hint(for: timeZone))",
                next: "Write a name such as America/New_York, an offset such as \"-05:00\", or UTC")
        }
        self.pattern = pattern
        self.zone = zone
        switch pattern {
        case "iso": form = .iso
        case "unix": form = .unix
        default:
            let parts = try DatePattern.parts(pattern)
            try DatePattern.check(parts, pattern)
            form = .parts(parts)
        }
    }

    // MARK: - Compiling

    private static func parts(_ pattern: String) throws(PatternProblem) -> [Part] {
        let characters = Array(pattern)
        var parts: [Part] = []
        var index = 0
        while index < characters.count {
            let character = characters[index]
            if character == "'" {
                guard let end = characters[(index + 1)...].firstIndex(of: "'") else {
                    throw PatternProblem(what: "a quote in the pattern \"\(pattern)\" is not closed", next: "Close it")
                }
                parts.append(.literal(end == index + 1 ? "'" : String(characters[(index + 1)..<end])))
                index = end + 1
                continue
            }
            let end = characters[index...].firstIndex { $0 != character } ?? characters.count
            if character.isLetter {
                guard let part = part(String(characters[index..<end])) else {
                    throw PatternProblem(
                        what:
                            "the pattern \"\(pattern)\" holds \"\(String(characters[index..<end]))\", which means nothing",
                        next:
                            "Use yyyy, yy, MM, M, MMM, dd, d, HH, H, hh, h, mm, m, ss, s, a, Z; put letters in 'quotes'"
                    )
                }
                parts.append(part)
            } else {
                parts.append(.literal(String(characters[index..<end])))
            }
            index = end
        }
        return parts
    }

    private static func part(_ letters: String) -> Part? {
        switch letters {
        case "yyyy": .year
        case "yy": .shortYear
        case "MM": .paddedMonth
        case "M": .month
        case "MMM": .monthName
        case "dd": .paddedDay
        case "d": .day
        case "HH": .paddedHour24
        case "H": .hour24
        case "hh": .paddedHour12
        case "h": .hour12
        case "mm": .paddedMinute
        case "m": .minute
        case "ss": .paddedSecond
        case "s": .second
        case "a": .half
        case "Z": .offset
        default: nil
        }
    }

    private static func check(_ parts: [Part], _ pattern: String) throws(PatternProblem) {
        func count(_ wanted: Part...) -> Int { parts.count { wanted.contains($0) } }
        let years = count(.year, .shortYear)
        let months = count(.month, .paddedMonth, .monthName)
        let days = count(.day, .paddedDay)
        guard years == 1, months == 1, days == 1 else {
            throw PatternProblem(
                what: "the pattern \"\(pattern)\" does not hold a year, a month and a day, each once",
                next: "Write one such as yyyy-MM-dd or M/d/yyyy")
        }
        let twelve = count(.hour12, .paddedHour12)
        let hours = twelve + count(.hour24, .paddedHour24)
        let minutes = count(.minute, .paddedMinute)
        let seconds = count(.second, .paddedSecond)
        let isOrdered = hours <= 1 && minutes <= hours && seconds <= minutes && count(.offset) <= 1
        guard isOrdered, count(.half) == twelve else {
            throw PatternProblem(
                what: "the time in the pattern \"\(pattern)\" is not whole, or holds something twice",
                next: "Write HH:mm, HH:mm:ss or h:mm a")
        }
        let numbers: Set<Part> = [.month, .day, .hour24, .hour12, .minute, .second]
        for (part, following) in zip(parts, parts.dropFirst()) where numbers.contains(part) {
            if case .literal(let text) = following, text.first?.isNumber != true { continue }
            if following == .half || following == .monthName { continue }
            throw PatternProblem(
                what: "in the pattern \"\(pattern)\" it is not clear where a number without leading zeros ends",
                next: "Put a separator between the numbers, or use MM, dd, HH, mm and ss")
        }
    }
}

/// What is wrong with a pattern or a time zone.
public struct PatternProblem: Error, Hashable, Sendable {
    /// A sentence without its full stop.
    public let what: String
    public let next: String
}

extension DatePattern.Part {
    var isTime: Bool {
        switch self {
        case .year, .shortYear, .month, .paddedMonth, .monthName, .day, .paddedDay, .literal: false
        default: true
        }
    }
}
