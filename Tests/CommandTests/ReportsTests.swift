import Foundation
import Testing

/// Reviews, messages and ratings: from the project into the business's own tables, from what ships.
@Suite("Reports")
struct ReportsTests {
    private func bench(_ names: [String]) async throws -> Workbench {
        let bench = try await Workbench()
        for name in names {
            for (folder, ending) in [("Fixtures", "csv"), ("Mappings", "yaml")] {
                let file = Program.repository.appendingPathComponent("\(folder)/\(name).\(ending)")
                try bench.write("\(name).\(ending)", String(contentsOf: file, encoding: .utf8))
            }
        }
        let pairs = names.map { "  \($0):\n    source: {csv: \($0).csv}\n    mapping: \($0).yaml\n" }.joined()
        try bench.write(
            "accord.yaml",
            "project: {url: \"\(bench.base)/project\", key: env:MGR_API_KEY, rate: 1000/s}\npairs:\n\(pairs)")
        return bench
    }

    private func rows(_ bench: Workbench, _ name: String) throws -> [String] {
        let text = try String(contentsOf: bench.folder.appendingPathComponent("\(name).csv"), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map(String.init)
    }

    @Test("a review arrives, changes with its text, is hidden from here, and is marked when it vanishes")
    func reviews() async throws {
        let bench = try await bench(["reviews"])
        for (name, score) in [("Ada", 5), ("Bo", 1)] {
            _ = try await bench.call(
                "POST", "reviews", #"{"first_name": "\#(name)", "score": \#(score), "created_at": 1700000000}"#)
        }
        let first = try await bench.accord.run("sync")
        #expect(first.status == 0, "\(first.all)")
        #expect(first.output.contains("2 created in the source"))
        #expect(
            try rows(bench, "reviews") == [
                "1,2023-11-14 22:13,5,,Ada,,,,no,,no,,", "2,2023-11-14 22:13,1,,Bo,,,,no,,no,,",
            ])
        let idle = try await bench.accord.run("sync")
        #expect(idle.output.contains("nothing to write") && idle.output.contains("1 request,"), "\(idle.all)")

        // Notes of one's own stay; hiding flows to the project.
        try bench.write(
            "reviews.csv",
            String(contentsOf: bench.folder.appendingPathComponent("reviews.csv"), encoding: .utf8)
                .replacing("1,,Bo,,,,no,,no,,", with: "1,,Bo,,,,yes,,no,,called him"))
        let hidden = try await bench.accord.run("sync")
        #expect(hidden.output.contains("1 updated in the project"), "\(hidden.all)")
        let stored = try await bench.call("GET", "reviews")
        #expect(stored.array?.first { $0["id"]?.int == 2 }?["is_hidden"]?.int == 1)

        _ = try await bench.call("DELETE", "reviews/2")
        let gone = try await bench.accord.run("sync", "--full")
        #expect(gone.status == 0, "\(gone.all)")
        #expect(try rows(bench, "reviews").last == "2,2023-11-14 22:13,1,,Bo,,,,yes,,no,yes,called him")
        let after = try await bench.accord.run("plan", "--full", "--detailed-exitcode")
        #expect(after.status == 0, "\(after.all)")
    }

    @Test("a message arrives and is followed while it is opened and clicked")
    func messages() async throws {
        let bench = try await bench(["messages", "ratings"])
        try await bench.add(#"{"first_name": "Ada", "email": "ada@example.com"}"#)
        _ = try await bench.call("POST", "asks", #"{"email": "ada@example.com", "channels": ["email"]}"#)
        let first = try await bench.accord.run("sync")
        #expect(first.status == 0, "\(first.all)")
        #expect(try rows(bench, "ratings").count == 5)
        let message = try #require(try rows(bench, "messages").first)
        #expect(message.hasPrefix("1,Ada,1,email,request,"), "\(message)")
        let idle = try await bench.accord.run("plan", "--detailed-exitcode")
        #expect(idle.status == 0, "\(idle.all)")
    }
}
