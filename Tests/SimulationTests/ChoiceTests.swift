import AccordCore
import AccordHTTP
import Foundation
import Testing

/// Which of the project's reviews a table holds.
@Suite("Duplicates and hidden reviews, by choice")
struct ChoiceTests {
    private func world(_ choice: String) async throws -> World {
        let world = try World(
            mapping: """
                resource: reviews
                key: id
                when gone from project: mark
                \(choice)
                fields:
                  id: {column: id, direction: to-source}
                  is_hidden: {column: hidden, direction: to-source}
                  is_duplicate: {column: duplicate, direction: to-source}
                  gone: {column: gone, type: boolean, yes: gone, no: there, direction: to-source}
                """)
        try Data("id,hidden,duplicate,gone\n".utf8).write(to: world.csv)
        for number in 1...40 { try await call(world, "POST", "reviews", #"{"first_name":"R\#(number)","score":5}"#) }
        try await call(world, "PUT", "reviews/2/visibility", #"{"is_hidden":true}"#)
        try await call(world, "PUT", "reviews/3/duplicate", #"{"is_duplicate":true}"#)
        try await world.sync()
        return world
    }

    private func call(_ world: World, _ method: String, _ path: String, _ body: String) async throws {
        world.time.advance(5)
        let reply = await world.service.handle(
            HTTPRequest(
                method: method, url: "http://sandbox/project/\(path)",
                headers: [("Authorization", "Bearer key"), ("Content-Type", "application/json")], body: Array(body.utf8)
            ))
        #expect(reply.response?.status == 200)
    }

    /// The rows of the first four reviews.
    private func rows(_ world: World) throws -> [String] {
        try world.rows.filter { ["1,", "2,", "3,", "4,"].contains($0.prefix(2)) }
    }

    @Test("duplicates are left out, hidden ones are not")
    func usual() async throws {
        let world = try await world("")
        #expect(try rows(world) == ["1,No,No,", "2,Yes,No,", "4,No,No,"])
        #expect(try world.rows.count == 40)
    }

    @Test("duplicates are listed too where they are asked for, in a whole read and when they change")
    func duplicates() async throws {
        let world = try await world("include: [duplicates]")
        #expect(try rows(world) == ["1,No,No,", "2,Yes,No,", "3,No,Yes,", "4,No,No,"])
        #expect(try world.rows.count == 41)
        try await call(world, "PUT", "reviews/4/duplicate", #"{"is_duplicate":true}"#)
        try await call(world, "PUT", "reviews/3/duplicate", #"{"is_duplicate":false}"#)
        try await world.sync()
        #expect(try rows(world) == ["1,No,No,", "2,Yes,No,", "3,No,No,", "4,No,Yes,"])
        let idle = try await world.sync()
        #expect(idle.operations == 0 && idle.requests == 2)
    }

    @Test("hidden ones are left out where the mapping says so; one that is hidden later is marked, and comes back")
    func hidden() async throws {
        let world = try await world("leave out: is_hidden")
        #expect(try rows(world) == ["1,No,No,", "4,No,No,"])
        try await call(world, "PUT", "reviews/4/visibility", #"{"is_hidden":true}"#)
        try await world.sync()
        #expect(try rows(world) == ["1,No,No,", "4,No,No,gone"])
        #expect(try await world.sync().operations == 0)
        try await call(world, "PUT", "reviews/4/visibility", #"{"is_hidden":false}"#)
        try await world.sync()
        #expect(try rows(world).last?.hasPrefix("4,No,No") == true)
        #expect(try rows(world).last?.hasSuffix("gone") == false)
        #expect(try await world.sync().operations == 0)
    }
}
