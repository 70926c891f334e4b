import AccordCore
import Foundation
import Testing

/// `explain` and `plan` of the same state and files are held against each other by what the two commands print.
@Suite("Explain and plan")
struct ExplainTests {
    private static let people = 1...16

    /// A source and a project in which everything has happened that can happen to a record, after both had agreed.
    private func eventfulBench() async throws -> Workbench {
        let bench = try await Workbench(rows: Self.people.map { Workbench.row($0, company: "Co") })
        #expect(try await bench.accord.run("sync").status == 0)
        // A conflict that a person has decided, and that the next sync carries out.
        var rows = Self.people.map { Workbench.row($0, company: $0 == 14 ? "Mine" : "Co") }
        try bench.write(rows: rows)
        try await bench.edit("p14@example.com", #"{"company": "Theirs"}"#)
        #expect(try await bench.accord.run("sync").status == 3)
        let resolve = ["conflicts", "resolve", "customers", "14", "company", "--take", "source"]
        #expect(try await bench.accord.start(resolve).finished().status == 0)

        rows[1] = Workbench.row(2, company: "Edited here")
        try await bench.edit("p3@example.com", #"{"company": "Edited there"}"#)
        rows[3] = Workbench.row(4, company: "Here")
        try await bench.edit("p4@example.com", #"{"company": "There"}"#)
        rows[4] = ""
        try await bench.edit("p6@example.com", #"{"delete": true}"#)
        rows[6] = Workbench.row(7, company: "Edited and archived")
        try await bench.edit("p7@example.com", #"{"archived": true}"#)
        rows[7] = "8,Edited8,Last8,p8@example.com,12,Co,no"
        try await bench.edit("p9@example.com", #"{"unsubscribed": true}"#)
        rows[9] = Workbench.row(10, company: "Co").replacing(",no", with: ",yes")
        rows[12] = rows[12].replacing("13,First", with: "130,First")
        rows[14] = Workbench.row(15, company: "Edited and deleted")
        try await bench.edit("p15@example.com", #"{"delete": true}"#)
        rows[15] += ",one cell too many"
        rows.append("20,Like,One,p1@example.com,,,no")
        rows.append(Workbench.row(21))
        rows.append("22,,Nameless,p22@example.com,,,no")
        try await bench.add(#"{"first_name": "Only", "last_name": "There", "email": "only@example.com"}"#)
        try bench.write(rows: rows.filter { !$0.isEmpty })
        return bench
    }

    @Test("explain says of every record what the plan says of it, by its key and by the project's id")
    func everyRecord() async throws {
        let bench = try await eventfulBench()
        let plan = try await plan(bench, "--full")
        for bucket in ["created", "updated", "removed", "conflict", "quarantined", "left-alone", "linked"] {
            #expect(plan.contains { $0.bucket == bucket }, "nothing in this world is \(bucket)")
        }
        try await expectAgreement(with: plan, bench)
    }

    @Test("explain agrees with the plan where a doubled key puts the read of the source in doubt")
    func doubledKey() async throws {
        let bench = try await eventfulBench()
        let rows = try bench.rows
        let doubled = "3,Another,Three,other@example.com,,,no"
        try bench.write(rows: rows + [doubled])
        let plan = try await plan(bench, "--full")
        #expect(plan.count { $0.key == "3" } == 2, "both rows are set aside")
        #expect(plan.contains { $0.bucket == "withheld" }, "the deleted row does not count as gone")
        try await expectAgreement(with: plan, bench)
    }

    @Test("explain agrees with the plan after the next sync, when most records have nothing left to do")
    func settled() async throws {
        let bench = try await eventfulBench()
        _ = try await bench.accord.run("sync", "--full")
        try await expectAgreement(with: plan(bench), bench)
    }

    @Test("what a sync would do is not made up where the project was not read, or not for this mapping")
    func notRead() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        let first = try await bench.accord.run("explain", "customers", "1")
        #expect(first.output.contains("not known: the project was never read whole"), "\(first.all)")
        #expect(first.output.contains("p1@example.com"), "\(first.all)")
        #expect(try await bench.accord.run("sync").status == 0)
        try bench.write("mapping.yaml", Workbench.mapping.replacing("  company: company\n", with: ""))
        let other = try await bench.accord.run("explain", "customers", "1")
        #expect(other.output.contains("not known: the project was not read for this mapping"), "\(other.all)")
    }

    @Test("explain sends no request and writes nothing")
    func readsOnly() async throws {
        let bench = try await eventfulBench()
        _ = try await bench.accord.run("plan", "--full")
        let (requests, state) = (try await bench.requestCount(), try await bench.accord.run("status", "--json").output)
        for key in ["1", "2", "6", "project:6", "nobody"] {
            #expect(try await bench.accord.run("explain", "customers", key).status == 0)
        }
        #expect(try await bench.requestCount() == requests)
        #expect(try await bench.accord.run("status", "--json").output == state)
    }

    // MARK: - What the two commands print

    /// A record of `plan --format json`.
    private struct Planned {
        var key: String?
        var id: String?
        var bucket: String
        var json: JSON

        /// What `explain` must print of it.
        var words: [String] {
            var words: [String] = []
            for operation in json["operations"]?.array ?? [] {
                let what = "\(operation["kind"]?.string ?? "") in the \(operation["side"]?.string ?? "")"
                words += [what, operation["why"]?.string ?? "?"]
                guard operation["kind"]?.string != "create" else { continue }
                words += (operation["changes"]?.array ?? []).compactMap { $0["field"]?.string }
                words += (operation["changes"]?.array ?? []).compactMap { $0["after"]?.string.map { "→ \($0)" } }
            }
            words += (json["conflicts"]?.array ?? []).compactMap { $0["what"]?.string }
            return words + [json["quarantine"]?["message"]?.string, json["note"]?["text"]?.string].compactMap(\.self)
        }

        var operationCount: Int { json["operations"]?.array?.count ?? 0 }
    }

    private func plan(_ bench: Workbench, _ options: String...) async throws -> [Planned] {
        let output = try await bench.accord.start(["plan", "--format", "json"] + options).finished().output
        let records = try JSON(parsing: Array(output.utf8))["pairs"]?.array?.first?["records"]?.array
        return try #require(records).map { json in
            Planned(
                key: json["sourceKey"]?.string, id: json["projectID"]?.string, bucket: json["bucket"]?.string ?? "",
                json: json)
        }
    }

    private func expectAgreement(with plan: [Planned], _ bench: Workbench) async throws {
        let keys = try bench.rows.compactMap { $0.split(separator: ",").first.map(String.init) }
        let ids = try await bench.customers().compactMap { $0["id"]?.int }.map { "project:\($0)" }
        let planned = plan.flatMap { [$0.key, $0.id.map { "project:\($0)" }] }.compactMap(\.self)
        for name in Set(keys + ids + planned + Self.people.map(String.init)).sorted() {
            let next = try await next(of: name, bench)
            var records = plan.filter { $0.key == name || $0.id.map { "project:\($0)" } == name }
            // Rows that cannot be told apart have one key, whichever way it is asked for.
            if let key = records.first?.key { records = plan.filter { $0.key == key } }
            let moved = plan.filter { $0.json["link"]?["fromKey"]?.string == name }
            for record in records + moved {
                for word in record.words { #expect(next.text.contains(word), "\(name): \(word)\n\(next.text)") }
            }
            let count = (records + moved).reduce(0) { $0 + $1.operationCount }
            #expect(next.operationCount == count, "\(name)\n\(next.text)")
            if records.isEmpty, moved.isEmpty {
                #expect(next.isQuiet, "\(name) is not in the plan\n\(next.text)")
            } else {
                #expect(!next.text.contains("    unchanged"), "\(name) is in the plan\n\(next.text)")
            }
        }
    }

    /// What `explain` prints of the next sync.
    private struct Next {
        var text: String

        var operationCount: Int {
            text.matches(of: /\n *[-+~!»] [a-z]+ in the (source|project)/).count
        }

        /// Nothing is done about the record, and nothing is said of it.
        var isQuiet: Bool {
            let lines = text.split(separator: "\n").dropFirst().filter { !$0.hasPrefix("    ! ") }
            return lines.isEmpty || lines == ["    unchanged"] || lines == ["    left alone"]
        }
    }

    private func next(of name: String, _ bench: Workbench) async throws -> Next {
        let result = try await bench.accord.run("explain", "customers", name)
        #expect(result.status == 0, "\(result.all)")
        guard let start = result.output.range(of: "  next sync") else { return Next(text: "") }
        let rest = result.output[start.lowerBound...]
        return Next(text: String(rest[..<(rest.range(of: "\n  history")?.lowerBound ?? rest.endIndex)]))
    }
}
