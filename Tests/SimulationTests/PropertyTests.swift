import AccordCore
import AccordSandbox
import AccordState
import Chance
import Foundation
import Synchronization
import Testing

@Suite("Whole runs, what must always hold")
struct PropertyTests {
    static let shards = CrashTests.shards

    /// The service as it is described is what most depends on.
    private static func scenarios(of likeness: Likeness) -> Int { min(seeds, likeness == .documented ? 400 : 150) }

    @Test(
        "no edit is lost, nobody is doubled or brought back, and a run after a run has nothing to do",
        arguments: 0..<shards, Likeness.allCases)
    func whatAlwaysHolds(shard: Int, likeness: Likeness) async throws {
        for seed in stride(from: shard, to: PropertyTests.scenarios(of: likeness), by: PropertyTests.shards) {
            let scenario = Scenario(seed: UInt64(seed), likeness: likeness)
            let world = try await scenario.agreed()
            let edits = try scenario.edit(world)
            let out = world.out
            var plan: PairPlan?
            let report = try await world.sync(concurrency: 4) { plan = $0.pairs.first }
            try await expectNothingLost(edits, of: edits, by: [#require(plan)], in: world, "seed \(seed)")
            try expectNobodyDoubled(world, "seed \(seed)")
            let there = Set(world.service.snapshot().compactMap { $0["id"]?.int }.map(String.init))
            let back = out.intersection(there).subtracting(world.out)
            #expect(back.isEmpty, "seed \(seed): \(back) opted out and came back")

            // Who turns out to be deleted in the project is looked into by the run after that.
            if report.quarantined > 0 { try await world.sync() }
            let (project, rows) = (world.project, try world.rows)
            let again = try await world.sync()
            #expect(again.operations == 0, "seed \(seed): \(again.done)")
            #expect(again.requests == 1 || likeness != .documented, "seed \(seed): \(again.requests) requests")
            #expect(world.project == project, "seed \(seed)")
            #expect(try world.rows == rows, "seed \(seed)")
        }
    }

    @Test(
        "what is edited on both sides between a plan and its application is not lost either",
        arguments: 0..<shards, Likeness.allCases)
    func editedInBetween(shard: Int, likeness: Likeness) async throws {
        for seed in stride(from: shard, to: PropertyTests.scenarios(of: likeness), by: PropertyTests.shards) {
            let scenario = Scenario(seed: UInt64(seed), likeness: likeness)
            let world = try await scenario.agreed()
            var edits = try scenario.edit(world)
            let plan = try await world.plan()
            edits += try Scenario(seed: UInt64(seed) ^ 0xF00D, mark: "7").edit(world)
            // Where that is the other side's field too, it is edited there as well.
            edits += try Scenario.editSameFields(as: edits, service: world.service, csv: world.csv)
            let all = edits
            edits = try standing(edits, in: world)
            let out = world.out

            try await world.apply(plan, concurrency: 4)
            var plans = plan.pairs
            for _ in 0..<3 { try await world.sync(concurrency: 4) { plans += $0.pairs } }
            try await expectNothingLost(edits, of: all, by: plans, in: world, "seed \(seed)")
            try expectNobodyDoubled(world, "seed \(seed)")
            let there = Set(world.service.snapshot().compactMap { $0["id"]?.int }.map(String.init))
            let back = out.intersection(there).subtracting(world.out)
            #expect(back.isEmpty, "seed \(seed): \(back) opted out and came back")
            #expect(try await world.sync().operations == 0, "seed \(seed)")
        }
    }

    @Test(
        "what is edited on the other side between our read and our write, in the same field, is not lost",
        arguments: 0..<shards, Likeness.allCases)
    func editedMeanwhile(shard: Int, likeness: Likeness) async throws {
        var sameFields = 0
        for seed in stride(from: shard, to: PropertyTests.scenarios(of: likeness), by: PropertyTests.shards) {
            let scenario = Scenario(seed: UInt64(seed), likeness: likeness)
            let world = try await scenario.agreed()
            let written = try scenario.edit(world)
            let edits = try standing(written, in: world)
            let (service, csv) = (world.service, world.csv)
            let more = Mutex<[Scenario.Edit]?>(nil)
            world.intruder = { _ in
                // The first request of a run reads what has changed.
                try more.withLock { more in
                    guard more == nil else { return }
                    more = try Scenario.editSameFields(as: edits, service: service, csv: csv)
                }
            }
            var plans: [PairPlan] = []
            world.interleaving = UInt64(seed)
            try await world.sync(concurrency: 4) { plans += $0.pairs }
            let added = try #require(more.withLock { $0 })
            sameFields += added.count
            let all = edits.filter { edit in !added.contains(where: edit.isOverwritten(by:)) } + added
            for _ in 0..<3 { try await world.sync(concurrency: 4) { plans += $0.pairs } }
            try await expectNothingLost(all, of: written + added, by: plans, in: world, "seed \(seed)")
            try expectNobodyDoubled(world, "seed \(seed)")
            #expect(try await world.sync().operations == 0, "seed \(seed)")
        }
        #expect(seeds < 160 || sameFields > 20, "\(sameFields) fields were edited on both sides")
    }

    /// What somebody has overwritten or deleted on the very side where it was written is nobody's to keep.
    private func standing(_ edits: [Scenario.Edit], in world: World) throws -> [Scenario.Edit] {
        let sides = try world.sides
        return edits.filter { sides[$0.side]?.contains($0.word) ?? false }
    }

    /// Every word that was written is on both sides; or a named rule let another edit of the same field win; or it still
    /// stands where it was written, and a conflict or a quarantine says so, or a reason why its record is left alone.
    ///
    /// Of whom somebody archived in the project nobody hears before a whole read; what is edited there stays with them.
    ///
    /// - Parameter all: with those that somebody has overwritten by now.
    private func expectNothingLost(
        _ edits: [Scenario.Edit], of all: [Scenario.Edit], by plans: [PairPlan], in world: World, _ comment: Comment
    ) async throws {
        let (held, open) = try await world.withEngine { _, store in
            (Set(try store.quarantine("customers").map(\.key)), try store.conflicts("customers"))
        }
        let sides = try world.sides
        for edit in edits {
            let said = sides.filter { $0.value.contains(edit.word) }.map(\.key)
            if said.count == 2 { continue }
            let entries = plans.flatMap(\.entries)
            let others = all.filter { $0.field == edit.field && $0.word != edit.word }.map(\.word)
            if entries.contains(where: { $0.supersedes(edit, by: others) }) { continue }
            let stands = said == [edit.side]
            // What is held is known by the source's key; an edit in the project is of an id there.
            let keys =
                edit.side == .source ? [edit.record] : entries.filter { $0.isAbout(edit) }.compactMap(\.sourceKey)
            let isOpen = open.contains { "\($0)".contains(edit.word) } || !held.isDisjoint(with: keys)
            let isNamed = entries.contains { $0.leavesAlone(edit) }
            if try world.isArchived(edit), edit.side == .project || stands { continue }
            let told = entries.filter { $0.isAbout(edit) }.map(\.told).joined(separator: "; then ")
            #expect(stands && (isOpen || isNamed), "\(comment): \(edit) is lost, it is said by \(said): \(told)")
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
    /// An edit is overwritten by another one of the same field, as a rule says that is named.
    fileprivate func supersedes(_ edit: Scenario.Edit, by others: [String]) -> Bool {
        let named: Set<FieldRule> = [.policySource, .policyProject, .newestSource, .newestProject, .resolved]
        return operations.filter { $0.side == edit.side }.flatMap(\.changes).contains { change in
            change.field == edit.field && named.contains(change.rule) && "\(change.before)".contains(edit.word)
                && others.contains { "\(change.after)".contains($0) }
        }
    }

    fileprivate func isAbout(_ edit: Scenario.Edit) -> Bool {
        edit.side == .source ? sourceKey == edit.record : projectID == edit.record
    }

    /// For people: what a plan says of the record.
    fileprivate var told: String {
        let changes = operations.map { operation in
            "\(operation.side) \(operation.kind) "
                + operation.changes.map { "\($0.field) \($0.before) to \($0.after) \($0.rule)" }.joined(separator: ", ")
        }
        return
            "\(sourceKey ?? "") \(projectID ?? ""): \(changes) \(conflicts.map(\.what)) \(note.map { "\($0)" } ?? "")"
            + (quarantine?.message ?? "")
    }

    /// The record of an edit is left as it is, for a reason or for a conflict about the whole of it.
    fileprivate func leavesAlone(_ edit: Scenario.Edit) -> Bool {
        isAbout(edit)
            && (note != nil || conflicts.contains { $0.field == nil } || operations.contains(where: \.isRemoval))
    }
}

extension World {
    /// The customer on whom something was edited is archived; found from the source by their telephone.
    fileprivate func isArchived(_ edit: Scenario.Edit) throws -> Bool {
        let archived = service.snapshot().filter { $0["archived_at"] != .null }
        if edit.side == .project { return archived.contains { $0["id"]?.int == Int64(edit.record) } }
        let row = try rows.first { $0.hasPrefix("\(edit.record),") }?.split(
            separator: ",", omittingEmptySubsequences: false)
        return row.map { row in archived.contains { $0["phone"]?.string == String(row[4]) } } ?? false
    }

    /// All that each side says.
    fileprivate var sides: [Side: String] {
        get throws { [.source: try rows.joined(separator: "\n"), .project: project.joined(separator: "\n")] }
    }

    /// The ids of the project's people who want no messages.
    fileprivate var out: Set<String> {
        Set(
            service.snapshot().filter { $0["unsubscribed_at"] != .null }.compactMap { $0["id"]?.int }.map(String.init))
    }
}
