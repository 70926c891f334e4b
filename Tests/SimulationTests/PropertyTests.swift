import AccordCore
import AccordState
import Chance
import Foundation
import Testing

@Suite("Whole runs, what must always hold")
struct PropertyTests {
    static let shards = CrashTests.shards

    @Test(
        "no edit is lost, nobody is doubled or brought back, and a run after a run has nothing to do",
        arguments: 0..<shards)
    func whatAlwaysHolds(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 400), by: PropertyTests.shards) {
            let scenario = Scenario(seed: UInt64(seed))
            let world = try await scenario.agreed()
            let edits = try scenario.edit(world)
            let out = world.out
            var plan: PairPlan?
            let report = try await world.sync(concurrency: 4) { plan = $0.pairs.first }
            try await expectNothingLost(edits, by: [#require(plan)], in: world, "seed \(seed)")
            try expectNobodyDoubled(world, "seed \(seed)")
            let there = Set(world.service.snapshot().compactMap { $0["id"]?.int }.map(String.init))
            let back = out.intersection(there).subtracting(world.out)
            #expect(back.isEmpty, "seed \(seed): \(back) opted out and came back")

            // Who turns out to be deleted in the project is looked into by the run after that.
            if report.quarantined > 0 { try await world.sync() }
            let (project, rows) = (world.project, try world.rows)
            let again = try await world.sync()
            #expect(again.operations == 0, "seed \(seed): \(again.done)")
            #expect(again.requests == 1, "seed \(seed)")
            #expect(world.project == project, "seed \(seed)")
            #expect(try world.rows == rows, "seed \(seed)")
        }
    }

    @Test("what is edited on both sides between a plan and its application is not lost either", arguments: 0..<shards)
    func editedInBetween(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 400), by: PropertyTests.shards) {
            let scenario = Scenario(seed: UInt64(seed))
            let world = try await scenario.agreed()
            var edits = try scenario.edit(world)
            let plan = try await world.plan()
            edits += try Scenario(seed: UInt64(seed) ^ 0xF00D, mark: "7").edit(world)
            // What somebody has overwritten on the very side where it was written is nobody's to keep, and who is
            // archived rests.
            let live = world.project.filter { $0.hasSuffix("|no") }
            let said: [Side: String] = [.source: try world.rows.joined(), .project: live.joined()]
            edits = edits.filter { said[$0.side]?.contains($0.word) ?? false }
            let out = world.out

            try await world.apply(plan, concurrency: 4)
            var plans = plan.pairs
            for _ in 0..<3 { try await world.sync(concurrency: 4) { plans += $0.pairs } }
            try await expectNothingLost(edits, by: plans, in: world, "seed \(seed)")
            try expectNobodyDoubled(world, "seed \(seed)")
            let there = Set(world.service.snapshot().compactMap { $0["id"]?.int }.map(String.init))
            let back = out.intersection(there).subtracting(world.out)
            #expect(back.isEmpty, "seed \(seed): \(back) opted out and came back")
            #expect(try await world.sync().operations == 0, "seed \(seed)")
        }
    }

    /// Every word that was written is on both sides, or a rule, a conflict or a quarantine names it.
    private func expectNothingLost(
        _ edits: [Scenario.Edit], by plans: [PairPlan], in world: World, _ comment: Comment
    ) async throws {
        let held = try await world.withEngine { _, store in try store.quarantine("customers").map(\.key) }
        let (project, rows) = (world.project.joined(), try world.rows.joined())
        for edit in edits where !(project.contains(edit.word) && rows.contains(edit.word)) {
            let isNamed = plans.contains { $0.entries.contains { $0.names(edit) } }
            #expect(isNamed || held.contains(edit.record), "\(comment): \(edit) is lost")
        }
    }

    private func expectNobodyDoubled(_ world: World, _ comment: Comment) throws {
        let emails = world.service.snapshot().compactMap { $0["email"]?.string }
        #expect(Set(emails).count == emails.count, comment)
        for column in [0, 3] {
            let cells = try world.rows.map { $0.split(separator: ",", omittingEmptySubsequences: false)[column] }
            #expect(Set(cells).count == cells.count, comment)
        }
    }

    @Test("the order in which a plan is carried out makes no difference", arguments: 0..<shards)
    func shuffled(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 200), by: PropertyTests.shards) {
            let scenario = Scenario(seed: UInt64(seed))
            let undisturbed = try await scenario.agreed()
            try scenario.edit(undisturbed)
            guard try await undisturbed.sync().quarantined == 0 else { continue }

            let shuffled = try await scenario.agreed()
            try scenario.edit(shuffled)
            var plan = try await shuffled.plan()
            var dice = Dice(seed: UInt64(seed))
            for index in plan.pairs.indices {
                try plan.pairs[index].shuffle(using: &dice, folder: shuffled.folder.path)
            }
            try await shuffled.apply(plan, concurrency: 4)

            #expect(shuffled.project == undisturbed.project, "seed \(seed)")
            #expect(try shuffled.rows == undisturbed.rows, "seed \(seed)")
            let next = try await shuffled.sync()
            #expect(next.operations == 0, "seed \(seed): \(next.done)")
        }
    }

    @Test("the same inputs give the same plan, byte for byte", arguments: [1, 2, 3, 4, 5, 6, 7, 8])
    func deterministic(seed: UInt64) async throws {
        var plans: [Data] = []
        for _ in 0..<2 {
            let scenario = Scenario(seed: seed)
            let world = try await scenario.agreed()
            try scenario.edit(world)
            var plan = try await world.plan()
            // Which files it was made from is all that may differ.
            plan.state.id = ""
            plan.configuration = Fingerprint(of: "")
            for index in plan.pairs.indices { plan.pairs[index].source.stamp = nil }
            var bytes: [UInt8] = []
            try PlanDocument.write(plan) { bytes += $0 }
            plans.append(Data(bytes))
        }
        #expect(plans[0] == plans[1], "seed \(seed)")
        #expect(plans[0].count > 500, "seed \(seed): nothing happens in this scenario")
    }
}

extension Entry {
    /// The plan says what becomes of an edit: superseded by a named rule, in conflict, in quarantine, or left alone.
    fileprivate func names(_ edit: Scenario.Edit) -> Bool {
        let changes = operations.flatMap(\.changes)
        if changes.contains(where: { "\($0.before)".contains(edit.word) }) { return true }
        if conflicts.contains(where: { "\($0.source) \($0.project)".contains(edit.word) }) { return true }
        let isThisRecord = edit.side == .source ? sourceKey == edit.record : projectID == edit.record
        let isWholeRecord = conflicts.contains { $0.field == nil }
        return isThisRecord && (isWholeRecord || quarantine != nil || note != nil)
    }
}

extension World {
    /// The ids of the project's people who want no messages.
    fileprivate var out: Set<String> {
        Set(
            service.snapshot().filter { $0["unsubscribed_at"] != .null }.compactMap { $0["id"]?.int }.map(String.init))
    }
}
