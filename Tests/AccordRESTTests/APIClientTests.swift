import AccordCore
import AccordHTTP
import AccordREST
import AccordTables
import Chance
import Testing

@Suite struct APIClientTests {
    // MARK: - What is sent

    @Test("A request carries the key, what it accepts and who sends it; a body its type")
    func headers() async throws {
        let stage = Stage(.success(.json(200, #"{"ok":true}"#)))
        _ = try await stage.client.send(
            APIRequest(
                method: "PUT", path: "/contacts/17", body: .object(["b": .int(1), "a": .null]), isIdempotent: true)
        ) { (body) throws(Nonsense) in body }
        let request = try #require(stage.transport.requests.first)
        #expect(request.method == "PUT")
        #expect(request.url == "https://api.example.test/v9/contacts/17")
        #expect(
            request.headers.map { "\($0.name): \($0.value)" } == [
                "Authorization: Bearer \(testKey)", "Accept: application/json", "User-Agent: accord/test",
                "Content-Type: application/json",
            ])
        #expect(stage.transport.bodies == [#"{"a":null,"b":1}"#])
    }

    @Test("Whatever a query holds is percent-encoded")
    func query() async throws {
        let stage = Stage(.success(.json(200, "{}")))
        _ = try await stage.client.send(
            APIRequest(
                method: "GET", path: "/contacts", query: ["q": "+1 a&b=c/é?#%", "a~b": "x_y-z.1"], isIdempotent: true)
        ) { (body) throws(Nonsense) in body }
        #expect(stage.transport.lines == ["GET /contacts?a~b=x_y-z.1&q=%2B1%20a%26b%3Dc%2F%C3%A9%3F%23%25"])
    }

    // MARK: - What it means

    @Test(
        "An answer that is no success is explained in the service's words",
        arguments: [
            (401, #"{"words":"no"}"#, .unauthorized(request: "PUT /contacts/17", keyFoundAt: "Profile > Tokens")),
            (402, "{}", .forbidden(request: "PUT /contacts/17", status: 402, message: "")),
            (403, #"{"words":"plan"}"#, .forbidden(request: "PUT /contacts/17", status: 403, message: "plan")),
            (403, " <html>", .unavailable(request: "PUT /contacts/17", reason: "a page came with the status 403")),
            (404, #"{"ok":false,"words":"gone"}"#, .notFound(request: "PUT /contacts/17", message: "gone")),
            (
                409, #"{"words":"taken"}"#,
                .refused(request: "PUT /contacts/17", status: 409, message: "taken", fields: [:])
            ),
            (
                422, #"{"words":"bad","problems":{"mail":["is wrong","is short"],"tel":"no"}}"#,
                .refused(
                    request: "PUT /contacts/17", status: 422, message: "bad",
                    fields: ["mail": ["is wrong", "is short"], "tel": ["no"]])
            ),
            (
                200, #"{"ok":false,"words":"never"}"#,
                .refused(request: "PUT /contacts/17", status: 200, message: "never", fields: [:])
            ),
            (
                200, #"{"ok":0}"#, .refused(request: "PUT /contacts/17", status: 200, message: "", fields: [:])
            ),
            (
                418, "<h1>tea\r\n</h1>",
                .refused(request: "PUT /contacts/17", status: 418, message: "<h1>tea  </h1>", fields: [:])
            ),
            (
                302, "",
                .notTheService(
                    request: "PUT /contacts/17", reason: "the answer points elsewhere (302), which is not followed",
                    keyFoundAt: "Profile > Tokens")
            ),
        ] as [(Int, String, TableError)])
    func errors(status: Int, body: String, expected: TableError) async {
        let stage = Stage(.success(.json(status, body)))
        #expect(await stage.failure("PUT") == expected)
        #expect(await stage.failure("PUT", isIdempotent: false) == expected)
        #expect(stage.client.requestCount == 2)
    }

    @Test(
        "What a read is refused with is no record's fault",
        arguments: [
            (404, "{}", .readRefused(request: "GET /contacts/17", status: 404, message: "")),
            (
                422, #"{"words":"bad limit"}"#,
                .readRefused(request: "GET /contacts/17", status: 422, message: "bad limit")
            ),
            (
                200, "<!doctype html>",
                .notTheService(
                    request: "GET /contacts/17", reason: "it begins: <!doctype html>", keyFoundAt: "Profile > Tokens")
            ),
        ] as [(Int, String, TableError)])
    func refusedReads(status: Int, body: String, expected: TableError) async {
        #expect(await Stage(.success(.json(status, body))).failure() == expected)
    }

    @Test("Where an answer points to is said, without what may be secret in it")
    func redirect() async {
        let answer = HTTPResponse.json(302, "", [(name: "Location", value: "https://a.example/login?token=abc#x")])
        let failure = await Stage(.success(answer)).failure()
        #expect(
            failure?.what.contains("(302 to https://a.example/login), which") == true, "\(String(describing: failure))")
    }

    @Test("A service that asks for a long pause is left alone, and so is one that asks again and again")
    func longPauses() async {
        func answer(_ seconds: Int) -> Result<HTTPResponse, TransportError> {
            .success(.json(429, "{}", [(name: "Retry-After", value: "\(seconds)")]))
        }
        let long = Stage(answer(301), .success(.json(200, "{}")))
        #expect(
            await long.failure()
                == .tooBusy(
                    request: "GET /contacts/17", reason: "it answered 429, and it asks to wait 301 seconds"))
        #expect(long.client.requestCount == 1 && long.clock.monotonic < 1)
        let often = Stage(answer(300))
        guard case .tooBusy(_, let reason)? = await often.failure() else {
            Issue.record("expected tooBusy")
            return
        }
        #expect(reason.hasSuffix("1200 seconds in all") && often.client.requestCount == 4, "\(reason)")
        #expect(often.waits == [300, 300, 300])
    }

    @Test("An envelope without the success member is fine, and so is no body at all", arguments: ["{}", "", "[]"])
    func lenientEnvelope(body: String) async throws {
        _ = try await Stage(.success(.json(204, body))).send()
    }

    @Test("The service's words are cut short and freed of control characters")
    func boundedWords() async {
        let words = "a\\u001b[31m\\u202e" + String(repeating: "x", count: 5000)
        let problems = (0..<100).map { #""f\#($0)":["\#(words)"]"# }.joined(separator: ",")
        let failure = await Stage(.success(.json(422, #"{"words":"\#(words)","problems":{\#(problems)}}"#))).failure(
            "PUT")
        guard case .refused(_, _, let message, let fields)? = failure else {
            Issue.record("found \(String(describing: failure))")
            return
        }
        #expect(message.count == 501)
        #expect(message.hasPrefix("a [31m xxx"))
        #expect(fields.count == 20)
        #expect(fields.values.allSatisfy { $0.allSatisfy { $0.count <= 201 } })
    }

    // MARK: - What is sent again

    @Test(
        "A read is sent again after what passes",
        arguments: [
            .failure(dropped), .failure(unreached), .success(.json(500, "")), .success(.json(503, "{}")),
            .success(.json(429, "{}")), .success(.json(200, #"{"ok":tr"#)), .success(.json(200, "<html>")),
        ] as [Result<HTTPResponse, TransportError>])
    func retriesReads(first: Result<HTTPResponse, TransportError>) async throws {
        let stage = Stage(first, .success(.json(200, #"{"payload":1}"#)))
        #expect(try await stage.send()["payload"] == .int(1))
        #expect(stage.client.requestCount == 2)
    }

    @Test(
        "What is not idempotent is never sent twice when it may have happened",
        arguments: [
            .failure(dropped), .failure(TransportError(cause: .timeout, mayHaveBeenSent: true, detail: "")),
            .failure(TransportError(cause: .tooLarge, mayHaveBeenSent: true, detail: "")), .success(.json(408, "")),
            .success(.json(500, "")), .success(.json(502, "")),
            .success(.json(503, "", [(name: "Retry-After", value: "1")])),
            .success(.json(504, "")), .success(.json(201, #"{"payload":{"ref":1"#)),
        ] as [Result<HTTPResponse, TransportError>])
    func doubt(first: Result<HTTPResponse, TransportError>) async {
        let stage = Stage(first, .success(.json(200, "{}")))
        guard case .outcomeUnknown(request: "POST /contacts/17", _)? = await stage.failure("POST", isIdempotent: false)
        else {
            Issue.record("the doubt was hidden")
            return
        }
        #expect(stage.client.requestCount == 1)
    }

    @Test(
        "What is not idempotent is sent again when it certainly did not happen",
        arguments: [.failure(unreached), .success(.json(429, "")), .success(.json(425, ""))]
            as [Result<HTTPResponse, TransportError>])
    func certainty(first: Result<HTTPResponse, TransportError>) async throws {
        let stage = Stage(first, first, .success(.json(200, "{}")))
        _ = try await stage.send("POST", isIdempotent: false)
        #expect(stage.client.requestCount == 3)
    }

    @Test("After six attempts a read is unavailable, and a write that may have happened is in doubt")
    func attempts() async {
        let read = Stage(.failure(dropped))
        guard case .unavailable? = await read.failure() else {
            Issue.record("expected unavailable")
            return
        }
        #expect(read.client.requestCount == 6)
        let write = Stage(.failure(dropped), .failure(unreached))
        guard case .outcomeUnknown? = await write.failure("PUT") else {
            Issue.record("expected doubt")
            return
        }
        let unsent = Stage(.failure(unreached))
        guard case .unavailable? = await unsent.failure("PUT") else {
            Issue.record("expected unavailable")
            return
        }
    }

    @Test("A delete whose first answer was lost and that then finds nothing has done its work; another has not")
    func deleteTwice() async throws {
        _ = try await Stage(.failure(dropped), .success(.json(404, "{}"))).send("DELETE")
        #expect(
            await Stage(.success(.json(404, "{}"))).failure("DELETE")
                == .notFound(request: "DELETE /contacts/17", message: ""))
        #expect(
            await Stage(.failure(dropped), .success(.json(404, "{}"))).failure("PUT")
                == .notFound(request: "PUT /contacts/17", message: ""))
    }

    @Test(
        "A write whose answer was lost stays in doubt, whatever is said of the key or of the address after it",
        arguments: [401, 402, 403, 302], ["PUT", "DELETE"])
    func doubtStays(status: Int, method: String) async {
        let failure = await Stage(.failure(dropped), .success(.json(status, "{}"))).failure(method)
        guard case .outcomeUnknown(request: "\(method) /contacts/17", _)? = failure else {
            Issue.record("expected doubt, found \(String(describing: failure))")
            return
        }
    }

    @Test("What the service judges and refuses, it would have refused before", arguments: [400, 409, 422])
    func doubtEnds(status: Int) async {
        let failure = await Stage(.failure(dropped), .success(.json(status, "{}"))).failure("PUT")
        #expect(failure == .refused(request: "PUT /contacts/17", status: status, message: "", fields: [:]))
    }

    @Test("When the run's retries are spent, failures surface at once")
    func budget() async {
        let stage = Stage(ScriptedTransport([.failure(dropped)]), budget: RetryBudget(base: 1, share: 0))
        _ = await stage.failure()
        #expect(stage.client.requestCount == 2)
        _ = await stage.failure()
        #expect(stage.client.requestCount == 3)
    }

    @Test("Too many requests: all of them wait as long as the service asks")
    func tooMany() async throws {
        let clock = SimulatedClock()
        let stage = Stage(
            .success(.json(429, "{}", [(name: "retry-after", value: "17")])), .success(.json(200, "{}")), clock: clock)
        _ = try await stage.send()
        #expect((17..<17.5).contains(clock.monotonic))
    }

    @Test("A service that is down is soon left alone")
    func breaker() async {
        let clock = SimulatedClock()
        let stage = Stage(
            ScriptedTransport([.failure(unreached)]), clock: clock,
            breaker: CircuitBreaker(time: clock, mostFailures: 8, coolDown: 30))
        for _ in 0..<50 { _ = await stage.failure() }
        #expect(stage.client.requestCount == 11)
        guard case .unavailable(_, let reason)? = await stage.failure() else {
            Issue.record("expected unavailable")
            return
        }
        #expect(reason.hasPrefix("8 requests in a row failed"))
    }

    @Test("Cancelling ends the waiting for a retry")
    func cancellation() async {
        let stage = Stage(ScriptedTransport { _, _ in throw CancellationError() })
        await #expect(throws: CancellationError.self) { try await stage.send() }
        let cancelled = Stage(.failure(TransportError(cause: .cancelled, mayHaveBeenSent: true, detail: "")))
        await #expect(throws: CancellationError.self) { try await cancelled.send("PUT") }
        #expect(cancelled.client.requestCount == 1)
    }

    // MARK: - The key

    @Test(
        "Nothing that is thrown or logged holds the key, even if the service sends it back",
        arguments: [
            .success(.json(401, #"{"words":"bad key KEY"}"#)), .success(.json(403, #"{"words":"KEY"}"#)),
            .success(.json(404, #"{"words":"\u001bKEY\u001b"}"#)),
            .success(.json(422, #"{"words":"KEY","problems":{"KEY":["KEY","xKEYx"]}}"#)),
            .success(.json(500, #"{"words":"KEY"}"#)), .success(.json(500, "KEY")), .success(.json(400, "KEY KEY")),
            .success(.json(200, "<html>Authorization: Bearer KEY")), .success(.json(302, "KEY")),
            .success(.json(200, String(repeating: "y", count: 70) + "KEY")),
            .failure(TransportError(cause: .connect, mayHaveBeenSent: false, detail: "sent KEY")),
            .failure(TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "sent KEY")),
        ] as [Result<HTTPResponse, TransportError>])
    func secret(answer: Result<HTTPResponse, TransportError>) async throws {
        let echo = answer.map { response in
            HTTPResponse.json(
                response.status,
                String(decoding: response.body, as: UTF8.self).split(separator: "KEY", omittingEmptySubsequences: false)
                    .joined(separator: testKey))
        }.mapError { error in
            TransportError(
                cause: error.cause, mayHaveBeenSent: error.mayHaveBeenSent, detail: "sent \(testKey)")
        }
        for method in ["GET", "PUT", "POST"] {
            let stage = Stage(echo)
            let failure = try #require(await stage.failure(method, isIdempotent: method != "POST"))
            var dumped = ""
            dump(failure, to: &dumped)
            for text in ["\(failure)", String(reflecting: failure), dumped, stage.logs.text] {
                // Not even its beginning, as a cut might leave it.
                #expect(!text.contains(testKey.prefix(8)))
            }
            #expect(stage.logs.text.contains("/contacts/17"))
        }
    }

    @Test("A secret shows itself to nobody")
    func secretDescription() {
        let secret = Secret(testKey)
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains(testKey))
        }
        #expect(secret.reveal() == testKey)
    }
}
