import AccordCore
import AccordEngine
import AccordTables
import TableFakes
import Testing

/// A source of typed values, written record by record, as a service's are.
@Suite("A source of typed values that is written record by record")
struct TypedSourceTests {
    @Test("both sides say what was written last, and a run after that has nothing to do", arguments: 0..<4)
    func agreement(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 200), by: 4) {
            let world = try TypedWorld(isStamped: seed % 2 == 0)
            var scenario = TypedScenario(seed: UInt64(seed))
            try scenario.begin(world)
            try await world.world.sync(concurrency: 4)
            scenario.expectAgreement(world, "seed \(seed), first")
            for round in 1...3 {
                try scenario.edit(world, round: round)
                // Some answers are lost, and the next run finds out what became of it.
                if seed % 3 == 0 { world.table.fail(round % 2 == 0 ? .answerLost : .lost) }
                let report = try await world.world.sync(concurrency: 4)
                if report.unknown > 0 || seed % 3 == 0 {
                    world.world.passSettleTime()
                    try await world.world.sync()
                }
                scenario.expectAgreement(world, "seed \(seed), round \(round)")
                let quiet = try await world.world.sync()
                #expect(quiet.operations == 0 && quiet.quarantined == 0, "seed \(seed): \(quiet.done)")
            }
        }
    }

    @Test(
        "after a crash at any step and one more run, both sides are as if there had been none", arguments: [1, 2, 3, 4])
    func everyStep(seed: UInt64) async throws {
        func edited() async throws -> (TypedWorld, TypedScenario) {
            let world = try TypedWorld()
            var scenario = TypedScenario(seed: seed)
            try scenario.begin(world)
            try await world.world.sync()
            try scenario.edit(world, round: 1)
            return (world, scenario)
        }
        let crashPoint = CrashPoint()
        let (undisturbed, scenario) = try await edited()
        try await undisturbed.world.sync(crashPoint)
        scenario.expectAgreement(undisturbed, "seed \(seed)")
        #expect(crashPoint.steps > 15, "seed \(seed): nothing happens in this scenario")
        for step in 1...crashPoint.steps {
            let (crashed, scenario) = try await edited()
            try await crashed.world.crash(atStep: step, "seed \(seed)")
            try await crashed.world.sync()
            scenario.expectAgreement(crashed, "seed \(seed), crash at step \(step)")
            #expect(try await crashed.world.sync().operations == 0, "seed \(seed), crash at step \(step)")
        }
    }

    /// Nobody in these worlds has a telephone.
    private static let byPhone =
        TypedWorld.mapping.replacing("match: [email]", with: "match: [phone]")
        + "\n  phone: {column: phone, type: phone, country: US}\n"

    @Test("a crash at any step of a create in the source doubles nobody, though nothing matches")
    func crashedCreate() async throws {
        let crashPoint = CrashPoint()
        let undisturbed = try TypedWorld(mapping: TypedSourceTests.byPhone)
        try undisturbed.world.add(1)
        #expect(try await undisturbed.world.sync(crashPoint).done == [.source(.create): 1])
        for step in 1...crashPoint.steps {
            let world = try TypedWorld(mapping: TypedSourceTests.byPhone)
            try world.world.add(1)
            try await world.world.crash(atStep: step)
            try await world.world.sync()
            #expect(world.table.records.count <= 1, "crash at step \(step)")
            world.world.passSettleTime()
            try await world.world.sync()
            #expect(world.table.records.count == 1, "crash at step \(step)")
            #expect(world.world.service.snapshot().count == 1, "crash at step \(step)")
            #expect(try await world.world.sync().operations == 0, "crash at step \(step)")
        }
    }

    @Test("a create whose answer is lost is not sent again, and is known by what it holds where nothing matches")
    func lostCreate() async throws {
        let world = try TypedWorld(mapping: TypedSourceTests.byPhone)
        try world.world.add(1)
        world.table.fail(.answerLost)
        let report = try await world.world.sync()
        #expect(report.unknown == 1 && world.table.records.count == 1)
        let next = try await world.world.sync()
        #expect(next.operations == 0 && next.unknown == 0)
        #expect(world.table.records.count == 1 && world.world.service.snapshot().count == 1)
        world.edit(1, "company", .string("Pier"))
        #expect(try await world.world.sync().done == [.project(.update): 1])
    }

    @Test("more records than are begun together are all written, each once")
    func manyGroups() async throws {
        let world = try TypedWorld()
        for number in 1...70 { try world.world.add(number) }
        #expect(try await world.world.sync().done == [.source(.create): 70])
        for number in 1...70 { try world.world.edit(number, ["last_name": .string("Changed\(number)")]) }
        #expect(try await world.world.sync(concurrency: 2).done == [.source(.update): 70])
        #expect(Set(world.table.records.values.compactMap { $0["last"] }).count == 70)
        #expect(try await world.world.sync().done.isEmpty)
    }

    @Test("what the source refuses is set aside, and tried again when it changes")
    func refused() async throws {
        let world = try TypedWorld()
        world.add(1)
        try await world.world.sync()
        try world.world.edit(1, ["company": .string("Harbor")])
        world.refuse { _ in .refused(request: "PUT", status: 422, message: "no", fields: [:]) }
        #expect(try await world.world.sync().quarantined == 1)
        world.refuse { _ in nil }
        let held = try await world.world.sync()
        #expect(held.quarantined == 1 && held.operations == 0, "it is the same write")
        try world.world.edit(1, ["company": .string("Pier")])
        #expect(try await world.world.sync().done == [.source(.update): 1])
        #expect(world.held(1).source == "First1|Last1|Pier||in")
    }

    @Test(
        "of a record that is written by several operations only what was made is taken for made", arguments: [401, 422])
    func madeInPart(status: Int) async throws {
        let world = try TypedWorld()
        func refuse(_ refusal: @escaping @Sendable (TableChange) throws -> TableError?) {
            world.world.source = { [table = world.table] _ in
                OptOutTable(inner: table, field: "out", refusal: refusal)
            }
        }
        refuse { _ in nil }
        world.add(1)
        try await world.world.sync()
        try world.world.edit(1, ["last_name": .string("There"), "unsubscribed": .bool(true)])
        refuse { change in
            guard change.kind == .update else { return nil }
            if status == 401 { throw TableError.unauthorized(request: "PUT", keyFoundAt: "Settings") }
            return .refused(request: "PUT", status: status, message: "no", fields: [:])
        }
        let report = try await world.world.sync()
        #expect(report.unknown == 1 && report.quarantined == 0 && report.operations == 0)
        #expect(report.failures.isEmpty == (status == 422))
        #expect(world.held(1).source == "First1|Last1|||out")
        refuse { _ in nil }
        #expect(try await world.world.sync().done == [.source(.update): 1])
        #expect(world.held(1).source == "First1|There|||out")
        #expect(try await world.world.sync().operations == 0)
    }

    @Test("a record that cannot be read is set aside, and is not taken for one that is gone")
    func spoiled() async throws {
        let world = try TypedWorld()
        world.add(1)
        try await world.world.sync()
        world.table.makeUnreadable("1")
        #expect(try await world.world.sync().quarantined == 1)
        #expect(world.held(1).project == "First1|Last1|||in")
    }

    @Test("a field that the source does not answer with is overwritten on neither side", arguments: [true, false])
    func absent(isStamped: Bool) async throws {
        let world = try TypedWorld(isStamped: isStamped)
        world.add(1, ["company": .string("Pier")])
        try await world.world.sync()
        world.table.leaveOut("1", "company")
        for company in ["Harbor", "Quay"] {
            try world.world.edit(1, ["company": .string(company)])
            var notes: [PlanNote] = []
            let report = try await world.world.sync { notes = $0.pairs.flatMap(\.notes) }
            #expect(report.operations == 0 && notes == [.unknownFields(of: .source, ["company"])])
        }
        world.table.edit("1", "company", .string("Pier"))
        #expect(try await world.world.sync().done == [.source(.update): 1])
        #expect(world.held(1).source == "First1|Last1|Quay||in")
    }

    @Test(
        "nobody new is created while it is unknown whom they are, or whether they opted out",
        arguments: ["email", "out"])
    func unknownPerson(field: String) async throws {
        let world = try TypedWorld()
        world.add(1)
        world.table.leaveOut("1", field)
        let report = try await world.world.sync()
        #expect(report.quarantined == 1 && world.world.service.snapshot().isEmpty)
        world.table.edit("1", field, field == "out" ? .boolean(true) : .string("p1@example.com"))
        try await world.world.sync()
        #expect(world.held(1).project == "First1|Last1|||\(field == "out" ? "out" : "in")")
    }

    @Test("an opt-out reaches a source that was not read, and that says no where it said nothing when it was agreed")
    func optOutUnread() async throws {
        let world = try TypedWorld()
        world.add(1)
        try await world.world.sync()
        try await world.world.sync()
        try world.world.edit(1, ["unsubscribed": .bool(true)])
        #expect(try await world.world.sync().done == [.source(.update): 1])
        #expect(world.held(1).source == "First1|Last1|||out")
    }

    @Test("a typed source that is written as a whole is written together")
    func writtenAsWhole() async throws {
        let world = try TypedWorld()
        let table = world.table
        world.world.source = { _ in WholeTable(inner: table, isWritable: true) }
        world.add(1)
        try world.world.add(2, ["company": .string("Pier")])
        #expect(try await world.world.sync().done == [.project(.create): 1, .source(.create): 1])
        try world.world.edit(1, ["company": .string("Harbor")])
        #expect(try await world.world.sync().done == [.source(.update): 1])
        #expect(world.held(1).source == "First1|Last1|Harbor||in")
        #expect(world.held(2).source == "First2|Last2|Pier||in")
    }

    @Test("what a table cannot do is said by the plan, before anything is sent")
    func cannot() async throws {
        let world = try TypedWorld()
        let table = world.table
        world.world.source = { _ in WholeTable(inner: table, isWritable: false) }
        try world.world.add(1)
        await #expect(throws: EngineError.cannot("be written", pair: "customers", table: "memory")) {
            try await world.world.plan()
        }

        let other = try TypedWorld()
        other.add(1)
        let fields = ["first_name", "last_name", "email", "phone", "company", "tags", "unsubscribed_at"]
        other.world.projectTable = WholeTable(inner: MemoryTable(fields: fields), isWritable: true)
        await #expect(throws: EngineError.projectWrittenAsWhole(pair: "customers", table: "memory")) {
            try await other.world.plan()
        }
    }
}
