import AccordCore
import AccordSandbox
import Chance
import Foundation
import Testing

/// Customers name tags and locations that the project lacks: each is created once, and before whoever names it.
@Suite("What customers name and the project lacks, with a crash")
struct DerivedPairTests {
    @Test(
        "after crashes at any two steps, both sides are as if there had been none, and nothing is there twice",
        arguments: 0..<CrashTests.shards)
    func anyStep(shard: Int) async throws {
        for seed in stride(from: shard, to: min(seeds, 100), by: CrashTests.shards) {
            let scenario = NamingScenario(seed: UInt64(seed))
            let (undisturbed, steps) = try await scenario.undisturbed()
            var dice = Dice(seed: UInt64(seed) &* 31)
            let faults = seed % 2 == 0 ? "seed=\(seed + 1),\(CrashTests.faults)" : ""
            let crashed = try await scenario.crashed(
                at: [1 + dice.below(steps), 1 + dice.below(steps)], faults: faults)
            try await expect(crashed, like: undisturbed, "seed \(seed)")
        }
    }

    @Test("a name that somebody has made since the plan was saved is not made a second time", arguments: [false, true])
    func madeMeanwhile(isDerived: Bool) async throws {
        let own = "resource: locations\nkey: id\nmatch: [name]\nfields: {name: name}"
        let world = try World(mapping: isDerived ? NamingScenario(seed: 1).mapping : own)
        let text =
            isDerived ? "id,first,email,store,tags\n1,Ann,p1@example.com,Main Street,\n" : "id,name\n1,Main Street\n"
        try Data(text.utf8).write(to: world.csv)
        let plan = try await world.plan()
        let name = isDerived ? "Main  street" : "Main Street"
        world.service.edit { project in project.addLocation("main-street", name: name) }
        let report = try await world.apply(plan)
        #expect(report.outcome == .attention && !report.skipped.isEmpty, "\(report)")
        for _ in 0..<2 { try await world.sync() }
        #expect(world.named(\.locations) == [name])
        #expect(try await world.sync().outcome == .done)
    }

    @Test("a crash at every step of one scenario, and at one of its recovery", arguments: [3, 8, 21])
    func everyStep(seed: UInt64) async throws {
        let scenario = NamingScenario(seed: seed)
        let (undisturbed, steps) = try await scenario.undisturbed()
        #expect(steps > 15, "seed \(seed): nothing happens in this scenario")
        var dice = Dice(seed: seed)
        for step in 1...steps {
            let again = 1 + dice.below(steps)
            let crashed = try await scenario.crashed(at: [step, again])
            try await expect(crashed, like: undisturbed, "seed \(seed), crash at step \(step), then at \(again)")
        }
    }

    @Test("what the project has is found by its name too, whatever its slug is")
    func byName() async throws {
        let world = try World(mapping: NamingScenario(seed: 1).mapping)
        try world.service.edit { project throws(SandboxError) in
            project.addTag("wholesale", name: "Wholesale Buyers")
            project.addLocation("pier", name: "Pier 12")
        }
        let row = "1,First1,p1@example.com,Pier 12,Wholesale Buyers;b"
        try Data("id,first,email,store,tags\n\(row)\n".utf8).write(to: world.csv)
        #expect(try await world.sync().done == [.project(.create): 1])
        #expect(world.namingProject == [#"p1@example.com pier ["b", "wholesale"]"#])
        #expect(try await world.sync().operations == 0)
        #expect(try world.rows.contains(row))
    }

    @Test(
        "another way to write what is there already renames nothing, and creates nothing",
        arguments: ["harbor-street", "Harbor street", "HARBOR   STREET "])
    func writtenAnew(_ store: String) async throws {
        let world = try World(mapping: NamingScenario(seed: 1).mapping)
        try world.write(stores: ["Harbor Street"])
        try await world.sync()
        for way in [store, "Harbor Street", store] {
            try world.write(stores: [way])
            #expect(try await world.sync().operations == 0)
            #expect(world.named(\.locations) == ["Harbor Street"])
            #expect(world.namingProject == ["p0@example.com harbor-street []"])
            #expect(try world.rows.contains("0,First0,p0@example.com,\(way),"), "\(way)")
        }
        #expect(try await world.plan().pairs.allSatisfy { !$0.hasChanges })
    }

    @Test("a slug that a cell spells exactly is the record that has it; a name like it is another one")
    func exactSlug() async throws {
        let world = try World(mapping: NamingScenario(seed: 1).mapping)
        world.service.edit { project in project.addLocation("pier-12", name: "The Pier") }
        try world.write(stores: ["pier-12", "Pier 12"])
        #expect(try await world.sync().done == [.project(.create): 3])
        #expect(world.named(\.locations) == ["Pier 12", "The Pier"])
        #expect(world.namingProject == ["p0@example.com pier-12 []", "p1@example.com pier-12-2 []"])
        #expect(try await world.sync().operations == 0)
    }

    @Test("names that differ are different records, whatever slugs the service makes of them")
    func manyAlphabets() async throws {
        let world = try World(mapping: NamingScenario(seed: 1).mapping)
        world.service.edit { project in project.addLocation("kofe", name: "Кофе") }
        let names = ["КОФЕ", "Чай", "東京", "Müller", "Möller", "Muller", "C++", "C#"]
        try world.write(stores: names)
        try await world.sync()
        #expect(world.named(\.locations).sorted() == (["Кофе"] + names.dropFirst()).sorted())
        #expect(Set(world.namingProject.map { $0.split(separator: " ")[1] }).count == names.count)
        #expect(world.namingProject.first == "p0@example.com kofe []")
        #expect(try await world.sync().operations == 0)

        // Read back, each is the name that it was.
        for person in 0..<names.count { try world.edit(person, ["first_name": .string("New")]) }
        try await world.sync()
        for (index, name) in names.enumerated() {
            #expect(try world.rows.contains("\(index),New,p\(index)@example.com,\(name),"))
        }
    }

    @Test("a name of two records, or of one while another has it for its slug, says neither of them")
    func ambiguous() async throws {
        let world = try World(mapping: NamingScenario(seed: 1).mapping)
        world.service.edit { project in
            project.addLocation("pier-12", name: "The Pier")
            project.addLocation("second", name: "PIER-12")
            project.addLocation("north", name: "North")
            project.addLocation("north-2", name: "NORTH")
        }
        try world.write(stores: ["pier-12", "North", "The Pier"])
        #expect(try await world.sync().done == [.project(.create): 1])
        #expect(world.namingProject == ["p2@example.com pier-12 []"])
        let quarantine = try await world.withEngine { _, store in
            try store.quarantine("customers: location").map(\.message).filter { !$0.contains("the record at") }.sorted()
        }
        #expect(
            quarantine == [
                "2 locations of the project are called so, \"North\" (north) and \"NORTH\" (north-2): rename one of them in "
                    + "the project",
                "the location \"PIER-12\" (second) of the project is called so, and \"The Pier\" has the slug pier-12: "
                    + "rename one of them in the project",
            ])
    }

    @Test(
        "what two pairs name, or a pair of its own creates, is created once, whatever comes first",
        arguments: ["leads", "locations"])
    func severalPairs(other: String) async throws {
        let own = """
            resource: locations
            key: id
            match: [name]
            create: project
            when gone from source: ignore
            fields:
              name: name
            """
        let naming = NamingScenario(seed: 1).mapping + "\ncreate: project"
        let world = try World(mapping: naming, others: other == "leads" ? ["leads": naming] : ["locations": own])
        let rows =
            other == "leads"
            ? "id,first,email,store,tags\n9,Lee,p9@example.com,PIER 12,New;vip\n" : "id,name\nS1,Pier  12\n"
        try Data(rows.utf8).write(to: world.file(of: other))
        let row = "0,First0,p0@example.com,Pier 12,VIP;new"
        try Data("id,first,email,store,tags\n\(row)\n".utf8).write(to: world.csv)
        // As it is saved and applied.
        let report = try await world.apply(try await world.plan())
        #expect(report.skipped.isEmpty && report.quarantined == 0, "\(report)")
        // Each as the one who came first spells it.
        #expect(world.named(\.locations) == [other == "leads" ? "Pier 12" : "Pier  12"])
        #expect(world.named(\.tags) == ["VIP", "a", "b", "c", "new"])
        #expect(world.namingProject.allSatisfy { $0.hasSuffix(#"pier-12 ["new", "vip"]"#) })
        #expect(world.namingProject.count == (other == "leads" ? 2 : 1))
        for _ in 0..<2 { #expect(try await world.sync().operations == 0) }
        #expect(try world.rows.contains(row))
    }

    @Test("what rows name that are set aside is not created; nor what the plan does not write")
    func quarantinedRows() async throws {
        let world = try World(mapping: NamingScenario(seed: 1).mapping)
        let rows = [
            "id,first,email,store,tags", "1,Ann,p1@example.com,Harbor,", "2,Bob,not an address,Elsewhere,lost",
            "3,Cy,p3@example.com,Harbor,kept", "3,Cy,p4@example.com,Twice,", ",Di,p5@example.com,Keyless,",
        ]
        try Data(rows.map { $0 + "\n" }.joined().utf8).write(to: world.csv)
        try await world.sync()
        #expect(world.named(\.locations) == ["Harbor"])
        #expect(world.named(\.tags) == ["a", "b", "c"])
        // Once one of them can be used, what it names is created.
        try Data(rows.map { $0.replacing("not an address", with: "p2@example.com") + "\n" }.joined().utf8)
            .write(to: world.csv)
        try await world.sync()
        #expect(world.named(\.locations) == ["Elsewhere", "Harbor"])
        #expect(world.named(\.tags) == ["a", "b", "c", "lost"])
    }

    private func expect(_ crashed: World, like undisturbed: World, _ scenario: Comment) async throws {
        #expect(crashed.namingProject == undisturbed.namingProject, scenario)
        #expect(try crashed.rows == undisturbed.rows, scenario)
        for (names, known) in [
            (crashed.named(\.tags), NamingScenario.namesOfTags),
            (crashed.named(\.locations), NamingScenario.namesOfStores),
        ] {
            #expect(Set(names).count == names.count, "\(scenario): created twice: \(names)")
            #expect(Set(names).isSubset(of: known), "\(scenario): \(names)")
        }
        #expect(crashed.named(\.tags) == undisturbed.named(\.tags), scenario)
        #expect(crashed.named(\.locations) == undisturbed.named(\.locations), scenario)
        #expect(try await crashed.sync().operations == 0, scenario)
    }
}

/// Two sides whose customers name tags and locations: drawn from a seed, agreed once, and edited.
struct NamingScenario {
    let seed: UInt64

    /// In every third scenario the locations have a file of their own, whose keys the customers hold.
    private var hasLocations: Bool { seed % 3 == 0 }

    /// Each is written in one way only; the project has the one with a slug's form, and three of the tags.
    private static let stores = ["Harbor Street", "Pier 12", "old-mill", "North", "Lake View"]
    private static let tags = ["a", "Very Important", "VIP", "wholesale-buyers", "b", "New"]

    /// What each is called in the project: another spelling of one of them is a second record of it.
    static let namesOfStores: Set = ["Harbor Street", "Pier 12", "Old Mill", "North", "Lake View"]
    static let namesOfTags: Set = ["a", "b", "c", "Very Important", "VIP", "Wholesale Buyers", "New"]

    /// Both sides after a run in which nothing went wrong, and how many steps it took.
    func undisturbed() async throws -> (World, steps: Int) {
        let world = try await edited()
        let crashPoint = CrashPoint()
        try await world.sync(crashPoint)
        return (world, max(1, crashPoint.steps))
    }

    /// Both sides after runs that crashed at these steps, and one that did not.
    func crashed(at steps: [Int], faults: String = "") async throws -> World {
        let world = try await edited()
        try world.set(faults: faults)
        for (index, step) in steps.enumerated() {
            let survival: Survival = !faults.isEmpty ? .hasFaults : index > 0 ? .endsBefore : .never
            try await world.crash(atStep: step, unless: survival, "seed \(seed), steps \(steps)")
        }
        try world.set(faults: "")
        try await world.sync()
        world.passSettleTime()
        try await world.sync()
        return world
    }

    private func edited() async throws -> World {
        let world = try World(mapping: mapping, others: hasLocations ? ["locations": NamingScenario.locations] : [:])
        var dice = Dice(seed: seed)
        var rows = (0..<3 + dice.below(4)).map { row($0, &dice) }
        try write(rows, stores: 2, to: world)
        try world.service.edit { project throws(SandboxError) in
            project.addTag("wholesale-buyers", name: "Wholesale Buyers")
            project.addLocation("old-mill", name: "Old Mill")
        }
        for person in 0..<3 { try world.add(person, ["location_slug": .string("old-mill")]) }
        // Every other scenario begins with an empty memory, in which everything is created at once.
        if seed % 2 == 0 { try await world.sync() }

        world.time.advance(3600)
        for index in rows.indices where dice.below(2) == 0 { rows[index] = row(index, &dice) }
        rows.append(row(90, &dice))
        try write(rows, stores: NamingScenario.stores.count, to: world)
        for person in 0..<3 where dice.below(2) == 0 { try world.edit(person, ["add_tags": .array([.string("c")])]) }
        return world
    }

    private func row(_ person: Int, _ dice: inout Dice) -> String {
        let store = hasLocations ? "S\(dice.below(3))" : dice.pick(NamingScenario.stores)
        let tags = (0..<dice.below(4)).map { _ in dice.pick(NamingScenario.tags) }
        return "\(person),First\(person),p\(person)@example.com,\(dice.below(4) == 0 ? "" : store),"
            + tags.joined(separator: ";")
    }

    /// - Parameter stores: how many of the stores are in their file by then.
    private func write(_ rows: [String], stores: Int, to world: World) throws {
        try Data((["id,first,email,store,tags"] + rows).map { $0 + "\n" }.joined().utf8).write(to: world.csv)
        guard hasLocations else { return }
        let names = NamingScenario.stores.filter { $0 != "old-mill" }.prefix(stores)
        let lines = names.enumerated().map { "S\($0.offset),\($0.element)" }
        try Data((["id,name"] + lines).map { $0 + "\n" }.joined().utf8).write(to: world.file(of: "locations"))
    }

    var mapping: String {
        let location = hasLocations ? "{column: store, pair: locations}" : "{column: store, create missing: true}"
        return """
            resource: customers
            key: id
            match: [email]
            conflict: \(["source", "project"][Int(seed / 2 % 2)])
            fields:
              first_name: first
              email: email
              location: \(location)
              tags: {column: tags, type: set, separator: ";", create missing: true}
            """
    }

    private static let locations = """
        resource: locations
        key: id
        create: project
        when gone from source: ignore
        fields:
          name: {column: name}
        """
}

extension World {
    /// The first customers of the source, each with the name of a store.
    fileprivate func write(stores: [String]) throws {
        let rows = stores.enumerated().map { "\($0.offset),First\($0.offset),p\($0.offset)@example.com,\($0.element)," }
        try Data((["id,first,email,store,tags"] + rows).map { $0 + "\n" }.joined().utf8).write(to: csv)
    }

    /// The project's customers with what they name.
    fileprivate var namingProject: [String] {
        service.snapshot().map { customer in
            let tags = (customer["tags"]?.array ?? []).compactMap { $0["slug"]?.string }.sorted()
            return "\(customer["email"]?.string ?? "-") \(customer["location"]?["slug"]?.string ?? "-") \(tags)"
        }.sorted()
    }

    /// The names of what the project has of one kind.
    func named(_ kind: KeyPath<SandboxProject, [JSON]>) -> [String] {
        service.edit { project in project[keyPath: kind] }.compactMap { $0["name"]?.string }.sorted()
    }
}
