import AccordCore
import AccordSandbox
import Testing

@Suite("The sandbox's lists")
struct ListingTests {
    private let sandbox = Sandbox()

    private func fill(_ count: Int) throws {
        try sandbox.service.edit { project throws(SandboxError) in
            for number in 1...count {
                try project.addCustomer([
                    "first_name": .string("C"), "email": .string("c\(number)@example.com"),
                    "created_at": .int(Sandbox.start - 1000 + Int64(number)),
                ])
            }
        }
    }

    @Test("the pages of a list, followed from one to the next, hold each record once", arguments: [1, 7, 30])
    func follow(_ limit: Int) async throws {
        try fill(31)
        var next = JSON.string("/customers?limit=\(limit)&sort_key=created_at&sort_dir=asc")
        var ids: [Int64] = []
        var pages = 0
        while let path = next.string {
            let answer = await sandbox.call("GET", path)
            let page = try #require(answer.body["pagination"])
            pages += 1
            let shown = answer.body["data"]?.array?.compactMap { $0["id"]?.int } ?? []
            #expect(shown.count == min(limit, 31 - ids.count))
            #expect(page["current_page"] == .int(Int64(pages)))
            #expect(page["per_page"] == .int(Int64(limit)))
            #expect(page["total"] == .int(31))
            #expect(page["last_page"] == .int(Int64((31 + limit - 1) / limit)))
            #expect(page["from"] == .int(Int64(ids.count + 1)))
            #expect(page["to"] == .int(Int64(ids.count + shown.count)))
            #expect((page["prev_page_url"] == .null) == (pages == 1))
            ids += shown
            next = page["next_page_url"] ?? .null
        }
        #expect(ids == Array(1...31))
        #expect(pages == (31 + limit - 1) / limit)
    }

    @Test("fifteen records unless asked for others, the newest first; beyond the last page there are none")
    func usual() async throws {
        try fill(20)
        #expect(await sandbox.ids("/customers") == Array((6...20).reversed()))
        let beyond = await sandbox.call("GET", "/customers?page=9")
        #expect(beyond.status == 200)
        #expect(beyond.body["data"] == .array([]))
        #expect(beyond.total == 20)
        #expect(beyond.body["pagination"]?["next_page_url"] == .null)
        #expect(beyond.body["pagination"]?["from"] == nil)
    }

    @Test("an address of another page keeps what was asked")
    func addresses() async throws {
        try fill(3)
        let answer = await sandbox.call("GET", "/customers?limit=1&page=2&q=example.com&sort_dir=asc&email=")
        let page = answer.body["pagination"]
        let prefix = "http://127.0.0.1/project/customers"
        #expect(page?["path"] == .string(prefix))
        for (name, number) in ["first": 1, "prev": 1, "next": 3, "last": 3] {
            let url = page?["\(name)_page_url"]?.string ?? ""
            #expect(url == "\(prefix)?email=&limit=1&page=\(number)&q=example.com&sort_dir=asc", "\(name)")
        }
    }

    @Test(
        "a list that cannot be is refused with the parameter",
        arguments: [
            ("limit=0", "limit"), ("limit=31", "limit"), ("limit=x", "limit"), ("page=0", "page"), ("page=-1", "page"),
            ("sort_key=shoe", "sort_key"), ("sort_dir=up", "sort_dir"), ("filter=sleeping", "filter"),
            ("date_key=phone", "date_key"), ("date_from=2026-02-30", "date_from"), ("date_to=soon", "date_to"),
            ("date_from=2026-02-02&date_to=2026-02-01", "date_to"),
        ])
    func refused(_ query: String, _ field: String) async {
        let answer = await sandbox.call("GET", "/customers?\(query)")
        #expect(answer.status == 422)
        #expect(answer.refused == [field])
    }

    @Test(
        "every list is paged",
        arguments: ["/customers", "/charges", "/reviews", "/messages", "/locations", "/tags", "/ratings"])
    func paged(_ path: String) async {
        let answer = await sandbox.call("GET", "\(path)?limit=2")
        #expect(answer.body["success"] == .bool(true))
        #expect(answer.body["pagination"]?["per_page"] == .int(2))
        #expect(answer.body["pagination"]?["total"] == .int(Int64(path == "/ratings" ? 5 : 0)))
        #expect(await sandbox.call("GET", "\(path)?limit=31").refused == ["limit"])
    }

    @Test("but the list of sources, which is whole")
    func sources() async {
        for number in 0..<31 { await sandbox.call("POST", "/sources", #"{"name": "S\#(number)"}"#) }
        let answer = await sandbox.call("GET", "/sources?limit=2")
        #expect(answer.body["data"]?.array?.count == 31)
        #expect(answer.body["pagination"] == nil)
    }
}

/// Three customers that differ in everything a list can ask for.
@Suite("What a list of customers is asked for")
struct CustomerListTests {
    private let sandbox = Sandbox()

    private func fill() async throws {
        sandbox.service.edit { project in
            project.addTag("vip")
            project.addTag("gold")
        }
        await sandbox.create(
            "cleo", #""last_name": "Abel", "phone": "+14155550101", "company": "Zeta", "city": "Oakland""#)
        sandbox.pass(Sandbox.day)
        await sandbox.create(
            "ada", #""last_name": "King", "notes": "Tall", "company": "alpha", "tag_slugs": ["vip", "gold"]"#)
        sandbox.pass(Sandbox.day)
        await sandbox.create("bo", #""phone": "+14155550102", "signed_up_at": "2025-12-24", "tag_slugs": ["gold"]"#)
        await sandbox.call("POST", "/charges", #"{"email": "cleo@example.com", "amount": 5}"#)
        await sandbox.call("POST", "/asks", #"{"email": "ada@example.com", "channels": ["email"]}"#)
        await sandbox.call("POST", "/asks", #"{"email": "bo@example.com", "channels": ["email"]}"#)
        await sandbox.call("POST", "/reviews", #"{"first_name": "bo", "email": "bo@example.com", "score": 4}"#)
        await sandbox.call("POST", "/customers/3/unsubscribe")
    }

    @Test(
        "what is kept",
        arguments: [
            ("", [1, 2, 3]), ("filter=asked", [2, 3]), ("filter=not-asked", [1]), ("filter=reviewed", [3]),
            ("filter=not-reviewed", [1, 2]), ("filter=missed", [2]), ("filter=has-charges", [1]),
            ("filter=has-notes", [2]), ("filter=not-messaged", [1]), ("filter=unsubscribed", [3]),
            ("filter=archived", []), ("tag_slug=vip", [2]), ("tag_slug=gold", [2, 3]), ("tag_slug=none", []),
            ("email=ADA@example.com", [2]), ("email=ada", []), ("q=KING", [2]), ("q=cleo+abel", [1]),
            ("q=%2B1415555010", [1, 3]), ("q=oakl", [1]), ("q=ALPHA", [2]), ("q=bo%40", [3]), ("q=nobody", []),
            ("filter=asked&tag_slug=vip", [2]), ("filter=asked&q=cleo", []),
        ] as [(String, [Int64])])
    func kept(_ query: String, _ ids: [Int64]) async throws {
        try await fill()
        #expect(await sandbox.ids("/customers?sort_dir=asc&\(query)") == ids)
        #expect(await sandbox.call("GET", "/customers?limit=1&\(query)").total == Int64(ids.count))
    }

    @Test(
        "in which order",
        arguments: [
            ("name", [2, 3, 1]), ("email", [2, 3, 1]), ("phone", [2, 1, 3]), ("company", [3, 2, 1]),
            ("created_at", [1, 2, 3]), ("updated_at", [1, 2, 3]), ("signed_up_at", [3, 1, 2]),
            ("last_asked_at", [1, 2, 3]), ("last_reviewed_at", [1, 2, 3]),
        ] as [(String, [Int64])])
    func sorted(_ key: String, _ ids: [Int64]) async throws {
        try await fill()
        #expect(await sandbox.ids("/customers?sort_key=\(key)&sort_dir=asc") == ids)
        #expect(await sandbox.ids("/customers?sort_key=\(key)&sort_dir=desc") == ids.reversed())
        #expect(await sandbox.ids("/customers?sort_key=\(key)") == ids.reversed(), "descending unless said otherwise")
    }

    /// Created on March 1, 2 and 3.
    @Test(
        "of which days, both ends included",
        arguments: [
            ("date_from=2026-03-02", [2, 3]), ("date_to=2026-03-02", [1, 2]),
            ("date_from=2026-03-02&date_to=2026-03-02", [2]), ("date_from=2026-03-04", []),
            ("date_key=created_at&date_from=2026-03-03", [3]),
            ("date_key=signed_up_at&date_to=2025-12-31", [3]), ("date_key=signed_up_at&date_from=2026-01-01", [1, 2]),
            ("date_key=last_asked_at&date_from=2026-03-01", [2, 3]),
            ("date_key=last_reviewed_at&date_to=2026-12-31", [3]),
        ] as [(String, [Int64])])
    func days(_ query: String, _ ids: [Int64]) async throws {
        try await fill()
        #expect(await sandbox.ids("/customers?sort_dir=asc&\(query)") == ids)
    }

    @Test("what changed since a day is listed with the last change first, whoever changed it")
    func changed() async throws {
        for name in ["a", "b", "c", "d"] { await sandbox.create(name) }
        sandbox.pass(3 * Sandbox.day)
        let query = "/customers?date_key=updated_at&sort_key=updated_at&sort_dir=desc&date_from=2026-03-04"
        #expect(await sandbox.ids(query) == [])
        await sandbox.call("PUT", "/customers/3", #"{"city": "Oakland"}"#)
        sandbox.pass(1)
        await sandbox.call("POST", "/customers/1/unsubscribe")
        sandbox.pass(1)
        try sandbox.service.edit { project throws(SandboxError) in
            try project.editCustomer(2, ["notes": .string("by hand")])
        }
        #expect(await sandbox.ids(query) == [2, 1, 3])
        await sandbox.call("POST", "/customers/1/archive")
        #expect(await sandbox.ids(query) == [2, 3], "who was archived is in the archived list only")
        #expect(await sandbox.ids("\(query)&filter=archived") == [1])
        sandbox.pass(Sandbox.day)
        #expect(await sandbox.ids(query.replacing("2026-03-04", with: "2026-03-05")) == [])
    }
}
