import AccordConfig
import AccordCore
import AccordFiles
import AccordREST
import Foundation
import Testing

/// The tools that people come from: each export is recognised, planned and applied, and then there is nothing left to do.
@Suite("Exports of known tools")
struct KnownTableTests {
    @Test("every table that ships is recognised by the header of its own example", arguments: KnownTable.all)
    func recognised(_ known: KnownTable) async throws {
        let header = try await CSVTable(path: known.fixture.path, name: known.id).schema().fields.map(\.name)
        #expect(try KnownTable.recognise(header: header, api: APIDescription.project) == known)
    }

    @Test(
        "a table of another resource is recognised for a pair of its name, and not taken for customers",
        arguments: try APIDescription.project.resources.keys.sorted().compactMap { name in
            KnownTable.all.first { $0.id == name }
        })
    func ownTable(_ known: KnownTable) async throws {
        let (bench, name) = (try await Workbench(), known.id)
        try bench.write("table.csv", String(contentsOf: known.fixture, encoding: .utf8))
        let start = try await bench.accord.run("init", name, "--from", "table.csv", "--config", "new.yaml")
        #expect(start.output.contains("this is a table of \(name), whose mapping ships"), "\(start.all)")
        let customers = try await bench.accord.run("init", "customers", "--from", "table.csv", "--config", "other.yaml")
        #expect(customers.output.contains("guessed from the header"), "\(customers.all)")
        try bench.write("other.csv", "a,b\n")
        let unknown = try await bench.accord.run("init", name, "--from", "other.csv", "--config", "third.yaml")
        #expect(unknown.status == 64 && unknown.errors.contains("Mappings/\(name).yaml"), "\(unknown.all)")
    }

    @Test(
        "the sign before decimals is guessed from all cells of a column; where none shows it, what could be thousands waits",
        arguments: [(#""1.250,5""#, ",", [100_000, 125_050]), ("4.50", ".", [450]), ("7", "", [700])])
    func decimals(_ cell: String, _ sign: String, _ amounts: [Int64]) async throws {
        let bench = try await Workbench()
        try await bench.add(#"{"first_name": "Ada", "email": "ada@example.com"}"#)
        // What shows it stands behind more rows than a sample would hold.
        let rows = (1...300).map { _ in "P-1,ada@example.com,1.000,EUR,2026-03-14 09:30" }
            .enumerated().map { $1.replacing("P-1", with: "P-\($0)") }
        let last = "P-900,ada@example.com,\(cell),EUR,2026-03-15 09:30"
        let header = "Payment ID,Customer Email,Amount,Currency,Paid At"
        try bench.write("export.csv", ([header] + rows + [last]).map { $0 + "\n" }.joined())
        let start = try await bench.accord.run("init", "charges", "--from", "export.csv", "--config", "new.yaml")
        #expect(start.status == 0, "\(start.all)")
        let mapping = try String(
            contentsOf: bench.folder.appendingPathComponent("charges-mapping.yaml"), encoding: .utf8)
        #expect(mapping.contains("money, decimal:") == !sign.isEmpty)
        if !sign.isEmpty { #expect(mapping.contains("type: money, decimal: \"\(sign)\", currency")) }
        let text = try String(contentsOf: bench.folder.appendingPathComponent("new.yaml"), encoding: .utf8)
        let fast = text.replacing("project:\n", with: "project:\n  url: \(bench.base)/project\n")
            .replacing("rate: 5/s", with: "rate: 1000/s")
        try bench.write("new.yaml", fast)
        let sync = try await bench.accord.run("sync", "--config", "new.yaml")
        let isRead = sign == ","
        #expect(sync.status == (isRead ? 0 : 3), "\(sync.all)")
        if sign.isEmpty { #expect(sync.output.contains("(write decimal: "), "\(sync.all)") }
        let charged = try await bench.call("GET", "charges?limit=30").array?.compactMap { $0["amount"]?.int } ?? []
        #expect(Set(charged) == Set(amounts), "never a thousandth")
    }

    @Test(
        "an export of payments is recognised by its header; what is no payment is left out, and nothing is left to do",
        arguments: [
            ("stripe-payments", "Stripe's payments", ["12000 USD", "4800 JPY", "6000 USD", "8550 USD"], 2, "ch_3PqA1"),
            ("shopify-orders", "Shopify's orders", ["5940 USD", "8640 USD"], 3, "5301001"),
        ])
    func payments(_ file: String, _ name: String, _ expected: [String], _ leftOut: Int, _ key: String) async throws {
        let bench = try await Workbench()
        for person in ["ada.okafor", "ben.carter"] {
            try await bench.add(#"{"first_name": "Some", "email": "\#(person)@example.com"}"#)
        }
        let export = Program.repository.appendingPathComponent("Fixtures/tools/\(file).csv")
        try bench.write("export.csv", String(contentsOf: export, encoding: .utf8))
        let start = try await bench.accord.run("init", "charges", "--from", "export.csv", "--config", "new.yaml")
        #expect(start.output.contains("an export of \(name)"), "\(start.all)")
        let text = try String(contentsOf: bench.folder.appendingPathComponent("new.yaml"), encoding: .utf8)
        try bench.write("new.yaml", text.replacing("project:\n", with: "project:\n  url: \(bench.base)/project\n"))
        let sync = try await bench.accord.run("sync", "--config", "new.yaml")
        #expect(sync.status == 3 && sync.output.contains("1 record in quarantine"), "nobody says who paid: \(sync.all)")
        #expect(sync.output.contains("\(leftOut) rows are left out by the mapping"), "\(sync.all)")
        func charges() async throws -> [String] {
            try await bench.call("GET", "charges").array.map { charges in
                charges.map { "\($0["amount"]?.int ?? 0) \($0["currency"]?.string ?? "")" }.sorted()
            } ?? []
        }
        #expect(try await charges() == expected)
        let idle = try await bench.accord.run("plan", "--config", "new.yaml", "--full", "--detailed-exitcode")
        #expect(idle.status == 0, "\(idle.all)")

        // A payment that fails later is left alone: it is neither changed nor gone.
        let failed = try String(contentsOf: export, encoding: .utf8).replacing(",Paid,", with: ",Failed,")
            .replacing(",paid,", with: ",voided,")
        try bench.write("export.csv", failed)
        let later = try await bench.accord.run("sync", "--config", "new.yaml", "--full")
        #expect(later.output.contains("nothing to write"), "\(later.all)")
        #expect(try await charges() == expected)
        let why = try await bench.accord.run("explain", "charges", key, "--config", "new.yaml")
        #expect(why.output.contains("nothing is done about it: 1 row is left out by the mapping"), "\(why.all)")
    }

    @Test(
        "an export is recognised by its header, synced, and has nothing left to do",
        arguments: [
            ("hubspot", "HubSpot", 4, 1, 1), ("salesforce", "Salesforce", 3, 0, 1), ("pipedrive", "Pipedrive", 3, 0, 1),
            ("mailchimp", "Mailchimp", 3, 0, 0), ("google-contacts", "Google Contacts", 3, 0, 0),
            ("shopify", "Shopify", 3, 0, 1), ("square-customers", "Square", 4, 1, 1),
            ("stripe-customers", "Stripe", 3, 2, 0), ("quickbooks", "QuickBooks Online", 4, 1, 0),
            ("jobber", "Jobber", 4, 2, 1), ("housecall-pro", "Housecall Pro", 4, 1, 1), ("podium", "Podium", 4, 1, 1),
            ("birdeye", "Birdeye", 4, 0, 1),
        ])
    func tool(_ file: String, _ name: String, _ created: Int, _ quarantined: Int, _ optedOut: Int) async throws {
        let bench = try await Workbench()
        let export = Program.repository.appendingPathComponent("Fixtures/tools/\(file).csv")
        let before = try Data(contentsOf: export)
        try before.write(to: bench.folder.appendingPathComponent("export.csv"))
        let start = try await bench.accord.run("init", "people", "--from", "export.csv", "--config", "new.yaml")
        #expect(start.output.contains("an export of \(name)"), "\(start.all)")
        let config = bench.folder.appendingPathComponent("new.yaml")
        let text = try String(contentsOf: config, encoding: .utf8)
        try bench.write(
            "new.yaml",
            text.replacing("project:\n", with: "project:\n  url: \(bench.base)/project\n").replacing(
                "5/s", with: "500/s"))

        let sync = try await bench.accord.run("sync", "--config", "new.yaml", "--json")
        #expect(sync.status == (quarantined == 0 ? 0 : 3), "\(sync.all)")
        let report = try JSON(parsing: Array(sync.output.utf8))
        #expect(report["done"]?["project.create"]?.int == Int64(created), "\(sync.all)")
        #expect(report["quarantined"]?.int == Int64(quarantined))
        let out = try await bench.customers().filter { ($0["unsubscribed_at"] ?? .null) != .null }
        #expect(out.count == optedOut)
        let people = try await bench.customers()
        #expect(
            people.allSatisfy {
                ($0["email"]?.string?.contains("@") ?? $0["phone"]?.string?.hasPrefix("+") ?? false)
                    && $0["first_name"]?.string != ""
            })

        let idle = try await bench.accord.run("plan", "--config", "new.yaml", "--full", "--detailed-exitcode")
        #expect(idle.status == 0, "\(idle.all)")
        #expect(
            try Data(contentsOf: bench.folder.appendingPathComponent("export.csv")) == before, "the export is untouched"
        )
    }
}

extension KnownTable {
    /// An example of the table: of a tool's export, or of a resource's own table.
    var fixture: URL {
        let tool = Program.repository.appendingPathComponent("Fixtures/tools/\(id).csv")
        let isTool = FileManager.default.fileExists(atPath: tool.path)
        return isTool ? tool : Program.repository.appendingPathComponent("Fixtures/\(id).csv")
    }
}
