import AccordCore
import Chance
import Testing

@Suite("Time zones")
struct LocalTimeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var zone: String
        var local: String
        var utc: String
        /// What it is written as; nil: as it was read.
        var written: String?
        var testDescription: String { "\(zone) \(local)" }
    }

    private static func both(_ zone: String, _ local: String, _ utc: String, written: String? = nil) -> Case {
        Case(zone: zone, local: local, utc: utc, written: written)
    }

    static let cases = [
        // Put forward on 8 March 2026 at 02:00, back on 1 November at 02:00.
        both("America/New_York", "2026-03-08 01:59", "2026-03-08T06:59:00Z"),
        both("America/New_York", "2026-03-08 02:30", "2026-03-08T07:30:00Z", written: "2026-03-08 03:30"),
        both("America/New_York", "2026-03-08 03:00", "2026-03-08T07:00:00Z"),
        both("America/New_York", "2026-11-01 00:59", "2026-11-01T04:59:00Z"),
        both("America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00Z"),
        both("America/New_York", "2026-11-01 02:00", "2026-11-01T07:00:00Z"),
        both("America/Los_Angeles", "2026-03-08 02:00", "2026-03-08T10:00:00Z", written: "2026-03-08 03:00"),
        both("America/Los_Angeles", "2026-11-01 01:59", "2026-11-01T08:59:00Z"),
        both("America/Los_Angeles", "2026-11-01 02:00", "2026-11-01T10:00:00Z"),
        both("America/Los_Angeles", "2026-07-01 00:00", "2026-07-01T07:00:00Z"),
        both("America/Los_Angeles", "2026-12-31 23:59", "2027-01-01T07:59:00Z"),
        both("Pacific/Honolulu", "2026-03-08 02:30", "2026-03-08T12:30:00Z"),
        both("Pacific/Honolulu", "2026-11-01 01:30", "2026-11-01T11:30:00Z"),
        both("Pacific/Honolulu", "2026-06-30 23:59", "2026-07-01T09:59:00Z"),
        both("Europe/Berlin", "2026-03-29 01:59", "2026-03-29T00:59:00Z"),
        both("Europe/Berlin", "2026-03-29 02:00", "2026-03-29T01:00:00Z", written: "2026-03-29 03:00"),
        both("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30:00Z"),
        both("Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z"),
        both("Asia/Kolkata", "2026-01-01 00:00", "2025-12-31T18:30:00Z"),
        both("Asia/Kolkata", "2026-03-29 02:30", "2026-03-28T21:00:00Z"),
        both("Asia/Kathmandu", "2026-01-01 05:45", "2026-01-01T00:00:00Z"),
        both("Pacific/Auckland", "2026-04-05 02:30", "2026-04-04T13:30:00Z"),
        both("Pacific/Auckland", "2026-09-27 02:30", "2026-09-26T14:30:00Z", written: "2026-09-27 03:30"),
        both("Pacific/Auckland", "2026-04-05 03:00", "2026-04-04T15:00:00Z"),
        both("Pacific/Auckland", "2026-09-27 03:00", "2026-09-26T14:00:00Z"),
        // A whole day that was not there.
        both("Pacific/Apia", "2011-12-30 12:00", "2011-12-30T22:00:00Z", written: "2011-12-31 12:00"),
        both("Pacific/Kiritimati", "2026-01-01 00:00", "2025-12-31T10:00:00Z"),
        both("UTC", "2026-01-01 00:00", "2026-01-01T00:00:00Z"),
        both("-03:30", "2026-01-01 00:00", "2026-01-01T03:30:00Z"),
    ]

    @Test("no instant is too far to be written", arguments: ["Europe/Berlin", "UTC"], [Int64.min, .max])
    func beyond(zone: String, instant: Int64) throws {
        let near = Instant.near(instant)
        #expect(Instant.meant(instant) == nil && Instant.meant(near) == near)
        #expect(try DatePattern(instants: "unix", timeZone: zone).instant("999999999999") == nil)
        let local = try #require(LocalTime(zone))
        #expect(local.offset(at: instant) == local.offset(at: near))
    }

    @Test("a time on the wall is an instant, east and west, before and after the clocks change", arguments: cases)
    func instants(sample: Case) throws {
        let pattern = try DatePattern(instants: "yyyy-MM-dd HH:mm", timeZone: sample.zone)
        let iso = try DatePattern(instants: "iso", timeZone: "UTC")
        let instant = try #require(pattern.instant(sample.local))
        #expect(iso.text(instant: instant) == sample.utc)
        #expect(pattern.text(instant: instant) == sample.written ?? sample.local)
    }

    @Test("an instant that is written with its offset, or outside the hour that is there twice, is read back")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var dice = Dice(seed: seed)
        let zones = [
            "America/New_York", "America/St_Johns", "Europe/Lisbon", "Africa/Casablanca", "Asia/Kolkata",
            "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
        ]
        for zone in zones {
            let local = try DatePattern(instants: "yyyy-MM-dd HH:mm:ss", timeZone: zone)
            let exact = try DatePattern(instants: "iso", timeZone: zone)
            for _ in 0..<300 {
                // From 1850 to 2037: offsets were finer than a minute once, and are written without that.
                let distant = -3_786_912_000 + Int64(dice.below(5_932_000_000))
                #expect(
                    exact.text(instant: distant).flatMap(exact.instant) == distant, "seed \(seed), \(zone), \(distant)")
                // From 2000 to 2037.
                let instant = 946_684_800 + Int64(dice.below(1_167_609_600))
                let comment: Comment = "seed \(seed), \(zone), \(instant)"
                #expect(exact.text(instant: instant).flatMap(exact.instant) == instant, comment)
                let back = try #require(local.text(instant: instant).flatMap(local.instant), comment)
                // The second of two, an hour at most after the first.
                #expect(back == instant || back < instant && instant - back <= 3600, comment)
            }
        }
    }

    @Test("what is no time zone is told, with what was probably meant")
    func unknown() {
        for (name, meant) in [("America/New_Yrok", "America/New_York"), ("Berlin", nil), ("EST", nil), ("+25:00", nil)]
        {
            let error = #expect(throws: PatternProblem.self) { _ = try DatePattern(instants: "iso", timeZone: name) }
            if let meant { #expect("\(error.map { "\($0)" } ?? "")".contains(meant)) }
        }
    }

    @Test("quiet hours keep to the clocks on the wall when they change")
    func quietHours() throws {
        let zone = try #require(LocalTime("America/New_York"))
        let hours = QuietHours(from: 20 * 60, to: 9 * 60, timeZone: zone)
        let iso = try DatePattern(instants: "iso", timeZone: "UTC")
        for (from, to) in [
            ("2026-03-08T03:00:00Z", "2026-03-08T13:00:00Z"), ("2026-03-07T03:00:00Z", "2026-03-07T14:00:00Z"),
            ("2026-11-01T02:00:00Z", "2026-11-01T14:00:00Z"), ("2026-10-31T02:00:00Z", "2026-10-31T13:00:00Z"),
        ] {
            let instant = try #require(iso.instant(from))
            #expect(iso.text(instant: hours.end(from: instant)) == to)
        }
    }
}
