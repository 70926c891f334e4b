import AccordCore
import Chance
import Testing

/// The service as its reference describes it, and nothing else: what a plan is held against.
private struct Service {
    typealias Person = Planned.Owner
    var people: [String: Person]

    enum Answer: Equatable { case done, landedOn(String), refused }

    private func has(_ field: String, _ value: Value, _ person: Person) -> Bool {
        !value.isNull && Value.text((field == "email" ? person.email : person.phone) ?? "") == value
    }

    mutating func send(_ entry: Entry) -> Answer {
        for operation in entry.operations where operation.side == .project {
            let after = Dictionary(uniqueKeysWithValues: operation.changes.map { ($0.field, $0.after) })
            let (email, phone) = (after["email"], after["phone"])
            if operation.kind == .create {
                // By e-mail first, else by telephone.
                let found =
                    people.first { has("email", email ?? .null, $0.value) }
                    ?? people.first { has("phone", phone ?? .null, $0.value) }
                if let found { return .landedOn(found.key) }
                people["new \(entry.position)"] = Person(email: email.flatMap(text), phone: phone.flatMap(text))
            } else if let id = entry.projectID, var person = people[id] {
                let isTaken = people.contains { other in
                    other.key != id
                        && (has("email", email ?? .null, other.value) || has("phone", phone ?? .null, other.value))
                }
                if isTaken { return .refused }
                if let email { person.email = text(email) }
                if let phone { person.phone = text(phone) }
                people[id] = person
            }
        }
        return .done
    }

    private func text(_ value: Value) -> String? { value.isNull ? nil : value.description }

    var isUnique: Bool {
        let (emails, phones) = (people.values.compactMap(\.email), people.values.compactMap(\.phone))
        return Set(emails).count == emails.count && Set(phones).count == phones.count
    }
}

@Suite("A plan that is let through does to the service what it says, in whatever order it is sent")
struct UniqueValuesPropertyTests {
    private struct World {
        var people: [String: Planned.Owner] = [:]
        var entries: [Entry] = []

        /// Few values and many people, so that they get in each other's way.
        init(seed: UInt64) {
            var random = Dice(seed: seed)
            func pick(_ texts: [String?], without taken: [String?] = []) -> String? {
                let text = texts[random.below(texts.count)]
                return taken.contains(text) ? nil : text
            }
            let (emails, phones): ([String?], [String?]) = (["a", "b", "c", "d", nil], ["1", "2", "3", nil])
            for id in 0..<random.below(5) {
                people["p\(id)"] = Planned.Owner(
                    email: pick(emails, without: people.values.map(\.email)),
                    phone: pick(phones, without: people.values.map(\.phone)))
            }
            for (id, person) in people.sorted(by: { $0.key < $1.key }) where random.below(3) > 0 {
                let (email, phone) = (pick(emails), pick(phones))
                let change = Planned.update(
                    id, email: email == person.email ? nil : (person.email, email),
                    phone: phone == person.phone || random.below(2) == 0 ? nil : (person.phone, phone))
                if change.operations.contains(where: { !$0.changes.isEmpty }) { entries.append(change) }
            }
            for key in 0..<random.below(3) {
                entries.append(Planned.create("n\(key)", email: pick(emails), phone: pick(phones)))
            }
            for index in entries.indices.reversed() { entries.swapAt(index, random.below(index + 1)) }
            for index in entries.indices { entries[index].position = index + 1 }
        }
    }

    /// Every order in which each entry comes after those that it waits for.
    private func orders(of entries: [Entry], done: Set<Int> = []) -> [[Entry]] {
        if entries.isEmpty { return [[]] }
        return entries.filter { $0.after.allSatisfy(done.contains) }.flatMap { first in
            orders(of: entries.filter { $0.position != first.position }, done: done.union([first.position]))
                .map { [first] + $0 }
        }
    }

    /// Sends them in this order; whatever waits for one that could not be written is passed over, as the executor does.
    private func send(
        _ entries: [Entry], to service: Service, failing: Int? = nil
    ) -> (service: Service, answers: [Service.Answer]) {
        var (service, failed) = (service, Set([failing].compactMap(\.self)))
        var answers: [Service.Answer] = []
        for entry in entries where !failed.contains(entry.position) {
            if failed.isDisjoint(with: entry.after) {
                answers.append(service.send(entry))
            } else {
                failed.insert(entry.position)
            }
        }
        return (service, answers)
    }

    @Test(
        "No create lands on somebody else, and no change is refused, even if one write fails",
        arguments: 1...400 as ClosedRange<UInt64>)
    func safe(seed: UInt64) {
        let world = World(seed: seed)
        let service = Service(people: world.people)
        let through = Planned.ruled(world.entries, world.people).filter { $0.quarantine == nil }
        let context: Comment = "seed \(seed): \(world.people) and \(world.entries.map(\.deeds))"
        let orders = orders(of: through)
        #expect(!orders.isEmpty, context)
        for order in orders {
            for failing in [nil] + through.map(\.position) {
                let (after, answers) = send(order, to: service, failing: failing)
                guard answers.allSatisfy({ $0 == .done }), after.isUnique else {
                    Issue.record("\(context): in the order \(order.map(\.position)), \(answers)")
                    return
                }
            }
        }
    }

    @Test(
        "A plan that the service would carry out whole, in some order, is left whole",
        arguments: 1...400 as ClosedRange<UInt64>)
    func noMoreThanNeeded(seed: UInt64) {
        let world = World(seed: seed)
        let isPossible = orders(of: world.entries).contains { order in
            let (after, answers) = send(order, to: Service(people: world.people))
            return after.isUnique && answers.allSatisfy { $0 == .done }
        }
        let isWhole = Planned.ruled(world.entries, world.people).allSatisfy { $0.quarantine == nil }
        #expect(isWhole == isPossible, "seed \(seed): \(world.people) and \(world.entries.map(\.deeds))")
    }

    @Test("The worlds that this is tried on have something to get wrong")
    func worthTrying() {
        var (whole, waiting, aside) = (0, 0, 0)
        for seed in 1...400 as ClosedRange<UInt64> {
            let world = World(seed: seed)
            let entries = Planned.ruled(world.entries, world.people)
            if entries.contains(where: { $0.quarantine != nil }) { aside += 1 } else { whole += 1 }
            if entries.contains(where: { !$0.after.isEmpty }) { waiting += 1 }
        }
        #expect(whole > 40 && waiting > 40 && aside > 40, "\(whole) whole, \(waiting) waiting, \(aside) set aside")
    }
}
