import AccordCore
import Foundation
import Testing

/// What a user sees of messages that reach people, with the mapping and the export that ship.
@Suite("Asks, the built program")
struct AsksTests {
    /// The shipped export, as if its jobs had been done in the last days.
    private func bench() async throws -> Workbench {
        let bench = try await Workbench()
        let root = Program.repository
        let jobs = try String(contentsOf: root.appendingPathComponent("Fixtures/asks.csv"), encoding: .utf8)
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: -5 * 3600)
        format.dateFormat = "yyyy-MM-dd"
        var recent = jobs
        for (age, day) in ["2026-11-23", "2026-11-22", "2026-11-21", "2026-11-20"].enumerated() {
            recent = recent.replacing(
                day, with: format.string(from: Date(timeIntervalSinceNow: -86_400 * Double(age + 1))))
        }
        try bench.write("jobs.csv", recent.replacing("2025-06-02", with: "2020-06-02"))
        let mapping = try String(contentsOf: root.appendingPathComponent("Mappings/asks.yaml"), encoding: .utf8)
        try bench.write("asks.yaml", mapping)
        let config = try String(contentsOf: bench.folder.appendingPathComponent("accord.yaml"), encoding: .utf8)
        try bench.write("accord.yaml", config + "\n  asks:\n    source:\n      csv: jobs.csv\n    mapping: asks.yaml\n")
        try bench.write(rows: [
            "1,Ada,Lovelace,ada@example.com,+14155550101,,no", "2,Grace,Hopper,grace@example.com,,,yes",
            "3,Alan,Turing,,+14155550103,,no", "4,Barbara,Liskov,barbara@example.com,,,no",
        ])
        return bench
    }

    @Test("nobody is asked until the run allows it; then each once, their customer made in the same run or before")
    func once() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("check").status == 0)
        let plan = try await bench.accord.run("plan")
        #expect(plan.output.contains("2 people are asked for a review: 1 by email, 2 by sms"), "\(plan.all)")
        #expect(plan.output.contains("nobody is asked unless the run allows it: --allow-sends 2"))
        #expect(plan.output.contains("opted out"))

        let before = try await bench.accord.run("explain", "asks", "J-1001")
        #expect(before.output.contains("to be created") && before.output.contains("» ask"), "\(before.all)")
        #expect(before.output.contains("nobody is asked unless the run allows it"), "\(before.all)")

        let held = try await bench.accord.run("sync")
        #expect(held.output.contains("2 people were not asked for a review"), "\(held.all)")
        #expect(try await bench.state()["requests"]?["createAsk"] == nil)
        // Too many are asked for: only the asks wait, and whoever opts out meanwhile is opted out.
        try bench.write(rows: bench.rows.map { $0.replacing("4155550103,,no", with: "4155550103,,yes") })
        try await bench.edit("ada@example.com", #"{"company": "Analytical Engines"}"#)
        let fewer = try await bench.accord.run("sync", "--allow-sends", "0")
        #expect(fewer.status == 3, "\(fewer.all)")
        #expect(fewer.output.contains("1 unsubscribed in the project, 1 updated in the source"), "\(fewer.all)")
        #expect(
            fewer.output.contains(
                "1 person was not asked for a review: this run allows 0, so nobody was asked. To ask all of them "
                    + "--allow-sends 1"), "\(fewer.all)")
        let ticket = try await bench.accord.run("plan", "--allow-sends", "0", "--format", "markdown")
        #expect(ticket.status == 0)
        #expect(ticket.output.contains("> `1 person would be asked and this run allows 0, so nobody is"))
        #expect(try await bench.state()["requests"]?["createAsk"] == nil)

        let sent = try await bench.accord.run("sync", "asks", "--allow-sends", "2")
        #expect(sent.status == 3, "three rows wait: \(sent.all)")
        #expect(sent.output.contains("1 sent in the project"))
        let again = try await bench.accord.run("sync", "--allow-sends", "9")
        #expect(again.output.contains("Nothing to do"), "\(again.all)")
        #expect(try await bench.state()["requests"]?["createAsk"]?.int == 1)
        let why = try await bench.accord.run("explain", "asks", "J-1001")
        #expect(why.output.contains("sent in the project"), "\(why.all)")
    }

    @Test("who opted out in the customers' own file is not asked, though the project does not know it yet")
    func optedOutHere() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("sync", "customers").status == 0)
        // Ada's row opts out, and is doubled besides, so that nothing of it is carried; Alan's is not synced.
        let rows = try bench.rows
        try bench.write(
            rows: rows.map { $0.replacing(",,no", with: ",,yes") } + rows.filter { $0.hasPrefix("1,") })
        let sent = try await bench.accord.run("sync", "asks", "--allow-sends", "9")
        #expect(sent.output.contains("opted out"), "\(sent.all)")
        #expect(try await bench.state()["requests"]?["createAsk"] == nil)
        #expect(try await bench.accord.run("sync", "--allow-sends", "9").status == 3)
        #expect(try await bench.state()["requests"]?["createAsk"] == nil)
    }

    @Test("what a run may send is allowed for all its pairs together")
    func severalPairs() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("sync", "customers").status == 0)
        let config = try String(contentsOf: bench.folder.appendingPathComponent("accord.yaml"), encoding: .utf8)
        try bench.write("accord.yaml", config + "  more:\n    source:\n      csv: more.csv\n    mapping: asks.yaml\n")
        // Barbara's job is in a list of its own.
        let jobs = try String(contentsOf: bench.folder.appendingPathComponent("jobs.csv"), encoding: .utf8)
        let lines = jobs.split(separator: "\n")
        let done = try #require(lines.first { $0.hasPrefix("J-1005") })
        try bench.write(
            "more.csv", "\(lines[0])\n\(done.replacing("unknown@example.com", with: "barbara@example.com"))\n")
        #expect(try await bench.accord.run("plan", "--out", "plan.json").status == 0)
        let plan = try await bench.accord.run("plan", "--allow-sends", "2")
        #expect(
            plan.status == 0 && plan.output.contains("3 people would be asked and this run allows 2"), "\(plan.all)")
        let held = try await bench.accord.run("apply", "plan.json", "--allow-sends", "2")
        #expect(held.status == 3, "\(held.all)")
        #expect(held.output.contains("3 people were not asked for a review: this run allows 2"), "\(held.all)")
        #expect(try await bench.state()["requests"]?["createAsk"] == nil)
        #expect(try await bench.accord.run("plan", "--out", "plan.json").status == 0)
        let sent = try await bench.accord.run("apply", "plan.json", "--allow-sends", "3")
        #expect(sent.output.contains("3 sent in the project"), "\(sent.all)")
    }

    @Test("an empty list of jobs is nobody's loss: a saved plan is carried out as a sync would be")
    func emptied() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("sync", "--allow-sends", "2").status == 3)
        let jobs = try String(contentsOf: bench.folder.appendingPathComponent("jobs.csv"), encoding: .utf8)
        try bench.write("jobs.csv", String(jobs.prefix { $0 != "\n" }) + "\n")
        try bench.write(rows: bench.rows.map { $0.replacing("Lovelace", with: "Byron") })
        #expect(try await bench.accord.run("plan", "--out", "plan.json").status == 0)
        let apply = try await bench.accord.run("apply", "plan.json")
        #expect(apply.status == 0 && apply.output.contains("1 updated in the project"), "\(apply.all)")
    }

    @Test("a saved plan of asks is sent when its application allows it, and once")
    func applied() async throws {
        let bench = try await bench()
        #expect(try await bench.accord.run("sync", "customers").status == 0)
        #expect(try await bench.accord.run("plan", "asks", "--out", "plan.json").status == 0)
        let held = try await bench.accord.run("apply", "plan.json", "--allow-sends", "1")
        #expect(held.status == 3 && held.output.contains("2 people were not asked"), "\(held.all)")
        #expect(try await bench.accord.run("apply", "plan.json", "--allow-sends", "2").status == 5)
        #expect(try await bench.state()["requests"]?["createAsk"] == nil)
        #expect(try await bench.accord.run("plan", "asks", "--out", "plan.json").status == 0)
        #expect(try await bench.accord.run("apply", "plan.json", "--allow-sends", "2").status == 3)
        #expect(try await bench.accord.run("apply", "plan.json", "--allow-sends", "2").status == 5)
        #expect(try await bench.state()["requests"]?["createAsk"]?.int == 2)
    }
}
