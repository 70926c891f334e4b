import AccordCore
import Chance
import Testing

@Suite("Date patterns")
struct DatePatternTests {
    @Test(
        "A day is read and written by its pattern",
        arguments: [
            ("yyyy-MM-dd", "2026-03-04", "2026-03-04"), ("M/d/yyyy", "3/4/2026", "2026-03-04"),
            ("MM/dd/yyyy", "03/04/2026", "2026-03-04"), ("d.M.yyyy", "4.3.2026", "2026-03-04"),
            ("dd.MM.yy", "04.03.26", "2026-03-04"), ("d MMM yyyy", "4 Mar 2026", "2026-03-04"),
            ("MMM d, yyyy", "Mar 4, 2026", "2026-03-04"), ("yyyyMMdd", "20260304", "2026-03-04"),
            ("'day' d''M yyyy", "day 4'3 2026", "2026-03-04"), ("dd.MM.yy", "04.03.99", "1999-03-04"),
            ("yyyy-MM-dd", "2024-02-29", "2024-02-29"), ("yyyy-MM-dd", "0001-01-01", "0001-01-01"),
        ])
    func days(_ pattern: String, _ text: String, _ day: String) throws {
        let pattern = try DatePattern(days: pattern)
        let expected = try #require(CalendarDay(iso: day))
        #expect(pattern.day(text) == expected)
        #expect(pattern.text(expected) == text)
    }

    @Test(
        "A text that is not quite one is none",
        arguments: [
            ("yyyy-MM-dd", "2026-3-4"), ("yyyy-MM-dd", "2026-02-30"), ("yyyy-MM-dd", "2026-03-04 "),
            ("yyyy-MM-dd", "2026-13-01"), ("yyyy-MM-dd", "2026-00-10"), ("yyyy-MM-dd", "26-03-04"),
            ("M/d/yyyy", "14/3/2026"), ("M/d/yyyy", "3/4/26"), ("M/d/yyyy", "3/4/20260"), ("M/d/yyyy", "3-4-2026"),
            ("M/d/yyyy", "３/4/2026"), ("d MMM yyyy", "4 März 2026"), ("MM/dd/yyyy", "3/4/2026"), ("M/d/yyyy", ""),
        ])
    func notDays(_ pattern: String, _ text: String) throws {
        #expect(try DatePattern(days: pattern).day(text) == nil)
    }

    @Test(
        "An instant is read by its pattern, in its time zone",
        arguments: [
            ("iso", "UTC", "1970-01-02", 86_400), ("iso", "UTC", "1970-01-01T00:01:00Z", 60),
            ("iso", "UTC", "1970-01-01 00:01", 60), ("iso", "UTC", "1970-01-01T00:01:02.999", 62),
            ("iso", "UTC", "1970-01-01T02:00:00+02:00", 0), ("iso", "+02:00", "1970-01-01T02:00:00", 0),
            ("iso", "+02:00", "1970-01-01T02:00:00Z", 7200), ("iso", "UTC", "1970-01-01T02:00:00+0200", 0),
            ("iso", "UTC", "1969-12-31T23:59:59Z", -1), ("unix", "UTC", "1741910400", 1_741_910_400),
            ("unix", "UTC", "-5", -5), ("yyyy-MM-dd HH:mm", "UTC", "1970-01-01 01:30", 5400),
            ("yyyy-MM-dd HH:mm", "-01:30", "1970-01-01 00:00", 5400),
            ("M/d/yyyy h:mm a", "UTC", "1/1/1970 1:30 pm", 48_600),
            ("M/d/yyyy h:mm a", "UTC", "1/1/1970 12:00 AM", 0), ("M/d/yyyy h:mm a", "UTC", "1/1/1970 12:00 PM", 43_200),
            ("yyyy-MM-dd'T'HH:mm:ssZ", "UTC", "1970-01-01T01:00:00+01:00", 0),
            ("yyyy-MM-dd", "UTC", "1970-01-02", 86_400),
        ] as [(String, String, String, Int64)])
    func instants(_ pattern: String, _ zone: String, _ text: String, _ instant: Int64) throws {
        #expect(try DatePattern(instants: pattern, timeZone: zone).instant(text) == instant)
    }

    @Test(
        "What is no instant is none",
        arguments: [
            ("iso", "1970-01-01T"), ("iso", "1970-01-01T1:00"), ("iso", "1970-01-01T24:00"),
            ("iso", "1970-01-01T00:60"),
            ("iso", "1970-01-01T00:00:00+25:00"), ("iso", "1970-01-01T00:00.5"), ("iso", "1970-01-01x"),
            ("iso", "tomorrow"),
            ("unix", "12.5"), ("unix", "1e9"), ("unix", "99999999999999"), ("unix", "-"),
            ("M/d/yyyy h:mm a", "1/1/1970 13:00 PM"), ("M/d/yyyy h:mm a", "1/1/1970 0:00 AM"),
            ("yyyy-MM-dd HH:mm", "1970-01-01 24:00"), ("yyyy-MM-dd HH:mm", "1970-01-01 12:60"),
        ])
    func notInstants(_ pattern: String, _ text: String) throws {
        #expect(try DatePattern(instants: pattern, timeZone: "UTC").instant(text) == nil)
    }

    @Test(
        "A pattern that cannot work is refused, with what to do",
        arguments: [
            "", "yyyy", "yyyy-MM", "MM-dd", "yyyy-MM-dd-dd", "yyyy-yy-MM-dd", "YYYY-MM-DD", "yyyy-MM-ddd",
            "yyyy-MM-dd 'open",
            "Mdyyyy", "dMyyyy", "yyyy-MM-dd HH:mm",
        ])
    func bad(_ pattern: String) {
        #expect(throws: PatternProblem.self) { try DatePattern(days: pattern) }
    }

    @Test(
        "So is a time that is not whole",
        arguments: [
            "yyyy-MM-dd hh:mm", "yyyy-MM-dd HH:mm a", "yyyy-MM-dd mm", "yyyy-MM-dd HH:ss", "yyyy-MM-dd HH:HH",
            "yyyy-MM-dd Hm",
        ])
    func badTimes(_ pattern: String) {
        #expect(throws: PatternProblem.self) { try DatePattern(instants: pattern, timeZone: "UTC") }
    }

    @Test(
        "A time zone is UTC, an offset or a name",
        arguments: [
            ("UTC", true), ("Z", true), ("+02:00", true), ("-0330", true), ("+05", true), ("Europe/Berlin", true),
            ("Berlin", false),
            ("", false),
            ("+2", false), ("+19:00", false), ("+01:60", false), ("02:00", false), ("+1:000", false),
        ])
    func zones(_ zone: String, _ isKnown: Bool) {
        #expect(((try? DatePattern(instants: "iso", timeZone: zone)) != nil) == isKnown)
    }

    @Test(
        "Whatever an instant, it is read back as it was written",
        arguments: [
            ("iso", "UTC"), ("iso", "+02:00"), ("unix", "UTC"), ("yyyy-MM-dd HH:mm:ss", "-03:30"),
            ("M/d/yyyy h:mm:ss a", "UTC"),
            ("dd.MM.yyyy H:m:s Z", "+05:30"), ("MMM d yyyy, HHmmss", "UTC"),
        ])
    func roundTrip(_ pattern: String, _ zone: String) throws {
        let pattern = try DatePattern(instants: pattern, timeZone: zone)
        var random = Dice(seed: 7)
        for _ in 0..<500 {
            let instant = Int64(random.below(4_000_000_000)) - 1_000_000_000
            let text = try #require(pattern.text(instant: instant))
            #expect(pattern.instant(text) == instant, "seed 7: \(text)")
        }
    }

    @Test("A day that a pattern cannot name is not written")
    func unwritable() throws {
        let short = try DatePattern(days: "dd.MM.yy")
        #expect(short.text(try #require(CalendarDay(year: 1950, month: 1, day: 1))) == nil)
        #expect(try DatePattern(days: "yyyy-MM-dd").text(CalendarDay(daysSinceEpoch: 10_000_000)) == nil)
        #expect(try DatePattern(instants: "iso", timeZone: "+02:00").text(instant: .max) == nil)
        #expect(try DatePattern(instants: "iso", timeZone: "UTC").text(instant: .min) == nil)
    }
}
