import AccordCore
import AccordHTTP
import Chance
import Foundation
import Testing

/// The service cuts its lists by calendar days of its own, which nobody documents: no change may fall between two.
@Suite("Calendar days")
struct CalendarTests {
    private static let mapping = """
        resource: reviews
        key: id
        full read every: 300 days
        fields:
          id: {column: id, direction: to-source}
          score: {column: score, direction: to-source}
          is_hidden: {column: hidden, direction: to-source}
        """

    private static let zones = [
        "UTC", "Pacific/Kiritimati", "Pacific/Auckland", "Asia/Kolkata", "Europe/Berlin", "America/New_York",
        "America/Los_Angeles", "Pacific/Honolulu", "Pacific/Pago_Pago",
    ]

    private func call(_ world: World, _ method: String, _ path: String, _ body: String) async throws {
        let reply = await world.service.handle(
            HTTPRequest(
                method: method, url: "http://sandbox/project/\(path)",
                headers: [("Authorization", "Bearer key"), ("Content-Type", "application/json")], body: Array(body.utf8)
            ))
        #expect(reply.response?.status == 200)
    }

    /// From a little before both clock changes of a year, at any hour of the day.
    @Test("what changes at any hour, in any time zone of the service's, is read by its day", arguments: zones)
    func everyHour(zone: String) async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var dice = Dice(seed: seed)
        for start in [1_803_600_000.0, 1_824_768_000] {
            let world = try World(mapping: CalendarTests.mapping)
            let zone = try #require(LocalTime(zone))
            world.service.edit { project in project.localTime = zone }
            try Data("id,score,hidden\n".utf8).write(to: world.csv)
            world.time.advance(start - world.time.unixTime)
            try await world.sync()
            for number in 1...30 {
                world.time.advance(Double(dice.below(30 * 3600)))
                try await call(world, "POST", "reviews", #"{"first_name":"R","score":\#(1 + dice.below(5))}"#)
                let old = 1 + dice.below(number)
                try await call(world, "PUT", "reviews/\(old)/visibility", #"{"is_hidden":\#(dice.below(2) == 0)}"#)
                if dice.below(3) == 0 { world.time.advance(Double(dice.below(48 * 3600))) }
                try await world.sync()
                #expect(try world.rows == expected(world), "seed \(seed), \(number) reviews")
            }
            #expect(world.service.requests(by: "listReviews") < 200, "they were not read whole")
        }
    }

    private func expected(_ world: World) -> [String] {
        let reviews = world.service.edit { project in project.reviews }
        let rows = reviews.map { review in
            "\(review["id"]?.int ?? 0),\(review["score"]?.int ?? 0),\(review["is_hidden"]?.int == 1 ? "Yes" : "No")"
        }
        return (rows + ["id,score,hidden"]).sorted()
    }
}
