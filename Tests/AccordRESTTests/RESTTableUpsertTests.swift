import AccordCore
import AccordREST
import Testing

/// Updates by an operation that finds its record by values.
@Suite struct RESTTableUpsertTests {
    private static let matching: ResourceDescription = {
        var resource = contacts
        resource.schema.matcher = ["email", "phone"]
        return resource
    }()

    @Test("An upsert is sent for a record that is there, with what the service has of it now")
    func upsert() async throws {
        let now = #"{"ref":17,"full_name":"Anna","mail":"a@b.c","tel":"+14155552671"}"#
        let stage = Stage(
            ScriptedTransport { request, _ in
                request.method == "GET"
                    ? .json(200, "{\"payload\":[\(now)],\"meta\":{\"count\":1}}") : .json(200, "{\"payload\":\(now)}")
            }, resource: RESTTableUpsertTests.matching)
        let update = change(
            .update, ["labels": .set(["x"])], known: ["name": .string("Ann"), "email": .string("a@b.c")])
        #expect(try await stage.table.write(update).stored?.key == "17")
        #expect(stage.transport.lines == ["GET /contacts?mail=a%40b.c&n=3&p=1", "POST /contacts"])
        #expect(
            stage.transport.bodies.last
                == #"{"full_name":"Anna","label_keys":["x"],"mail":"a@b.c","tel":"+14155552671"}"#)
    }

    @Test("An upsert for a record that is gone, or has nothing to be found by, is not sent")
    func upsertOfNobody() async throws {
        let stage = Stage(
            ScriptedTransport { _, _ in .json(200, #"{"payload":[]}"#) }, resource: RESTTableUpsertTests.matching)
        let known: [[String: Value]] = [["email": .string("a@b.c")], ["name": .string("Ann")]]
        for known in known {
            let outcome = try await stage.table.write(change(.update, ["labels": .set(["x"])], known: known))
            #expect(outcome.word == "gone")
        }
        #expect(stage.transport.requests.allSatisfy { $0.method == "GET" })
    }

    @Test("Only after a step that answered with all that an upsert sends is nothing looked up")
    func upsertAfterAStep() async throws {
        let whole = #"{"ref":17,"full_name":"Ann","mail":null,"tel":"+14155552671"}"#
        for (answer, methods) in [(whole, ["PUT", "POST"]), (#"{"ref":17}"#, ["PUT", "GET", "POST"])] {
            let stage = Stage(
                ScriptedTransport { request, _ in
                    request.method == "GET"
                        ? .json(200, "{\"payload\":[\(whole)],\"meta\":{\"count\":1}}")
                        : .json(200, "{\"payload\":\(answer)}")
                }, resource: RESTTableUpsertTests.matching)
            _ = try await stage.table.write(
                change(
                    .update, ["age": .integer(3), "labels": .set(["x"])], known: ["phone": .string("+14155552671")]))
            #expect(stage.transport.requests.map(\.method) == methods)
            #expect(
                stage.transport.bodies.last == #"{"full_name":"Ann","label_keys":["x"],"tel":"+14155552671"}"#)
        }
    }

    @Test("A record that is not found by its value after a first step was partly written: it may hold another value")
    func notFoundAfterAStep() async throws {
        let stage = Stage(
            ScriptedTransport { request, _ in
                .json(200, request.method == "GET" ? #"{"payload":[]}"# : #"{"payload":{"ref":17}}"#)
            }, resource: RESTTableUpsertTests.matching)
        let outcome = try await stage.table.write(
            change(.update, ["age": .integer(3), "labels": .set(["x"])], known: ["phone": .string("+14155552671")]))
        guard case .partlyMade(request: "update contact 17", _)? = outcome.error, outcome.word == "unknown" else {
            Issue.record("found \(outcome)")
            return
        }
        #expect(Set(stage.transport.requests.dropFirst().map(\.method)) == ["GET"])
    }
}
