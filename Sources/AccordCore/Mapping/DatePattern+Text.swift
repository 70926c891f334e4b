/// Reading and writing by a pattern.
extension DatePattern {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The day that a text names; nil if it is not one by this pattern.
    public func day(_ text: String) -> CalendarDay? {
        guard case .parts(let parts) = form, let moment = Moment(text, parts) else { return nil }
        return moment.day
    }

    /// The instant that a text names, in Unix seconds; nil if it is not one by this pattern.
    public func instant(_ text: String) -> Int64? {
        switch form {
        case .unix: return unix(text)
        case .iso: return iso(text)
        case .parts(let parts):
            guard let moment = Moment(text, parts), let day = moment.day, let second = moment.secondOfDay else {
                return nil
            }
            let clock = day.midnight + Int64(second)
            return moment.offset.map { clock - Int64($0.seconds) } ?? zone.instant(clock: clock)
        }
    }

    /// Nil for a day outside the years 1 to 9999, or one that a two-digit year cannot name.
    public func text(_ day: CalendarDay) -> String? {
        guard case .parts(let parts) = form else { return nil }
        return text(day, second: 0, offset: .utc, parts)
    }

    /// In this pattern's time zone; what is finer than the pattern is cut off. Nil as for a day.
    public func text(instant: Int64) -> String? {
        if case .unix = form { return String(instant) }
        let offset = zone.offset(at: instant)
        let (local, isTooFar) = instant.addingReportingOverflow(Int64(offset.seconds))
        guard !isTooFar else { return nil }
        let day = CalendarDay(unixSeconds: local)
        let second = Int(local - day.midnight)
        guard case .parts(let parts) = form else {
            let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, to: 2) }.joined(separator: ":")
            return DatePattern.isWritable(day) ? "\(day)T\(time)\(offset.description)" : nil
        }
        return text(day, second: second, offset: offset, parts)
    }

    private static func isWritable(_ day: CalendarDay) -> Bool { (1...9999).contains(day.civil.year) }

    private func text(_ day: CalendarDay, second: Int, offset: TimeOffset, _ parts: [Part]) -> String? {
        guard DatePattern.isWritable(day) else { return nil }
        let (year, month, dayOfMonth) = day.civil
        if parts.contains(.shortYear), !(1969...2068).contains(year) { return nil }
        let hour = second / 3600
        let hour12 = hour % 12 == 0 ? 12 : hour % 12
        return parts.map { part in
            switch part {
            case .year: padded(year, to: 4)
            case .shortYear: padded(year % 100, to: 2)
            case .month: String(month)
            case .paddedMonth: padded(month, to: 2)
            case .monthName: DatePattern.months[month - 1]
            case .day: String(dayOfMonth)
            case .paddedDay: padded(dayOfMonth, to: 2)
            case .hour24: String(hour)
            case .paddedHour24: padded(hour, to: 2)
            case .hour12: String(hour12)
            case .paddedHour12: padded(hour12, to: 2)
            case .minute: String(second / 60 % 60)
            case .paddedMinute: padded(second / 60 % 60, to: 2)
            case .second: String(second % 60)
            case .paddedSecond: padded(second % 60, to: 2)
            case .half: hour < 12 ? "AM" : "PM"
            case .offset: offset.description
            case .literal(let text): text
            }
        }.joined()
    }

    // MARK: - iso and unix

    private func unix(_ text: String) -> Int64? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.count <= 12, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int64(text).flatMap(Instant.meant)
    }

    /// `2026-03-14`, `2026-03-14T09:30`, `2026-03-14 09:30:15.250+02:00`, …
    private func iso(_ text: String) -> Int64? {
        guard let day = CalendarDay(iso: text.prefix(10)) else { return nil }
        var rest = text.dropFirst(10)
        guard let mark = rest.first else { return zone.instant(clock: day.midnight) }
        guard mark == "T" || mark == "t" || mark == " " else { return nil }
        rest.removeFirst()
        let time = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ":" || $0 == ".") }
        let offsetText = rest[time.endIndex...].drop { $0 == " " }
        let offset = TimeOffset(offsetText)
        guard offsetText.isEmpty || offset != nil else { return nil }
        let fraction = time.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(fraction.count), fraction.count == 1 || (1...9).contains(fraction[1].count),
            fraction.count == 1 || fraction[1].allSatisfy(\.isNumber)
        else { return nil }
        let parts = fraction[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
            parts.count == 3 || fraction.count == 1
        else { return nil }
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60, numbers.count < 3 || numbers[2] < 60
        else {
            return nil
        }
        let second = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
        let clock = day.midnight + Int64(second)
        return offset.map { clock - Int64($0.seconds) } ?? zone.instant(clock: clock)
    }

    // MARK: - Patterns

    /// What the parts of a text say.
    private struct Moment {
        private var year = 0
        private var month = 0
        private var dayOfMonth = 0
        private var hour = 0
        private var hour12: Int?
        private var minute = 0
        private var second = 0
        private var isAfternoon = false
        var offset: TimeOffset?

        init?(_ text: String, _ parts: [Part]) {
            var rest = text[...]
            for part in parts where !take(part, &rest) { return nil }
            guard rest.isEmpty else { return nil }
        }

        var day: CalendarDay? { CalendarDay(year: year, month: month, day: dayOfMonth) }

        var secondOfDay: Int? {
            if let hour12, !(1...12).contains(hour12) { return nil }
            let hour = hour12.map { $0 % 12 + (isAfternoon ? 12 : 0) } ?? hour
            guard hour < 24, minute < 60, second < 60 else { return nil }
            return hour * 3600 + minute * 60 + second
        }

        private mutating func take(_ part: Part, _ rest: inout Substring) -> Bool {
            switch part {
            case .literal(let literal):
                guard rest.hasPrefix(literal) else { return false }
                rest = rest.dropFirst(literal.count)
                return true
            case .monthName:
                let name = rest.prefix(3).lowercased()
                guard let index = DatePattern.months.firstIndex(where: { $0.lowercased() == name }) else {
                    return false
                }
                rest = rest.dropFirst(3)
                month = index + 1
                return true
            case .half:
                let half = rest.prefix(2).lowercased()
                guard half == "am" || half == "pm" else { return false }
                rest = rest.dropFirst(2)
                isAfternoon = half == "pm"
                return true
            case .offset:
                let text = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-:".contains($0)) }
                offset = TimeOffset(text)
                rest = rest[text.endIndex...]
                return offset != nil
            default:
                return takeNumber(part, &rest)
            }
        }

        private mutating func takeNumber(_ part: Part, _ rest: inout Substring) -> Bool {
            let (least, most) = part.digits
            let digits = rest.prefix(most).prefix { $0.isASCII && $0.isNumber }
            guard digits.count >= least, let number = Int(digits) else { return false }
            rest = rest[digits.endIndex...]
            switch part {
            case .year: year = number
            case .shortYear: year = number < 69 ? 2000 + number : 1900 + number
            case .month, .paddedMonth: month = number
            case .day, .paddedDay: dayOfMonth = number
            case .hour24, .paddedHour24: hour = number
            case .hour12, .paddedHour12: hour12 = number
            case .minute, .paddedMinute: minute = number
            case .second, .paddedSecond: second = number
            case .monthName, .half, .offset, .literal: return false
            }
            return true
        }
    }
}

extension DatePattern.Part {
    /// The fewest and the most digits of a number.
    fileprivate var digits: (Int, Int) {
        switch self {
        case .year: (4, 4)
        case .month, .day, .hour24, .hour12, .minute, .second: (1, 2)
        default: (2, 2)
        }
    }
}
