import AccordSandbox
import Testing

@Suite("What becomes of the sandbox's customers")
struct LifecycleTests {
    private let sandbox = Sandbox()

    @Test(
        "a mark is set once, with its time, and taken away again",
        arguments: [("archive", "unarchive", "archived_at"), ("unsubscribe", "resubscribe", "unsubscribed_at")],
        ["POST", "PUT"])
    func marks(_ verbs: (on: String, off: String, mark: String), _ method: String) async {
        await sandbox.create("ada")
        sandbox.pass(60)
        let answer = await sandbox.call(method, "/customers/1/\(verbs.on)")
        #expect(answer.status == 200)
        #expect(answer.body == .object(["success": .bool(true), "code": .int(200)]), "no record is answered")
        #expect(await sandbox.customer(1)[verbs.mark] == .int(Sandbox.start + 60))
        #expect(await sandbox.customer(1)["updated_at"] == .int(Sandbox.start + 60))
        sandbox.pass(60)
        #expect(await sandbox.call(method, "/customers/1/\(verbs.on)").status == 200)
        #expect(await sandbox.customer(1)[verbs.mark] == .int(Sandbox.start + 60), "the first time counts")
        for _ in 0..<2 { #expect(await sandbox.call(method, "/customers/1/\(verbs.off)").status == 200) }
        #expect(await sandbox.customer(1)[verbs.mark] == .null)
    }

    @Test("archived customers are in the list of archived ones only, and can be read")
    func archived() async {
        for name in ["a", "b", "c"] { await sandbox.create(name) }
        await sandbox.call("POST", "/customers/2/archive")
        #expect(await sandbox.ids("/customers?sort_dir=asc") == [1, 3])
        #expect(await sandbox.ids("/customers?filter=archived") == [2])
        #expect(await sandbox.ids("/customers?email=b@example.com") == [])
        #expect(await sandbox.customer(2)["email"] == .string("b@example.com"))
        await sandbox.call("POST", "/customers/2/unarchive")
        #expect(await sandbox.ids("/customers?sort_dir=asc") == [1, 2, 3])
        #expect(await sandbox.ids("/customers?filter=archived") == [])
    }

    @Test("who opted out is listed, by a filter too")
    func optedOut() async {
        for name in ["a", "b"] { await sandbox.create(name) }
        await sandbox.call("POST", "/customers/2/unsubscribe")
        #expect(await sandbox.ids("/customers?filter=unsubscribed") == [2])
        #expect(await sandbox.ids("/customers?sort_dir=asc") == [1, 2])
    }

    @Test(
        "what was not sent yet is not sent any more",
        arguments: ["archive", "unsubscribe", "cancel-unsent-messages"])
    func cancels(_ verb: String) async {
        await sandbox.create("ada")
        await sandbox.call(
            "POST", "/asks", #"{"email": "ada@example.com", "channels": ["email"], "reminders_count": 2}"#)
        #expect(await sandbox.list("/messages").count == 3)
        #expect(await sandbox.call("POST", "/customers/1/\(verb)").status == 200)
        #expect(await sandbox.list("/messages").count == 1, "the one that was sent is kept")
        sandbox.pass(30 * Sandbox.day)
        #expect(sandbox.service.messagesSent == 1)
    }

    @Test("the console's marks cancel what was not sent as well", arguments: ["archived", "unsubscribed"])
    func console(_ mark: String) async throws {
        await sandbox.create("ada")
        await sandbox.call(
            "POST", "/asks", #"{"email": "ada@example.com", "channels": ["email"], "reminders_count": 1}"#)
        try sandbox.service.edit { project throws(SandboxError) in try project.editCustomer(1, [mark: .bool(true)]) }
        #expect(await sandbox.list("/messages").count == 1)
    }

    @Test("a deleted customer is gone with what was theirs, and the number is not given again")
    func deleted() async {
        await sandbox.create("ada")
        await sandbox.create("bob")
        await sandbox.call("POST", "/charges", #"{"email": "bob@example.com", "amount": 100}"#)
        #expect(
            await sandbox.call("DELETE", "/customers/2").body == .object(["success": .bool(true), "code": .int(200)]))
        #expect(await sandbox.call("DELETE", "/customers/2").status == 404)
        #expect(await sandbox.call("GET", "/customers/2").status == 404)
        #expect(await sandbox.list("/charges").isEmpty)
        #expect(await sandbox.create("bob").id == 3)
    }
}
