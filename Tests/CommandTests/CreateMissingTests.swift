import AccordCore
import Foundation
import Testing

/// Fields that name records which nobody made yet.
@Suite("What a field names is created where it is missing")
struct CreateMissingTests {
    private static let mapping = """
        resource: customers
        key: id
        match: [email]
        fields:
          first_name: first
          email: email
          location: {column: store, create missing: true}
          tags: {column: tags, type: set, separator: ";", create missing: true}
        """

    @Test("a saved plan that creates what fields name is applied, that first")
    func createMissingByPlan() async throws {
        let bench = try await Workbench(mapping: CreateMissingTests.mapping)
        try bench.write("contacts.csv", "id,first,email,store,tags\n1,Ada,ada@example.com,Harbor Street,vip;new\n")
        let plan = try await bench.accord.run("plan", "--out", "plan.json")
        #expect(plan.status == 0, "\(plan.all)")
        let apply = try await bench.accord.run("apply", "plan.json")
        #expect(apply.status == 0, "\(apply.all)")
        let ada = try await bench.customers().first
        #expect(ada?["location"]?["slug"]?.string == "harbor-street")
        #expect(ada?["tags"]?.array?.compactMap { $0["slug"]?.string }.sorted() == ["new", "vip"])
        let idle = try await bench.accord.run("sync")
        #expect(idle.status == 0 && idle.output.contains("nothing to write"), "\(idle.all)")
    }

    @Test("a name that the service does not create sets its row aside, and makes nobody else's write be sent again")
    func refusedBesideUnmadeName() async throws {
        let bench = try await Workbench(mapping: CreateMissingTests.mapping)
        try bench.write(
            "contacts.csv",
            """
            id,first,email,store,tags
            1,\(String(repeating: "x", count: 300)),ada@example.com,,
            2,Kim,kim@example.com,,\(String(repeating: "y", count: 300))

            """)
        let first = try await bench.accord.run("sync")
        #expect(first.status == 3, "\(first.all)")
        #expect(first.output.contains("customers: tags did not create what it names"), "\(first.all)")
        let creates = try await bench.state()["requests"]?["createCustomer"]?.int
        #expect(creates == 1)
        for _ in 0..<2 {
            let again = try await bench.accord.run("sync")
            #expect(again.status == 3, "\(again.all)")
        }
        #expect(try await bench.state()["requests"]?["createCustomer"]?.int == creates, "nothing about it has changed")
        #expect(try await bench.state()["requests"]?["createTag"]?.int == 1)
        let quarantine = try await bench.accord.run("quarantine")
        #expect(quarantine.output.contains("refused: the service refused it (422): "), "\(quarantine.all)")
        #expect(
            quarantine.output.contains("a tag that the project has or that \"customers: tags\" can create"),
            "\(quarantine.all)")
    }

    @Test("what a field names and the project lacks is created first, in the same plan, where the mapping says so")
    func createMissing() async throws {
        let bench = try await Workbench(mapping: CreateMissingTests.mapping)
        try await bench.call("POST", "tags", #"{"name": "Wholesale Buyers", "context": "customers"}"#)
        let header = "id,first,email,store,tags\n"
        let rows = [
            "1,Ada,ada@example.com,Harbor Street,Very Important;wholesale-buyers",
            "2,Bo,bo@example.com,,Wholesale Buyers;new", "3,Cy,cy@example.com,Harbor Street,",
        ]
        try bench.write("contacts.csv", header + rows.map { $0 + "\n" }.joined())
        let plan = try await bench.accord.run("plan")
        let order = plan.output.matches(of: /Plan for ([a-z: ]+)/).map { String($0.output.1) }
        #expect(order == ["customers: location", "customers: tags", "customers"], "\(plan.all)")
        #expect(plan.output.contains("+ create in the project  Very Important"), "\(plan.all)")
        #expect(try await bench.call("GET", "locations").array?.isEmpty == true, "a plan creates nothing")

        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 0, "\(sync.all)")
        func tags(_ name: String) async throws -> [String]? {
            let customer = try await bench.customers().first { $0["first_name"]?.string == name }
            return customer?["tags"]?.array?.compactMap { $0["slug"]?.string }.sorted()
        }
        #expect(try await tags("Ada") == ["very-important", "wholesale-buyers"])
        #expect(try await tags("Bo") == ["new", "wholesale-buyers"])
        let cy = try await bench.customers().first { $0["first_name"]?.string == "Cy" }
        #expect(cy?["location"]?["slug"]?.string == "harbor-street")
        #expect(try await bench.call("GET", "tags").array?.count == 3, "none is there twice")
        for _ in 0..<2 {
            let idle = try await bench.accord.run("sync", "--full")
            #expect(idle.status == 0 && idle.output.contains("nothing to write"), "\(idle.all)")
        }
        #expect(try String(contentsOf: bench.csv, encoding: .utf8) == header + rows.map { $0 + "\n" }.joined())

        // A tag that somebody gives in the project comes back as the source calls it; an unknown one as its slug.
        try await bench.call("POST", "tags", #"{"name": "Left Bank", "context": "customers"}"#)
        try await bench.edit("cy@example.com", #"{"add_tags": ["very-important", "left-bank"]}"#)
        let back = try await bench.accord.run("sync")
        #expect(back.status == 0, "\(back.all)")
        let line = try String(contentsOf: bench.csv, encoding: .utf8).split(separator: "\n").last.map(String.init)
        #expect(line?.hasPrefix("3,Cy,cy@example.com,Harbor Street,") == true)
        #expect(Set(line?.split(separator: ",").last?.split(separator: ";") ?? []) == ["Very Important", "left-bank"])

        // No names any more is no empty side: nothing is refused, and nothing of theirs deleted.
        let bare = ["1,Ada,ada@example.com,,", "2,Bo,bo@example.com,,", "3,Cy,cy@example.com,,"]
        try bench.write("contacts.csv", header + bare.map { $0 + "\n" }.joined())
        let emptied = try await bench.accord.run("sync")
        #expect(emptied.status == 0, "\(emptied.all)")
        #expect(try await tags("Ada") == [])
        #expect(try await bench.call("GET", "tags").array?.count == 4)
    }

    @Test("what is created in passing can be explained and decided about like any other record")
    func explained() async throws {
        let bench = try await Workbench(mapping: CreateMissingTests.mapping)
        try bench.write(
            "contacts.csv",
            "id,first,email,store,tags\n1,Ada,ada@example.com,,Very Important\n2,Bo,not an address,,Lost\n")
        #expect(try await bench.accord.run("plan").status == 0, "which reads the project")
        let before = try await bench.accord.run("explain", "customers: tags", "VERY  important")
        #expect(before.status == 0 && before.output.contains("create in the project"), "\(before.all)")
        let lost = try await bench.accord.run("explain", "customers: tags", "Lost")
        #expect(lost.output.contains("named by no row that is written"), "\(lost.all)")
        #expect(try await bench.accord.run("sync").status == 3)
        let after = try await bench.accord.run("explain", "customers: tags", "Very Important", "name")
        #expect(after.status == 0 && after.output.contains("is linked to tag"), "\(after.all)")
        let decided = try await bench.accord.run(
            "conflicts", "resolve", "customers: tags", "Very Important", "name", "--take", "source")
        #expect(decided.errors.contains("There is no open conflict on name of Very Important"), "\(decided.all)")
        let wrong = try await bench.accord.run(
            "conflicts", "resolve", "customers: tag", "Very Important", "name", "--take", "source")
        #expect(wrong.errors.contains("customers: tags"), "\(wrong.all)")
    }

    @Test("without it, a name that the project lacks sets its customer aside")
    func notCreated() async throws {
        let bench = try await Workbench(
            rows: ["1,Ada,Okafor,ada@example.com,,vip,no"],
            mapping: Workbench.mapping.replacing("company: company", with: "tags: company"))
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 3, "\(sync.all)")
        #expect(try await bench.call("GET", "tags").array?.isEmpty == true)
    }
}
