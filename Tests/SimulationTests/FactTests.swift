import AccordCore
import AccordEngine
import AccordHTTP
import AccordSandbox
import Foundation
import Testing

/// What a CRM wants on its contact and no customer carries: made of the reviews.
@Suite("Customer facts")
struct FactTests {
    private static let mapping = """
        resource: customers
        key: id
        full read every: 7 days
        fields:
          first_name: first
          last_name: last
          email: email
          reviews_count: {column: reviews, direction: to-source}
          last_review_score: {column: score, direction: to-source}
          last_reviewed_at: {column: reviewed, type: date, direction: to-source}
          last_asked_at: {column: asked, type: date, direction: to-source}
          review_link: {column: link, direction: to-source}
          unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}
        """

    private func world() async throws -> World {
        let world = try World(mapping: FactTests.mapping)
        let rows = (1...3).map { "\($0),First\($0),Last\($0),p\($0)@example.com,,,,,,no\n" }.joined()
        try Data(("id,first,last,email,reviews,score,reviewed,asked,link,out\n" + rows).utf8).write(to: world.csv)
        try await world.sync()
        return world
    }

    private func review(_ world: World, _ person: Int, _ score: Int, at day: String) async throws -> Int64 {
        let body =
            #"{"first_name":"F","email":"p\#(person)@example.com","score":\#(score),"created_at":"\#(day)T10:00:00Z"}"#
        let reply = try await call(world, "POST", "reviews", body)
        return try #require(reply["data"]?["id"]?.int)
    }

    @discardableResult
    private func call(_ world: World, _ method: String, _ path: String, _ body: String? = nil) async throws -> JSON {
        world.time.advance(5)
        let reply = await world.service.handle(
            HTTPRequest(
                method: method, url: "http://sandbox/project/\(path)",
                headers: [("Authorization", "Bearer key"), ("Content-Type", "application/json")],
                body: body.map { Array($0.utf8) }))
        let response = try #require(reply.response)
        #expect(response.status == 200)
        return try JSON(parsing: response.body)
    }

    /// The cells of a person's reviews: number, score, day.
    private func cells(_ world: World, _ person: Int) throws -> String {
        let row = try #require(try world.rows.first { $0.hasPrefix("\(person),") })
        return row.split(separator: ",", omittingEmptySubsequences: false)[4...6].joined(separator: ",")
    }

    @Test("the number of reviews, and the score and day of the last one, reach the contact and follow what happens")
    func facts() async throws {
        let world = try await world()
        _ = try await review(world, 1, 5, at: "2026-09-02")
        let worse = try await review(world, 1, 2, at: "2026-09-05")
        _ = try await review(world, 2, 4, at: "2026-09-01")
        try await world.sync()
        #expect(try cells(world, 1) == "2,2,2026-09-05")
        #expect(try cells(world, 2) == "1,4,2026-09-01")
        #expect(try cells(world, 3) == ",,")

        let idle = try await world.sync()
        #expect(idle.operations == 0)
        #expect(idle.requests == 2, "what changed among the customers, and among the reviews")

        // An edit of the customer does not forget what is made of reviews.
        try world.edit(1, ["last_name": .string("Other")])
        try await world.sync()
        #expect(try cells(world, 1) == "2,2,2026-09-05")
        try Data(String(contentsOf: world.csv, encoding: .utf8).replacing("Last2", with: "Changed2").utf8)
            .write(to: world.csv)
        #expect(try await world.sync().done == [.project(.update): 1])
        #expect(try cells(world, 2) == "1,4,2026-09-01")
        #expect(try await world.sync().operations == 0)

        // One that is gone is missed by a whole read.
        try await call(world, "DELETE", "reviews/\(worse)")
        world.time.advance(8 * 86_400)
        try await world.sync()
        #expect(try cells(world, 1) == "1,5,2026-09-02")
        #expect(try await world.sync().operations == 0)
    }

    @Test("a fact that somebody overwrites in the source is put back")
    func restored() async throws {
        let world = try await world()
        _ = try await review(world, 1, 5, at: "2026-09-02")
        try await world.sync()
        try Data(String(contentsOf: world.csv, encoding: .utf8).replacing(",1,5,2026-", with: ",7,1,2026-").utf8)
            .write(to: world.csv)
        #expect(try await world.sync().done == [.source(.update): 1])
        #expect(try cells(world, 1) == "1,5,2026-09-02")
    }

    @Test("without such a field no review is read")
    func notAsked() async throws {
        let world = try World()
        try world.write([person(1)])
        try await world.sync()
        #expect(world.service.requests(by: "listReviews") == 0)
    }

    @Test("reviews that were read with another project's key are forgotten")
    func otherProject() async throws {
        let world = try await world()
        _ = try await review(world, 1, 5, at: "2026-05-01")
        try await world.sync()
        let before = try world.rows
        #expect(try cells(world, 1).hasPrefix("1,5,"))
        let (right, time) = (world.service, world.time)
        world.service = SandboxService(key: "key", now: { Int64(time.unixTime) }, project: SandboxProject())
        for number in 1...3 {
            let body =
                #"{"first_name":"O","email":"other\#(number)@example.org","score":3,"created_at":"2026-06-01T10:00:00Z"}"#
            try await call(world, "POST", "reviews", body)
        }
        let error = await #expect(throws: EngineError.self) { try await world.sync() }
        guard case .otherProject = error else { return #expect(Bool(false), "\(String(describing: error))") }
        world.service = right
        #expect(try await world.sync().done.isEmpty)
        #expect(try world.rows == before)
    }
}
