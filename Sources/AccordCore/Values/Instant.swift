/// Instants as APIs write them.
public enum Instant {
    /// ISO 8601 in UTC to the second: `2026-03-01T09:30:00Z`.
    public static func iso(_ unixSeconds: Int64) -> String {
        let day = CalendarDay(unixSeconds: unixSeconds)
        let second = Int(unixSeconds - day.midnight)
        return "\(day)T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }

    /// Reads ISO 8601: a day alone (its midnight) or a day and a time after `T` or a space, with a fraction (dropped),
    /// and `Z` or an offset (UTC if there is none).
    public static func unixSeconds(iso text: String) -> Int64? {
        var rest = text[...]
        guard let day = CalendarDay(iso: rest.prefix(10)) else { return nil }
        rest = rest.dropFirst(10)
        guard let separator = rest.popFirst() else { return day.midnight }
        guard separator == "T" || separator == "t" || separator == " " else { return nil }
        guard let hour = number(&rest, below: 24), take(":", &rest), let minute = number(&rest, below: 60) else {
            return nil
        }
        var second: Int64 = 0
        if take(":", &rest) {
            guard let seconds = number(&rest, below: 61) else { return nil }
            second = seconds
            if take(".", &rest) || take(",", &rest) {
                let fraction = rest.prefix { $0.isASCII && $0.isNumber }
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(fraction.count)
            }
        }
        guard let offset = offset(rest) else { return nil }
        return day.midnight + hour * 3600 + minute * 60 + second - offset
    }

    /// The years 1 to 9999: what lies beyond is no moment that anybody meant, and no number to reckon with.
    private static let meant: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// The instant itself; nil for one beyond the years 1 to 9999.
    public static func meant(_ unixSeconds: Int64) -> Int64? { meant.contains(unixSeconds) ? unixSeconds : nil }

    /// For reckoning with instants that were kept or sent by others: the nearest one of the years 1 to 9999.
    public static func near(_ unixSeconds: Int64) -> Int64 {
        min(max(unixSeconds, meant.lowerBound), meant.upperBound)
    }

    /// Reads Unix seconds; nil for those beyond the years 1 to 9999.
    static func unixSeconds(_ text: String) -> Int64? {
        guard let seconds = Int64(text) ?? Double(text).flatMap({ Int64(exactly: $0.rounded(.down)) }) else {
            return nil
        }
        return meant(seconds)
    }

    /// Reads Unix seconds, whole or not, or ISO 8601.
    static func unixSeconds(json text: String) -> Int64? { unixSeconds(text) ?? unixSeconds(iso: text) }

    /// Reads the date of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
    public static func unixSeconds(httpDate text: String) -> Int64? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[0].count == 4, words[0].hasSuffix(","), words[5] == "GMT",
            words[1].utf8.count == 2, words[3].utf8.count == 4, let day = Int(words[1]), let year = Int(words[3]),
            let month = months.firstIndex(of: String(words[2])),
            let date = CalendarDay(year: year, month: month + 1, day: day)
        else { return nil }
        var rest = words[4]
        guard let hour = number(&rest, below: 24), take(":", &rest), let minute = number(&rest, below: 60),
            take(":", &rest), let second = number(&rest, below: 61), rest.isEmpty
        else { return nil }
        return date.midnight + hour * 3600 + minute * 60 + second
    }

    /// The seconds of `Z`, `+02:00`, `+0200` or `+02`; 0 for nothing.
    private static func offset(_ text: Substring) -> Int64? {
        var rest = text
        guard let sign = rest.popFirst() else { return 0 }
        if sign == "Z" || sign == "z" { return rest.isEmpty ? 0 : nil }
        guard sign == "+" || sign == "-", let hour = number(&rest, below: 24) else { return nil }
        var minute: Int64 = 0
        if !rest.isEmpty {
            _ = take(":", &rest)
            guard let minutes = number(&rest, below: 60), rest.isEmpty else { return nil }
            minute = minutes
        }
        return (sign == "-" ? -1 : 1) * (hour * 3600 + minute * 60)
    }

    /// Two digits.
    private static func number(_ text: inout Substring, below limit: Int64) -> Int64? {
        let digits = text.prefix(2)
        guard digits.utf8.count == 2, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int64(digits), number < limit
        else { return nil }
        text = text.dropFirst(2)
        return number
    }

    private static func take(_ character: Character, _ text: inout Substring) -> Bool {
        guard text.first == character else { return false }
        text.removeFirst()
        return true
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
