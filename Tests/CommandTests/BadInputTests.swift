import Foundation
import Testing

/// What a source, a key or a service can do wrong: nothing is lost, and the message says where.
@Suite("Bad input, the built program")
struct BadInputTests {
    private static let rows = (1...12).map { Workbench.row($0) }

    private static let broken: [(name: String, text: String, status: Int32)] = [
        ("empty", "", 4),
        ("a header only", Workbench.header + "\n", 4),
        ("half as long", ([Workbench.header] + rows.prefix(6)).map { $0 + "\n" }.joined(), 3),
        ("cut in a row", Workbench.header + "\n" + rows.prefix(9).map { $0 + "\n" }.joined() + "10,First10,La", 3),
        ("an open quote", Workbench.header + "\n1,\"First1,Last1,p1@example.com,,,no\n", 1),
    ]

    @Test("a service on this machine is asked directly, whatever proxy the environment names")
    func proxy() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        var proxied = bench.accord
        // Nobody listens there. Whoever did would see the key.
        for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { proxied.environment[name] = "http://127.0.0.1:1" }
        let sync = try await proxied.run("sync")
        #expect(sync.status == 0, "\(sync.all)")
        #expect(try await bench.customers().count == 1)
    }

    @Test("a source that is empty, cut or half as long deletes nothing", arguments: broken)
    func deletesNothing(name: String, text: String, status: Int32) async throws {
        let bench = try await Workbench(rows: BadInputTests.rows)
        #expect(try await bench.accord.run("sync").status == 0)
        let before = try await bench.customers()
        try bench.write("contacts.csv", text)
        let result = try await bench.accord.run("sync")
        #expect(result.status == status, "\(name): \(result.all)")
        #expect(try await bench.customers().count == before.count, "\(name)")
        let archived = try await bench.customers().filter { ($0["archived_at"] ?? .null) != .null }
        #expect(archived.isEmpty, "\(name): \(result.all)")
        // The file comes back, and all is as it was.
        try bench.write(rows: BadInputTests.rows)
        #expect(try await bench.accord.run("sync").status == 0, "\(name)")
        try await bench.expectAgreement("\(name)")
    }

    @Test("a wrong key stops at once, says where the key is found, and is repeated nowhere")
    func wrongKey() async throws {
        var bench = try await Workbench(rows: BadInputTests.rows)
        var stranger = bench.accord
        stranger.environment["MGR_API_KEY"] = "wr0ng-and-secret"
        let result = try await stranger.run("sync", "--verbose")
        #expect(result.status == 1)
        #expect(result.errors.contains("401") && result.errors.contains("Settings > API"), "\(result.errors)")
        #expect(result.errors.contains("project.key in accord.yaml"), "\(result.errors)")
        #expect(!result.all.contains("wr0ng-and-secret"))
        #expect(try await bench.customers().isEmpty)
        #expect(try await bench.accord.run("sync").status == 0, "the right key goes on")
        stranger.environment["MGR_API_KEY"] = ""
        let none = try await stranger.run("sync")
        #expect(none.status == 1)
        #expect(none.errors.contains("MGR_API_KEY"), "\(none.errors)")
        bench = try await Workbench()
        let config = try String(contentsOf: bench.folder.appendingPathComponent("accord.yaml"), encoding: .utf8)
        try bench.write("accord.yaml", config.replacing("env:MGR_API_KEY", with: "wr0ng-and-secret"))
        let written = try await bench.accord.run("sync")
        #expect(written.status == 1)
        #expect(written.errors.contains("accord.yaml:3") && written.errors.contains("env:NAME"), "\(written.errors)")
        #expect(!written.all.contains("wr0ng-and-secret"))
    }

    @Test("a key that is rotated in the middle of a run stops it; with the new key the rest is done, nothing twice")
    func rotatedKey() async throws {
        let bench = try await Workbench(rows: (1...40).map { Workbench.row($0) }, faults: "rotate-key-after=12")
        let result = try await bench.accord.run("sync")
        #expect(result.status == 1)
        #expect((result.all).contains("401"), "\(result.all)")
        var renewed = bench.accord
        renewed.environment["MGR_API_KEY"] = Workbench.key + "-2"
        #expect(try await renewed.run("sync").status == 0)
        try await bench.expectAgreement("after the new key")
        #expect(try await bench.customers().count == 40)
    }

    @Test("the key is in no output, log, plan or state file", arguments: ["text", "json"])
    func secretStaysSecret(logFormat: String) async throws {
        let bench = try await Workbench(rows: BadInputTests.rows, faults: "seed=3,5xx=10%,nonsense=5%,429=5%")
        let commands: [[String]] = [
            ["check"], ["plan", "--out", "plan.json"], ["plan", "--format", "json"], ["plan", "--format", "markdown"],
            ["apply", "plan.json"], ["sync"], ["sync", "--json"], ["status"], ["history"],
            ["explain", "customers", "1"],
        ]
        for command in commands {
            let result = try await bench.accord.start(command + Self.options(command, logFormat)).finished()
            #expect(!result.all.contains(Workbench.key), "\(command)")
        }
        let files = FileManager.default.enumerator(at: bench.folder, includingPropertiesForKeys: nil)
        var looked = 0
        for case let file as URL in files ?? .init() where !file.hasDirectoryPath {
            let content = try Data(contentsOf: file)
            #expect(content.range(of: Data(Workbench.key.utf8)) == nil, "\(file.lastPathComponent)")
            looked += 1
        }
        #expect(looked > 10, "the state, the plan and the logs were looked at")
    }

    private static func options(_ command: [String], _ logFormat: String) -> [String] {
        command.first == "show" ? [] : ["--verbose", "--log-format", logFormat]
    }

    @Test("the state is for its owner only")
    func stateMode() async throws {
        let bench = try await Workbench(rows: BadInputTests.rows)
        _ = try await bench.accord.run("sync")
        let folder = bench.folder.appendingPathComponent(".accord")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.contains("state.sqlite"))
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder.appendingPathComponent(name).path)
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & 0o077 == 0, "\(name) is \(String(mode, radix: 8))")
        }
    }

    @Test("terminal escapes from a file are spelled out")
    func escapes() async throws {
        let bench = try await Workbench(rows: ["1,\u{1B}[31mRed,Row,p1@example.com,,,no"])
        let plan = try await bench.accord.run("plan")
        #expect(plan.output.contains("Red"))
        #expect(!plan.all.contains("\u{1B}"))
    }

    @Test(
        "a service that fails, refuses, lies or drops is survived: in the end both sides agree and nobody is doubled",
        arguments: [
            "seed=1,5xx=10%", "seed=2,5xx-after=10%", "seed=3,drop-before=10%", "seed=4,drop-after=10%",
            "seed=5,truncate=10%", "seed=6,nonsense=8%", "seed=7,429=3%",
            "seed=8,5xx=5%,5xx-after=5%,drop-before=5%,drop-after=5%,truncate=5%,nonsense=3%,latency=0-5ms",
        ])
    func faults(faults: String) async throws {
        let requests = try await survive(faults)
        // By chance, and the same chance each time: which requests are hit does not depend on the clock.
        #expect(requests > 36, "no fault came")
    }

    @Test("a service that allows a few requests a second is survived, however many of them the machine can send")
    func rateLimit() async throws { _ = try await survive("rate-limit=10") }

    /// - Returns: the requests of the first run under these faults.
    private func survive(_ faults: String) async throws -> Int64 {
        let bench = try await Workbench(rows: (1...30).map { Workbench.row($0) })
        for number in 31...40 {
            try await bench.add(
                #"{"first_name": "First\#(number)", "last_name": "Last\#(number)", "email": "p\#(number)@example.com"}"#
            )
        }
        try await bench.set(faults: faults)
        var status = try await bench.accord.run("sync").status
        let requests = try await bench.requestCount()
        for _ in 0..<6 where status != 0 { status = try await bench.accord.run("sync").status }
        try await bench.set(faults: "")
        #expect(try await bench.accord.run("sync").status == 0)
        try await bench.expectAgreement("\(faults)")
        #expect(try await bench.customers().count == 40)
        #expect(try await bench.accord.run("plan", "--detailed-exitcode", "--full").status == 0)
        return requests
    }
}
