import AccordCore
import AccordHTTP
import AccordSandbox
import Testing

@Suite("The sandbox's customers")
struct SandboxServiceTests {
    let service = SandboxService(key: "k", now: { 1_772_352_000 })

    func call(
        _ method: String, _ path: String, _ body: JSON? = nil, key: String = "k"
    ) async -> (status: Int, body: JSON) {
        let request = HTTPRequest(
            method: method, url: "http://127.0.0.1/project\(path)",
            headers: [(name: "Authorization", value: "Bearer \(key)")], body: body?.encoded())
        guard let response = await service.handle(request).response else { return (0, .null) }
        return (response.status, (try? JSON(parsing: response.body)) ?? .null)
    }

    func create(_ members: [String: JSON]) async -> (status: Int, body: JSON) {
        await call("POST", "/customers", .object(members))
    }

    @Test("are stored in canonical form")
    func canonical() async {
        let answer = await create([
            "first_name": .string(" Ada "), "email": .string(" Ada@Example.COM "), "phone": .string("(415) 555-2671"),
            "signed_up_at": .string("2026-01-31"),
        ])
        #expect(answer.status == 200)
        let customer = answer.body["data"]
        #expect(customer?["first_name"] == .string("Ada"))
        #expect(customer?["email"] == .string("ada@example.com"))
        #expect(customer?["phone"] == .string("+14155552671"))
        #expect(customer?["signed_up_at"] == .int(1_769_817_600))
        #expect(customer?["tags"] == .array([]))
    }

    @Test("are matched by e-mail first, else by phone")
    func matcher() async {
        let first = await create([
            "first_name": .string("Ada"), "email": .string("a@example.com"), "phone": .string("+14155552671"),
        ])
        let same = await create(["first_name": .string("Adah"), "email": .string("A@example.com")])
        let byPhone = await create([
            "first_name": .string("Eve"), "email": .string("e@example.com"), "phone": .string("415-555-2671"),
        ])
        let id = first.body["data"]?["id"]
        #expect(same.body["data"]?["id"] == id)
        #expect(byPhone.body["data"]?["id"] == id)
        #expect(byPhone.body["data"]?["email"] == .string("e@example.com"))
        #expect(service.snapshot().count == 1)
    }

    @Test(
        "are refused with the field that is wrong",
        arguments: [
            (["email": JSON.string("a@example.com")], "first_name"),
            (["first_name": .string("Ada")], "email"),
            (["first_name": .string("Ada"), "email": .string("no address")], "email"),
            (["first_name": .string("Ada"), "phone": .string("12")], "phone"),
            (
                ["first_name": .string("A"), "email": .string("a@example.com"), "tag_slugs": .array([.string("x")])],
                "tag_slugs.0"
            ),
            (
                ["first_name": .string("A"), "email": .string("a@example.com"), "signed_up_at": .string("soon")],
                "signed_up_at"
            ),
        ])
    func invalid(_ members: [String: JSON], _ field: String) async {
        let answer = await create(members)
        #expect(answer.status == 422)
        #expect(answer.body["errors"]?[field] != nil)
        #expect(service.snapshot().isEmpty)
    }

    @Test("keep their e-mail to themselves")
    func conflict() async {
        _ = await create(["first_name": .string("Ada"), "email": .string("a@example.com")])
        _ = await create(["first_name": .string("Bob"), "email": .string("b@example.com")])
        let answer = await call("PUT", "/customers/2", .object(["email": .string("a@example.com")]))
        #expect(answer.status == 409)
        #expect(await call("PUT", "/customers/9", .object([:])).status == 404)
        #expect(
            await call("PUT", "/customers/2", .object(["location_slug": .string("nowhere")])).status == 404)
    }

    @Test("are listed in pages, archived ones only when asked for")
    func pages() async {
        for number in 1...31 {
            _ = await create(["first_name": .string("C"), "email": .string("c\(number)@example.com")])
        }
        #expect(await call("POST", "/customers/1/archive").status == 200)
        #expect(await call("PUT", "/customers/1/archive").status == 200)
        let second = await call("GET", "/customers?limit=29&page=2&sort_dir=asc")
        #expect(second.body["data"]?.array?.count == 1)
        #expect(second.body["pagination"]?["total"] == .int(30))
        #expect(second.body["pagination"]?["last_page"] == .int(2))
        #expect(await call("GET", "/customers?filter=archived").body["data"]?.array?.count == 1)
        #expect(await call("GET", "/customers?limit=31").status == 422)
    }

    @Test("are told apart from what is not there and not allowed")
    func addresses() async {
        #expect(await call("GET", "/customers", key: "wrong").status == 401)
        #expect(await call("GET", "/nothing").status == 404)
        #expect(await call("DELETE", "/customers").status == 405)
    }

    @Test("are there after a dropped answer, and not after a dropped request")
    func drops() async throws {
        service.setFaults(try Faults("drop-before=100%"))
        #expect(await create(["first_name": .string("A"), "email": .string("a@example.com")]).status == 0)
        #expect(service.snapshot().isEmpty)
        service.setFaults(try Faults("drop-after=100%"))
        #expect(await create(["first_name": .string("A"), "email": .string("a@example.com")]).status == 0)
        #expect(service.snapshot().count == 1)
    }

    @Test("are closed to the old key once it is rotated")
    func rotation() async throws {
        service.setFaults(try Faults("rotate-key-after=1"))
        #expect(await call("GET", "/customers").status == 200)
        #expect(await call("GET", "/customers").status == 401)
        #expect(await call("GET", "/customers", key: service.key).status == 200)
    }

    @Test("have no fault by a misspelt name", arguments: ["5xxx=2%", "latency=5", "5xx", "drop-after=101%", "429=x%"])
    func badFaults(_ text: String) {
        #expect(throws: SandboxError.self) { try Faults(text) }
    }
}
