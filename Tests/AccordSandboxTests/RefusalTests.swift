import AccordHTTP
import Testing

@Suite("What the sandbox refuses")
struct RefusalTests {
    private let sandbox = Sandbox()

    @Test(
        "has the shape of every refusal: not success, its code, words",
        arguments: [
            ("GET", "/customers", nil, "wrong", 401), ("GET", "/nothing", nil, nil, 404),
            ("GET", "/customers/7", nil, nil, 404), ("GET", "/customers/x", nil, nil, 404),
            ("POST", "/customers/7/archive", nil, nil, 404), ("DELETE", "/charges/7", nil, nil, 404),
            ("PUT", "/locations/7", "{}", nil, 404), ("DELETE", "/tags/7", nil, nil, 404),
            ("PUT", "/sources/7", "{}", nil, 404), ("DELETE", "/reviews/7", nil, nil, 404),
            ("DELETE", "/messages/7", nil, nil, 404), ("GET", "/customers/7/messages", nil, nil, 404),
            ("PATCH", "/customers", "{}", nil, 405), ("DELETE", "/ratings", nil, nil, 405),
            ("POST", "/customers", "{", nil, 422), ("POST", "/customers", "[]", nil, 422),
            ("POST", "/customers", "{}", nil, 422), ("GET", "/customers?limit=0", nil, nil, 422),
        ] as [(String, String, String?, String?, Int)])
    func shape(_ method: String, _ path: String, _ body: String?, _ key: String?, _ status: Int) async {
        let answer = await sandbox.call(method, path, body, key: key)
        #expect(answer.status == status)
        #expect(answer.body["success"] == .bool(false))
        #expect(answer.body["code"] == .int(Int64(status)))
        #expect(answer.body["message"]?.string?.isEmpty == false)
        #expect(answer.body["data"] == nil)
        #expect((answer.body["errors"] != nil) == (status == 422), "only 422 names fields: \(answer.body)")
        #expect(answer.header("Content-Type") == "application/json")
    }

    @Test("a request without a key is as good as one with a wrong key, whatever it asks")
    func noKey() async {
        for path in ["/customers", "/nothing"] {
            let reply = await sandbox.service.handle(HTTPRequest(method: "GET", url: "http://127.0.0.1/project\(path)"))
            #expect(reply.response?.status == 401, "\(path)")
        }
    }

    @Test("a plan without API access: 403, and nothing is done")
    func plan() async throws {
        try sandbox.setFaults("forbid-after=1")
        #expect(await sandbox.create("ada").status == 200)
        let answer = await sandbox.create("bob")
        #expect(answer.status == 403)
        #expect(answer.body["code"] == .int(403))
        #expect(answer.body["message"]?.string?.contains("plan") == true)
        #expect(await sandbox.call("GET", "/customers", key: "wrong").status == 401, "the key comes first")
        #expect(sandbox.service.snapshot().count == 1)
    }

    @Test("several wrong fields are named at once")
    func allAtOnce() async {
        let answer = await sandbox.call(
            "POST", "/customers",
            #"{"email": "x", "phone": "12", "signed_up_at": "soon", "notes": 5, "tag_slugs": ["a", 2]}"#)
        #expect(answer.status == 422)
        #expect(
            answer.refused == ["email", "first_name", "notes", "phone", "signed_up_at", "tag_slugs.0", "tag_slugs.1"])
        #expect(answer.body["errors"]?["email"]?.array?.first?.string?.contains("email") == true)
    }

    @Test(
        "a text that is too long",
        arguments: [("first_name", 255), ("company", 255), ("notes", 5_000), ("photo_url", 500), ("signed_up_at", 50)])
    func tooLong(_ field: String, _ most: Int) async {
        let text = String(repeating: "x", count: most + 1)
        let body = #"{"first_name": "A", "email": "a@example.com", "\#(field)": "\#(text)"}"#
        #expect(await sandbox.call("POST", "/customers", body).refused == [field])
        guard field != "signed_up_at", field != "first_name" else { return }
        #expect(await sandbox.create("bob", #""\#(field)": "\#(text.dropLast())""#).status == 200)
    }

    @Test("a method that is not for this address names those that are")
    func allow() async {
        #expect(await sandbox.call("PUT", "/customers", "{}").header("Allow") == "GET, POST")
        #expect(await sandbox.call("POST", "/charges/1", "{}").header("Allow") == "DELETE")
    }

    @Test(
        "e-mail and phone of others, on create and on update",
        arguments: [
            ("PUT", "/customers/2", #"{"email": "A@Example.com"}"#, "email"),
            ("PUT", "/customers/2", #"{"phone": "(415) 555-2671"}"#, "phone"),
            (
                "POST", "/customers", #"{"first_name": "B", "email": "b@example.com", "phone": "+14155552671"}"#,
                "phone"
            ),
        ])
    func conflict(_ method: String, _ path: String, _ body: String, _ field: String) async {
        await sandbox.create("a", #""phone": "+14155552671""#)
        await sandbox.create("b")
        let before = sandbox.service.snapshot()
        let answer = await sandbox.call(method, path, body)
        #expect(answer.status == 409)
        #expect(answer.body["message"]?.string?.contains(field) == true)
        #expect(sandbox.service.snapshot() == before)
    }

    @Test("a body beyond a megabyte")
    func large() async {
        let body = #"{"notes": "\#(String(repeating: "x", count: 1_048_576))"}"#
        #expect(await sandbox.call("POST", "/customers", body).status == 413)
    }
}
