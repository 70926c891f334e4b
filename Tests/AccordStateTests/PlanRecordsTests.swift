import AccordCore
import AccordState
import Chance
import Testing

@Suite("The records of a plan")
struct PlanRecordsTests {
    private static let examples = Examples.records

    private func record(_ number: Int, _ dice: inout Dice) -> Entry {
        var record = dice.pick(PlanRecordsTests.examples)
        record.label = "\(number) \(dice.next())"
        if dice.below(10) == 0 { record.label += String(repeating: "x", count: 6_000) }
        return record
    }

    private func numbered(_ records: [Entry]) -> [Entry] {
        records.enumerated().map { index, record in
            var record = record
            record.position = index + 1
            return record
        }
    }

    @Test(
        "whatever the order in which they come, on disk or not, they are in the order of their ranks", arguments: 1...30
    )
    func sorted(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let folder = try TemporaryFolder()
        let builder = PlanRecordsBuilder(
            folder: folder.path, mostInMemory: dice.pick([1, 100, 5_000, 100_000, SpillFile.mostInMemory]))
        var model: [(rank: UInt64, record: Entry)] = []
        let ranks = [1, 5, 1_000][dice.below(3)]
        for number in 0..<dice.below(300) {
            let rank = dice.below(20) == 0 ? UInt64.max : UInt64(dice.below(ranks))
            model.append((rank, record(number, &dice)))
            #expect(try builder.append(WrittenRecord(model[number].record), rank: rank) == number, "seed \(seed)")
            try replaceSome(builder, &model, &dice)
        }
        #expect(builder.count == model.count)
        for number in model.indices {
            #expect(try builder.record(number) == model[number].record, "seed \(seed)")
            #expect(builder.kinds(number) == model[number].record.kinds, "seed \(seed)")
        }
        let order = model.indices.sorted { (model[$0].rank, $0) < (model[$1].rank, $1) }
        if dice.below(2) == 0 {
            #expect(builder.sort().map(Int.init) == order, "seed \(seed)")
            try replaceSome(builder, &model, &dice)
        }
        let records = try builder.finish()
        try compare(records, numbered(order.map { model[$0].record }), &dice, "seed \(seed)")
        #expect(try folder.names().isEmpty, "seed \(seed): nothing is seen in the folder")
    }

    private func replaceSome(
        _ builder: PlanRecordsBuilder, _ model: inout [(rank: UInt64, record: Entry)], _ dice: inout Dice
    ) throws {
        guard !model.isEmpty, dice.below(4) == 0 else { return }
        let number = dice.below(model.count)
        model[number].record = record(number, &dice)
        try builder.replace(number, by: WrittenRecord(model[number].record))
    }

    private func compare(
        _ records: PlanRecords, _ model: [Entry], _ dice: inout Dice, _ when: Comment
    ) throws {
        #expect(records.count == model.count, when)
        #expect(try records.all() == model, when)
        for index in model.indices where dice.below(5) == 0 {
            #expect(try records.record(at: index) == model[index], when)
            #expect(records.kinds(at: index) == model[index].kinds, when)
        }
        for _ in 0..<4 {
            let wanted = Entry.Kinds(rawValue: UInt16(dice.below(1024)))
            let isWanted = { (kinds: Entry.Kinds) in !kinds.isDisjoint(with: wanted) }
            let expected = model.filter { isWanted($0.kinds) }
            #expect(try records.all(where: isWanted) == expected, when)
            #expect(records.count(of: wanted) == expected.count, when)
            #expect(records.count(where: isWanted) == expected.count, when)
            #expect(records.contains(where: isWanted) == !expected.isEmpty, when)
            // Ended early: nothing that follows is given.
            let most = dice.below(expected.count + 2)
            var some: [Entry] = []
            try records.forEach(where: isWanted) { record in
                some.append(record)
                return some.count < most
            }
            #expect(some == Array(expected.prefix(max(most, 1))), when)
        }
    }

    @Test("what is thrown while records are gone through ends it, and they can be gone through again")
    func thrown() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let records = try Examples.plan(folder: folder.path).pairs[0].records
        #expect(throws: Stop.self) { try records.forEach { _ in throw Stop() } }
        #expect(try records.all().count == Examples.records.count)
    }

    @Test("a plan without records has none")
    func none() throws {
        for records in [PlanRecords(), try PlanRecordsBuilder(folder: "/nowhere").finish()] {
            #expect(records.count == 0)
            #expect(try records.all().isEmpty)
            #expect(!records.contains { _ in true })
        }
    }

    @Test("a plan whose records are on disk is written and read like one in memory", arguments: 1...5)
    func spilledDocument(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let folder = try TemporaryFolder()
        let builders = [1, SpillFile.mostInMemory].map { PlanRecordsBuilder(folder: folder.path, mostInMemory: $0) }
        // More than is written, and read, in one piece.
        var plan = try Examples.plan(folder: folder.path)
        plan.pairs[0].counts = PlanCounts()
        for number in 0..<700 {
            let record = record(number, &dice)
            plan.pairs[0].counts.add(record, plan.pairs[0].fields)
            for builder in builders { try builder.append(WrittenRecord(record), rank: 0) }
        }
        let documents = try builders.map { builder in
            plan.pairs[0].records = try builder.finish()
            return try plan.document()
        }
        #expect(documents[0] == documents[1], "seed \(seed)")
        #expect(try PlanDocument.load(folder.file(documents[0])).plan.content == plan.content, "seed \(seed)")
    }
}
