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
    static let faults = "5xx=4%,5xx-after=4%,drop-before=4%,drop-after=4%,truncate=3%,nonsense=2%,429=2%"

    @Test("after a crash at any step and one more run, both sides are as if there had been none", arguments: 0..<shards)
    func aCrashChangesNothing(shard: Int) async throws {
        var crashes = CrashCount()
        for seed in stride(from: shard, to: seeds, by: CrashTests.shards) {
            let scenario = Scenario(seed: UInt64(seed))
            let undisturbed = try await scenario.agreed()
            try scenario.edit(undisturbed)
            let crashPoint = CrashPoint()
            let report = try await undisturbed.sync(crashPoint)
            let steps = crashPoint.steps

            let crashed = try await scenario.agreed()
            try scenario.edit(crashed)
            var dice = Dice(seed: UInt64(seed) &* 31)
            let step = Int.random(in: 1...max(1, steps), using: &dice)
            // Every second crash comes while the service has faults; it has none when the program starts again.
            let hasFaults = seed % 2 == 0
            if hasFaults { try crashed.set(faults: "seed=\(seed + 1),\(CrashTests.faults)") }
            crashes.add(
                try await crashed.crash(atStep: step, unless: hasFaults ? .hasFaults : .never, "seed \(seed), \(step)"))
            // Every third is followed by one during the recovery.
            if seed % 3 == 0 {
                let again = Int.random(in: 1...8, using: &dice)
                crashes.add(
                    try await crashed.crash(
                        atStep: again, unless: hasFaults ? .hasFaults : .endsBefore, "seed \(seed), \(step), \(again)"))
            }
            try crashed.set(faults: "")
            try await crashed.sync()
            // Who turned out to be deleted in the project is looked into by one run more.
            if report.quarantined > 0 { for world in [undisturbed, crashed] { try await world.sync() } }

            #expect(crashed.project == undisturbed.project, "seed \(seed), crash at step \(step) of \(steps)")
            #expect(try crashed.rows == undisturbed.rows, "seed \(seed), crash at step \(step) of \(steps)")
        }
        crashes.expectMost()
    }

    @Test("a crash at every step of one scenario, and at every step of its recovery", arguments: [11, 42, 78, 105])
    func everyStep(seed: UInt64) async throws {
        let scenario = Scenario(seed: seed)
        let undisturbed = try await scenario.agreed()
        try scenario.edit(undisturbed)
        let crashPoint = CrashPoint()
        try await undisturbed.sync(crashPoint)
        #expect(crashPoint.steps > 15, "seed \(seed): nothing happens in this scenario")
        var dice = Dice(seed: seed)
        for step in 1...crashPoint.steps {
            let crashed = try await scenario.agreed()
            try scenario.edit(crashed)
            try await crashed.crash(atStep: step, "seed \(seed)")
            let again = Int.random(in: 1...crashPoint.steps, using: &dice)
            try await crashed.crash(atStep: again, unless: .endsBefore, "seed \(seed), \(step)")
            try await crashed.sync()
            #expect(crashed.project == undisturbed.project, "seed \(seed), crash at step \(step), then at \(again)")
            #expect(try crashed.rows == undisturbed.rows, "seed \(seed), crash at step \(step), then at \(again)")
        }
    }

    @Test("what is edited after a crash is no conflict with what the crashed run wrote", arguments: 0..<shards)
    func editsAfterACrash(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 400), by: CrashTests.shards) {
            // What somebody archives or deletes shows in a whole read only, so when it is seen depends on the crash.
            let scenario = Scenario(seed: UInt64(seed), takesAway: false)
            let undisturbed = try await scenario.agreed()
            try scenario.edit(undisturbed)
            let crashPoint = CrashPoint()
            try await undisturbed.sync(crashPoint)
            try scenario.editAgain(undisturbed)
            let expected = try await undisturbed.sync()

            let crashed = try await scenario.agreed()
            try scenario.edit(crashed)
            var dice = Dice(seed: UInt64(seed) &* 37)
            let step = Int.random(in: 1...max(1, crashPoint.steps), using: &dice)
            try await crashed.crash(atStep: step, "seed \(seed)")
            try scenario.editAgain(crashed)
            let report = try await crashed.sync()

            #expect(crashed.project == undisturbed.project, "seed \(seed), crash at step \(step)")
            #expect(try crashed.rows == undisturbed.rows, "seed \(seed), crash at step \(step)")
            #expect(report.conflicts == expected.conflicts, "seed \(seed), crash at step \(step)")
        }
    }
}
