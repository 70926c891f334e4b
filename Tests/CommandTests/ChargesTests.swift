import Foundation
import Testing

/// Payments, from what ships: each row becomes one charge, ever.
@Suite("Charges")
struct ChargesTests {
    private func bench() async throws -> Workbench {
        let bench = try await Workbench()
        for (folder, ending) in [("Fixtures", "csv"), ("Mappings", "yaml")] {
            let file = Program.repository.appendingPathComponent("\(folder)/charges.\(ending)")
            try bench.write("charges.\(ending)", String(contentsOf: file, encoding: .utf8))
        }
        try bench.write(
            "accord.yaml",
            """
            project: {url: "\(bench.base)/project", key: env:MGR_API_KEY, rate: 1000/s}
            pairs:
              charges: {source: {csv: charges.csv}, mapping: charges.yaml}
            """)
        try await bench.add(#"{"first_name": "Ada", "email": "ada.okafor@example.com"}"#)
        try await bench.add(#"{"first_name": "Ben", "email": "ben.carter@example.com"}"#)
        return bench
    }

    private func charges(_ bench: Workbench) async throws -> [String] {
        try await bench.call("GET", "charges").array.map { charges in
            charges.map { charge in
                "\(charge["customer"]?["email"]?.string ?? "") \(charge["amount"]?.int ?? 0) \(charge["currency"]?.string ?? "")"
            }.sorted()
        } ?? []
    }

    private static let expected = [
        "ada.okafor@example.com 125000 USD", "ada.okafor@example.com 450 USD", "ada.okafor@example.com 450 USD",
        "ben.carter@example.com -1200 JPY", "ben.carter@example.com 1012345 KWD", "ben.carter@example.com 1200 JPY",
    ]

    @Test("each row becomes one charge, in the smallest unit of its currency; two alike are two")
    func once() async throws {
        let bench = try await bench()
        let first = try await bench.accord.run("sync")
        #expect(first.status == 3 && first.output.contains("6 created in the project"), "\(first.all)")
        #expect(first.output.contains("(write decimal: "), "\(first.all)")
        #expect(try await charges(bench) == ChargesTests.expected)
        let idle = try await bench.accord.run("sync", "--full")
        #expect(idle.output.contains("nothing to write"), "\(idle.all)")
        #expect(try await charges(bench) == ChargesTests.expected)
    }

    @Test("charges that are there already are found by what they say, each for one row")
    func found() async throws {
        let bench = try await bench()
        _ = try await bench.call(
            "POST", "charges",
            #"{"email": "ada.okafor@example.com", "amount": 450, "currency": "USD", "charged_at": "2026-03-15T08:00:00Z"}"#
        )
        let first = try await bench.accord.run("sync")
        #expect(first.output.contains("5 created in the project, 1 linked"), "\(first.all)")
        #expect(try await charges(bench) == ChargesTests.expected)
    }

    @Test("a state that is lost doubles nothing")
    func lostState() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("sync").status == 3)
        try FileManager.default.removeItem(at: bench.folder.appendingPathComponent(".accord"))
        let again = try await bench.accord.run("sync")
        #expect(again.output.contains("6 linked"), "\(again.all)")
        #expect(try await charges(bench) == ChargesTests.expected)
    }

    @Test(
        "rows that get other keys are the same payments; and while rows may be missing, nobody is charged for one alike"
    )
    func otherKeys() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("sync").status == 3)
        let file = bench.folder.appendingPathComponent("charges.csv")
        let text = try String(contentsOf: file, encoding: .utf8)
        // A part of the file, with other keys: what is missing is not believed to be gone.
        let lines = text.replacing("P-", with: "Q-").split(separator: "\n").map { $0 + "\n" }
        try bench.write("charges.csv", lines.prefix(3).joined())
        let part = try await bench.accord.run("sync")
        #expect(part.output.contains("its own row was not found: this may be it"), "\(part.all)")
        #expect(try await charges(bench) == ChargesTests.expected)
        try bench.write("charges.csv", lines.joined())
        let renamed = try await bench.accord.run("sync")
        #expect(renamed.status == 3 && !renamed.output.contains("created"), "\(renamed.all)")
        #expect(try await charges(bench) == ChargesTests.expected)
    }

    @Test("a row that changes is reported, and the charge stays; a customer's new e-mail changes nothing")
    func changed() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("sync").status == 3)
        let file = bench.folder.appendingPathComponent("charges.csv")
        let text = try String(contentsOf: file, encoding: .utf8)
        try bench.write(
            "charges.csv", text.replacing("-1200", with: "-1000").replacing("12.345,USD", with: "12.34,USD"))
        try await bench.edit("ada.okafor@example.com", #"{"email": "ada@example.com"}"#)
        let sync = try await bench.accord.run("sync", "--full")
        #expect(sync.status == 3)
        #expect(sync.output.contains("amount of a charge cannot be changed once it is there"), "\(sync.all)")
        #expect(sync.output.contains("1 created in the project"), "\(sync.all)")
        #expect(sync.output.contains("1 record in quarantine"), "\(sync.all)")
        #expect(try await charges(bench).contains("ben.carter@example.com -1200 JPY"))
    }

    @Test("a charge's location becomes its customer's own: the plan says so, and the next run carries it to the source")
    func location() async throws {
        let bench = try await Workbench(
            rows: ["1,Ada,Okafor,ada@example.com,,,no"],
            mapping: Workbench.mapping.replacing("company: company", with: "location: company"))
        for slug in ["harbor", "pier-12"] {
            try await bench.call("POST", "locations", #"{"name": "\#(slug)", "slug": "\#(slug)"}"#)
        }
        let config = try String(
            contentsOf: bench.folder.appendingPathComponent("accord.yaml"), encoding: .utf8)
        try bench.write("accord.yaml", config + "\n  charges: {source: {csv: charges.csv}, mapping: charges.yaml}\n")
        try bench.write(
            "charges.yaml",
            """
            resource: charges
            key: id
            create: project
            fields:
              email: {column: email, direction: to-project}
              amount: {column: amount, type: money, currency: USD, direction: to-project}
              charged_at: {column: paid, type: date, direction: to-project}
              location: {column: store, direction: to-project}
            """)
        let header = "id,email,amount,paid,store\n"
        let rows = ["1,ada@example.com,10.00,2026-11-01,pier-12", "2,ada@example.com,11.00,2026-11-02,harbor"]
        try bench.write("charges.csv", header + rows[0] + "\n")
        let first = try await bench.accord.run("sync")
        #expect(first.output.contains("the customer's own location becomes pier-12, too"), "\(first.all)")
        #expect(try await bench.accord.run("sync").output.contains("location"), "it flows to the source")
        #expect(try bench.rows == ["1,Ada,Okafor,ada@example.com,,pier-12,no"])

        let more = rows + ["3,ada@example.com,12.00,2026-11-03,pier-12", "4,ada@example.com,13.00,2026-11-04,harbor"]
        try bench.write("charges.csv", header + more.map { $0 + "\n" }.joined())
        let second = try await bench.accord.run("sync")
        #expect(second.output.contains("becomes harbor, too; it is pier-12 before"), "\(second.all)")
        #expect(second.output.contains("the service gives the location of 3 charges to the customer"), "\(second.all)")
        _ = try await bench.accord.run("sync")
        #expect(try bench.rows == ["1,Ada,Okafor,ada@example.com,,harbor,no"], "the last row's is what stays")
        #expect(try await bench.accord.run("sync").output.contains("nothing to write"))
    }

    @Test("answers that are lost double nothing", arguments: 1...6)
    func lostAnswers(_ seed: Int) async throws {
        let bench = try await bench()
        try await bench.set(faults: "seed=\(seed),drop-after=30%,drop-before=10%,5xx=10%,5xx-after=10%,429=5%")
        for _ in 0..<6 { _ = try await bench.accord.run("sync") }
        try await bench.set(faults: "")
        _ = try await bench.accord.run("sync")
        #expect(try await charges(bench).filter { !ChargesTests.expected.contains($0) } == [], "seed \(seed)")
        try bench.passSettleTime()
        for _ in 0..<2 { _ = try await bench.accord.run("sync", "--full") }
        let charges = try await charges(bench)
        #expect(charges == ChargesTests.expected, "seed \(seed)")
    }
}
