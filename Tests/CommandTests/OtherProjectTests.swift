import Foundation
import Testing

@Suite("Another project's key, the built program")
struct OtherProjectTests {
    @Test("check says which project it found, and a run with another one's key is refused, and says what to do")
    func refused() async throws {
        // The first is 1 there: of several at once, any may be.
        let bench = try await Workbench(rows: [Workbench.row(1)])
        let new = try await bench.accord.run("check")
        #expect(new.status == 0 && !new.output.contains("belongs to"), "\(new.all)")
        for last in [1, 5] {
            try bench.write(rows: (1...last).map { Workbench.row($0) })
            #expect(try await bench.accord.run("sync").status == 0)
        }
        let right = try await bench.accord.run("check")
        #expect(right.status == 0, "\(right.all)")
        #expect(
            right.output.contains(
                "it is the project that .accord/state.sqlite belongs to: First1 Last1 <p1@example.com> is 1 there"),
            "\(right.all)")

        let other = try await Workbench()
        for number in 1...5 {
            try await other.add(#"{"first_name": "Other", "email": "other\#(number)@example.org"}"#)
        }
        let config = try String(contentsOf: bench.folder.appendingPathComponent("accord.yaml"), encoding: .utf8)
        try bench.write("accord.yaml", config.replacing(bench.base, with: other.base))
        for command in ["check", "plan", "sync"] {
            let result = try await bench.accord.run(command)
            #expect(result.status == 1, "\(result.all)")
            for part in [
                "customers of \(other.base)/project", ".accord/state.sqlite", "First1 Last1 <p1@example.com> as 1",
                "Other <other1@example.org> as 1", "project.key in accord.yaml", "state: in accord.yaml",
            ] {
                #expect(result.errors.contains(part), "\(command): \(result.errors)")
            }
        }
        #expect(try await other.customers().count == 5)
        #expect(try bench.rows.count == 5)
        try bench.write("accord.yaml", config)
        let idle = try await bench.accord.run("plan", "--detailed-exitcode")
        #expect(idle.status == 0, "\(idle.all)")
    }
}
