import AccordCore
import Testing

@Suite("Asks, decided")
struct AskRulesTests {
    private static let day: Int64 = 86_400
    /// 2026-11-24, 12:00 UTC.
    private static let now: Int64 = 1_795_521_600
    private static let rules = AskRules(channels: ["email", "sms"], reminders: 2, delay: 7200, within: 14, window: 90)
    private static let reachable = AskedPerson(channels: ["email", "sms"])

    private static let doubtful = AskedPerson(
        channels: ["email"], unknown: ["unsubscribed_at", "last_asked_at"])

    private static func ask(_ at: Int64, _ channels: Set<String> = ["email", "sms"], _ reminders: Int = 2)
        -> AskDecision
    {
        .ask(Ask(at: at, channels: channels, reminders: reminders))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var moment: Int64 = now - day
        var person = reachable
        var wanted: Set<String>?
        var quiet: QuietHours?
        var decision: AskDecision
    }

    static let cases = [
        Case(testDescription: "long done: now", decision: ask(now)),
        Case(testDescription: "just done: after the delay", moment: now - 3600, decision: ask(now + 3600)),
        Case(
            testDescription: "days ahead: not yet", moment: now + 2 * day,
            decision: .notNow(.notYet(at: now + 2 * day + 7200))),
        Case(
            testDescription: "the last moment", moment: now - 14 * day - 7200, decision: ask(now)),
        Case(
            testDescription: "a second later", moment: now - 14 * day - 7201, decision: .notNow(.tooOld(days: 14))),
        Case(
            testDescription: "opted out", person: AskedPerson(isOut: true, channels: ["email"]),
            decision: .notNow(.optedOut)),
        Case(
            testDescription: "nobody knows whether they opted out", person: doubtful,
            decision: .setAside(
                Quarantine(
                    .unknown,
                    "the project's answers say nothing of unsubscribed_at and last_asked_at, so it is not known whether "
                        + "this person may be asked: have the service answer with it, or ask them by hand"))),
        Case(
            testDescription: "opted out here, whatever the project's answers leave out",
            person: AskedPerson(isOut: true, channels: ["email"], unknown: ["unsubscribed_at"]),
            decision: .notNow(.optedOut)),
        Case(
            testDescription: "archived", person: AskedPerson(isArchived: true, channels: ["email"]),
            decision: .notNow(.archived)),
        Case(
            testDescription: "no telephone", person: AskedPerson(channels: ["email"]), decision: ask(now, ["email"])),
        Case(
            testDescription: "the row wants a text, and they have none", person: AskedPerson(channels: ["email"]),
            wanted: ["sms"], decision: .notNow(.unreachable(by: ["sms"]))),
        Case(
            testDescription: "asked 89 days ago",
            person: AskedPerson(lastAsked: now - 89 * day, channels: ["email"]),
            decision: .notNow(.askedWithin(days: 90, on: CalendarDay(unixSeconds: now - 89 * day)))),
        Case(
            testDescription: "asked 90 days ago",
            person: AskedPerson(lastAsked: now - 90 * day, channels: ["email"]), decision: ask(now, ["email"])),
        Case(
            testDescription: "to be asked tomorrow", person: AskedPerson(lastAsked: now + day, channels: ["email"]),
            decision: .notNow(.askedWithin(days: 90, on: CalendarDay(unixSeconds: now + day)))),
        Case(
            testDescription: "a quiet hour: when it is over",
            quiet: QuietHours(from: 600, to: 780, timeZone: .utc), decision: ask(now + 3600)),
    ]

    @Test("whatever speaks against it wins", arguments: cases)
    func decide(sample: Case) {
        var rules = Self.rules
        rules.quietHours = sample.quiet
        let decision = rules.decide(
            moment: sample.moment, wanted: sample.wanted, person: sample.person, now: Self.now)
        #expect(decision == sample.decision)
    }

    @Test("no moment that somebody sent or kept is too far to reckon with", arguments: [Int64.min, .max])
    func beyond(moment: Int64) {
        let isAhead = moment > 0
        #expect(Self.rules.isTooOld(moment, now: Self.now) == !isAhead)
        let decision = Self.rules.decide(moment: moment, wanted: nil, person: Self.reachable, now: Self.now)
        guard case .notNow = decision else {
            Issue.record("\(decision)")
            return
        }
        let person = AskedPerson(lastAsked: moment, channels: ["email"])
        let asked = Self.rules.decide(moment: Self.now, wanted: nil, person: person, now: Self.now)
        #expect(asked == Self.ask(Self.now + 7200, ["email"]))
    }

    private static let objections: [(SendObjection, code: String, words: String)] = [
        (.optedOut, "opted-out", "opted out"), (.archived, "archived", "archived in the project"),
        (.tooOld(days: 14), "too-old", "older than 14 days"),
        (.unreachable(by: ["sms"]), "unreachable", "cannot be reached by sms"),
        (.unreachable(by: ["email", "sms"]), "unreachable", "cannot be reached by email or sms"),
        (
            .askedWithin(days: 90, on: CalendarDay(unixSeconds: now - 89 * day)), "asked-within",
            "asked on 2026-08-27, and nobody is asked again within 90 days"
        ),
        (
            .askedWithin(days: 90, on: CalendarDay(unixSeconds: now + day)), "asked-within",
            "asked on 2026-11-25, and nobody is asked again within 90 days"
        ), (.notYet(at: now + 2 * day + 7200), "not-yet", "its time comes at 2026-11-26 14:00:00"),
    ]

    @Test("an objection has words for people, and comes back from the form that it is kept in", arguments: objections)
    func objection(_ objection: SendObjection, _ code: String, _ words: String) {
        #expect(objection.description == words)
        #expect(objection.code == code)
        #expect(SendObjection(code: code, details: objection.details) == objection)
    }

    @Test(
        "what is no objection is none",
        arguments: [
            ("new", []), ("opted-out", ["1"]), ("too-old", []), ("too-old", ["x"]), ("asked-within", ["90"]),
            ("asked-within", ["90", "2026-02-30"]), ("not-yet", ["soon"]),
        ] as [(String, [String])])
    func noObjection(_ code: String, _ details: [String]) {
        #expect(SendObjection(code: code, details: details) == nil)
    }

    @Test(
        "quiet hours are those of the business's own day",
        arguments: [
            // From 20:00 to 09:00 at -05:00: 01:00 to 14:00 in UTC.
            (hour: 0, "-05:00", end: 0), (1, "-05:00", 14), (13, "-05:00", 14), (14, "-05:00", 14), (23, "-05:00", 23),
            // At +13:00: 07:00 to 20:00 in UTC.
            (6, "+13:00", 6), (7, "+13:00", 20), (19, "+13:00", 20), (20, "+13:00", 20),
        ])
    func quiet(hour: Int64, zone: String, end: Int64) throws {
        let hours = QuietHours(from: 20 * 60, to: 9 * 60, timeZone: try #require(LocalTime(zone)))
        let midnight = Self.now - 12 * 3600
        #expect(hours.end(from: midnight + hour * 3600) == midnight + end * 3600)
        #expect(hours.contains(midnight + hour * 3600) == (end != hour))
    }

    @Test("quiet hours within one day")
    func lunch() {
        let hours = QuietHours(from: 12 * 60, to: 13 * 60, timeZone: .utc)
        #expect(hours.end(from: Self.now) == Self.now + 3600)
        #expect(hours.end(from: Self.now - 1) == Self.now - 1)
        #expect(hours.end(from: Self.now + 3600) == Self.now + 3600)
    }

    @Test("what became of an ask is told by what its person got")
    func evidence() {
        let ask = Ask(at: Self.now, channels: ["email"], reminders: 0)
        func judge(_ lastAsked: Int64?, _ messages: [AskEvidence.Message], known: Set<String> = []) -> AskEvidence {
            AskEvidence.judge(ask, begun: Self.now - 10, lastAsked: lastAsked, messages: messages, known: known)
        }
        func message(_ id: String?, _ at: Int64, created: Int64, by channel: String = "email") -> AskEvidence.Message {
            .init(ask: id, channel: channel, scheduledAt: at, createdAt: created)
        }
        let old = message("3", Self.now - 100 * Self.day, created: Self.now - 100 * Self.day)
        #expect(judge(nil, []) == .notSent)
        #expect(judge(Self.now - 100 * Self.day, [old]) == .notSent)
        #expect(judge(Self.now, [old, message("9", Self.now, created: Self.now)]) == .sent(id: "9"))
        #expect(judge(nil, [message("9", Self.now, created: Self.now)]) == .sent(id: "9"), "last asked is not shown")
        #expect(judge(Self.now, []) == .sent(id: nil), "its messages were deleted")
        let known = message("9", Self.now, created: Self.now)
        #expect(judge(nil, [known], known: ["9"]) == .notSent, "it belongs to another row")
        for unclear in [
            judge(Self.now + 5, []), judge(nil, [message("9", Self.now + 5, created: Self.now)]),
            judge(nil, [message("9", Self.now, created: Self.now, by: "sms")]),
            judge(nil, [message(nil, Self.now - 5, created: Self.now - 5)]),
        ] {
            guard case .unclear = unclear else {
                Issue.record("\(unclear) is a guess")
                continue
            }
        }
    }
}
