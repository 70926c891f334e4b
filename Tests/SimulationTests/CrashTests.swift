import AccordCore
import Chance
import Foundation
import Testing

/// How many worlds are tried: more with `SEEDS=n`.
let seeds = ProcessInfo.processInfo.environment["SEEDS"].flatMap { Int($0) } ?? 1000

@Suite("Whole runs, with a crash")
struct CrashTests {
    static let shards = 8
    /// Everything that a service and a network do wrong, often.
    static let storm = "5xx=4%,5xx-after=4%,drop-before=4%,drop-after=4%,truncate=3%,nonsense=2%,429=2%"

    @Test("after a crash at any step and one more run, both sides are as if there had been none", arguments: 0..<shards)
    func aCrashChangesNothing(shard: Int) async throws {
        for seed in stride(from: shard, to: seeds, by: CrashTests.shards) {
            let story = Story(seed: UInt64(seed))
            let calm = try await story.agreed()
            try story.edit(calm)
            let fate = Fate()
            let report = try await calm.sync(fate)
            let steps = fate.steps

            let struck = try await story.agreed()
            try story.edit(struck)
            var dice = Dice(seed: UInt64(seed) &* 31)
            let step = Int.random(in: 1...max(1, steps), using: &dice)
            // Every second crash comes in a storm, which is over when the program starts again.
            if seed % 2 == 0 { try struck.set(faults: "seed=\(seed + 1),\(CrashTests.storm)") }
            _ = try? await struck.sync(Fate(dieAt: step))
            // Every third is followed by one during the recovery.
            if seed % 3 == 0 { _ = try? await struck.sync(Fate(dieAt: Int.random(in: 1...8, using: &dice))) }
            try struck.set(faults: "")
            try await struck.sync()
            // Who turned out to be deleted in the project is looked into by one run more.
            if report.quarantined > 0 { for world in [calm, struck] { try await world.sync() } }

            #expect(struck.project == calm.project, "seed \(seed), crash at step \(step) of \(steps)")
            #expect(try struck.rows == calm.rows, "seed \(seed), crash at step \(step) of \(steps)")
        }
    }

    @Test("a crash at every step of one story, and at every step of its recovery", arguments: [11, 42, 78, 105])
    func everyStep(seed: UInt64) async throws {
        let story = Story(seed: seed)
        let calm = try await story.agreed()
        try story.edit(calm)
        let fate = Fate()
        try await calm.sync(fate)
        #expect(fate.steps > 15, "seed \(seed): nothing happens in this story")
        var dice = Dice(seed: seed)
        for step in 1...fate.steps {
            let struck = try await story.agreed()
            try story.edit(struck)
            _ = try? await struck.sync(Fate(dieAt: step))
            let again = Int.random(in: 1...fate.steps, using: &dice)
            _ = try? await struck.sync(Fate(dieAt: again))
            try await struck.sync()
            #expect(struck.project == calm.project, "seed \(seed), crash at step \(step), then at \(again)")
            #expect(try struck.rows == calm.rows, "seed \(seed), crash at step \(step), then at \(again)")
        }
    }

    @Test("what is edited after a crash is no conflict with what the crashed run wrote", arguments: 0..<shards)
    func editsAfterACrash(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 400), by: CrashTests.shards) {
            // What somebody archives or deletes shows in a whole read only, so when it is seen depends on the crash.
            let story = Story(seed: UInt64(seed), takesAway: false)
            let calm = try await story.agreed()
            try story.edit(calm)
            let fate = Fate()
            try await calm.sync(fate)
            try story.editAgain(calm)
            let expected = try await calm.sync()

            let struck = try await story.agreed()
            try story.edit(struck)
            var dice = Dice(seed: UInt64(seed) &* 37)
            let step = Int.random(in: 1...max(1, fate.steps), using: &dice)
            _ = try? await struck.sync(Fate(dieAt: step))
            try story.editAgain(struck)
            let report = try await struck.sync()

            #expect(struck.project == calm.project, "seed \(seed), crash at step \(step)")
            #expect(try struck.rows == calm.rows, "seed \(seed), crash at step \(step)")
            #expect(report.conflicts == expected.conflicts, "seed \(seed), crash at step \(step)")
        }
    }
}
