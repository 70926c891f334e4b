import AccordCore
import Chance
import Testing

@Suite("Finding the project record that is the same person")
struct LinkerTests {
    /// A customer of the project, and what it is linked to.
    struct Customer: Sendable {
        let id: String
        var email: String?
        var phone: String?
        var linkedTo: String?
        var isGone = false

        var candidate: Linker.Candidate {
            Linker.Candidate(
                projectID: id, linkedKey: linkedTo, linkedKeyIsGone: isGone, values: values(email, phone))
        }
    }

    /// A row that no link knows; called `s1`, `s2`, … in their order.
    struct Row: Sendable {
        var email: String?
        var phone: String?
    }

    private static func values(_ email: String?, _ phone: String?) -> [String: Value] {
        ["email": .text(email ?? ""), "phone": .text(phone ?? "")].filter { !$0.value.isNull }
    }

    static func match(
        _ rows: [Row], _ customers: [Customer], by fields: [String] = ["email", "phone"], keys: [String]? = nil
    ) -> [Linker.Match] {
        let keys = keys ?? rows.indices.map { "s\($0 + 1)" }
        let records = zip(keys, rows).map { key, row in
            Linker.Unlinked(key: key, place: nil, values: values(row.email, row.phone))
        }
        return Linker(fields: fields, label: "customer").match(records) { field, value in
            customers.map(\.candidate).filter { $0.values[field] == value }
        }
    }

    /// `p1 by email`, `p1 by phone, moved from s0`, `new` or `?`, for a person.
    private static func short(_ match: Linker.Match) -> String {
        switch match {
        case .none: "new"
        case .found(let id, let field): "\(id) by \(field)"
        case .moved(let id, let key, let field): "\(id) by \(field), moved from \(key)"
        case .ambiguous: "?"
        }
    }

    private static let cases: [(String, [Row], [Customer], [String])] = [
        ("nobody there", [Row(email: "a", phone: "1")], [], ["new"]),
        ("nobody like it", [Row(email: "a", phone: "1")], [Customer(id: "p1", email: "b", phone: "2")], ["new"]),
        ("the e-mail", [Row(email: "a", phone: "1")], [Customer(id: "p1", email: "a", phone: "2")], ["p1 by email"]),
        (
            "the telephone, where no e-mail is known", [Row(phone: "1")], [Customer(id: "p1", email: "a", phone: "1")],
            ["p1 by phone"]
        ),
        (
            "the telephone of a customer without e-mail", [Row(email: "a", phone: "1")],
            [Customer(id: "p1", phone: "1")], ["p1 by phone"]
        ),
        (
            "the same telephone and another e-mail", [Row(email: "a", phone: "1")],
            [Customer(id: "p1", email: "b", phone: "1")], ["?"]
        ),
        (
            "the e-mail comes before the telephone", [Row(email: "a", phone: "2")],
            [Customer(id: "p2", email: "b", phone: "2"), Customer(id: "p1", email: "a", phone: "1")], ["p1 by email"]
        ),
        ("nothing to go by", [Row()], [Customer(id: "p1")], ["new"]),
        ("blank is not the same as blank", [Row(phone: "1")], [Customer(id: "p1", phone: "2")], ["new"]),
        (
            "two customers with the e-mail", [Row(email: "a")],
            [Customer(id: "p1", email: "a"), Customer(id: "p2", email: "a")], ["?"]
        ),
        (
            "two customers with the e-mail, and the telephone of one", [Row(email: "a", phone: "1")],
            [Customer(id: "p1", email: "a", phone: "1"), Customer(id: "p2", email: "a")], ["?"]
        ),
        (
            "two customers with the telephone", [Row(phone: "1")],
            [Customer(id: "p1", phone: "1"), Customer(id: "p2", phone: "1")], ["?"]
        ),
        (
            "two rows with the e-mail of a customer", [Row(email: "a"), Row(email: "a")],
            [Customer(id: "p1", email: "a")], ["?", "?"]
        ),
        (
            "two rows with the telephone of a customer", [Row(phone: "1"), Row(phone: "1")],
            [Customer(id: "p1", phone: "1")], ["?", "?"]
        ),
        ("two rows with an e-mail that nobody has", [Row(email: "a"), Row(email: "a", phone: "1")], [], ["?", "?"]),
        (
            "two rows with a telephone that nobody has", [Row(email: "a", phone: "1"), Row(email: "b", phone: "1")], [],
            ["new", "new"]
        ),
        (
            "a couple with one telephone", [Row(email: "b", phone: "1"), Row(email: "a", phone: "1")],
            [Customer(id: "p1", email: "a", phone: "1")], ["?", "p1 by email"]
        ),
        (
            "a row without e-mail takes nobody from the row whose e-mail it is",
            [Row(phone: "1"), Row(email: "a", phone: "1")],
            [Customer(id: "p1", email: "a", phone: "1")], ["?", "p1 by email"]
        ),
        (
            "the other person at the telephone has an e-mail of another's",
            [Row(phone: "1"), Row(email: "b", phone: "1")],
            [Customer(id: "p1", email: "a", phone: "1")], ["p1 by phone", "?"]
        ),
        ("linked to a row that is there", [Row(email: "a")], [Customer(id: "p1", email: "a", linkedTo: "s0")], ["?"]),
        (
            "linked to a row that is gone", [Row(email: "a")],
            [Customer(id: "p1", email: "a", linkedTo: "s0", isGone: true)], ["p1 by email, moved from s0"]
        ),
        (
            "linked to a row that is gone, by telephone", [Row(phone: "1")],
            [Customer(id: "p1", email: "a", phone: "1", linkedTo: "s0", isGone: true)], ["p1 by phone, moved from s0"]
        ),
        (
            "two rows for one that is gone", [Row(email: "a"), Row(phone: "1")],
            [Customer(id: "p1", email: "a", phone: "1", linkedTo: "s0", isGone: true)],
            ["p1 by email, moved from s0", "?"]
        ),
        (
            "each its own", [Row(email: "b"), Row(phone: "3"), Row(email: "a"), Row(email: "d")],
            [Customer(id: "p1", email: "a"), Customer(id: "p2", email: "b"), Customer(id: "p3", phone: "3")],
            ["p2 by email", "p3 by phone", "p1 by email", "new"]
        ),
    ]

    @Test("By e-mail, then by telephone; and never guessed", arguments: cases)
    func matches(_ what: String, _ rows: [Row], _ customers: [Customer], _ expected: [String]) {
        #expect(LinkerTests.match(rows, customers).map(LinkerTests.short) == expected)
        // In whatever order the rows and the customers come.
        #expect(LinkerTests.match(rows.reversed(), customers.reversed()).map(LinkerTests.short) == expected.reversed())
    }

    @Test("The mapping says which fields, and in which order")
    func order() {
        let customers = [Customer(id: "p1", email: "a", phone: "1"), Customer(id: "p2", email: "b", phone: "2")]
        func by(_ fields: String...) -> String {
            LinkerTests.match([Row(email: "a", phone: "2")], customers, by: fields).map(LinkerTests.short).joined()
        }
        #expect(by("email", "phone") == "p1 by email")
        #expect(by("phone", "email") == "p2 by phone")
        #expect(by("phone") == "p2 by phone")
        #expect(by() == "new")
    }

    @Test("A person who has to say which is told what there is to choose from")
    func words() {
        func message(_ rows: [Row], _ customers: [Customer], place: Place? = nil) -> String? {
            let records = rows.enumerated().map { index, row in
                Linker.Unlinked(
                    key: "s\(index + 1)", place: index > 0 ? Place(file: "crm.csv", line: index + 2) : nil,
                    values: LinkerTests.values(row.email, row.phone))
            }
            let matches = Linker(fields: ["email", "phone"], label: "customer").match(records) { field, value in
                customers.map(\.candidate).filter { $0.values[field] == value }
            }
            guard case .ambiguous(let message, _) = matches.first else { return nil }
            return message
        }
        let ada = Customer(id: "p1", email: "a", phone: "1")
        #expect(
            message([Row(email: "a")], [ada, Customer(id: "p2", email: "a")])
                == "2 customers of the project have the email a: p1, p2")
        #expect(message([Row(email: "a"), Row(email: "a")], [ada]) == "the record at crm.csv:3 has the same email a")
        #expect(message([Row(email: "a"), Row(email: "a")], []) == "the record at crm.csv:3 has the same email a")
        #expect(
            message([Row(email: "b", phone: "1")], [ada])
                == "customer p1 has the same phone 1, but not the same email")
        #expect(
            message([Row(phone: "1"), Row(email: "a")], [ada])
                == "customer p1 has the phone 1, and the record at crm.csv:3 is that one")
        #expect(
            message([Row(email: "a")], [Customer(id: "p1", email: "a", linkedTo: "s0")])
                == "customer p1 has the email a, and source record s0 is that one")
    }

    @Test("Whoever is matched is matched for a reason, and with nobody else", arguments: 1...200 as ClosedRange<UInt64>)
    func laws(seed: UInt64) {
        var random = Dice(seed: seed)
        func pick(_ texts: [String]) -> String? { random.below(3) == 0 ? nil : texts[random.below(texts.count)] }
        let rows = (0..<1 + random.below(5)).map { _ in
            Row(email: pick(["a", "b", "c"]), phone: pick(["1", "2", "3"]))
        }
        let customers = (0..<random.below(5)).map { index in
            Customer(
                id: "p\(index)", email: pick(["a", "b", "c"]), phone: pick(["1", "2", "3"]),
                linkedTo: random.below(4) == 0 ? "old\(index)" : nil, isGone: random.below(2) == 0)
        }
        let context: Comment = "seed \(seed): \(rows) and \(customers)"
        let matches = LinkerTests.match(rows, customers)
        var taken: [String] = []
        for (row, match) in zip(rows, matches) {
            let mine = LinkerTests.values(row.email, row.phone)
            let sharing = customers.map(\.candidate).filter { candidate in
                mine.contains { candidate.values[$0.key] == $0.value }
            }
            let (id, field): (String, String)
            switch match {
            case .none:
                // A record with one of its values would be overwritten by its create.
                #expect(sharing.isEmpty, context)
                continue
            case .ambiguous:
                let twins = rows.filter { $0.email != nil && $0.email == row.email }.count > 1
                #expect(!sharing.isEmpty || twins, context)
                continue
            case .found(let projectID, let by): (id, field) = (projectID, by)
            case .moved(let projectID, let key, let by):
                (id, field) = (projectID, by)
                #expect(customers.contains { $0.id == id && $0.linkedTo == key && $0.isGone }, context)
            }
            taken.append(id)
            let candidate = customers.first { $0.id == id }?.candidate
            #expect(candidate?.values[field] == mine[field] && mine[field] != nil, context)
            #expect(customers.filter { $0.candidate.values[field] == mine[field] }.count == 1, context)
            if field == "phone", let email = mine["email"] {
                #expect((candidate?.values["email"] ?? email) == email, context)
            }
            if case .found = match { #expect(candidate?.linkedKey == nil, context) }
        }
        #expect(Set(taken).count == taken.count, context)
        let keys = rows.indices.map { "s\($0 + 1)" }
        let reversed = LinkerTests.match(rows.reversed(), customers.reversed(), keys: keys.reversed())
        #expect(reversed.reversed().map(LinkerTests.short) == matches.map(LinkerTests.short), context)
    }
}
