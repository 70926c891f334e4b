import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that belong to somebody, and files that two processes write.
@Suite("Files of others, the built program")
struct FileSafetyTests {
    @Test("a plan is saved over no file that holds something else, which is said before anything is read")
    func savedOverNothing() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        let before = try String(contentsOf: bench.csv, encoding: .utf8)
        for name in ["contacts.csv", "mapping.yaml"] {
            let result = try await bench.accord.run("plan", "--out", name)
            #expect(result.status == 1 && result.output.isEmpty, "\(result.all)")
            #expect(
                result.errors.contains(
                    "\(name): this file holds something else than a plan, so no plan takes its place"),
                "\(result.errors)")
        }
        #expect(try String(contentsOf: bench.csv, encoding: .utf8) == before)
        #expect(try await bench.requestCount() == 0)
        for _ in 0..<2 { #expect(try await bench.accord.run("plan", "--out", "plan.json").status == 0) }
        #expect(try await bench.accord.run("apply", "plan.json").status == 0)
    }

    @Test(
        "a file that another process writes at this moment is not written, and is when that one is done or was killed")
    func twoWriters() async throws {
        let bench = try await Workbench(rows: [Workbench.row(1)])
        #expect(try await bench.accord.run("sync").status == 0)
        try await bench.edit("p1@example.com", #"{"company": "Harbor"}"#)
        let before = try String(contentsOf: bench.csv, encoding: .utf8)
        try bench.write(".contacts.csv.accord-tmp", before + String(repeating: "of another run,", count: 50))
        let descriptor = open(bench.folder.appendingPathComponent(".contacts.csv.accord-tmp").path, O_RDWR | O_CLOEXEC)
        try #require(flock(descriptor, LOCK_EX) == 0)
        let busy = try await bench.accord.run("sync")
        #expect(busy.status == 1)
        #expect(busy.all.contains("contacts.csv: another process is writing it at this moment"), "\(busy.all)")
        #expect(try String(contentsOf: bench.csv, encoding: .utf8) == before)
        close(descriptor)
        #expect(try await bench.accord.run("sync").status == 0)
        #expect(try bench.rows == [Workbench.row(1, company: "Harbor")])
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(!names.contains { $0.hasSuffix(".accord-tmp") })
    }
}
