import AccordCore
import Foundation
import Testing

/// What a person asks afterwards: why a field is as it is, why a record was not synced, how things stand.
@Suite("Questions")
struct QuestionTests {
    @Test("explain tells both sides, both bases, the rule and the runs")
    func field() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1, company: "Old")])
        _ = try await bench.accord.run("sync")
        try await bench.edit("p1@example.com", #"{"company": "New"}"#)
        let before = try await bench.accord.run("explain", "customers", "1", "company")
        #expect(before.output.contains("neither side changed it"), "it shows what was last read: \(before.output)")
        _ = try await bench.accord.run("sync")
        let after = try await bench.accord.run("explain", "customers", "1", "company")
        #expect(after.status == 0)
        for word in [
            "source    New  (agreed: New)", "project   New  (agreed: New)", "run 2", "Old → New",
            "changed in the project",
        ] {
            #expect(after.output.contains(word), "\(word): \(after.output)")
        }
        #expect(!after.output.contains("first_name"), "one field was asked for")
    }

    @Test("explain says in words what is remembered of a record that is gone")
    func gone() async throws {
        let bench = try await Workbench(rows: (1...3).map { Workbench.row($0) })
        #expect(try await bench.accord.run("sync").status == 0)
        try bench.write(rows: (1...2).map { Workbench.row($0) })
        #expect(try await bench.accord.run("sync").status == 0)
        let gone = try await bench.accord.run("explain", "customers", "3")
        let words = "(remembered as archived in the project), which is archived"
        #expect(gone.output.contains(words), "\(gone.output)")
    }

    @Test("explain says why a record was not synced, by its key or by the project's id")
    func record() async throws {
        let bench = try await Workbench(
            rows: ["1,,Nameless,p1@example.com,,,no", "2,Bad,Address,nowhere,,,no"],
            mapping: Workbench.mapping.replacing("create: both", with: "create: project"))
        try await bench.add(#"{"first_name": "Only", "email": "only@example.com"}"#)
        #expect(try await bench.accord.run("sync").status == 3)
        let quarantine = try await bench.accord.run("quarantine")
        #expect(
            quarantine.output.contains("    a value that does not fit: first_name is blank"), "\(quarantine.output)")
        let nameless = try await bench.accord.run("explain", "customers", "1")
        #expect(nameless.output.contains("first_name is blank, and a new customer needs it"), "\(nameless.output)")
        let bad = try await bench.accord.run("explain", "customers", "2")
        #expect(bad.output.contains("nowhere") && bad.output.contains("in quarantine"), "\(bad.output)")
        let only = try await bench.accord.run("explain", "customers", "project:1")
        #expect(only.output.contains("only@example.com"), "\(only.output)")
        #expect(only.output.contains("no record of the source is linked to it"), "\(only.output)")
        let unknown = try await bench.accord.run("explain", "customers", "77")
        #expect(unknown.output.contains("neither in the source nor known"), "\(unknown.output)")
        let noPair = try await bench.accord.run("explain", "clients", "1")
        #expect(noPair.status == 1)
        #expect(noPair.errors.contains("there is no pair \"clients\"; there is customers"), "\(noPair.errors)")
    }

    @Test("status, reports and plans are JSON for machines")
    func machines() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1), "2,Bad,Address,nowhere,,,no"])
        let sync = try await bench.accord.run("sync", "--json")
        #expect(try JSON(parsing: Array(sync.output.utf8))["quarantined"]?.int == 1)
        let status = try JSON(parsing: Array(try await bench.accord.run("status", "--json").output.utf8))
        let pair = try #require(status["pairs"]?.array?.first)
        #expect(pair["linked"]?.int == 1)
        #expect(pair["quarantined"]?.int == 1)
        #expect(status["lastOutcome"]?.string == "attention")
        #expect(
            status.members == ["lastOutcome", "lastRun", "lastRunEnded", "pairs"]
                && pair.members == [
                    "conflicts", "lastFullRead", "linked", "pair", "projectRecords", "quarantined", "sourceRecords",
                    "unfinished",
                ], "the words that scripts know")
        let plan = try await bench.accord.run("plan", "--format", "json")
        #expect(try JSON(parsing: Array(plan.output.utf8))["pairs"]?.array?.count == 1)
        let markdown = try await bench.accord.run("plan", "--format", "markdown")
        #expect(markdown.output.hasPrefix("#"))
    }

    @Test("history lists the runs, and what one of them changed")
    func history() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1, company: "Old")])
        _ = try await bench.accord.run("sync")
        try bench.write(rows: [Workbench.row(1, company: "New")])
        _ = try await bench.accord.run("sync")
        let runs = try await bench.accord.run("history").output.split(separator: "\n")
        #expect(runs.count == 2)
        #expect(runs.first?.contains("done") == true)
        let second = try await bench.accord.run("history", "--run", "2")
        #expect(second.output.contains("Old → New") && second.output.contains("changed in the source"))
        #expect(try await bench.accord.run("history", "--limit", "1").output.split(separator: "\n").count == 1)
    }

    @Test("a quarantined record is tried again when it changes, or when it is asked for")
    func retry() async throws {
        let bench = try await Workbench(rows: ["1,First,Row,nowhere,,,no"])
        #expect(try await bench.accord.run("sync").status == 3)
        #expect(try await bench.accord.run("quarantine", "retry", "1").output.contains("1 record"))
        #expect(try await bench.accord.run("sync").status == 3)
        try bench.write(rows: [Workbench.row(1)])
        #expect(try await bench.accord.run("sync").status == 0)
        #expect(try await bench.accord.run("quarantine").status == 0)
        try await bench.expectAgreement("the row was mended")
    }

    @Test("init writes a configuration that works, and overwrites nothing")
    func initialises() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1), Workbench.row(2)])
        let again = try await bench.accord.run("init", "--from", "contacts.csv")
        #expect(again.status == 64)
        let fresh = try await bench.accord.run("init", "people", "--from", "contacts.csv", "--config", "new.yaml")
        #expect(fresh.status == 0, "\(fresh.all)")
        let base = bench.base
        let file = bench.folder.appendingPathComponent("new.yaml")
        let config = try String(contentsOf: file, encoding: .utf8)
        try bench.write("new.yaml", config.replacing("project:\n", with: "project:\n  url: \(base)/project\n"))
        let check = try await bench.accord.run("check", "--config", "new.yaml")
        #expect(check.status == 0, "\(check.all)")
        #expect(try await bench.accord.run("sync", "--config", "new.yaml").status == 0)
        #expect(try await bench.customers().count == 2)
    }
}

extension JSON {
    fileprivate var members: [String] {
        if case .object(let members) = self { members.map(\.key).sorted() } else { [] }
    }
}
