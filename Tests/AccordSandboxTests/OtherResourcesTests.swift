import AccordCore
import AccordHTTP
import AccordSandbox
import Testing

/// Everything besides customers, as the API's description has it.
@Suite("The sandbox's other resources")
struct OtherResourcesTests {
    private let service = SandboxService(key: "k", now: { 1_772_352_000 })

    private func call(_ method: String, _ path: String, _ body: String? = nil) async -> (status: Int, body: JSON) {
        let request = HTTPRequest(
            method: method, url: "http://127.0.0.1/project\(path)",
            headers: [(name: "Authorization", value: "Bearer k")], body: body.map { Array($0.utf8) })
        guard let response = await service.handle(request).response else { return (0, .null) }
        return (response.status, (try? JSON(parsing: response.body)) ?? .null)
    }

    private func list(_ path: String) async -> [JSON] { await call("GET", path).body["data"]?.array ?? [] }

    @Test(
        "are created, listed, changed and deleted",
        arguments: [
            ("/locations", #"{"name": "Up Town"}"#, "slug", "up-town", #"{"city": "Oakland"}"#, "city", "Oakland"),
            (
                "/tags", #"{"name": "VIP", "context": "customers"}"#, "slug", "vip", #"{"name": "Very"}"#, "name",
                "Very"
            ),
            ("/sources", #"{"name": "Google"}"#, "slug", "google", #"{"name": "Maps"}"#, "name", "Maps"),
        ])
    func named(
        _ path: String, _ body: String, _ member: String, _ value: String, _ change: String, _ changed: String,
        _ after: String
    ) async throws {
        let before = await list(path).count
        let created = await call("POST", path, body)
        #expect(created.status == 200)
        #expect(created.body["data"]?[member]?.string == value)
        let id = try #require(created.body["data"]?["id"]?.int)
        #expect(await list(path).count == before + 1)
        #expect(await call("PUT", "\(path)/\(id)", change).body["data"]?[changed]?.string == after)
        #expect(await call("PUT", "\(path)/\(id + 1000)", change).status == 404)
        #expect(await call("POST", path, "{}").status == 422, "a name is needed")
        #expect(await call("DELETE", "\(path)/\(id)").status == 200)
        #expect(await list(path).count == before)
    }

    @Test("two of one name get two slugs")
    func slugs() async {
        var slugs: [String] = []
        for _ in 0..<3 {
            slugs.append(await call("POST", "/locations", #"{"name": "Uptown"}"#).body["data"]?["slug"]?.string ?? "")
        }
        #expect(slugs == ["uptown", "uptown-2", "uptown-3"])
    }

    @Test("a charge needs its customer, is never changed, and moves the customer's location")
    func charges() async throws {
        _ = await call("POST", "/locations", #"{"name": "Uptown"}"#)
        _ = await call("POST", "/customers", #"{"first_name": "Ada", "email": "a@example.com"}"#)
        let stranger = #"{"email": "nobody@example.com", "amount": 100, "currency": "USD"}"#
        #expect((400...499).contains(await call("POST", "/charges", stranger).status))
        let charge = await call(
            "POST", "/charges",
            #"""
            {"email": "a@example.com", "amount": -1250, "currency": "USD", "charged_at": "2026-01-31T10:00:00Z",
             "location_slug": "uptown"}
            """#)
        #expect(charge.status == 200, "\(charge.body)")
        #expect(charge.body["data"]?["amount"]?.int == -1250)
        #expect(charge.body["data"]?["charged_at"]?.int == 1_769_853_600)
        #expect(await list("/customers").first?["location"]?["slug"]?.string == "uptown")
        #expect(await list("/customers/1/charges").count == 1)
        #expect(await call("PUT", "/charges/1", "{}").status == 405)
        #expect(await call("DELETE", "/charges/1").status == 200)
        #expect(await list("/charges").isEmpty)
    }

    @Test("an ask reaches its person by message, and not one who opted out")
    func asks() async throws {
        _ = await call("POST", "/customers", #"{"first_name": "Ada", "email": "a@example.com"}"#)
        let ask = #"{"email": "a@example.com", "channels": ["email"]}"#
        #expect(await call("POST", "/asks", #"{"email": "a@example.com"}"#).status == 422, "channels are needed")
        #expect(await call("POST", "/asks", ask).status == 200)
        #expect(await list("/messages").count == 1)
        #expect(service.messagesSent == 1)
        _ = await call("POST", "/asks", ask)
        #expect(service.messagesSent == 2, "an ask is not idempotent")
        #expect(await call("POST", "/customers/1/unsubscribe").status == 200)
        _ = await call("POST", "/asks", ask)
        #expect(service.messagesSent == 2)
        #expect(await call("DELETE", "/messages/1").status == 200)
        #expect(await list("/messages").allSatisfy { $0["id"]?.int != 1 })
    }

    @Test("a review is listed, hidden, marked as a duplicate and as replied, and deleted")
    func reviews() async throws {
        let created = await call(
            "POST", "/reviews", #"{"first_name": "Ada", "email": "a@example.com", "score": 5, "review": "Fine"}"#)
        #expect(created.status == 200, "\(created.body)")
        #expect(await list("/customers").count == 1, "the customer is found or made")
        #expect(await list("/reviews?score=5").count == 1)
        #expect(await list("/reviews?score=1").isEmpty)
        #expect(await call("PUT", "/reviews/1", #"{"is_hidden": true}"#).body["data"]?["is_hidden"]?.int == 1)
        #expect(await call("PUT", "/reviews/1/replied", #"{"replied": true}"#).status == 200)
        #expect(await call("PUT", "/reviews/1/duplicate", #"{"is_duplicate": true}"#).status == 200)
        #expect(await list("/reviews").isEmpty, "duplicates are listed only when they are asked for")
        #expect(await list("/reviews?filter=duplicate").count == 1)
        #expect(await call("DELETE", "/reviews/1").status == 200)
        #expect(await list("/reviews?filter=duplicate").isEmpty)
        #expect(await call("POST", "/reviews", #"{"first_name": "Ada", "score": 6}"#).status == 422)
    }

    @Test("there are five ratings, and nobody changes them")
    func ratings() async {
        #expect(await list("/ratings").compactMap { $0["score"]?.int }.sorted() == [1, 2, 3, 4, 5])
        #expect(await call("POST", "/ratings", "{}").status == 405)
    }
}
