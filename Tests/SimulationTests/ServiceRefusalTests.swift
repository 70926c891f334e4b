import AccordCore
import AccordEngine
import AccordHTTP
import AccordSandbox
import AccordTables
import Foundation
import Synchronization
import Testing

/// A service that refuses, or does not know, what is asked of it.
@Suite("What a service refuses")
struct ServiceRefusalTests {
    private static let tags = """
        resource: tags
        key: id
        match: [name]
        fields: {name: name, color: color}
        """

    private static let customers = """
        resource: customers
        key: id
        match: [email]
        when gone from source: ignore
        fields:
          first_name: first
          email: {column: email, type: email}
          notes: notes
          location: {column: store}
        """

    private static let header = "id,first,email,notes,store"

    private func write(_ world: World, _ rows: [String]) throws {
        try Data(([ServiceRefusalTests.header] + rows).joined(separator: "\n").appending("\n").utf8).write(
            to: world.csv)
    }

    /// The requests of the runs that follow, each refused with a status where one is given.
    private final class Requests: Sendable {
        private let log = Mutex<[String]>([])
        var lines: [String] { log.withLock { $0 } }

        func watch(_ world: World, _ status: @escaping @Sendable (HTTPRequest) -> Int? = { _ in nil }) {
            world.refusal = { request in
                self.log.withLock { $0.append("\(request.method) \(request.url)") }
                return status(request)
            }
        }
    }

    @Test("an update of a tag carries its icon, which the service would clear")
    func sprite() async throws {
        let world = try World(mapping: ServiceRefusalTests.tags)
        world.service.edit { project in project.addTag("vip", name: "VIP", sprite: "fas fa-star") }
        try Data("id,name,color\n1,VIP,\n".utf8).write(to: world.csv)
        try await world.sync()
        try Data("id,name,color\n1,VIP,red\n".utf8).write(to: world.csv)
        let report = try await world.sync()
        #expect(report.done == [.project(.update): 1], "\(report)")
        let tag = try #require(world.service.edit { $0.tags }.first { $0["slug"]?.string == "vip" })
        #expect(tag["color"]?.string == "red" && tag["sprite"]?.string == "fas fa-star", "\(tag)")
    }

    @Test("an update that would clear an icon of which nothing is known is not sent")
    func unknownSprite() async throws {
        let world = try World(mapping: ServiceRefusalTests.tags)
        world.leftOut = { _ in ["sprite"] }
        world.service.edit { project in project.addTag("vip", name: "VIP", sprite: "fas fa-star") }
        try Data("id,name,color\n1,VIP,\n".utf8).write(to: world.csv)
        try await world.sync()
        try Data("id,name,color\n1,VIP,red\n".utf8).write(to: world.csv)
        for _ in 0..<2 {
            let report = try await world.sync()
            #expect(report.done.isEmpty && report.outcome == .attention && report.quarantined == 1, "\(report)")
        }
        let tag = try #require(world.service.edit { $0.tags }.first { $0["slug"]?.string == "vip" })
        #expect(tag["sprite"]?.string == "fas fa-star" && tag["color"] == .null, "\(tag)")
    }

    @Test("an operation that is not there is no reason to read everything, and is not tried again and again")
    func noSuchOperation() async throws {
        let world = try World(mapping: ServiceRefusalTests.customers)
        try write(world, ["1,Ann,a@example.com,,", "2,Bob,b@example.com,,"])
        try await world.sync()
        try await world.sync()
        try write(world, ["1,Ann,a@example.com,likes tea,", "2,Bob,b@example.com,,"])
        let first = Requests()
        first.watch(world) { $0.url.hasSuffix("/notes") ? 404 : nil }
        let refused = try await world.sync()
        #expect(refused.quarantined == 1 && refused.outcome == .attention, "\(refused)")
        let told = try await world.withEngine { _, store in try store.quarantine("customers").map(\.message) }
        #expect(told.first?.contains("does not do this, though the record is there") == true, "\(told)")
        for _ in 0..<3 {
            let requests = Requests()
            requests.watch(world) { $0.url.hasSuffix("/notes") ? 404 : nil }
            let report = try await world.sync()
            #expect(report.quarantined == 1 && requests.lines.count == 1, "\(requests.lines)")
        }
        // Other notes are another write.
        try write(world, ["1,Ann,a@example.com,likes coffee,", "2,Bob,b@example.com,,"])
        #expect(try await world.sync().done == [.project(.update): 1])
    }

    @Test("a name that the service does not know is the row's fault, and costs no whole read")
    func unknownName() async throws {
        let world = try World(mapping: ServiceRefusalTests.customers)
        try write(world, ["1,Ann,a@example.com,,"])
        try await world.sync()
        try await world.sync()
        try write(world, ["1,Ann,a@example.com,,north"])
        let first = try await world.sync()
        #expect(first.quarantined == 1 && first.done.isEmpty, "\(first)")
        let told = try await world.withEngine { _, store in try store.quarantine("customers").map(\.message) }
        #expect(told.first?.contains("does not know what it names (404), location \"north\"") == true, "\(told)")
        let requests = Requests()
        requests.watch(world)
        #expect(try await world.sync().quarantined == 1)
        #expect(requests.lines.count == 1, "\(requests.lines)")
    }

    @Test("a delete that is answered with 404 has done nothing if the record is there")
    func undeleted() async throws {
        let world = try World(World.Rules(goneFromSource: "delete"))
        let others = (3...8).map { person($0) }
        try world.write([person(1), person(2)] + others)
        try await world.sync()
        try await world.sync()
        try world.write([person(1)] + others)
        world.refusal = { $0.method == "DELETE" ? 404 : nil }
        let report = try await world.sync()
        #expect(report.done.isEmpty && report.quarantined == 1 && report.outcome == .attention, "\(report)")
        #expect(world.customer(2) != nil)
        #expect(try await world.sync().outcome == .attention)
    }

    @Test("an opt-out that was refused is asked for in every run", arguments: [404, 422])
    func refusedOptOut(status: Int) async throws {
        let world = try World()
        try world.write([person(1), person(2)])
        try await world.sync()
        try world.write([person(1, out: "yes"), person(2)])
        for _ in 0..<2 {
            world.refusal = { $0.url.hasSuffix("/unsubscribe") ? status : nil }
            #expect(try await world.sync().outcome == .attention)
        }
        #expect(!world.isOut(1))
        try await world.sync()
        #expect(world.isOut(1))
        #expect(try await world.sync().outcome == .done)
    }

    @Test("a customer who is gone is not mistaken for a name that the service does not know")
    func goneOrUnknown() async throws {
        let world = try World(mapping: ServiceRefusalTests.customers)
        world.service.edit { project in project.addLocation("north") }
        try write(world, ["1,Ann,a@example.com,,", "2,Bob,b@example.com,,"])
        for _ in 0..<2 { try await world.sync() }
        let id = try #require(world.customer("a@example.com")?["id"]?.int)
        try write(world, ["1,Ann,a@example.com,,north", "2,Bob,b@example.com,,"])
        let service = world.service
        world.refusal = { request in
            guard request.method == "PATCH" else { return nil }
            try service.edit { project throws(SandboxError) in
                try project.editCustomer(id, ["delete": .bool(true)])
            }
            return nil
        }
        try await world.sync()
        let told = try await world.withEngine { _, store in try store.quarantine("customers").map(\.message) }
        #expect(!told.contains { $0.contains("does not know what it names") }, "\(told)")
    }

    @Test("an opt-out arrives, whichever method the service takes it by, and the next run knows which")
    func methods() async throws {
        let world = try World()
        try world.write([person(1), person(2)])
        try await world.sync()
        func refuse(_ requests: Requests) {
            requests.watch(world) { $0.method == "PUT" && $0.url.hasSuffix("/unsubscribe") ? 405 : nil }
        }
        let first = Requests()
        refuse(first)
        try world.write([person(1, out: "yes"), person(2)])
        #expect(try await world.sync().done == [.project(.unsubscribe): 1])
        #expect(world.isOut(1) && first.lines.contains { $0.hasPrefix("PUT ") })
        let second = Requests()
        refuse(second)
        try world.write([person(1, out: "yes"), person(2, out: "yes")])
        #expect(try await world.sync().done == [.project(.unsubscribe): 1])
        #expect(world.isOut(2) && !second.lines.contains { $0.hasPrefix("PUT ") })
    }

    @Test("what the plan of the project does not include stops the pair that needs it alone", arguments: [402, 403])
    func notBooked(status: Int) async throws {
        let world = try World(mapping: ServiceRefusalTests.tags, others: ["customers": ServiceRefusalTests.customers])
        try Data("id,name,color\n1,VIP,\n".utf8).write(to: world.csv)
        try Data("\(ServiceRefusalTests.header)\n1,Ann,a@example.com,,\n".utf8).write(to: world.file(of: "customers"))
        world.refusal = { $0.url.contains("/tags") ? status : nil }
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 1] && report.outcome == .failed, "\(report)")
        #expect(report.failures.count == 1 && report.failures.allSatisfy { $0.contains("does not allow it") })
    }
}
