import AccordEngine
import Foundation
import Testing

/// How many worlds are tried: more with `SEEDS=n`.
let seeds = ProcessInfo.processInfo.environment["SEEDS"].flatMap { Int($0) } ?? 1000

@Suite("Whole runs, with a crash")
struct CrashTests {
    static let shards = 8

    @Test("after a crash at any step and one more run, both sides are as if there had been none", arguments: 0..<shards)
    func aCrashChangesNothing(shard: Int) async throws {
        for seed in stride(from: shard, to: seeds, by: CrashTests.shards) {
            let story = Story(seed: UInt64(seed))
            let calm = try World()
            try story.begin(calm)
            _ = try await calm.sync()
            try story.edit(calm)
            let fate = Fate()
            _ = try await calm.sync(fate)
            let steps = fate.steps

            let struck = try World()
            try story.begin(struck)
            _ = try await struck.sync()
            try story.edit(struck)
            var dice = Seeded(state: UInt64(seed) &* 31)
            let step = Int.random(in: 1...max(1, steps), using: &dice)
            _ = try? await struck.sync(Fate(dieAt: step))
            // Every third crash is followed by one during the recovery.
            if seed % 3 == 0 { _ = try? await struck.sync(Fate(dieAt: Int.random(in: 1...8, using: &dice))) }
            _ = try await struck.sync()

            #expect(struck.project == calm.project, "seed \(seed), crash at step \(step) of \(steps)")
            #expect(try struck.rows == calm.rows, "seed \(seed), crash at step \(step) of \(steps)")
        }
    }

    @Test("what is edited after a crash is no conflict with what the crashed run wrote", arguments: 0..<shards)
    func editsAfterACrash(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 400), by: CrashTests.shards) {
            let story = Story(seed: UInt64(seed))
            let calm = try World()
            try story.begin(calm)
            _ = try await calm.sync()
            try story.edit(calm)
            let fate = Fate()
            _ = try await calm.sync(fate)
            try story.editAgain(calm)
            let expected = try await calm.sync()

            let struck = try World()
            try story.begin(struck)
            _ = try await struck.sync()
            try story.edit(struck)
            var dice = Seeded(state: UInt64(seed) &* 37)
            let step = Int.random(in: 1...max(1, fate.steps), using: &dice)
            _ = try? await struck.sync(Fate(dieAt: step))
            try story.editAgain(struck)
            let report = try await struck.sync()

            #expect(struck.project == calm.project, "seed \(seed), crash at step \(step)")
            #expect(try struck.rows == calm.rows, "seed \(seed), crash at step \(step)")
            #expect(report.conflicts == expected.conflicts, "seed \(seed), crash at step \(step)")
        }
    }

    @Test("a run after a run has nothing to do", arguments: 0..<shards)
    func theSecondRunIsEmpty(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 400), by: CrashTests.shards) {
            let story = Story(seed: UInt64(seed))
            let world = try World()
            try story.begin(world)
            _ = try await world.sync()
            try story.edit(world)
            _ = try await world.sync()
            let (project, rows) = (world.project, try world.rows)
            let again = try await world.sync()
            #expect(again.operations == 0, "seed \(seed): \(again.done)")
            #expect(again.requests == 1, "seed \(seed)")
            #expect(world.project == project, "seed \(seed)")
            #expect(try world.rows == rows, "seed \(seed)")
        }
    }
}
