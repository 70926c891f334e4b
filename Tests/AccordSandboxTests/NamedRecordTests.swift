import Testing

@Suite("The sandbox's locations, tags and sources")
struct NamedRecordTests {
    private let sandbox = Sandbox()

    @Test(
        "the slug is made from the name, and no other has it",
        arguments: [
            ("/locations", "Up Town", "up-town"), ("/tags", " V.I.P. ", "v-i-p"),
            ("/sources", "Maps & More", "maps-more"),
            ("/locations", "北京", "locations"), ("/tags", "--", "tags"),
        ])
    func slug(_ path: String, _ name: String, _ slug: String) async {
        for expected in [slug, "\(slug)-2", "\(slug)-3"] {
            let answer = await sandbox.call("POST", path, #"{"name": "\#(name)"}"#)
            #expect(answer.status == 200)
            #expect(answer.data["slug"] == .string(expected))
        }
    }

    @Test("a slug from a long name is no longer than slugs may be", arguments: ["/tags", "/sources"])
    func longSlug(_ path: String) async {
        let name = String(repeating: "x", count: 30)
        for _ in 0..<12 { await sandbox.call("POST", path, #"{"name": "\#(name)"}"#) }
        let slugs = await sandbox.list("\(path)?limit=30").compactMap { $0["slug"]?.string }
        #expect(Set(slugs).count == 12)
        #expect(slugs.allSatisfy { $0.count <= 30 })
    }

    @Test(
        "what is refused on create",
        arguments: [
            ("/locations", #"{}"#, "name"), ("/tags", #"{"name": ""}"#, "name"), ("/sources", #"{"name": 5}"#, "name"),
            ("/locations", #"{"name": "A", "slug": "Not Good"}"#, "slug"),
            ("/locations", #"{"name": "A", "slug": "taken"}"#, "slug"),
            ("/tags", #"{"name": "A", "slug": "taken"}"#, "slug"),
            ("/tags", #"{"name": "A", "slug": "abcdefghijabcdefghijabcdefghij1"}"#, "slug"),
            ("/tags", #"{"name": "A", "context": "dogs"}"#, "context"),
            ("/tags", #"{"name": "A", "type": "dog"}"#, "type"),
            ("/sources", #"{"name": "A source with a name beyond thirty"}"#, "name"),
            ("/sources", #"{"name": "A", "color": "a colour that nobody could name"}"#, "color"),
        ])
    func refused(_ path: String, _ body: String, _ field: String) async {
        await sandbox.call("POST", path, #"{"name": "Taken"}"#)
        let answer = await sandbox.call("POST", path, body)
        #expect(answer.status == 422)
        #expect(answer.refused == [field])
        #expect(await sandbox.list(path).count == 1)
    }

    @Test(
        "an update changes what it names",
        arguments: [
            ("/locations", #"{"city": "Oakland"}"#, "city", "Oakland"),
            ("/locations", #"{"code": "17"}"#, "store_code", "17"),
            ("/locations", #"{"store_code": "18"}"#, "code", "18"),
            ("/locations", #"{"slug": "down"}"#, "slug", "down"), ("/locations", #"{"slug": "one"}"#, "slug", "one"),
            ("/locations", #"{"display_name": "Hall"}"#, "title", "Hall"),
            ("/tags", #"{"name": "Two"}"#, "slug", "one"),
            ("/tags", #"{"name": "Two", "icon": "fas fa-star"}"#, "icon", "fas fa-star"),
            ("/tags", #"{"name": "Two", "context": "reviews"}"#, "context", "customers"),
            ("/sources", #"{"name": "Two", "slug": "two"}"#, "slug", "two"),
            ("/sources", #"{"name": "Two", "sprite": "maps"}"#, "sprite", "maps"),
        ])
    func update(_ path: String, _ body: String, _ field: String, _ after: String) async {
        let id = await sandbox.call("POST", path, #"{"name": "One"}"#).id
        sandbox.pass(60)
        let answer = await sandbox.call("PUT", "\(path)/\(id)", body)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(answer.data[field] == .string(after))
        #expect(await sandbox.list(path) == [answer.data])
    }

    @Test(
        "what is refused on update",
        arguments: [
            ("/locations", #"{"name": null}"#, "name"), ("/locations", #"{"slug": "taken"}"#, "slug"),
            ("/tags", #"{"color": "red"}"#, "name"), ("/sources", #"{"color": "red"}"#, "name"),
            ("/tags", #"{"name": "A", "slug": "taken"}"#, "slug"),
        ])
    func refusedUpdate(_ path: String, _ body: String, _ field: String) async {
        await sandbox.call("POST", path, #"{"name": "Taken"}"#)
        let one = await sandbox.call("POST", path, #"{"name": "One"}"#)
        let answer = await sandbox.call("PUT", "\(path)/\(one.id)", body)
        #expect(answer.status == 422)
        #expect(answer.refused == [field])
        #expect(await sandbox.list("\(path)").contains(one.data))
    }

    @Test(
        "a tag is of customers unless it says otherwise, by either name",
        arguments: [
            (#"{"name": "A"}"#, "customers", "customer"), (#"{"name": "A", "type": "review"}"#, "reviews", "review"),
            (#"{"name": "A", "context": "reviews"}"#, "reviews", "review"),
        ])
    func context(_ body: String, _ context: String, _ type: String) async {
        let tag = await sandbox.call("POST", "/tags", body).data
        #expect(tag["context"] == .string(context))
        #expect(tag["type"] == .string(type))
    }

    @Test(
        "deleting one answers success and code only, once, and frees its slug",
        arguments: ["/locations", "/tags", "/sources"])
    func delete(_ path: String) async {
        let id = await sandbox.call("POST", path, #"{"name": "One"}"#).id
        #expect(
            await sandbox.call("DELETE", "\(path)/\(id)").body == .object(["success": .bool(true), "code": .int(200)]))
        #expect(await sandbox.call("DELETE", "\(path)/\(id)").status == 404)
        #expect(await sandbox.call("PUT", "\(path)/\(id)", #"{"name": "Two"}"#).status == 404)
        let again = await sandbox.call("POST", path, #"{"name": "One"}"#).data
        #expect(again["slug"] == .string("one"))
        #expect(again["id"] != .int(id))
    }

    @Test("what is deleted is taken from the customers and leaves its reviews attached")
    func deletedFromOthers() async {
        await sandbox.call("POST", "/locations", #"{"name": "Uptown"}"#)
        await sandbox.call("POST", "/tags", #"{"name": "VIP"}"#)
        await sandbox.create("ada", #""location_slug": "uptown", "tag_slugs": ["vip"]"#)
        await sandbox.call("POST", "/reviews", #"{"first_name": "A", "score": 5, "location_slug": "uptown"}"#)
        await sandbox.call("DELETE", "/locations/1")
        await sandbox.call("DELETE", "/tags/1")
        let ada = await sandbox.customer(1)
        #expect(ada["location"] == .null)
        #expect(ada["location_id"] == .null)
        #expect(ada["tags"] == .array([]))
        #expect(await sandbox.list("/reviews").first?["location_id"] == .int(1))
    }
}
