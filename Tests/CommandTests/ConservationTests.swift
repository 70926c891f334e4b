import AccordConfig
import AccordCore
import AccordReport
import Chance
import Foundation
import Testing

/// Every record of either side lies in one bucket, whatever it is a record of; and the order of things changes nothing.
@Suite("Conservation")
struct ConservationTests {
    @Test(
        "every row and every record of the project is in one bucket, before and after a sync",
        arguments: KnownTable.all)
    func buckets(known: KnownTable) async throws {
        let bench = try await Workbench()
        for path in ["locations", "sources", "tags"] {
            try await bench.call("POST", path, #"{"name": "One of mine", "context": "customers"}"#)
        }
        for person in ["ada.okafor", "ben.carter"] {
            try await bench.add(#"{"first_name": "Some", "email": "\#(person)@example.com"}"#)
            let review = #"{"first_name": "R", "email": "\#(person)@example.com", "score": 4}"#
            try await bench.call("POST", "reviews", review)
            try await bench.call("POST", "asks", #"{"email": "\#(person)@example.com", "channels": ["email"]}"#)
            try await bench.call(
                "POST", "charges",
                #"{"email": "\#(person)@example.com", "amount": 1, "currency": "USD", "charged_at": "2026-01-01"}"#)
        }
        try bench.write("table.csv", String(contentsOf: known.fixture, encoding: .utf8))
        try bench.write("table.yaml", known.mapping)
        try bench.write(
            "accord.yaml",
            """
            project: {url: "\(bench.base)/project", key: env:MGR_API_KEY, rate: 1000/s}
            pairs:
              table: {source: {csv: table.csv}, mapping: table.yaml}
            """)
        let rows = try await counted(bench)
        let sync = try await bench.accord.run("sync", "--allow-sends", "9")
        #expect([0, 3].contains(sync.status), "\(sync.all)")
        // What only the project has come to be rows of the source by the sync.
        let after = try await counted(bench)
        #expect(max(rows, after) > 0)
    }

    /// - Returns: the rows of the source.
    private func counted(_ bench: Workbench) async throws -> Int64 {
        let plan = try await bench.accord.run("plan", "--full", "--format", "json")
        #expect(plan.status == 0, "\(plan.all)")
        let pair = try #require(try JSON(parsing: Array(plan.output.utf8))["pairs"]?.array?.first)
        for side in ["source", "project"] {
            let reading = try #require(pair[side])
            guard case .object(let buckets)? = reading["buckets"] else {
                Issue.record("no buckets")
                continue
            }
            let sum = buckets.values.reduce(0) { $0 + ($1.int ?? 0) }
            #expect(sum == reading["records"]?.int, "\(side): \(buckets)")
            #expect(buckets.values.allSatisfy { ($0.int ?? -1) > 0 })
        }
        return try #require(pair["source"]?["records"]?.int)
    }

    @Test("rows that refer to each other may stand in any order, and so may their pairs", arguments: 0..<4)
    func shuffled(_ seed: Int) async throws {
        var dice = Dice(seed: UInt64(seed))
        let bench = try await Workbench()
        func write(_ name: String, _ header: String, _ rows: [String], _ mapping: String) throws {
            try bench.write(
                "\(name).csv", ([header] + rows.shuffled(using: &dice)).map { $0 + "\n" }.joined())
            try bench.write("\(name).yaml", mapping)
        }
        try write(
            "stores", "id,name,slug", (1...4).map { "S\($0),Store \($0),store-\($0)" },
            "resource: locations\nkey: id\nfields: {name: name, slug: slug}")
        try write(
            "people", "id,first,email,store,tags",
            (1...8).map { "C\($0),First\($0),c\($0)@example.com,S\(1 + $0 % 4),Tag \($0 % 3);TAG 1" },
            """
            resource: customers
            key: id
            fields:
              first_name: first
              email: email
              location: {column: store, pair: stores}
              tags: {column: tags, type: set, separator: ";", create missing: true}
            """)
        try write(
            "payments", "id,who,amount,paid", (1...12).map { "P\($0),C\(1 + $0 % 8),\($0).00,2026-03-\(10 + $0)" },
            """
            resource: charges
            key: id
            create: project
            fields:
              email: {column: who, pair: people, direction: to-project}
              amount: {column: amount, type: money, currency: USD, direction: to-project}
              charged_at: {column: paid, type: date, direction: to-project}
            """)
        let pairs = ["stores", "people", "payments"].shuffled(using: &dice).map {
            "  \($0): {source: {csv: \($0).csv}, mapping: \($0).yaml}\n"
        }
        try bench.write(
            "accord.yaml",
            "project: {url: \"\(bench.base)/project\", key: env:MGR_API_KEY, rate: 1000/s}\npairs:\n" + pairs.joined())
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 0, "seed \(seed): \(sync.all)")
        let customers = try await bench.customers().map { customer in
            let tags = customer["tags"]?.array?.compactMap { $0["slug"]?.string }.sorted() ?? []
            return "\(customer["email"]?.string ?? "") \(customer["location"]?["slug"]?.string ?? "") \(tags)"
        }.sorted()
        #expect(
            customers
                == (1...8).map { number in
                    let tags = Set(["tag-\(number % 3)", "tag-1"]).sorted()
                    return "c\(number)@example.com store-\(1 + number % 4) \(tags)"
                }.sorted(), "seed \(seed)")
        let paid = try await bench.call("GET", "charges").array?.map { charge in
            "\(charge["customer"]?["email"]?.string ?? "") \(charge["amount"]?.int ?? 0)"
        }.sorted()
        #expect(paid == (1...12).map { "c\(1 + $0 % 8)@example.com \($0 * 100)" }.sorted(), "seed \(seed)")
        let idle = try await bench.accord.run("plan", "--full", "--detailed-exitcode")
        #expect(idle.status == 0, "seed \(seed): \(idle.all)")
    }
}
