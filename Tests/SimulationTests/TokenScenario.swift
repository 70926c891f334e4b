import AccordCore
import AccordEngine
import AccordSandbox
import AccordTables
import Chance
import Foundation
import Testing

/// People who each carry a word of their own, by which the service's log of creates says how often they were made.
///
/// What is expected is data: nothing of it is computed by what it judges.
struct TokenScenario {
    /// What the service does with a create of somebody whom it has already, and what its description says of that.
    enum Service: String, CaseIterable {
        /// It takes it for the one who has the e-mail or the telephone.
        case matches
        /// It makes another record, though its description says that it would not: a look-up must come before.
        case makesAnother
        /// It makes another record, and its description says no more than that.
        case isKnownToMakeAnother
    }

    struct Person {
        var token: String
        var key: String
        var last: String
        var email: String
        /// As the file writes it, and as the service does.
        var phone: (written: String, stored: String)
        /// The project had them before there was a first run.
        var wasThere: Bool

        var row: String { "\(key),\(token),\(last),\(email),\(phone.written)" }
    }

    let seed: Int
    let service: Service
    private(set) var people: [Person] = []
    /// Requests may arrive late: what changes a record may then undo a later change, so nobody is edited.
    let hasLateRequests: Bool
    private var dice: Dice

    init(seed: Int, service: Service) {
        self.seed = seed
        self.service = service
        dice = Dice(seed: UInt64(seed) &* 41 &+ 7)
        // A look-up does not find what is still on its way: there the service itself must match, or be waited for.
        hasLateRequests = service != .makesAnother && seed % 3 > 0
        // Every fifth project has more people than a page holds.
        for _ in 0..<(seed % 5 == 0 ? 32 : 4) + dice.below(5) { add(mayBeThere: true) }
    }

    private mutating func add(mayBeThere: Bool) {
        let number = people.count
        let last4 = "\(2000 + number)"
        let phone = (written: "(415) 555-\(last4)", stored: "+1415555\(last4)")
        // By e-mail and telephone, by e-mail alone, or by telephone alone.
        let kind = dice.below(3)
        people.append(
            Person(
                token: "T\(number)of\(seed)end", key: "K\(number)", last: "Last\(number)",
                email: kind == 2 ? "" : "t\(number)@example.com", phone: kind == 1 ? ("", "") : phone,
                wasThere: mayBeThere && dice.below(3) == 0))
    }

    // MARK: - The world

    func world() throws -> World {
        let world = try World(
            mapping: TokenScenario.mapping,
            description: service == .isKnownToMakeAnother ? TokenScenario.withoutMatcher() : nil)
        try world.service.edit { project throws(SandboxError) in
            if service != .matches { project.habits.insert(.createsUnmatched) }
            for person in people where person.wasThere {
                var members: [String: JSON] = ["first_name": .string(person.token), "last_name": .string(person.last)]
                if !person.email.isEmpty { members["email"] = .string(person.email) }
                if !person.phone.stored.isEmpty { members["phone"] = .string(person.phone.stored) }
                try project.addCustomer(members)
            }
        }
        try write(to: world)
        return world
    }

    private func write(to world: World) throws {
        let lines = ["id,first,last,email,phone"] + people.map(\.row)
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: world.csv)
    }

    private static let mapping = """
        resource: customers
        key: id
        match: [email, phone]
        conflict: source
        create: project
        when gone from source: ignore
        fields:
          first_name: first
          last_name: last
          email: {column: email, type: email}
          phone: {column: phone, type: phone, country: US}
        """

    /// The description that ships, of a service that takes no create for somebody whom it has.
    private static func withoutMatcher() throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/AccordConfig/Descriptions/project.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let changed = text.replacing("matcher: [email, phone]\n", with: "looked up by: [email, phone]\n")
        try #require(changed != text, "the description says nothing of a matcher any more")
        return changed
    }

    // MARK: - What happens

    /// Some runs: ones that die, ones amid faults, plans that are applied after a run that died.
    ///
    /// - Returns: the crashes that were meant, and whether they happened.
    mutating func play(_ world: World) async throws -> [Bool] {
        var crashes: [Bool] = []
        for run in 0..<4 {
            if run > 0 { try edit(world) }
            let hasFaults = dice.below(2) == 0
            if hasFaults {
                let late = hasLateRequests ? "late=12%,late-by=1-800s," : ""
                try world.set(
                    faults: "seed=\(seed * 10 + run + 1),\(late)drop-before=10%,drop-after=15%,5xx-after=8%,429=3%")
            }
            let survival: Survival = hasFaults ? .hasFaults : .endsBefore
            world.interleaving = UInt64(seed * 10 + run)
            let concurrency = dice.pick([1, 4])
            let comment: Comment = "\(service), seed \(seed), run \(run)"
            switch dice.below(4) {
            case 0:
                try await world.crash(CrashPoint(), unless: survival, concurrency: concurrency, comment)
            case 1 where !hasFaults:
                let plan = try await world.plan()
                crashes.append(
                    try await world.crash(
                        atStep: 1 + dice.below(25), unless: survival, concurrency: concurrency, comment))
                do {
                    try await world.apply(plan, concurrency: concurrency)
                } catch EngineError.stale {
                    // The run that died had begun something.
                }
            default:
                crashes.append(
                    try await world.crash(
                        atStep: 1 + dice.below(30), unless: survival, concurrency: concurrency, comment))
            }
            try world.set(faults: "")
            if dice.below(3) == 0 { world.time.advance(Double(dice.below(1200))) }
        }
        return crashes
    }

    private mutating func edit(_ world: World) throws {
        for index in people.indices where !hasLateRequests && dice.below(4) == 0 {
            people[index].last = "Edited\(index)by\(dice.below(1000))"
        }
        for _ in 0..<dice.below(3) { add(mayBeThere: false) }
        try write(to: world)
    }

    // MARK: - The judge

    /// - Parameter isOver: everything that was begun has come to its end: each must be there by now.
    func judge(_ world: World, isOver: Bool, _ comment: Comment) throws {
        let made = world.service.creates.filter { $0.operation == "createCustomer" && $0.isNew }.map(\.words)
        for person in people {
            let times = made.count { $0.contains("\"\(person.token)\"") }
            #expect(times <= (person.wasThere ? 0 : 1), "\(comment): \(person) was created \(times) times")
            guard isOver else { continue }
            #expect(times == (person.wasThere ? 0 : 1), "\(comment): \(person) was created \(times) times")
            let there = world.service.snapshot().filter { $0["first_name"]?.string == person.token }
            #expect(there.map { $0["last_name"]?.string } == [person.last], "\(comment): \(person)")
            #expect(there.map { $0["phone"]?.string ?? "" } == [person.phone.stored], "\(comment): \(person)")
        }
        guard isOver else { return }
        #expect(world.service.snapshot().count == people.count, comment)
        #expect(try world.rows == (["id,first,last,email,phone"] + people.map(\.row)).sorted(), comment)
    }
}
