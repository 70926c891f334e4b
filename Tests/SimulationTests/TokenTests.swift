import AccordCore
import AccordEngine
import Foundation
import Testing

/// Whether somebody was doubled is asked of the service's own log, and not of what the service made of it.
@Suite("Nobody is created twice, by the service's own log")
struct TokenTests {
    @Test(
        "each is created once, whatever the service does with a create of somebody whom it has",
        arguments: TokenScenario.Service.allCases, 0..<CrashTests.shards)
    func once(service: TokenScenario.Service, shard: Int) async throws {
        var crashes = CrashCount()
        for seed in stride(from: shard, to: min(seeds / 16, 100), by: CrashTests.shards) {
            let comment: Comment = "\(service), seed \(seed)"
            var scenario = TokenScenario(seed: seed, service: service)
            let world = try scenario.world()
            for died in try await scenario.play(world) { crashes.add(died) }
            try scenario.judge(world, isOver: false, comment)
            world.passSettleTime()
            for _ in 0..<2 { try await world.sync(concurrency: 4) }
            try scenario.judge(world, isOver: true, comment)
            #expect(try await world.sync().operations == 0, comment)
        }
        crashes.expectMost()
    }
}
