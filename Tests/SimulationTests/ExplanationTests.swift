import AccordCore
import AccordEngine
import AccordState
import Chance
import Foundation
import Testing

@Suite("Whole runs, explained")
struct ExplanationTests {
    @Test(
        "whatever a plan says of a record, its explanation says; of all others it says nothing",
        arguments: 0..<CrashTests.shards)
    func agrees(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 100), by: CrashTests.shards) {
            let scenario = Scenario(seed: UInt64(seed))
            let world = try await scenario.agreed()
            try scenario.edit(world)
            try confuse(world, seed: UInt64(seed))
            try await expectAgreement(world, full: seed.isMultiple(of: 2), "seed \(seed)")
            // What waits for a person, and what is settled and has changed again.
            try await world.sync()
            try await decide(world, seed: UInt64(seed))
            try Scenario(seed: UInt64(seed) ^ 0xF00D, mark: "7").edit(world)
            try await expectAgreement(world, full: true, "seed \(seed), later")
        }
    }

    /// Rows that leave doubt about which record they are: under another key, with a key or an e-mail of another row, or
    /// with a cell too many.
    private func confuse(_ world: World, seed: UInt64) throws {
        var dice = Dice(seed: seed ^ 0xC0FFEE)
        var lines = try String(contentsOf: world.csv, encoding: .utf8).split(separator: "\n").map(String.init)
        guard let index = lines.indices.dropFirst().randomElement(using: &dice) else { return }
        let cells = lines[index].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        switch Int.random(in: 0..<6, using: &dice) {
        case 0: lines.append(lines[index])
        case 1: lines.append((["77"] + cells.dropFirst()).joined(separator: ","))
        case 2: lines[index] = (["78"] + cells.dropFirst()).joined(separator: ",")
        case 3: lines[index] += ",more"
        case 4: lines.insert("\(cells[0]),Another,Row,another@example.com,,,,no", at: 1)
        default: break
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: world.csv)
    }

    /// A person decides some of the conflicts.
    private func decide(_ world: World, seed: UInt64) async throws {
        var dice = Dice(seed: seed ^ 0xDEC1DE)
        let sides = Side.allCases
        try await world.withEngine { _, store in
            for item in try store.conflicts("customers") where Bool.random(using: &dice) {
                try store.resolve(
                    "customers", sourceKey: item.sourceKey, field: item.conflict.field,
                    sides.randomElement(using: &dice))
            }
        }
    }

    private func expectAgreement(_ world: World, full: Bool, _ comment: Comment) async throws {
        let plan = try #require(try await world.plan(full: full).pairs.first)
        let planned = plan.entries
        let keys = try world.rows.compactMap { $0.split(separator: ",").first.map(String.init) }.filter { $0 != "id" }
        let requests = world.service.requestCount
        try await world.withEngine { engine, store in
            let ids = try store.projectRecordIDs(plan.name)
            let linkedKeys = try ids.compactMap { try store.link(plan.name, projectID: $0)?.sourceKey }
            let names =
                (keys + linkedKeys).map(RecordIdentity.source) + ids.map(RecordIdentity.project)
                + planned.compactMap(\.recordIdentity)
            for name in Set(names).sorted(by: { $0.text < $1.text }) {
                let explained = try await engine.explain(name, in: plan.name)
                // Whichever way it is asked for, a linked record has both names.
                let (key, projectID): (String?, String?)
                switch name {
                case .source(let asked):
                    (key, projectID) = (asked, try store.link(plan.name, sourceKey: asked)?.projectID)
                case .project(let id):
                    (key, projectID) = (try store.link(plan.name, projectID: id)?.sourceKey, id)
                }
                let expected = planned.filter { entry in
                    key != nil && entry.sourceKey == key || projectID != nil && entry.projectID == projectID
                }
                #expect(explained.plan.failure == nil, comment)
                #expect(explained.entries == expected, "\(comment), \(name.text)")
                for field in explained.fields {
                    let rules = expected.flatMap(\.operations).flatMap(\.changes).filter { $0.field == field.field }
                    if let rule = field.rule, !rules.isEmpty {
                        #expect(rules.contains { $0.rule == rule }, "\(comment), \(name.text), \(field.field)")
                    }
                    if expected.isEmpty { #expect(field.rule == nil, "\(comment), \(name.text), \(field.field)") }
                }
            }
        }
        #expect(world.service.requestCount == requests, comment)
    }
}
