import AccordCore
import AccordHTTP
import AccordSandbox
import Testing

@Suite("The sandbox's faults")
struct SandboxFaultTests {
    private let service = SandboxService(key: "k", now: { 1_772_352_000 })

    private func send(_ method: String, _ path: String, _ body: JSON? = nil) async -> SandboxReply {
        await service.handle(
            HTTPRequest(
                method: method, url: "http://127.0.0.1/project\(path)",
                headers: [(name: "Authorization", value: "Bearer k")], body: body?.encoded()))
    }

    private func create(_ number: Int) async -> SandboxReply {
        await send(
            "POST", "/customers",
            .object(["first_name": .string("C"), "email": .string("c\(number)@example.com")]))
    }

    @Test(
        "each happens when it is asked for, before the effect or after it",
        arguments: [("5xx", 503, 0), ("5xx-after", 500, 1), ("nonsense", 200, 1), ("429", 429, 0)])
    func statuses(_ fault: String, _ status: Int, _ stored: Int) async throws {
        service.setFaults(try Faults("\(fault)=100%"))
        let answer = try #require(await create(1).response)
        #expect(answer.status == status)
        #expect(service.snapshot().count == stored)
        if fault == "429" { #expect(answer.header("Retry-After") == "1") }
        if fault == "nonsense" { #expect((try? JSON(parsing: answer.body)) == nil) }
    }

    @Test("a truncated answer is cut, and its effect has happened")
    func truncated() async throws {
        service.setFaults(try Faults("truncate=100%"))
        let reply = await create(1)
        guard case .truncate(let answer) = reply.outcome else {
            Issue.record("\(reply.outcome) is not cut")
            return
        }
        #expect(answer.status == 200)
        #expect(service.snapshot().count == 1)
    }

    @Test("an answer takes its latency")
    func latency() async throws {
        service.setFaults(try Faults("seed=4,latency=10-50ms"))
        var delays: Set<Double> = []
        for number in 0..<20 { delays.insert(await create(number).delay) }
        #expect(delays.allSatisfy { (0.01...0.05).contains($0) })
        #expect(delays.count > 10, "they differ")
        service.setFaults(try Faults("latency=20ms"))
        #expect(await create(21).delay == 0.02)
    }

    @Test("more requests a second than the limit are refused, with the time to wait")
    func rateLimit() async throws {
        service.setFaults(try Faults("rate-limit=3"))
        var statuses: [Int] = []
        for number in 0..<5 { statuses.append(await create(number).response?.status ?? 0) }
        #expect(statuses == [200, 200, 200, 429, 429])
        #expect(await create(9).response?.header("Retry-After") == "1")
    }

    @Test("a list shifts between its pages, and the sandbox says how")
    func shifts() async throws {
        for number in 0..<70 { _ = await create(number) }
        service.setFaults(try Faults("seed=2,shift-pages=100%"))
        let before = service.snapshot().filter { $0["archived_at"] == .null }.count
        for page in 1...3 { _ = await send("GET", "/customers?limit=30&page=\(page)&sort_dir=asc") }
        #expect(service.shifts.count == 2, "not before the first page")
        let created = service.shifts.count { $0.hasPrefix("created") }
        let left = service.shifts.count - created
        #expect(service.snapshot().filter { $0["archived_at"] == .null }.count == before + created - left)
    }

    @Test("the same seed and the same requests give the same answers", arguments: [1, 7, 99])
    func deterministic(seed: Int) async throws {
        var runs: [[String]] = []
        for _ in 0..<2 {
            let service = SandboxService(key: "k", now: { 1_772_352_000 })
            let text = "seed=\(seed),5xx=10%,drop-before=10%,drop-after=10%,truncate=10%,nonsense=10%,429=5%"
            service.setFaults(try Faults(text))
            var outcomes: [String] = []
            for number in 0..<60 {
                let request = HTTPRequest(
                    method: "POST", url: "http://127.0.0.1/project/customers",
                    headers: [(name: "Authorization", value: "Bearer k")],
                    body: Array(#"{"first_name": "C", "email": "c\#(number)@example.com"}"#.utf8))
                switch await service.handle(request).outcome {
                case .answer(let answer): outcomes.append("\(answer.status) \(answer.body.count)")
                case .truncate: outcomes.append("truncated")
                case .drop: outcomes.append("dropped")
                }
            }
            runs.append(outcomes)
        }
        #expect(runs[0] == runs[1], "seed \(seed)")
        #expect(Set(runs[0]).count > 4, "seed \(seed): every fault should have come")
    }
}
