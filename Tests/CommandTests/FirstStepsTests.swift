import Foundation
import Testing

/// What somebody meets who tries Accord with files of their own, and makes the mistakes that people make.
@Suite("First steps")
struct FirstStepsTests {
    private func latin1(_ text: String) -> Data { text.data(using: .windowsCP1252) ?? Data() }

    @Test("a file in another encoding than is said gets no text that it cannot hold, and check says which row shows it")
    func otherEncoding() async throws {
        let bench = try await Workbench()
        let file = latin1(Workbench.header + "\n1,J\u{F6}rg,Last1,p1@example.com,,,no\n")
        try file.write(to: bench.csv)
        try await bench.add(#"{"first_name": "Zoë", "email": "zoe@example.com"}"#)
        let check = try await bench.accord.run("check")
        #expect(check.status == 3 && check.output.contains("contacts.csv:2"), "\(check.all)")
        #expect(check.output.contains("windows-1252"), "\(check.all)")
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 3 && sync.output.contains("set encoding, for example to windows-1252"), "\(sync.all)")
        #expect(try Data(contentsOf: bench.csv) == file, "nothing was written beside it")
    }

    @Test("a spreadsheet's own file is no CSV, and said to be none")
    func spreadsheet() async throws {
        let bench = try await Workbench()
        try Data([0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x06, 0x00, 0x08, 0x0A]).write(to: bench.csv)
        for command in [["check"], ["init", "customers", "--from", "contacts.csv", "--config", "new.yaml"]] {
            let result = try await bench.accord.start(command).finished()
            #expect(result.status == 1 && result.errors.contains("Export it as CSV"), "\(result.all)")
        }
    }

    @Test("check reaches resources without a list of changes as well")
    func checkLocations() async throws {
        let bench = try await Workbench()
        for (folder, ending) in [("Fixtures", "csv"), ("Mappings", "yaml")] {
            let file = Program.repository.appendingPathComponent("\(folder)/locations.\(ending)")
            try bench.write("locations.\(ending)", String(contentsOf: file, encoding: .utf8))
        }
        try bench.write(
            "accord.yaml",
            """
            project: {url: "\(bench.base)/project", key: env:MGR_API_KEY}
            pairs: {locations: {source: {csv: locations.csv}, mapping: locations.yaml}}
            """)
        let check = try await bench.accord.run("check")
        #expect(check.status == 0, "\(check.all)")
    }

    @Test("init writes the mapping beside the configuration, and check finds it there")
    func initElsewhere() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        let missing = try await bench.accord.run("init", "--from", "contacts.csv", "--config", "shop/accord.yaml")
        #expect(missing.status == 64 && missing.errors.contains("no folder shop"), "\(missing.all)")
        let folder = bench.folder.appendingPathComponent("shop")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let start = try await bench.accord.run("init", "--from", "contacts.csv", "--config", "shop/accord.yaml")
        #expect(start.status == 0, "\(start.all)")
        let config = folder.appendingPathComponent("accord.yaml")
        let text = try String(contentsOf: config, encoding: .utf8)
        try bench.write(
            "shop/accord.yaml", text.replacing("project:\n", with: "project:\n  url: \(bench.base)/project\n"))
        let check = try await bench.accord.run("check", "--config", "shop/accord.yaml")
        #expect(check.status == 0, "\(check.all)")
    }

    @Test(
        "init writes any path so that it is read back as the same",
        arguments: ["a: b #c.csv", "{x}.csv", "'q\".csv", "*a.csv", "&a.csv", "@ö.csv", "null"])
    func initOddPath(name: String) async throws {
        let bench = try await Workbench()
        try bench.write(name, Workbench.header + "\n" + Workbench.row(1) + "\n")
        let start = try await bench.accord.run("init", "--from", name, "--config", "new.yaml")
        #expect(start.status == 0, "\(start.all)")
        let text = try String(contentsOf: bench.folder.appendingPathComponent("new.yaml"), encoding: .utf8)
        try bench.write("new.yaml", text.replacing("project:\n", with: "project:\n  url: \(bench.base)/project\n"))
        let plan = try await bench.accord.run("plan", "--config", "new.yaml")
        #expect(plan.status == 0 && plan.output.contains("1 in the project"), "\(plan.all)")
    }

    @Test("init writes nothing for a pair's name that accord.yaml cannot have")
    func initOddPair() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        let start = try await bench.accord.run(
            "init", "a: b", "--from", "contacts.csv", "--config", "new.yaml")
        #expect(start.status != 0, "\(start.all)")
        let files = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(!files.contains("new.yaml") && !files.contains { $0.hasPrefix("a: b") }, "\(files)")
    }

    @Test("a run that came to nothing is in the history")
    func failuresAreSeen() async throws {
        let bench = try await Workbench(rows: (1...30).map { Workbench.row($0) })
        #expect(try await bench.accord.run("sync").status == 0)
        try bench.write(rows: (1...16).map { Workbench.row($0) })
        #expect(try await bench.accord.run("sync").status == 4)
        try await bench.rotateKey()
        #expect(try await bench.accord.run("sync").status == 1)
        let history = try await bench.accord.run("history")
        let outcomes = history.output.split(separator: "\n").map { $0.split(separator: " ")[4] }
        #expect(outcomes == ["failed", "refused", "done"], "\(history.output)")
        #expect(try await bench.accord.run("history", "--run", "99").status == 64)
    }

    @Test("an apply whose reads fail is in the history, and the plan can be applied once they do not")
    func failedApply() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        #expect(try await bench.accord.run("plan", "--out", "plan.json").status == 0)
        try await bench.rotateKey()
        #expect(try await bench.accord.run("apply", "plan.json").status == 1)
        let history = try await bench.accord.run("history")
        let lines = history.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.count == 1 && lines[0].contains("apply") && lines[0][4] == "failed", "\(history.output)")
        var renewed = bench.accord
        renewed.environment["MGR_API_KEY"] = Workbench.key + "-2"
        let applied = try await renewed.run("apply", "plan.json")
        #expect(applied.status == 0, "\(applied.all)")
        #expect(try await bench.customers().count == 1)
    }

    @Test("\"record\" decides all that is in conflict of a record; a field that is not mapped is not explained")
    func wholeRecord() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        #expect(try await bench.accord.run("sync").status == 0)
        try bench.write(rows: ["1,Here,Too,p1@example.com,,,no"])
        try await bench.edit("p1@example.com", #"{"first_name": "There", "last_name": "As well"}"#)
        #expect(try await bench.accord.run("sync").status == 3)
        #expect(
            try await bench.accord.run("conflicts", "resolve", "customers", "1", "record", "--take", "source").status
                == 0)
        #expect(try await bench.accord.run("sync").status == 0)
        #expect(try await bench.customers().first?["last_name"]?.string == "Too")
        let odd = try await bench.accord.run("explain", "customers", "1", "first_nam")
        #expect(odd.status == 64 && odd.errors.contains(#"did you mean "first_name""#), "\(odd.all)")
        #expect(try await bench.accord.run("quarantine", "retry", "nope").status == 64)
    }

    @Test("a saved plan is its owner's alone")
    func planIsPrivate() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        #expect(try await bench.accord.run("plan", "--out", "plan.json").status == 0)
        let attributes = try FileManager.default.attributesOfItem(
            atPath: bench.folder.appendingPathComponent("plan.json").path)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        let nowhere = try await bench.accord.run("plan", "--out", "nowhere/plan.json")
        #expect(nowhere.status == 1 && nowhere.errors.contains("nowhere/plan.json: the plan cannot be written"))
    }
}
