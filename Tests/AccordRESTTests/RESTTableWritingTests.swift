import AccordCore
import AccordHTTP
import AccordREST
import AccordTables
import Testing

@Suite struct RESTTableWritingTests {
    private static let answer = #"{"ok":true,"payload":{"ref":17,"full_name":"Ann"}}"#

    // MARK: - What is sent

    @Test("A create sends its values, those that are empty left out, and answers with what is stored")
    func create() async throws {
        let stage = Stage(.success(.json(201, RESTTableWritingTests.answer)))
        let outcome = try await stage.table.write(
            change(
                .create, id: nil,
                [
                    "name": .string("Ann"), "email": .null, "labels": .set(["b", "a"]),
                    "joined": .timestamp(1_772_357_400),
                ]))
        #expect(outcome.stored?.key == "17")
        #expect(outcome.stored?.values == ["name": .string("Ann")])
        #expect(stage.transport.lines == ["POST /contacts"])
        #expect(
            stage.transport.bodies == [#"{"full_name":"Ann","joined":"2026-03-01T09:30:00Z","label_keys":["a","b"]}"#])
    }

    @Test("An update sends each field by the operation that writes it, and with it what that always sends")
    func update() async throws {
        let stage = Stage(.success(.json(200, RESTTableWritingTests.answer)))
        _ = try await stage.table.write(
            change(
                .update, ["email": .string("a@b.c"), "labels": .set(["x"])],
                known: ["name": .string("Ann"), "age": .integer(3)]))
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
        let stage = Stage(.success(.json(200, RESTTableWritingTests.answer)))
        _ = try await stage.table.write(change(.update, [field: value]))
        #expect(stage.transport.bodies == [body])
    }

    @Test("Lifecycle operations and deletes send no body and answer no record")
    func lifecycle() async throws {
        let stage = Stage(.success(.json(200, #"{"ok":true}"#)))
        #expect(try await stage.table.write(change(.archive)).word == "stored unseen")
        #expect(try await stage.table.write(change(.delete)).word == "gone")
        #expect(stage.transport.lines == ["POST /contacts/17/hide", "DELETE /contacts/17"])
        #expect(stage.transport.bodies == [nil, nil])
        #expect(stage.client.requestCount == 2)
    }

    @Test("A message is sent by the operation that creates it")
    func send() async throws {
        let stage = Stage(.success(.json(201, RESTTableWritingTests.answer)))
        let outcome = try await stage.table.write(change(.send, id: nil, ["name": .string("Ann")]))
        #expect(outcome.stored?.key == "17")
        #expect(stage.transport.lines == ["POST /contacts"])
    }

    @Test(
        "An id that could lead a path astray is never sent",
        arguments: ["", "1/2", "..", "a?b", "a b", "%2e", "é", nil])
    func ids(id: String?) async throws {
        let stage = Stage(.success(.json(200, "{}")))
        for kind in [Operation.Kind.update, .delete, .archive] {
            let values: [String: Value] = kind == .update ? ["name": .string("x")] : [:]
            #expect(try await stage.table.write(change(kind, id: id, values)).word == "refused")
        }
        #expect(stage.transport.requests.isEmpty)
    }

    @Test("What the description cannot do is refused before anything is sent")
    func undescribed() async throws {
        let stage = Stage(.success(.json(200, "{}")))
        let unsubscribed = try await stage.table.write(change(.unsubscribe))
        #expect(unsubscribed.word == "refused")
        #expect(
            unsubscribed.error
                == .unsendable(name: "unsubscribe contact 17", reason: "the API's description has no such operation"))
        let updated = try await stage.table.write(
            change(.update, ["name": .string("x"), "muted": .timestamp(1), "touched": .timestamp(1)]))
        #expect(updated.word == "refused")
        #expect(
            updated.error
                == .unsendable(
                    name: "update contact 17",
                    reason: "the API's description has no operation that writes muted, touched"))
        let created = try await stage.table.write(change(.create, id: nil, ["muted": .timestamp(1)]))
        #expect(created.word == "refused")
        #expect(stage.transport.requests.isEmpty)
    }

    @Test("What a change takes if nothing is sent again")
    func requests() {
        let table = Stage(.success(.json(200, "{}"))).table
        #expect(table.requests(for: change(.create, id: nil, ["name": .string("x"), "labels": .set(["x"])])) == 1)
        #expect(table.requests(for: change(.update, ["name": .string("x"), "age": .null])) == 1)
        #expect(table.requests(for: change(.update, ["name": .string("x"), "labels": .set(["x"])])) == 2)
        #expect(table.requests(for: change(.update, ["labels": .set(["x"])])) == 2)
        #expect(table.requests(for: change(.delete)) == 1)
    }

    // MARK: - What comes of it

    @Test(
        "A create is in doubt when its answer never came, or cannot be read, or names no record",
        arguments: [
            .failure(dropped), .success(.json(500, "")), .success(.json(201, #"{"payload":{"ref":"#)),
            .success(.json(201, #"{"ok":true}"#)), .success(.json(201, #"{"payload":{"full_name":"Ann"}}"#)),
            .success(.json(201, #"{"payload":[1]}"#)), .success(.json(201, "")),
        ] as [Result<HTTPResponse, TransportError>])
    func createInDoubt(answer: Result<HTTPResponse, TransportError>) async throws {
        let stage = Stage(answer)
        let outcome = try await stage.table.write(change(.create, id: nil, ["name": .string("Ann")]))
        #expect(outcome.word == "unknown")
        guard case .outcomeUnknown(request: "POST /contacts", _)? = outcome.error else {
            Issue.record("found \(outcome)")
            return
        }
        #expect(stage.transport.requests.count == 1)
    }

    @Test("A create whose answer holds a value that cannot be read is done, and the answer says what is wrong")
    func createWithAProblem() async throws {
        let stage = Stage(.success(.json(201, #"{"payload":{"ref":17,"full_name":"Ann","age":"old"}}"#)))
        let stored = try await stage.table.write(change(.create, id: nil, ["name": .string("Ann")])).stored
        #expect(stored?.key == "17")
        #expect(stored?.values == ["name": .string("Ann")])
        #expect(stored?.problem == #"contact 17, age: a whole number was expected, "old" came"#)
    }

    @Test("An update whose answer holds no record is done; what is stored is not known")
    func noRecord() async throws {
        let stage = Stage(
            .success(.json(200, RESTTableWritingTests.answer)), .success(.json(200, #"{"payload":null}"#)))
        let outcome = try await stage.table.write(
            change(.update, ["name": .string("Ann"), "labels": .set(["x"])]))
        #expect(outcome.word == "stored unseen")
    }

    @Test("An update that the service carried out on somebody else is refused")
    func somebodyElse() async throws {
        let stage = Stage(.success(.json(200, #"{"payload":{"ref":18}}"#)))
        let outcome = try await stage.table.write(change(.update, ["labels": .set(["x"])]))
        #expect(outcome.word == "refused")
        #expect(
            outcome.error
                == .refused(
                    request: "POST /contacts", status: 200, message: "contact 17 was meant, the service wrote 18",
                    fields: [:]))
    }

    @Test("When a step of an update is refused the steps after it are not sent")
    func refusedStep() async throws {
        let stage = Stage(.success(.json(409, #"{"words":"taken"}"#)), .success(.json(200, "{}")))
        let outcome = try await stage.table.write(
            change(.update, ["email": .string("a@b.c"), "labels": .set(["x"])]))
        #expect(outcome.word == "refused")
        #expect(
            outcome.error == .refused(request: "PUT /contacts/17", status: 409, message: "taken", fields: [:]))
        #expect(stage.transport.requests.count == 1)
    }

    @Test("What is not there is gone for a change and for a delete; a create is refused by it")
    func notFound() async throws {
        let stage = Stage(.success(.json(404, #"{"words":"no"}"#)))
        for kind in [Operation.Kind.update, .archive, .delete, .create] {
            let isNew = kind == .create
            let outcome = try await stage.table.write(change(kind, id: isNew ? nil : "17", ["name": .string("x")]))
            #expect(outcome.word == (isNew ? "refused" : "gone"), "\(kind)")
            guard case .notFound? = outcome.error else {
                Issue.record("found \(outcome)")
                return
            }
        }
    }

    /// Contacts that are hidden in one of two ways.
    private static let hidden: ResourceDescription = {
        let ways = [APIOperation.Request("PUT", "/contacts/{id}/hide"), .init("POST", "/contacts/{id}/hide")]
        let hide = APIOperation(name: "hide", verb: .archive, requests: ways, grade: .assumed, answersRecord: false)
        return ResourceDescription(
            schema: contacts.schema, id: contacts.id, members: contacts.members, list: contacts.list, operations: [hide]
        )
    }()

    @Test("Of several ways to ask for something, the one that the service takes is remembered")
    func ways() async throws {
        let stage = Stage(
            ScriptedTransport { request, _ in .json(request.method == "PUT" ? 405 : 200, "{}") },
            resource: RESTTableWritingTests.hidden)
        for _ in 0..<2 { #expect(try await stage.table.write(change(.archive)).word == "stored unseen") }
        #expect(stage.transport.requests.map(\.method) == ["PUT", "POST", "POST"])
        let found = stage.table.takeFindings()
        #expect(found.map(\.claim) == ["contacts.hide"] && found.first?.verdict == .proved)
        #expect(found.first?.way == "POST /contacts/{id}/hide" && stage.table.takeFindings().isEmpty)
    }

    @Test("What the service has no method for is not asked for again that day")
    func noWay() async throws {
        let stage = Stage(ScriptedTransport([.success(.json(405, "{}"))]), resource: RESTTableWritingTests.hidden)
        for _ in 0..<3 {
            let outcome = try await stage.table.write(change(.archive))
            guard case .noSuchOperation? = outcome.error, outcome.word == "refused" else {
                Issue.record("found \(outcome)")
                return
            }
        }
        #expect(stage.transport.requests.map(\.method) == ["PUT", "POST"])
        #expect(stage.table.takeFindings().map(\.verdict) == [.refuted])
        stage.clock.advance(86_401)
        _ = try await stage.table.write(change(.archive))
        #expect(stage.transport.requests.count == 4)
    }

    @Test("A record that is not there is no reason to ask otherwise")
    func missingInAllWays() async throws {
        let stage = Stage(ScriptedTransport([.success(.json(404, "{}"))]), resource: RESTTableWritingTests.hidden)
        #expect(try await stage.table.write(change(.archive)).word == "gone")
        #expect(stage.transport.requests.count == 1 && stage.table.takeFindings().isEmpty)
    }

    @Test("Where a change names records of other tables, one of them may be what is not there")
    func unknownName() async throws {
        var resource = contacts
        let labels = try #require(resource.schema.fields.firstIndex { $0.name == "labels" })
        resource.schema.fields[labels].refersTo = "labels"
        let stage = Stage(ScriptedTransport([.success(.json(404, #"{"words":"no"}"#))]), resource: resource)
        let values: [String: Value] = ["name": .string("x"), "labels": .set(["vip"])]
        for kind in [Operation.Kind.create, .update] {
            let outcome = try await stage.table.write(change(kind, id: kind == .create ? nil : "17", values))
            let request = kind == .create ? "POST /contacts" : "PUT /contacts/17"
            #expect(outcome.word == "refused")
            #expect(outcome.error == .unknownName(request: request, named: "labels \"vip\"", message: "no"))
        }
        let without = try await stage.table.write(change(.update, ["name": .string("x"), "labels": .null]))
        #expect(without.word == "gone")
    }

    @Test("What has to be sent along, and is not known, keeps an update from being sent")
    func uncarried() async throws {
        let found = #"{"payload":[{"ref":17,"full_name":"Ann","mail":{"address":"a@b.c"}}],"meta":{"count":1}}"#
        var resource = contacts
        resource.schema.matcher = ["email"]
        let stage = Stage(ScriptedTransport([.success(.json(200, found))]), resource: resource)
        let outcome = try await stage.table.write(
            change(.update, ["labels": .set(["x"])], known: ["name": .string("Ann"), "email": .string("a@b.c")]))
        #expect(outcome.word == "refused")
        #expect(outcome.error?.what.contains("its phone has to be sent along") == true, "\(outcome)")
        #expect(stage.transport.lines.allSatisfy { $0.hasPrefix("GET ") })
    }

    @Test("Where nothing more can be written the error is thrown", arguments: [401, 402, 403, 302])
    func final(status: Int) async {
        let stage = Stage(.success(.json(status, "{}")))
        do {
            _ = try await stage.table.write(change(.archive))
            Issue.record("nothing was thrown")
        } catch {
            #expect((error as? TableError)?.isFinal == true)
        }
    }

    @Test(
        "A change of which a part was made is neither refused nor stored, whatever came of the rest",
        arguments: [
            (.success(.json(401, "{}")), "the service refused the key (401)"),
            (.success(.json(422, #"{"words":"no such label"}"#)), "the service refused it (422): no such label"),
            (
                .success(.json(200, #"{"payload":{"ref":18}}"#)),
                "the service refused it (200): contact 17 was meant, the service wrote 18"
            ), (.failure(unreached), "the service is not available: connect: refused"),
        ] as [(Result<HTTPResponse, TransportError>, String)])
    func partlyMade(answer: Result<HTTPResponse, TransportError>, reason: String) async throws {
        let stage = Stage(.success(.json(200, RESTTableWritingTests.answer)), answer)
        let outcome = try await stage.table.write(
            change(.update, ["email": .string("a@b.c"), "labels": .set(["x"])]))
        #expect(outcome.word == "unknown")
        #expect(outcome.error == .partlyMade(request: "POST /contacts", reason: reason))
        #expect(stage.transport.lines.prefix(2) == ["PUT /contacts/17", "POST /contacts"])
    }

    @Test("A change of which a part could not even be asked for is partly made as well")
    func partlyUnsent() async throws {
        var members = contacts.members
        members["labels"]?.write = nil
        let resource = ResourceDescription(
            schema: contacts.schema, id: contacts.id, members: members, list: contacts.list,
            operations: contacts.operations)
        let stage = Stage(
            ScriptedTransport([.success(.json(200, RESTTableWritingTests.answer))]), resource: resource)
        let outcome = try await stage.table.write(
            change(.update, ["email": .string("a@b.c"), "labels": .set(["x"])]))
        guard case .partlyMade(request: "update contact 17", _)? = outcome.error, outcome.word == "unknown" else {
            Issue.record("found \(outcome)")
            return
        }
        #expect(stage.transport.requests.count == 1)
    }

    @Test("A record that is not there when the second part is sent is gone, whatever the first one did")
    func partlyGone() async throws {
        let stage = Stage(.success(.json(200, RESTTableWritingTests.answer)), .success(.json(404, "{}")))
        let outcome = try await stage.table.write(
            change(.update, ["email": .string("a@b.c"), "labels": .set(["x"])]))
        #expect(outcome.word == "gone")
    }

    @Test("An idempotent write is sent again until its answer comes")
    func retries() async throws {
        let stage = Stage(
            .failure(dropped), .success(.json(502, "<html>")), .success(.json(200, RESTTableWritingTests.answer)))
        let outcome = try await stage.table.write(change(.update, ["name": .string("Ann")]))
        #expect(outcome.stored?.key == "17")
        #expect(Set(stage.transport.bodies) == [#"{"full_name":"Ann"}"#])
        #expect(await stage.table.requestCount == 3)
    }
}
