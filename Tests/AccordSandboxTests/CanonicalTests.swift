import AccordCore
import Testing

@Suite("What the sandbox makes of what is sent")
struct CanonicalTests {
    private let sandbox = Sandbox()

    @Test(
        "each value is stored in one form",
        arguments: [
            ("first_name", #"" Ada ""#, .string("Ada")), ("last_name", #""""#, .null),
            ("email", #"" Ada@EXAMPLE.com ""#, .string("ada@example.com")),
            ("phone", #""(415) 555-2671""#, .string("+14155552671")),
            ("phone", #""+44 20 7946 0958""#, .string("+442079460958")),
            ("phone", "4155552671", .string("+14155552671")),
            ("phone", #""+4407700900123""#, .string("+4407700900123")),
            ("phone", #""1 415 555.0100""#, .string("+14155550100")),
            ("phone", "null", .null), ("signed_up_at", #""2026-01-31""#, .int(1_769_817_600)),
            ("signed_up_at", #""2026-01-31T10:00:00+02:00""#, .int(1_769_846_400)),
            ("signed_up_at", "1769817600", .int(1_769_817_600)), ("signed_up_at", "null", .int(Sandbox.start)),
            ("has_subscription", "true", .int(1)), ("has_subscription", "0", .int(0)), ("notes", "null", .null),
        ] as [(String, String, JSON)])
    func stored(_ field: String, _ sent: String, _ stored: JSON) async {
        var members = ["first_name": #""A""#, "email": #""a@example.com""#]
        members[field] = sent
        let body = members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
        let answer = await sandbox.call("POST", "/customers", "{\(body)}")
        #expect(answer.status == 200, "\(answer.body)")
        #expect(answer.data[field] == stored)
        #expect(await sandbox.customer(1)[field] == stored, "and read back")
    }

    @Test("what a customer does not say, the server makes")
    func defaults() async {
        let ada = await sandbox.create("ada", #""last_name": "King", "phone": "415 555 2671""#).data
        #expect(ada["id"] == .int(1))
        #expect(ada["name"] == .string("ada King"))
        #expect(ada["phone_e164"] == .string("+14155552671"))
        #expect(ada["phone_formatted"] == .string("(415) 555-2671"))
        for name in ["created_at", "updated_at", "signed_up_at"] {
            #expect(ada[name] == .int(Sandbox.start), "\(name)")
        }
        for name in ["archived_at", "unsubscribed_at", "company", "location", "last_asked_at", "last_reviewed_at"] {
            #expect(ada[name] == .null, "\(name)")
        }
        #expect(ada["tags"] == .array([]))
        #expect(ada["has_subscription"] == .int(0))
        #expect(ada["charges_count"] == .int(0))
        let uuid = ada["uuid"]?.string ?? ""
        #expect(uuid.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(ada["review_link"]?.string?.hasSuffix(uuid) == true)
        #expect(await sandbox.create("bob").data["uuid"] != ada["uuid"])
    }

    @Test("a change moves the change time, and saying the same again does not")
    func changeTime() async {
        await sandbox.create("ada")
        sandbox.pass(60)
        #expect(
            await sandbox.call("PUT", "/customers/1", #"{"city": "Oakland"}"#).data["updated_at"] == .int(sandbox.now))
        sandbox.pass(60)
        let again = await sandbox.call("PUT", "/customers/1", #"{"city": " Oakland "}"#).data
        #expect(again["updated_at"] == .int(sandbox.now - 60))
        #expect(again["created_at"] == .int(Sandbox.start))
    }

    @Test(
        "an update changes what it names, if it is among what an update can change",
        arguments: [
            ("/customers/1", #"{"last_name": "King"}"#, "last_name", .string("King")),
            ("/customers/1", #"{"company": "Other"}"#, "company", .string("Engines")),
            ("/customers/1", #"{"notes": "Other"}"#, "notes", .string("Tall")),
            ("/customers/1", #"{"tag_slugs": []}"#, "tags", nil),
            ("/customers/1", #"{"unsubscribed_at": "2026-01-01"}"#, "unsubscribed_at", .null),
            ("/customers/1", #"{"location_slug": null}"#, "location", .null),
            ("/customers/1/notes", #"{"notes": "Short"}"#, "notes", .string("Short")),
            ("/customers/1/notes", #"{"notes": null}"#, "notes", .null),
            ("/customers/1/photo", #"{"url": "https://x.example/a"}"#, "photo_url", .string("https://x.example/a")),
        ] as [(String, String, String, JSON?)])
    func update(_ path: String, _ body: String, _ field: String, _ after: JSON?) async {
        sandbox.service.edit { project in
            project.addTag("vip")
            project.addLocation("uptown")
        }
        let members = #""company": "Engines", "notes": "Tall", "tag_slugs": ["vip"], "location_slug": "uptown""#
        let before = await sandbox.create("ada", members).data
        #expect(before["location"]?["slug"] == .string("uptown"))
        let answer = await sandbox.call("PUT", path, body)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(await sandbox.customer(1)[field] == (after ?? before[field]))
        #expect(await sandbox.customer(1)["email"] == .string("ada@example.com"), "the rest stays")
    }

    @Test(
        "an update that would leave nobody is refused",
        arguments: [
            (#"{"first_name": ""}"#, "first_name"), (#"{"email": null}"#, "email"), (#"{"email": "no"}"#, "email"),
        ])
    func refusedUpdate(_ body: String, _ field: String) async {
        await sandbox.create("ada")
        let answer = await sandbox.call("PUT", "/customers/1", body)
        #expect(answer.status == 422)
        #expect(answer.refused == [field])
        #expect(await sandbox.customer(1)["email"] == .string("ada@example.com"))
    }
}
