import Foundation
import Testing

/// The state is made, and kept, on a disk that ends at any point.
@Suite("A state, whole or not at all")
struct StateBirthTests {
    private func run(_ program: String, _ command: String, _ bench: Workbench) async throws -> Program.Result {
        try await Running(
            executable: URL(fileURLWithPath: "/bin/bash"),
            arguments: ["-c", "\(program) \"$0\" \(command)", Program.executable.path], folder: bench.folder,
            environment: bench.accord.environment
        ).finished()
    }

    /// The program can make no file longer than so many kilobytes, as if the disk were full.
    private func run(_ command: String, kilobytes: Int, _ bench: Workbench) async throws -> Program.Result {
        try await run("ulimit -f \(kilobytes); trap '' XFSZ; exec", command, bench)
    }

    private func files(_ bench: Workbench) -> [String] {
        let folder = bench.folder.appendingPathComponent(".accord").path
        return (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
    }

    /// The first run comes to its end, or the next one begins anew, with nothing of it left.
    ///
    /// - Returns: whether it came to its end.
    private func isMade(_ first: Program.Result, _ bench: Workbench, _ comment: Comment) async throws -> Bool {
        if first.status == 0 { return true }
        let next = try await bench.accord.run("status")
        #expect(next.status == 0 && next.output.contains("No run yet"), "\(comment): \(next.all)")
        #expect(files(bench) == ["state.sqlite"], comment)
        try FileManager.default.removeItem(at: bench.folder.appendingPathComponent(".accord"))
        return false
    }

    private static let strace = "/usr/bin/strace"

    @Test(
        "killed at any call of the system by which the first run writes, it leaves what the next one begins anew",
        .enabled(if: FileManager.default.isExecutableFile(atPath: strace), "needs strace"),
        arguments: ["mkdir", "pwrite64", "fdatasync", "ftruncate", "unlink"])
    func killedWhileMade(call: String) async throws {
        let bench = try await Workbench()
        for number in 1... {
            let kill = "exec strace -f -qq -o /dev/null -e trace=\(call) -e inject=\(call):signal=KILL:when=\(number)"
            let first = try await run(kill, "status", bench)
            if try await isMade(first, bench, "\(call) \(number)") {
                #expect(number > 1, "it was never killed")
                break
            }
            #expect(first.status == 128 + SIGKILL, "\(call) \(number): \(first.all)")
        }
    }

    @Test("wherever the disk is full while the state is made, the next run begins anew")
    func fullWhileMade() async throws {
        let bench = try await Workbench()
        for kilobytes in stride(from: 0, to: 4096, by: 8) {
            let first = try await run("status", kilobytes: kilobytes, bench)
            if try await isMade(first, bench, "\(kilobytes)") {
                #expect(kilobytes > 80)
                break
            }
        }
    }

    @Test(
        "a disk that is full is said, with what to do; once there is space, the next run does the rest, nothing twice",
        arguments: [0, 12, 40, 100, 124, 160, 200, 260])
    func full(kilobytes: Int) async throws {
        let bench = try await Workbench(rows: (1...200).map { Workbench.row($0, company: "Company \($0)") })
        let result = try await run("sync", kilobytes: kilobytes, bench)
        #expect(result.status == 1, "\(result.all)")
        // What it says does not fit on a disk without any space.
        if kilobytes > 0 {
            #expect(
                result.errors.contains("state.sqlite") && result.errors.contains("then run again"), "\(result.errors)")
        }
        let next = try await bench.accord.run("sync")
        #expect(next.status == 0, "\(next.all)")
        try await bench.expectAgreement("\(kilobytes)")
        #expect(try await bench.customers().count == 200)
        #expect(files(bench) == ["state.sqlite", "state.sqlite.lock"])
    }

    @Test("a disk that is full when a state is opened is no question of permissions")
    func fullWhenOpened() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        #expect(try await bench.accord.run("status").status == 0)
        let result = try await run("sync", kilobytes: 12, bench)
        #expect(result.status == 1 && result.errors.contains("Free some space"), "\(result.all)")
        #expect(try await bench.accord.run("sync").status == 0)
    }
}
