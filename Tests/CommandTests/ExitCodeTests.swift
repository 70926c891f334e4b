import Foundation
import Testing

/// The exit codes of docs/cli.md, of the built program against a sandbox in a process of its own.
@Suite("Exit codes")
struct ExitCodeTests {
    @Test("0: help without arguments, a run that did everything, and one that had nothing to do")
    func done() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1), Workbench.row(2)])
        let help = try await bench.accord.run()
        #expect(help.status == 0)
        #expect(help.output.contains("EXAMPLES") && help.output.contains("EXIT CODES"))
        #expect(try await bench.accord.run("check").status == 0)
        let first = try await bench.accord.run("sync")
        #expect(first.status == 0, "\(first.all)")
        #expect(first.output.contains("2 created in the project"))
        let second = try await bench.accord.run("sync")
        #expect(second.status == 0)
        #expect(second.output.contains("1 request"))
        #expect(try await bench.accord.run("plan", "--detailed-exitcode").status == 0)
        try await bench.expectAgreement("after two runs")
    }

    @Test("1: no configuration, no source, no service, a state that is none: each with its next step")
    func failed() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        let nowhere = try await bench.accord.run("plan", "--config", "elsewhere.yaml")
        #expect(nowhere.status == 1)
        #expect(nowhere.errors.contains("elsewhere.yaml") && nowhere.errors.contains("accord init"))

        let config = try String(contentsOf: bench.folder.appendingPathComponent("accord.yaml"), encoding: .utf8)
        try bench.write("closed.yaml", config.replacing(/127\.0\.0\.1:[0-9]+/, with: "127.0.0.1:9"))
        let closed = try await bench.accord.run("check", "--config", "closed.yaml")
        #expect(closed.status == 1)
        #expect(closed.errors.contains("the service is not available"), "\(closed.errors)")
        #expect(closed.errors.contains("project.url in accord.yaml"), "\(closed.errors)")

        try FileManager.default.removeItem(at: bench.csv)
        let missing = try await bench.accord.run("sync")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("contacts.csv"), "\(missing.errors)")

        try bench.write(rows: [Workbench.row(1)])
        try bench.write("other.yaml", config + "\nstate: broken.sqlite\n")
        try bench.write("broken.sqlite", String(repeating: "no database ", count: 1000))
        let broken = try await bench.accord.run("sync", "--config", "other.yaml")
        #expect(broken.status == 1)
        #expect(broken.errors.contains("broken.sqlite"), "\(broken.errors)")
        #expect(try await bench.customers().isEmpty)
    }

    @Test("2: a plan with changes, when asked to tell")
    func changes() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        #expect(try await bench.accord.run("plan", "--detailed-exitcode").status == 2)
        #expect(try await bench.accord.run("plan").status == 0)
        #expect(try await bench.customers().isEmpty, "a plan writes nothing")
    }

    @Test("3: a record in quarantine, a conflict; the lists say so too")
    func attention() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1), "2,Second,Row,not-an-address,,,no"])
        let sync = try await bench.accord.run("sync")
        #expect(sync.status == 3)
        #expect(sync.output.contains("contacts.csv:3"), "the row is named with its line: \(sync.output)")
        let list = try await bench.accord.run("quarantine")
        #expect(list.status == 3)
        #expect(list.output.contains("not-an-address"))
        let ticket = try await bench.accord.run("plan", "--format", "markdown")
        #expect(ticket.output.contains("| quarantine | `Second Row (contacts.csv:3)` |"), "\(ticket.output)")
        #expect(try await bench.accord.run("conflicts").status == 0)

        try bench.write(rows: [Workbench.row(1, company: "Here"), Workbench.row(2)])
        try await bench.edit("p1@example.com", #"{"company": "There"}"#)
        #expect(try await bench.accord.run("sync").status == 3)
        #expect(try await bench.accord.run("conflicts").status == 3)
        let both = try await bench.accord.run("plan", "--format", "markdown")
        #expect(
            both.output.contains("| conflict on `company` | `First1 Last1 <p1@example.com> (contacts.csv:2)` |"),
            "\(both.output)")
        #expect(try await bench.accord.run("status").status == 3)
        let unknown = try await bench.accord.run("conflicts", "resolve", "customers", "1", "phone", "--take", "source")
        #expect(unknown.status == 64)
        let resolve = try await bench.accord.run(
            "conflicts", "resolve", "customers", "1", "company", "--take", "source")
        #expect(resolve.status == 0)
        #expect(try await bench.accord.run("sync").status == 0)
        try await bench.expectAgreement("the source was taken")
        #expect(try bench.rows.first?.contains("Here") == true)
    }

    @Test("4: a guard refuses, nothing is written, and the lift names what it allows")
    func guarded() async throws {
        let all = (1...40).map { Workbench.row($0) }
        let bench = try await Workbench(rows: all)
        #expect(try await bench.accord.run("sync").status == 0)

        try bench.write(rows: Array(all.prefix(25)))
        let refused = try await bench.accord.run("sync")
        #expect(refused.status == 4)
        #expect(refused.errors.contains("--allow-deletes 15"), "\(refused.errors)")
        let archived = try await bench.customers().filter { ($0["archived_at"] ?? .null) != .null }
        #expect(archived.isEmpty)
        #expect(try await bench.accord.run("sync", "--allow-deletes", "14").status == 4)
        let plan = try await bench.accord.run("plan", "--out", "plan.json")
        #expect(plan.status == 4)
        #expect(try await bench.accord.run("apply", "plan.json").status == 4)
        #expect(try await bench.accord.run("sync", "--allow-deletes", "15").status == 0)
        let gone = try await bench.customers().filter { ($0["archived_at"] ?? .null) != .null }
        #expect(gone.count == 15)
    }

    @Test("5: a plan is applied once, and not after its mapping or its places changed; a comment changes nothing")
    func stale() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        _ = try await bench.accord.run("plan", "--out", "plan.json")
        let file = bench.folder.appendingPathComponent("accord.yaml")
        let config = try String(contentsOf: file, encoding: .utf8)

        try bench.write("mapping.yaml", Workbench.mapping + "  city: company\n")
        #expect(try await bench.accord.run("apply", "plan.json").status != 0)
        try bench.write("mapping.yaml", Workbench.mapping.replacing("  company: company\n", with: ""))
        let remapped = try await bench.accord.run("apply", "plan.json")
        #expect(remapped.status == 5)
        #expect(remapped.errors.contains("mapping"), "\(remapped.errors)")
        try bench.write("mapping.yaml", Workbench.mapping)

        try bench.write("accord.yaml", config.replacing("csv: contacts.csv", with: "csv: ./contacts.csv"))
        #expect(try await bench.accord.run("apply", "plan.json").status == 5)
        #expect(try await bench.customers().isEmpty)

        try bench.write("accord.yaml", "# The shop's own\n" + config.replacing("rate: 1000/s", with: "rate: 900/s"))
        let applied = try await bench.accord.run("apply", "plan.json")
        #expect(applied.status == 0, "\(applied.all)")
        let again = try await bench.accord.run("apply", "plan.json")
        #expect(again.status == 5)
        #expect(again.errors.contains("applied already"))
        #expect(try await bench.accord.run("show", "plan.json").status == 0)
        #expect(try await bench.customers().count == 1)
    }

    @Test("1: output that is lost, on a full disk, is not taken for said; a reader who has seen enough is no failure")
    func lostOutput() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        for (script, status) in [("\"$0\" sync > /dev/full", 1), ("\"$0\" status | true; exit ${PIPESTATUS[0]}", 0)] {
            let shell = try await Running(
                executable: URL(fileURLWithPath: "/bin/bash"), arguments: ["-c", script, Program.executable.path],
                folder: bench.folder, environment: bench.accord.environment)
            let result = try await shell.finished()
            #expect(result.status == status, "\(result.all)")
            #expect(result.errors.contains("could not be written") == (status == 1))
        }
        #expect(try await bench.customers().count == 1, "it was done all the same")
    }

    @Test("6: one run at a time, and the message says whose")
    func locked() async throws {
        let bench = try await Workbench(rows: (1...4).map { Workbench.row($0) }, faults: "hold-after=0")
        let long = try await bench.accord.start(["sync"])
        // It holds the lock before it sends anything.
        try await bench.whileRunning(long) { try await bench.requestCount() == 0 }
        let second = try await bench.accord.run("sync")
        #expect(second.status == 6, "\(second.all)")
        #expect(second.errors.contains("accord sync") && second.errors.contains("\(long.pid)"), "\(second.errors)")
        #expect(try await bench.accord.run("status").status == 0, "reading needs no lock")
        try await bench.set(faults: "")
        #expect(try await long.finished().status == 0)
        try await bench.expectAgreement("the first run was not disturbed")
    }

    @Test(
        "64: wrong usage",
        arguments: [["sink"], ["sync", "--fast"], ["apply"], ["plan", "--format", "xml"], ["explain", "customers"]])
    func usage(arguments: [String]) async throws {
        let bench = try await Workbench()
        let result = try await bench.accord.start(arguments).finished()
        #expect(result.status == 64, "\(result.all)")
        #expect(result.errors.contains("Usage:"), "\(result.errors)")
    }
}
