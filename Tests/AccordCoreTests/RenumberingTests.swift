import AccordCore
import Testing

@Suite("Records that would become other records are found")
struct RenumberingTests {
    /// A person: what a record says of one.
    private struct Person {
        var name: String?
        var email: String?
        var phone: String?

        static func number(_ number: Int) -> Person {
            Person(name: "First\(number)", email: "p\(number)@example.com", phone: "+1415555\(1000 + number)")
        }
    }

    private func entry(
        _ key: Int, _ before: Person, _ after: Person, _ side: Side = .project, link: LinkChange = .none
    ) -> Entry {
        func value(_ text: String?) -> Value { text.map(Value.string) ?? .null }
        let changes = [
            ("name", before.name, after.name), ("email", before.email, after.email),
            ("phone", before.phone, after.phone),
        ].filter { $0.1 != $0.2 }.map { field, old, new in
            FieldChange(field: field, before: value(old), after: value(new), origin: value(new), rule: .sourceChanged)
        }
        return Entry(
            label: "\(key)", sourceKey: "\(key)", projectID: "p\(key)", present: [.source, .project], bucket: .updated,
            link: link,
            operations: changes.isEmpty
                ? [] : [Operation(side: side, kind: .update, changes: changes, reason: .rules(of: changes))])
    }

    /// How many records are taken for others, where record 1 becomes what is said first.
    private func count(
        _ after: [Person], linked: Int = 100, _ side: Side = .project, link: LinkChange = .none
    ) -> Int {
        var renumbering = Renumbering(addresses: ["email", "phone"])
        for (index, after) in after.enumerated() {
            renumbering.add(entry(index + 1, .number(index + 1), after, side, link: link))
        }
        let counts = renumbering.counts(linked: linked)
        #expect(counts.keys.allSatisfy { $0 == side })
        return counts[side] ?? 0
    }

    @Test("a row that comes in at the top, or goes: everybody becomes a neighbour", arguments: Side.allCases)
    func shifted(_ side: Side) {
        #expect(count([.number(99), .number(1), .number(2)], linked: 3, side) == 2)
        #expect(count([.number(99)] + (1...39).map(Person.number), linked: 100_000, side) == 39)
        #expect(count((2...40).map(Person.number), side) == 38, "nobody gives up what the last one gets")
    }

    @Test("rows that are sorted, and two rows with each other's keys")
    func permuted() {
        #expect(count((1...30).reversed().map(Person.number)) == 30)
        #expect(count([.number(2), .number(1)]) == 2)
    }

    @Test("a column that is sorted by itself gives everybody another address and no other name")
    func column() {
        let shifted = (1...30).map { number in
            Person(name: "First\(number)", email: "p\(number % 30 + 1)@example.com", phone: Person.number(number).phone)
        }
        #expect(count(shifted) == 30)
        // Blanks are sorted, too: who gets a number had none.
        var renumbering = Renumbering(addresses: ["phone"])
        for number in 1...20 {
            let (mine, other) = (Person.number(number), Person.number(21 - number))
            renumbering.add(
                entry(
                    number, Person(name: mine.name, phone: number > 10 ? mine.phone : nil),
                    Person(name: mine.name, phone: number > 10 ? nil : other.phone)))
        }
        #expect(renumbering.counts(linked: 20) == [.project: 10])
    }

    @Test("two people may exchange a number, and more of many")
    func exchanged() {
        func exchanging(_ pairs: Int) -> [Person] {
            (1...pairs * 2).map { number in
                var person = Person.number(number)
                person.phone = Person.number(number % 2 == 1 ? number + 1 : number - 1).phone
                return person
            }
        }
        #expect(count(exchanging(1), linked: 2) == 0)
        #expect(count(exchanging(2), linked: 100) == 4)
        #expect(count(exchanging(2), linked: 4_000) == 0)
        #expect(count(exchanging(3), linked: 4_000) == 6)
    }

    @Test("who gets an address that nobody had, or changes anything else, stays who they are")
    func others() {
        #expect(count((101...140).map(Person.number), linked: 40) == 0, "all new")
        #expect(count((1...40).map { Person(name: "First\(41 - $0)", email: "p\($0)@example.com") }) == 0)
        #expect(count([]) == 0)
        // One record that becomes another one whose row goes on with somebody else is a correction.
        #expect(count([.number(99), .number(1)]) == 0)
        // Two records that were just found to be the same take nobody over.
        #expect(count([.number(99), .number(1), .number(2)], link: .new(.sameValues(fields: ["phone"]))) == 0)
        #expect(count([.number(99), .number(1), .number(2)], link: .moved(fromKey: "9")) == 2)
    }

    @Test("the sides are counted by themselves")
    func sides() {
        var renumbering = Renumbering(addresses: ["email", "phone"])
        #expect(renumbering.isEmpty)
        renumbering.add(entry(1, .number(1), .number(2), .project))
        renumbering.add(entry(2, .number(2), .number(1), .source))
        #expect(!renumbering.isEmpty)
        #expect(renumbering.counts(linked: 2).isEmpty)
    }

    @Test("the guard refuses them with what to do, and a person can say that it is right")
    func guarded() throws {
        let reading = SideReading(mode: .full, records: 9, read: 9)
        func refusals(_ allowed: Int) -> [Refusal] {
            Guard.check(
                pair: "customers", counts: PlanCounts(), guards: Guards(),
                Guard.Measure(linked: 3, renumbered: [.project: 2]), source: reading, project: reading,
                allowances: Allowances([.contactChanges: allowed]))
        }
        let refusal = try #require(refusals(0).first)
        #expect(refusal.limit == .renumbered && refusal.side == .project)
        #expect(
            refusal.description
                == "pair customers: rows seem to be renumbered, or a column sorted by itself: 2 of 3 linked records in the "
                + "project would take over the e-mail or telephone number of other linked records. Put the keys back; if "
                + "it is right, allow it for one run with --allow-contact-changes 2.")
        #expect(refusals(1).count == 1 && refusals(2).isEmpty)
    }
}
