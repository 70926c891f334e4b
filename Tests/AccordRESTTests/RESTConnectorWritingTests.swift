import AccordCore
import AccordHTTP
import AccordTables
import Testing

@Suite struct RESTConnectorWritingTests {
    private func write(
        _ verb: APIOperation.Verb, id: String? = "17", _ values: [String: Value] = [:], whole: [String: Value] = [:]
    ) -> ProjectWrite {
        ProjectWrite(
            verb: verb, id: id, values: values,
            whole: Record(key: id ?? "", values: whole.merging(values) { $1 }))
    }

    private static let answer = #"{"ok":true,"payload":{"ref":17,"full_name":"Ann"}}"#

    // MARK: - What is sent

    @Test("A create sends its values, those that are empty left out, and answers with what is stored")
    func create() async throws {
        let stage = Stage(.success(.json(201, RESTConnectorWritingTests.answer)))
        let stored = try await stage.connector.send(
            write(
                .create, id: nil,
                [
                    "name": .string("Ann"), "email": .null, "labels": .set(["b", "a"]),
                    "joined": .timestamp(1_772_357_400),
                ]))
        #expect(stored?.record == Record(key: "17", values: ["name": .string("Ann")]))
        #expect(stage.transport.lines == ["POST /contacts"])
        #expect(
            stage.transport.bodies == [#"{"full_name":"Ann","joined":"2026-03-01T09:30:00Z","label_keys":["a","b"]}"#])
    }

    @Test("An update sends each field by the operation that writes it, and with it what that always sends")
    func update() async throws {
        let stage = Stage(.success(.json(200, RESTConnectorWritingTests.answer)))
        _ = try await stage.connector.send(
            write(
                .update, ["email": .string("a@b.c"), "labels": .set(["x"])],
                whole: ["name": .string("Ann"), "age": .integer(3)]))
        #expect(stage.transport.lines == ["PUT /contacts/17", "POST /contacts"])
        #expect(
            stage.transport.bodies == [
                #"{"mail":"a@b.c"}"#, #"{"full_name":"Ann","label_keys":["x"],"mail":"a@b.c"}"#,
            ])
    }

    @Test(
        "Values are written in the API's forms",
        arguments: [
            ("name", .null, #"{"full_name":null}"#), ("name", .string("é\"\u{1}"), #"{"full_name":"é\"\u0001"}"#),
            ("age", .integer(.max), #"{"age":9223372036854775807}"#), ("worth", .decimal(12.5), #"{"worth":12.5}"#),
            ("vip", .boolean(true), #"{"vip":true}"#),
            ("born", .date(CalendarDay(daysSinceEpoch: -1)), #"{"born":"1969-12-31"}"#),
            ("joined", .timestamp(-1), #"{"joined":"1969-12-31T23:59:59Z"}"#),
            ("joined", .date(CalendarDay(daysSinceEpoch: 0)), #"{"joined":"1970-01-01"}"#),
            ("labels", .null, #"{"label_keys":[]}"#),
        ] as [(String, Value, String)])
    func encoding(field: String, value: Value, body: String) async throws {
        let stage = Stage(.success(.json(200, RESTConnectorWritingTests.answer)))
        _ = try await stage.connector.send(write(.update, [field: value]))
        #expect(stage.transport.bodies == [body])
    }

    @Test("Lifecycle operations and deletes send no body and answer no record")
    func lifecycle() async throws {
        let stage = Stage(.success(.json(200, #"{"ok":true}"#)))
        #expect(try await stage.connector.send(write(.archive)) == nil)
        #expect(try await stage.connector.send(write(.delete)) == nil)
        #expect(stage.transport.lines == ["POST /contacts/17/hide", "DELETE /contacts/17"])
        #expect(stage.transport.bodies == [nil, nil])
        #expect(stage.client.requestCount == 2)
    }

    @Test(
        "An id that could lead a path astray is never sent",
        arguments: ["", "1/2", "..", "a?b", "a b", "%2e", "é", nil])
    func ids(id: String?) async throws {
        let stage = Stage(.success(.json(200, "{}")))
        for verb in [APIOperation.Verb.update, .delete, .archive] {
            await #expect(throws: TableError.self) {
                try await stage.connector.send(write(verb, id: id, verb == .update ? ["name": .string("x")] : [:]))
            }
        }
        #expect(stage.transport.requests.isEmpty)
    }

    @Test("What the description cannot do is refused before anything is sent")
    func undescribed() async {
        let stage = Stage(.success(.json(200, "{}")))
        await #expect(
            throws: TableError.nonsense(
                request: "unsubscribe contact 17", reason: "the API's description has no such operation")
        ) { try await stage.connector.send(write(.unsubscribe)) }
        await #expect(
            throws: TableError.nonsense(
                request: "update contact 17",
                reason: "the API's description has no operation that writes muted, touched")
        ) {
            try await stage.connector.send(
                write(.update, ["name": .string("x"), "muted": .timestamp(1), "touched": .timestamp(1)]))
        }
        await #expect(throws: TableError.self) {
            try await stage.connector.send(write(.create, id: nil, ["muted": .timestamp(1)]))
        }
        #expect(stage.transport.requests.isEmpty)
    }

    // MARK: - What comes of it

    @Test(
        "A create is in doubt when its answer never came, or cannot be read, or names no record",
        arguments: [
            .failure(dropped), .success(.json(500, "")), .success(.json(201, #"{"payload":{"ref":"#)),
            .success(.json(201, #"{"ok":true}"#)), .success(.json(201, #"{"payload":{"full_name":"Ann"}}"#)),
            .success(.json(201, #"{"payload":[1]}"#)), .success(.json(201, "")),
        ] as [Result<HTTPResponse, TransportError>])
    func createInDoubt(answer: Result<HTTPResponse, TransportError>) async {
        let stage = Stage(answer)
        do {
            _ = try await stage.connector.send(write(.create, id: nil, ["name": .string("Ann")]))
            Issue.record("the doubt was hidden")
        } catch {
            guard case .outcomeUnknown(request: "POST /contacts", _)? = error as? TableError else {
                Issue.record("found \(error)")
                return
            }
        }
        #expect(stage.transport.requests.count == 1)
    }

    @Test("An update whose answer holds no record is done; what is stored is not known")
    func noRecord() async throws {
        let stage = Stage(
            .success(.json(200, RESTConnectorWritingTests.answer)), .success(.json(200, #"{"payload":null}"#)))
        let stored = try await stage.connector.send(
            write(.update, ["name": .string("Ann"), "labels": .set(["x"])]))
        #expect(stored == nil)
    }

    @Test("An update that the service carried out on somebody else is refused")
    func somebodyElse() async {
        let stage = Stage(.success(.json(200, #"{"payload":{"ref":18}}"#)))
        await #expect(
            throws: TableError.refused(
                request: "POST /contacts", status: 200, message: "contact 17 was meant, the service wrote 18",
                fields: [:])
        ) { try await stage.connector.send(write(.update, ["labels": .set(["x"])])) }
    }

    @Test("When a step of an update is refused the steps after it are not sent")
    func refusedStep() async {
        let stage = Stage(.success(.json(409, #"{"words":"taken"}"#)), .success(.json(200, "{}")))
        await #expect(
            throws: TableError.refused(request: "PUT /contacts/17", status: 409, message: "taken", fields: [:])
        ) { try await stage.connector.send(write(.update, ["email": .string("a@b.c"), "labels": .set(["x"])])) }
        #expect(stage.transport.requests.count == 1)
    }

    @Test("An idempotent write is sent again until its answer comes")
    func retries() async throws {
        let stage = Stage(
            .failure(dropped), .success(.json(502, "<html>")), .success(.json(200, RESTConnectorWritingTests.answer)))
        let stored = try await stage.connector.send(write(.update, ["name": .string("Ann")]))
        #expect(stored?.record.key == "17")
        #expect(Set(stage.transport.bodies) == [#"{"full_name":"Ann"}"#])
        #expect(await stage.connector.requestCount == 3)
    }
}
