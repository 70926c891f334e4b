import AccordCore
import Testing

@Suite("Days of the calendar")
struct CalendarDayTests {
    @Test(
        "A day has its number",
        arguments: [
            ("1970-01-01", 0), ("1970-01-02", 1), ("1969-12-31", -1), ("2000-02-28", 11_015), ("2000-02-29", 11_016),
            ("2000-03-01", 11_017), ("2024-02-29", 19_782), ("2026-03-01", 20_513), ("1900-02-28", -25_509),
            ("1900-03-01", -25_508), ("2038-01-19", 24_855), ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
            ("1600-02-29", -135_081),
        ])
    func numbers(_ text: String, _ number: Int) throws {
        let day = try #require(CalendarDay(iso: text))
        #expect(day.daysSinceEpoch == number)
        #expect(day == CalendarDay(daysSinceEpoch: number))
        #expect(day.description == text)
    }

    @Test(
        "What is no day of the calendar is refused",
        arguments: [
            "2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30", "2024-04-31", "2024-06-31", "2024-09-31",
            "2024-11-31", "2024-01-32", "2024-00-10", "2024-13-01", "2024-01-00", "0000-01-01", "", "2024", "2024-01",
            "2024-1-01", "2024-01-1", "24-01-01", "02024-01-01", "2024-01-01-01", "2024/01/01", "20240101",
            "-024-01-01",
            "2024--1-01", "+024-01-01", " 2024-01-01", "2024-01-01 ", "2024-01-01T00:00:00Z", "2024-0a-01",
            "٢٠٢٤-٠١-٠١", "２０２４-01-01", "2024-01-0１",
        ])
    func refused(_ text: String) {
        #expect(CalendarDay(iso: text) == nil)
    }

    @Test(
        "Leap years",
        arguments: [(2024, 29), (2023, 28), (1900, 28), (2000, 29), (2100, 28), (2400, 29), (4, 29), (1, 28)])
    func leapYears(_ year: Int, _ length: Int) {
        #expect(CalendarDay.length(ofMonth: 2, year: year) == length)
        #expect(CalendarDay(year: year, month: 2, day: length) != nil)
        #expect(CalendarDay(year: year, month: 2, day: length + 1) == nil)
    }

    @Test(
        "Numbers beyond the calendar name no day",
        arguments: [
            (0, 1, 1), (10_000, 1, 1), (-1, 1, 1), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0), (2024, 1, -1),
            (2024, 1, 32),
            (.max, 1, 1), (.min, 1, 1), (2024, .max, 1), (2024, 1, .max), (2024, .min, 1), (2024, 1, .min),
        ])
    func beyond(_ year: Int, _ month: Int, _ day: Int) {
        #expect(CalendarDay(year: year, month: month, day: day) == nil)
    }

    /// A calendar that only counts, from a day that is known.
    @Test("Day after day, from the first year to the last, the next day is the next number")
    func everyDay() throws {
        var (year, month, day) = (1, 1, 1)
        let first = try #require(CalendarDay(year: 1, month: 1, day: 1)).daysSinceEpoch
        let last = try #require(CalendarDay(year: 9999, month: 12, day: 31)).daysSinceEpoch
        var wrong = 0
        for number in first...last {
            let civil = CalendarDay(daysSinceEpoch: number).civil
            if civil != (year, month, day) { wrong += 1 }
            if CalendarDay(year: year, month: month, day: day)?.daysSinceEpoch != number { wrong += 1 }
            let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(wrong == 0)
        #expect(year == 10_000 && month == 1 && day == 1)
    }

    @Test(
        "An instant lies in one day",
        arguments: [
            (0, "1970-01-01"), (86_399, "1970-01-01"), (86_400, "1970-01-02"), (-1, "1969-12-31"),
            (-86_400, "1969-12-31"),
            (-86_401, "1969-12-30"), (1_709_164_800, "2024-02-29"), (1_709_251_199, "2024-02-29"),
            (1_709_251_200, "2024-03-01"),
        ] as [(Int64, String)])
    func instants(_ seconds: Int64, _ text: String) {
        let day = CalendarDay(unixSeconds: seconds)
        #expect(day.description == text)
        #expect(day.midnight <= seconds && seconds < day.midnight + 86_400)
        #expect(CalendarDay(unixSeconds: day.midnight) == day)
    }

    @Test("Days beyond all time have the nearest midnight that can be written")
    func farDays() {
        #expect(CalendarDay(daysSinceEpoch: .max).midnight == .max)
        #expect(CalendarDay(daysSinceEpoch: .min).midnight == .min)
        let last = CalendarDay(unixSeconds: .max)
        #expect(last.midnight <= .max && last.midnight == Int64(last.daysSinceEpoch) * 86_400)
        #expect(CalendarDay(unixSeconds: .min).daysSinceEpoch == -106_751_991_167_301)
    }

    @Test("Days are ordered as they come")
    func order() throws {
        let texts = [
            "0001-01-01", "1969-12-31", "1970-01-01", "2023-12-31", "2024-01-01", "2024-02-29", "2024-03-01",
            "9999-12-31",
        ]
        let days = try texts.map { try #require(CalendarDay(iso: $0)) }
        #expect(days.reversed().sorted() == days)
        for (earlier, later) in zip(days, days.dropFirst()) { #expect(earlier < later && !(later < earlier)) }
        #expect(!(days[0] < days[0]))
    }

    @Test(
        "An instant for people",
        arguments: [
            (0, "1970-01-01"), (1, "1970-01-01 00:00:01"), (-1, "1969-12-31 23:59:59"), (-86_400, "1969-12-31"),
            (1_772_357_400, "2026-03-01 09:30:00"), (59, "1970-01-01 00:00:59"), (60, "1970-01-01 00:01:00"),
            (3_600, "1970-01-01 01:00:00"), (86_399, "1970-01-01 23:59:59"), (-62_135_596_800, "0001-01-01"),
        ] as [(Int64, String)])
    func described(_ seconds: Int64, _ text: String) {
        #expect(CalendarDay.describe(unixSeconds: seconds) == text)
    }
}
