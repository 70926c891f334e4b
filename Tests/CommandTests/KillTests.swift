import Chance
import Foundation
import Testing

/// How often the program is killed: more with `KILLS=n`.
private let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap { Int($0) } ?? 60

@Suite("The built program, stopped", .serialized)
struct KillTests {
    private static let shards = 4

    /// One place, edited on both sides again and again, each time killed at another moment.
    @Test(
        "killed for real at a random moment, the next run repairs it: no edit is lost, nobody is doubled",
        arguments: 0..<shards)
    func killed(shard: Int) async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var dice = Dice(seed: seed)
        let bench = try await Workbench(rows: (1...12).map { Workbench.row($0) })
        #expect(try await bench.accord.run("sync").status == 0)
        let wanted = max(1, kills / KillTests.shards)
        var (died, round) = (0, 0)
        while died < wanted, round < 4 * wanted {
            round += 1
            let comment: Comment = "seed \(seed), round \(round)"
            let tokens = try await edit(bench, round: round, &dice)
            if try await isKilled(bench, &dice) { died += 1 }
            let repair = try await bench.accord.run("sync")
            #expect(repair.status == 0, "\(comment): \(repair.all)")
            try await bench.expectAgreement(comment)
            let both = try await bench.customers().map { "\($0)" }.joined() + bench.rows.joined()
            for token in tokens {
                #expect(both.ranges(of: token).count >= 2, "\(comment): \(token) is not on both sides")
            }
        }
        #expect(died == wanted, "seed \(seed): in \(round) rounds the others ended before they were killed")
        let idle = try await bench.accord.run("plan", "--full", "--detailed-exitcode")
        #expect(idle.status == 0, "seed \(seed): \(idle.all)")
    }

    /// Kills a sync once the service has seen some of its requests, or a moment after. A shell does it, which is not
    /// kept waiting by the tests that run beside this one.
    private func isKilled(_ bench: Workbench, _ dice: inout Dice) async throws -> Bool {
        let target = try await bench.requestCount() + Int64.random(in: 1...8, using: &dice)
        // Held a few requests later at the latest, it cannot come to its end before it is killed.
        let held = target + Int64.random(in: 0...12, using: &dice)
        try await bench.set(faults: "latency=30-60ms,hold-after=\(held)")
        let moment = Double.random(in: 0...0.05, using: &dice)
        let script = """
            "$0" sync & program=$!
            while kill -0 $program 2>/dev/null; do
                seen=$(curl -s \(bench.base)/_sandbox/state | sed 's/.*"request_count":\\([0-9]*\\).*/\\1/')
                [ "$seen" -ge \(target) ] && break
            done
            sleep \(moment)
            kill -9 $program
            wait $program
            """
        let shell = try await Running(
            executable: URL(fileURLWithPath: "/bin/bash"), arguments: ["-c", script, Program.executable.path],
            folder: bench.folder, environment: bench.accord.environment)
        let status = try await shell.finished().status
        try await bench.set(faults: "")
        return status == 128 + SIGKILL
    }

    /// Edits rows and customers, adds one of each.
    ///
    /// - Returns: words of which each must come to stand on both sides.
    private func edit(_ bench: Workbench, round: Int, _ dice: inout Dice) async throws -> [String] {
        var tokens: [String] = []
        let customers = try await bench.customers().compactMap { $0["email"]?.string }.shuffled(using: &dice)
        var rows = try bench.rows
        // The first half is edited in the source, some of the other half in the project.
        let there = Set(customers.prefix(customers.count / 2))
        for index in rows.indices where Int.random(in: 0..<2, using: &dice) == 0 {
            var cells = rows[index].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard !there.contains(cells[3]) else { continue }
            tokens.append("here-\(round)-\(index).")
            cells[5] = tokens.last ?? ""
            rows[index] = cells.joined(separator: ",")
        }
        tokens.append("new-here-\(round)@")
        rows.append("h\(round),New,Here,new-here-\(round)@example.com,,,no")
        for email in there.sorted().prefix(3) {
            tokens.append("there-\(round)-\(tokens.count).")
            try await bench.edit(email, #"{"last_name": "\#(tokens.last ?? "")"}"#)
        }
        tokens.append("new-there-\(round)@")
        try await bench.add(#"{"first_name": "New", "email": "new-there-\#(round)@example.com"}"#)
        try bench.write(rows: rows)
        return tokens
    }

    @Test(
        "asked to stop, it finishes what is in flight, says so, and leaves a clean state", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        let bench = try await Workbench(rows: (1...120).map { Workbench.row($0) }, faults: "hold-after=30")
        let running = try await bench.accord.start(["sync"])
        try await bench.whileRunning(running) { try await bench.requestCount() <= 30 }
        running.send(signal)
        try await bench.whileRunning(running) { try !running.printed().contains("in flight") }
        try await bench.set(faults: "")
        let result = try await running.finished()
        #expect(result.status == 1, "\(result.all)")
        #expect(result.errors.contains("what is in flight is finished first"))
        #expect(result.output.contains("the next run does the rest"), "\(result.output)")
        let done = try await bench.customers().count
        #expect((20...40).contains(done), "no more than what was in flight")
        let status = try await bench.accord.run("status")
        #expect(status.output.contains("unfinished 0"), "\(status.output)")
        #expect(status.output.contains("\(done) linked"), "\(status.output)")
        let rest = try await bench.accord.run("sync")
        #expect(rest.status == 0)
        #expect(!rest.output.contains("did not finish"), "nothing had to be repaired")
        try await bench.expectAgreement("after the interruption")
    }

    @Test("asked to stop while it reads, it stops before anything is written")
    func interruptedReading() async throws {
        let bench = try await Workbench(rows: (1...3).map { Workbench.row($0) }, faults: "hold-after=5")
        for number in 10..<300 {
            try await bench.add(#"{"first_name": "Some", "email": "some\#(number)@example.com"}"#)
        }
        let running = try await bench.accord.start(["sync"])
        try await bench.whileRunning(running) { try await bench.requestCount() < 6 }
        running.send(SIGINT)
        try await bench.whileRunning(running) { try !running.printed().contains("in flight") }
        try await bench.set(faults: "")
        let result = try await running.finished()
        #expect(result.status == 1, "\(result.all)")
        #expect(result.errors.contains("before anything was written"), "\(result.errors)")
        #expect(try await bench.requestCount() < 8, "it did not read on")
        #expect(try bench.rows.count == 3)
    }

    @Test("after a kill the next run says what it repairs")
    func saysSo() async throws {
        let bench = try await Workbench(rows: (1...60).map { Workbench.row($0) }, faults: "hold-after=30")
        let running = try await bench.accord.start(["sync"])
        try await bench.whileRunning(running) { try await bench.requestCount() <= 30 }
        let meanwhile = try await bench.accord.run("status")
        #expect(meanwhile.output.contains("Under way: accord sync (process "), "\(meanwhile.output)")
        #expect(!meanwhile.output.contains("stopped"), "\(meanwhile.output)")
        #expect(try await bench.accord.run("history").output.contains("under way"))
        running.send(SIGKILL)
        #expect(try await running.finished().status == 128 + SIGKILL)
        try await bench.set(faults: "")
        let status = try await bench.accord.run("status")
        #expect(try await bench.accord.run("history").output.contains("stopped"))
        #expect(!status.output.contains("unfinished 0"), "\(status.output)")
        #expect(status.output.contains("stopped"), "\(status.output)")
        let repair = try await bench.accord.run("sync")
        #expect(repair.status == 0, "\(repair.all)")
        #expect(repair.output.contains("an earlier run did not finish"), "\(repair.output)")
        try await bench.expectAgreement("after the repair")
        #expect(try await bench.customers().count == 60)
    }
}
