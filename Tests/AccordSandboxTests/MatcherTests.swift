import Testing

/// Three customers: one with an e-mail, one with a phone, one with both and archived.
@Suite("A create that may find its customer")
struct MatcherTests {
    private let sandbox = Sandbox()

    private func prepare() async {
        await sandbox.call("POST", "/customers", #"{"first_name": "E", "email": "e@example.com"}"#)
        await sandbox.call("POST", "/customers", #"{"first_name": "P", "phone": "+14155550102"}"#)
        await sandbox.call(
            "POST", "/customers", #"{"first_name": "B", "email": "b@example.com", "phone": "+14155550103"}"#)
        await sandbox.call("POST", "/customers/3/archive")
    }

    @Test(
        "lands on the customer with the e-mail, else on the one with the phone, else on a new one",
        arguments: [
            (#""email": "E@example.com""#, 200, 1), (#""phone": "415-555-0102""#, 200, 2),
            (#""email": "new@example.com", "phone": "415-555-0102""#, 200, 2),
            (#""email": "e@example.com", "phone": "415-555-0109""#, 200, 1),
            (#""email": "e@example.com", "phone": "415-555-0102""#, 409, 0),
            (#""email": "b@example.com""#, 200, 3), (#""phone": "+14155550103""#, 200, 3),
            (#""email": "n@example.com""#, 200, 4), (#""phone": "+14155550199""#, 200, 4),
        ] as [(String, Int, Int64)])
    func lands(_ known: String, _ status: Int, _ id: Int64) async {
        await prepare()
        let answer = await sandbox.call("POST", "/customers", #"{"first_name": "New", \#(known)}"#)
        #expect(answer.status == status)
        #expect(answer.id == id)
        #expect(sandbox.service.snapshot().count == max(3, Int(id)))
        guard status == 200 else { return }
        #expect(answer.data["first_name"] == .string("New"))
    }

    @Test("what it does not say stays, and what it says is changed")
    func merges() async {
        sandbox.service.edit { project in
            project.addTag("vip")
            project.addTag("gold")
        }
        await sandbox.create("ada", #""last_name": "King", "notes": "Tall", "tag_slugs": ["vip"]"#)
        sandbox.pass(Sandbox.day)
        let after = await sandbox.create("ada", #""notes": "Taller""#).data
        #expect(after["notes"] == .string("Taller"))
        #expect(after["last_name"] == .string("King"))
        #expect(after["tags"]?.array?.compactMap { $0["slug"]?.string } == ["vip"])
        #expect(after["signed_up_at"] == .int(Sandbox.start), "a known customer keeps the day")
        let tagged = await sandbox.create("ada", #""tag_slugs": ["gold"]"#).data
        #expect(tagged["tags"]?.array?.compactMap { $0["slug"]?.string } == ["gold"], "tags are replaced")
    }

    @Test("said twice it is done once")
    func twice() async {
        let first = await sandbox.create("ada", #""city": "Oakland""#)
        sandbox.pass(60)
        #expect(await sandbox.create("ada", #""city": "Oakland""#).data == first.data)
        #expect(sandbox.service.snapshot().count == 1)
    }

    @Test("an archived customer who is found stays archived")
    func archived() async {
        await prepare()
        #expect(await sandbox.create("b", #""city": "Oakland""#).data["archived_at"] == .int(Sandbox.start))
    }

    @Test("an e-mail that was given up is free for another")
    func givenUp() async {
        await sandbox.create("a")
        await sandbox.create("b")
        await sandbox.call("PUT", "/customers/1", #"{"email": "other@example.com"}"#)
        #expect(await sandbox.call("PUT", "/customers/2", #"{"email": "a@example.com"}"#).status == 200)
        await sandbox.call("DELETE", "/customers/1")
        #expect(await sandbox.create("other").id == 3)
    }

    @Test(
        "tags and locations must exist, and be of customers",
        arguments: [
            (#""tag_slugs": ["nope"]"#, 422), (#""tag_slugs": ["stars"]"#, 422), (#""tags": ["vip"]"#, 200),
            (#""location_slug": "nowhere""#, 404), (#""location_slug": "uptown""#, 200),
        ])
    func refers(_ members: String, _ status: Int) async {
        sandbox.service.edit { project in
            project.addTag("vip")
            project.addTag("stars", context: "reviews")
            project.addLocation("uptown")
        }
        #expect(await sandbox.create("ada", members).status == status)
        #expect(sandbox.service.snapshot().count == (status == 200 ? 1 : 0))
    }
}
