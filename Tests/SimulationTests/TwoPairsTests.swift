import AccordCore
import AccordEngine
import AccordSandbox
import Foundation
import Testing

/// Two files of customers in one run.
@Suite("Two pairs of one table")
struct TwoPairsTests {
    private static let newsletter = """
        resource: customers
        key: id
        match: [email]
        conflict: manual
        fields:
          first_name: first
          last_name: last
          email: {column: email, type: email}
        """

    @Test("who is new in both files is created once, and what they say differently is a conflict, and not overwritten")
    func createdByBoth() async throws {
        let world = try World(mapping: TwoPairsTests.newsletter, others: ["newsletter": TwoPairsTests.newsletter])
        try Data("id,first,last,email\n1,Ada,Lovelace,a@example.com\n2,Ben,Same,b@example.com\n".utf8).write(
            to: world.csv)
        let other =
            "id,first,last,email\n9,Ada,Byron,a@example.com\n8,Ben,Same,b@example.com\n7,Cy,Only,c@example.com\n"
        try Data(other.utf8).write(to: world.file(of: "newsletter"))
        let report = try await world.sync()
        #expect(report.done == [.project(.create): 3] && report.quarantined == 2, "\(report)")
        #expect(world.service.snapshot().count == 3)
        #expect(world.customer("a@example.com")?["last_name"]?.string == "Lovelace")
        let next = try await world.sync()
        #expect(next.linked == 2 && next.conflicts == 1 && next.done == [.source(.create): 1], "\(next)")
        #expect(world.customer("a@example.com")?["last_name"]?.string == "Lovelace")
        #expect(try String(contentsOf: world.csv, encoding: .utf8).contains("Lovelace"))
        #expect(try String(contentsOf: world.file(of: "newsletter"), encoding: .utf8).contains("Byron"))
    }

    private static func customers(create: String = "both") -> String {
        """
        resource: customers
        key: id
        match: [email]
        create: \(create)
        fields:
          first_name: first
          email: {column: email, type: email}
          unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}
        """
    }

    private func write(_ rows: [String], to file: URL) throws {
        try Data((["id,first,email,out"] + rows).joined(separator: "\n").appending("\n").utf8).write(to: file)
    }

    @Test(
        "who opted out in the file of another pair, whichever comes first, is created as somebody who gets no messages",
        arguments: ["both", "source"])
    func optedOutInTheOther(create: String) async throws {
        let world = try World(
            mapping: TwoPairsTests.customers(create: "project"),
            others: ["more": TwoPairsTests.customers(create: create)])
        try write(["1,Ada,p1@example.com,no", "2,Ben,p2@example.com,no"], to: world.csv)
        try write(["9,Ada,p1@example.com,yes"], to: world.file(of: "more"))
        let report = try await world.sync()
        #expect(report.done[.project(.unsubscribe)] == 1 && report.done[.project(.create)] == 2, "\(report.done)")
        #expect(world.isOut(1) && !world.isOut(2))
        for _ in 0..<2 { try await world.sync() }
        #expect(try world.rows.contains("1,Ada,p1@example.com,yes"))
        #expect(try await world.sync().operations == 0)
    }

    @Test(
        "who may have opted out in a row that cannot be used, of whatever pair, is not created as somebody who gets messages",
        arguments: ["9,Ada,p1@example.com,yes,more", "9,Ada,p1@example.com,perhaps", ",Ada,p1@example.com,perhaps"],
        [false, true])
    func inDoubt(row: String, isOfItsOwnFile: Bool) async throws {
        let world = try World(
            mapping: TwoPairsTests.customers(create: "project"),
            others: ["more": TwoPairsTests.customers(create: "project")])
        let rows = ["1,Ada,p1@example.com,no", "2,Ben,p2@example.com,no"]
        try write(rows + (isOfItsOwnFile ? [row] : []), to: world.csv)
        let others = (5...8).map { "\($0),Eve,p\($0)@example.com,no" }
        try write(others + (isOfItsOwnFile ? [] : [row]), to: world.file(of: "more"))
        for _ in 0..<2 {
            let report = try await world.sync()
            #expect(report.outcome == .attention && world.customer(1) == nil && world.customer(2) != nil, "\(report)")
        }
        try write(rows, to: world.csv)
        try write(others, to: world.file(of: "more"))
        try await world.sync()
        #expect(world.customer(1) != nil && !world.isOut(1))
    }

    @Test("payments alike in two files are two payments, whatever was there before", arguments: [0, 1])
    func alikePayments(there: Int) async throws {
        let world = try World(mapping: ChargeTests.mapping, others: ["terminal": ChargeTests.mapping])
        try world.add(0)
        for _ in 0..<there {
            try world.service.edit { project throws(SandboxError) in
                try project.addCharge(email: "p0@example.com", amount: 150, currency: "USD", at: 1_600_000_000)
            }
        }
        try Data("id,email,amount,paid\nW-1,p0@example.com,1.50,1600000000\n".utf8).write(to: world.csv)
        try Data("id,email,amount,paid\nT-1,p0@example.com,1.50,1600000000\n".utf8).write(
            to: world.file(of: "terminal"))
        for _ in 0..<2 { try await world.sync() }
        #expect(world.service.edit { $0.charges.count } == 2)
        #expect(try await world.sync().outcome == .done)
        let linked = try await world.withEngine { _, store in
            try ["charges", "terminal"].map { try store.linkedCount($0) }
        }
        #expect(linked == [1, 1])
    }

    @Test("who is gone from one file is archived once they are gone from the other one as well")
    func goneFromOne() async throws {
        let mapping = TwoPairsTests.customers(create: "project") + "\nwhen gone from source: archive"
        let world = try World(mapping: mapping, others: ["more": mapping])
        let others = (5...9).map { "\($0),Eve,p\($0)@example.com,no" }
        try write(["1,Ada,p1@example.com,no", "2,Ben,p2@example.com,no"] + others, to: world.csv)
        let more = (11...15).map { "\($0),Eve,p\($0)@example.com,no" }
        try write(["91,Ada,p1@example.com,no", "92,Ben,p2@example.com,no"] + more, to: world.file(of: "more"))
        for _ in 0..<2 { try await world.sync() }
        try write(["2,Ben,p2@example.com,no"] + others, to: world.csv)
        let plan = try await world.plan()
        let record = try #require(plan.pairs.first?.entries.first { $0.note == .inAnotherSource(pair: "more") })
        #expect(record.operations.isEmpty)
        for _ in 0..<2 { try await world.sync() }
        #expect(!world.isArchived(1))
        try write(["92,Ben,p2@example.com,no"] + more, to: world.file(of: "more"))
        try await world.sync()
        #expect(world.isArchived(1) && !world.isArchived(2))
        // Gone from both at once.
        try write(others, to: world.csv)
        try write(more, to: world.file(of: "more"))
        try await world.sync()
        #expect(world.isArchived(2))
    }

    /// Two files, each with people of its own, who are in both, or in the first, or in the second.
    private func world(_ policy: String, inFirst: Bool, inSecond: Bool) async throws -> World {
        let mapping = TwoPairsTests.customers(create: "project") + "\nwhen gone from source: \(policy)"
        let world = try World(mapping: mapping, others: ["more": mapping])
        try write(world, inFirst: inFirst, inSecond: inSecond)
        for _ in 0..<2 { try await world.sync() }
        return world
    }

    private func write(_ world: World, inFirst: Bool, inSecond: Bool, key: String = "1") throws {
        let own = { (range: ClosedRange<Int>) in range.map { "\($0),Eve,p\($0)@example.com,no" } }
        try write(own(20...25) + (inFirst ? ["\(key),Ada,p1@example.com,no"] : []), to: world.csv)
        try write(own(30...35) + (inSecond ? ["9,Ada,p1@example.com,no"] : []), to: world.file(of: "more"))
    }

    @Test("who is back in either file is back", arguments: ["archive", "delete"], ["1", "7", "second"])
    func backInEither(policy: String, key: String) async throws {
        let world = try await world(policy, inFirst: true, inSecond: true)
        try write(world, inFirst: false, inSecond: false)
        try await world.sync()
        #expect(policy == "archive" ? world.isArchived(1) : world.customer(1) == nil)
        let isSecond = key == "second"
        try write(world, inFirst: !isSecond, inSecond: isSecond, key: isSecond ? "1" : key)
        for _ in 0..<2 { try await world.sync() }
        #expect(world.customer(1) != nil && !world.isArchived(1))
        #expect(try await world.sync().outcome == .done)
    }

    @Test(
        "whoever moves from one file to the other stays, in one run or by runs of each pair",
        arguments: [("archive", false), ("archive", true), ("delete", false), ("delete", true)], [false, true])
    func moves(case: (policy: String, isEachAlone: Bool), isForwards: Bool) async throws {
        let (policy, isEachAlone) = `case`
        let world = try await world(policy, inFirst: isForwards, inSecond: !isForwards)
        let id = world.customer(1)?["id"]
        try write(world, inFirst: !isForwards, inSecond: isForwards)
        for _ in 0..<2 {
            for only in isEachAlone ? [["customers"], ["more"]] : [[]] {
                _ = try await world.withEngine(only: only) { engine, _ in try await engine.sync() }
            }
        }
        #expect(world.customer(1) != nil && !world.isArchived(1))
        // A run of the one pair alone has not read the other file, and deletes.
        if policy == "archive" || !isEachAlone { #expect(world.customer(1)?["id"] == id) }
    }

    @Test("a saved plan takes nobody away who is back in the file of another pair", arguments: ["archive", "delete"])
    func backInTheOther(policy: String) async throws {
        let world = try await world(policy, inFirst: true, inSecond: true)
        try write(world, inFirst: false, inSecond: false)
        let plan = try await world.plan()
        try write(world, inFirst: true, inSecond: false)
        let report = try await world.apply(plan)
        #expect(report.outcome == .attention && world.customer(1) != nil && !world.isArchived(1), "\(report)")
        try await world.sync()
        #expect(world.customer(1) != nil && !world.isArchived(1))
    }

    @Test("a payment that the mappings of two pairs of one file divide otherwise by now is recorded once")
    func dividedRows() async throws {
        func mapping(_ store: String) -> String { ChargeTests.mapping + "\nonly: {column: store, is: \(store)}" }
        let world = try World(mapping: mapping("X"), others: ["other": mapping("Y")])
        world.config.pairs[1].source = world.config.pairs[0].source
        try world.add(0)
        func write(_ store: String) throws {
            let rest = (1...4).map { "R\($0),p0@example.com,\($0).50,1600000000,X\n" }.joined()
            try Data("id,email,amount,paid,store\n\(rest)P1,p0@example.com,10.00,1600000000,\(store)\n".utf8)
                .write(to: world.csv)
        }
        try write("X")
        for _ in 0..<2 { try await world.sync() }
        try write("Y")
        for _ in 0..<2 { try await world.sync() }
        #expect(world.service.edit { $0.charges }.count { $0["amount"]?.int == 1_000 } == 1)
    }

    @Test(
        "a payment that moves from one file to the other is recorded once", arguments: [false, true],
        ["delete", "ignore"])
    func movedPayment(isForwards: Bool, policy: String) async throws {
        let mapping = ChargeTests.mapping + "\nwhen gone from source: \(policy)"
        let world = try World(mapping: mapping, others: ["terminal": mapping])
        try world.add(0)
        func write(_ first: Bool) throws {
            let rest = { (range: ClosedRange<Int>) in
                range.map { "R\($0),p0@example.com,\($0).50,1600000000\n" }.joined()
            }
            let moved = "W-1,p0@example.com,120.00,1600000000\n"
            try Data("id,email,amount,paid\n\(rest(1...5))\(first ? moved : "")".utf8).write(to: world.csv)
            try Data("id,email,amount,paid\n\(rest(6...9))\(first ? "" : moved)".utf8).write(
                to: world.file(of: "terminal"))
        }
        try write(isForwards)
        for _ in 0..<2 { try await world.sync() }
        try write(!isForwards)
        for _ in 0..<2 { try await world.sync() }
        #expect(world.service.edit { $0.charges }.count { $0["amount"]?.int == 12_000 } == 1)
    }

    @Test("who opted out in a row of the same file that cannot be used is created as somebody who gets no messages")
    func withoutKey() async throws {
        let world = try World(mapping: TwoPairsTests.customers(create: "project"))
        try write(["1,Ada,p1@example.com,no", ",Ada,p1@example.com,yes"], to: world.csv)
        try await world.sync()
        #expect(world.isOut(1))
    }
}
