import AccordCore
import AccordState
import Foundation
import Testing

/// Several kinds of records in one run, from what ships.
@Suite("Several pairs")
struct SeveralPairsTests {
    private static let customers = """
        resource: customers
        key: id
        match: [email]
        fields:
          first_name: first
          email: email
          location: store
          tags: {column: tags, type: set, separator: ";"}
        """

    /// Customers that name a location and tags which only the other files have.
    private func bench(
        _ rows: [String], customers mapping: String = SeveralPairsTests.customers
    ) async throws -> Workbench {
        let bench = try await Workbench()
        for name in ["locations", "tags", "sources"] {
            for (folder, ending) in [("Fixtures", "csv"), ("Mappings", "yaml")] {
                let file = Program.repository.appendingPathComponent("\(folder)/\(name).\(ending)")
                try bench.write("\(name).\(ending)", String(contentsOf: file, encoding: .utf8))
            }
        }
        try bench.write("customers.yaml", mapping)
        try bench.write("people.csv", (["id,first,email,store,tags"] + rows).map { $0 + "\n" }.joined())
        // Customers stand first: what they refer to comes before them all the same.
        let pairs = [
            "customers": "people.csv", "locations": "locations.csv", "tags": "tags.csv", "sources": "sources.csv",
        ]
        let config = pairs.sorted { $0.key < $1.key }
            .map { "  \($0.key):\n    source: {csv: \($0.value)}\n    mapping: \($0.key).yaml\n" }.joined()
        try bench.write(
            "accord.yaml",
            "project: {url: \"\(bench.base)/project\", key: env:MGR_API_KEY, rate: 1000/s}\npairs:\n\(config)")
        return bench
    }

    @Test("locations and tags are there before the customers that name them, in one plan")
    func inOrder() async throws {
        let bench = try await bench([
            "1,Ada,ada@example.com,pier-12,vip;wholesale", "2,Bo,bo@example.com,grand-avenue,",
        ])
        let plan = try await bench.accord.run("plan")
        let order = plan.output.matches(of: /Plan for ([a-z]+)/).map { String($0.output.1) }
        #expect(order.last == "customers" && order.count == 4, "\(order)")
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 0, "\(sync.all)")
        let ada = try await bench.customers().first { $0["email"]?.string == "ada@example.com" }
        #expect(ada?["location"]?["slug"]?.string == "pier-12")
        #expect(ada?["tags"]?.array?.compactMap { $0["slug"]?.string }.sorted() == ["vip", "wholesale"])

        // The slugs that the service made come back; then there is nothing left to do.
        let back = try await bench.accord.run("sync")
        #expect(back.status == 0, "\(back.all)")
        let stores = try String(contentsOf: bench.folder.appendingPathComponent("locations.csv"), encoding: .utf8)
        #expect(stores.contains("S-02,Grand Avenue,grand-avenue,"))
        let idle = try await bench.accord.run("plan", "--detailed-exitcode")
        #expect(idle.status == 0, "\(idle.all)")
    }

    @Test("a saved plan outlives a run in which nothing changed, and no other")
    func savedPlan() async throws {
        let bench = try await bench(["1,Ada,ada@example.com,pier-12,"])
        // One location waits for a person: its place in quarantine is settled anew by every run.
        let file = bench.folder.appendingPathComponent("locations.csv")
        let stores = try String(contentsOf: file, encoding: .utf8)
        try bench.write("locations.csv", stores + "S-99,,,,,,\n")
        for _ in 0..<2 { _ = try await bench.accord.run("sync") }
        func plan(_ person: String) async throws {
            let rows = "id,first,email,store,tags\n1,\(person),ada@example.com,pier-12,\n"
            try bench.write("people.csv", rows)
            #expect(try await bench.accord.run("plan", "customers", "--out", "plan.json").status == 0)
        }
        try await plan("Augusta")
        for _ in 0..<2 { #expect(try await bench.accord.run("sync", "locations").status == 3) }
        let applied = try await bench.accord.run("apply", "plan.json")
        #expect(applied.status == 0, "\(applied.all)")
        #expect(try await bench.customers().first?["first_name"]?.string == "Augusta")

        try await plan("Ada")
        try bench.write("locations.csv", String(contentsOf: file, encoding: .utf8) + "S-98,Lake View,,,,,\n")
        #expect(try await bench.accord.run("sync", "locations").status == 3)
        let stale = try await bench.accord.run("apply", "plan.json")
        #expect(stale.status == 5 && stale.all.contains("begun or settled something"), "\(stale.all)")
        #expect(try await bench.customers().first?["first_name"]?.string == "Augusta")
    }

    @Test("a new name breaks no link, and nothing is deleted by default")
    func renamed() async throws {
        let bench = try await bench(["1,Ada,ada@example.com,pier-12,"])
        for _ in 0..<2 { #expect(try await bench.accord.run("sync").status == 0) }
        let file = bench.folder.appendingPathComponent("locations.csv")
        let text = try String(contentsOf: file, encoding: .utf8)
        let renamed = text.split(separator: "\n").filter { !$0.hasPrefix("S-03") }.map { $0 + "\n" }.joined()
            .replacing("S-01,Pier 12,pier-12,", with: "S-01,The Pier,the-pier,")
        try bench.write("locations.csv", renamed)
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 0, "\(sync.all)")
        #expect(!sync.output.contains("create") && !sync.output.contains("delete"), "\(sync.output)")
        #expect(try await bench.customers().first?["location"]?["slug"]?.string == "the-pier")
    }

    private static let byKey = customers.replacing(
        "location: store", with: "location: {column: store, pair: locations}")

    @Test("a row may name a store by the store's own key: what is linked, or will be, is found; what is not waits")
    func byKey() async throws {
        let bench = try await bench(
            ["1,Ada,ada@example.com,S-01,", "2,Bo,bo@example.com,S-02,", "3,Cy,cy@example.com,S-99,"],
            customers: SeveralPairsTests.byKey)
        func store(_ email: String) async throws -> String? {
            try await bench.customers().first { $0["email"]?.string == email }?["location"]?["slug"]?.string
        }
        let first = try await bench.accord.run("sync")
        #expect(first.status == 3, "\(first.all)")
        #expect(
            first.output.contains(
                #"location (column "store"): expected the key of a linked record of the pair locations, found "S-99""#),
            "\(first.all)")
        #expect(try await store("ada@example.com") == "pier-12")
        #expect(try await store("bo@example.com") == "grand-avenue")

        let stores = bench.folder.appendingPathComponent("locations.csv")
        let text = try String(contentsOf: stores, encoding: .utf8)
        try bench.write("locations.csv", text + "S-99,Late,late,1 Late St,Oakland,CA,94610\n")
        let late = try await bench.accord.run("sync")
        #expect(late.status == 0, "\(late.all)")
        #expect(try await store("cy@example.com") == "late")

        // And back: the project's slug becomes the key.
        try await bench.edit("ada@example.com", #"{"location_slug": "late"}"#)
        #expect(try await bench.accord.run("sync").status == 0)
        let people = try String(contentsOf: bench.folder.appendingPathComponent("people.csv"), encoding: .utf8)
        #expect(people.contains("1,Ada,ada@example.com,S-99,"))
        #expect(try await bench.accord.run("plan", "--full", "--detailed-exitcode").status == 0)
    }

    @Test("a store whose row says its slug gets it, though the service would make the same for a store before it")
    func slugsThatMeet() async throws {
        let bench = try await bench(
            ["1,Ada,ada@example.com,S-11,", "2,Bo,bo@example.com,S-12,"], customers: SeveralPairsTests.byKey)
        try bench.write(
            "locations.csv", "Store ID,Name,Slug,Street,City,State,ZIP\nS-11,North,,,,,\nS-12,Elsewhere,north,,,,\n")
        func store(_ email: String) async throws -> String? {
            try await bench.customers().first { $0["email"]?.string == email }?["location"]?["name"]?.string
        }
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 0, "\(sync.all)")
        #expect(try await store("bo@example.com") == "Elsewhere")
        #expect(try await store("ada@example.com") == "North")
        // The slug that the service made comes back, and then there is nothing left to do.
        for _ in 0..<2 { #expect(try await bench.accord.run("sync").status == 0) }
        #expect(try await bench.accord.run("plan", "--full", "--detailed-exitcode").status == 0)
    }

    @Test("a field that names records of a pair that is not there, or keeps something else, is refused")
    func wrongPair() async throws {
        for (pair, error) in [
            ("location", #"customers.yaml:7: there is no pair "location" (did you mean "locations"?)"#),
            ("tags", "customers.yaml:7: location names one of the locations, and the pair tags keeps tags"),
        ] {
            let mapping = SeveralPairsTests.byKey.replacing("pair: locations", with: "pair: \(pair)")
            let bench = try await bench([], customers: mapping)
            let plan = try await bench.accord.run("plan")
            #expect(plan.status == 1)
            #expect(plan.errors.contains(error), "\(plan.all)")
        }
    }

    @Test("a pair that fails does not stop those that do not depend on it")
    func isolated() async throws {
        let bench = try await bench(["1,Ada,ada@example.com,,"])
        try FileManager.default.removeItem(at: bench.folder.appendingPathComponent("tags.csv"))
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 1)
        #expect(sync.output.contains("tags.csv"), "what failed is said: \(sync.all)")
        #expect(sync.output.contains("pair customers: it refers to tags, which failed"), "\(sync.output)")
        #expect(sync.output.contains("5 created in the project"), "locations and sources are done: \(sync.output)")
        #expect(try await bench.customers().isEmpty)
        let single = try await bench.accord.run("sync", "locations")
        #expect(single.status == 0, "\(single.all)")
    }

    @Test("a pair waits for no other whose records its mapping does not name")
    func unmapped() async throws {
        let bench = try await bench(
            ["1,Ada,ada@example.com,,"],
            customers: "resource: customers\nkey: id\nmatch: [email]\nfields: {first_name: first, email: email}\n")
        for file in ["tags.csv", "locations.csv"] {
            try FileManager.default.removeItem(at: bench.folder.appendingPathComponent(file))
        }
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 1 && !sync.output.contains("refers to"), "\(sync.all)")
        #expect(try await bench.customers().first?["first_name"]?.string == "Ada")
    }

    @Test("a row that is as it was is decided again when the key in it becomes another record's, or nobody's")
    func keysThatChange() async throws {
        let mapping = """
            resource: customers
            key: id
            match: [email]
            fields:
              first_name: first
              email: email
              location: {column: store, pair: locations}
            """
        let bench = try await Workbench(mapping: mapping)
        let config = try String(contentsOf: bench.folder.appendingPathComponent("accord.yaml"), encoding: .utf8)
        try bench.write(
            "accord.yaml",
            config + "\n  locations:\n    source:\n      csv: stores.csv\n    mapping: stores.yaml\n")
        try bench.write("stores.yaml", "resource: locations\nkey: store\nfields:\n  name: name\n")
        try bench.write("contacts.csv", "id,first,email,store\n1,Ada,ada@example.com,S-1\n2,Bo,bo@example.com,S-2\n")
        func location(_ email: String) async throws -> String? {
            try await bench.customers().first { $0["email"]?.string == email }?["location"]?["slug"]?.string
        }
        try bench.write("stores.csv", "store,name\nS-1,Oakland\nS-2,Fresno\n")
        #expect(try await bench.accord.run("sync").status == 0)
        // Another store is no reason to look at everybody again.
        try bench.write("stores.csv", "store,name\nS-1,Oakland\nS-2,Fresno\nS-9,Reno\n")
        #expect(try await bench.accord.run("sync").status == 0)
        let idle = try await bench.accord.run("plan", "customers")
        #expect(idle.output.contains("source not at all"), "\(idle.all)")

        try bench.write("stores.csv", "store,name\nS-3,Oakland\nS-2,Fresno\nS-9,Reno\n")
        try await bench.accord.run("sync")
        let waits = try await bench.accord.run("sync")
        #expect(waits.status == 3 && waits.output.contains("1 record in quarantine"), "nobody is S-1: \(waits.all)")
        try bench.write("stores.csv", "store,name\nS-3,Oakland\nS-2,Fresno\nS-9,Reno\nS-1,Berkeley\n")
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 0, "\(sync.all)")
        #expect(try await location("ada@example.com") == "berkeley")
        #expect(try await location("bo@example.com") == "fresno")
    }
}
