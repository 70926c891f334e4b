import AccordCore
import Testing

@Suite("The suppression list")
struct SuppressionTests {
    private static let salt = SuppressionList.Salt((0..<16).map { UInt8($0) })
    private let mapping = Customers.mapping()

    private func list(_ addresses: String...) -> SuppressionList {
        var list = SuppressionList()
        for address in addresses {
            list.insert(
                SuppressionList.Item(
                    salt: SuppressionTests.salt, hash: SuppressionTests.salt.hash(address), since: 9))
        }
        return list
    }

    private func reconciler(_ list: SuppressionList, _ schema: TableSchema = Customers.schema) -> Reconciler {
        Reconciler(
            mapping: mapping, schema: schema, knownFields: Set(mapping.fields.map(\.name)),
            optOuts: OptOuts(suppression: list))
    }

    private let ada: [String: Value] = [
        "first_name": .string("Ada"), "email": .string("ada@example.com"), "phone": .string("+14155550100"),
    ]

    private func created(_ list: SuppressionList, _ values: [String: Value], _ schema: TableSchema = Customers.schema)
        -> Entry
    {
        reconciler(list, schema).decide(
            onlyInSource: Record(key: "s1", values: values), fingerprint: Customers.rowFingerprint,
            place: Customers.place)
    }

    @Test("an address is on it, or not, by any of its salts")
    func contains() {
        var both = list("ada@example.com")
        let other = SuppressionList.Salt([1, 2, 3])
        let isNew = both.insert(SuppressionList.Item(salt: other, hash: other.hash("bob@example.com"), since: 4))
        let isAgain = both.insert(both.items[0])
        #expect(isNew && !isAgain && both.count == 2)
        #expect(both.contains("ada@example.com") && both.contains("bob@example.com"))
        #expect(!both.contains("cid@example.com") && !SuppressionList().contains("ada@example.com"))
    }

    @Test("who is created with an address that is on it is opted out at once", arguments: [0, 1])
    func creates(way: Int) {
        let entry = created(list(["ada@example.com", "+14155550100"][way]), ada)
        #expect(entry.operations.map(\.kind) == [.create, .unsubscribe])
        #expect(entry.operations.last?.reason == .onSuppressionList)
        // The row has yet to say so.
        #expect(entry.sourceFingerprint == nil && entry.bucket == .created)
    }

    @Test("nobody else is opted out, and whoever says so themselves is so by what they say")
    func others() {
        #expect(created(list("bob@example.com"), ada).operations.map(\.kind) == [.create])
        let out = created(list("ada@example.com"), ada.merging(["unsubscribed_at": .boolean(true)]) { $1 })
        #expect(out.operations.map(\.reason) == [.onlyInSource, .optedOutInSource])
        #expect(out.sourceFingerprint == Customers.rowFingerprint)
    }

    @Test("where the service takes no opt-out, nobody is created who would have to be opted out", arguments: [0, 1])
    func cannotOptOut(way: Int) {
        var schema = Customers.schema
        schema.writes = TableSchema.Writes(
            create: ["first_name", "email", "phone"], updates: [["first_name", "email", "phone"]], kinds: [.archive])
        let values = way == 0 ? ada : ada.merging(["unsubscribed_at": .boolean(true)]) { $1 }
        let entry = created(way == 0 ? list("ada@example.com") : SuppressionList(), values, schema)
        #expect(entry.operations.isEmpty && entry.quarantine?.message.contains("takes no opt-outs") == true)
    }

    private func updated(_ list: SuppressionList, email: String, out: Value = .null) -> Entry {
        let base = ada.merging(["email": .string("old@example.com"), "unsubscribed_at": out]) { $1 }
        return reconciler(list).decide(
            Pairing(
                link: Customers.link(ada.merging(["email": .string("old@example.com")]) { $1 }, base),
                source: Customers.inSource(ada.merging(["email": .string(email)]) { $1 }),
                project: Customers.inProject(base)))
    }

    @Test("who gets an address that is on it is opted out before they have it")
    func updates() {
        let entry = updated(list("ada@example.com"), email: "ada@example.com")
        #expect(
            entry.deeds == [
                "project unsubscribe unsubscribed_at: (empty) -> yes (opt-out)",
                "project update email: old@example.com -> ada@example.com (source-changed)",
            ], "\(entry.deeds)")
        #expect(entry.sourceFingerprint == nil)
        #expect(updated(list("bob@example.com"), email: "ada@example.com").operations.map(\.kind) == [.update])
        let unchanged = updated(list("old@example.com"), email: "old@example.com")
        #expect(unchanged.operations.isEmpty, "what a record has already is not looked at: it was subscribed there")
    }

    @Test(
        "who has the name of somebody who opted out and has vanished is opted out; who has no name, or another, is not")
    func vanished() {
        var optOuts = OptOuts()
        optOuts.addVanished(called: "ADA ")
        optOuts.addVanished(called: "")
        let reconciler = Reconciler(
            mapping: mapping, schema: Customers.schema, knownFields: Set(mapping.fields.map(\.name)), optOuts: optOuts)
        func reasons(_ values: [String: Value]) -> [Reason] {
            reconciler.decide(
                onlyInSource: Record(key: "s1", values: values), fingerprint: Customers.rowFingerprint,
                place: Customers.place
            ).operations.map(\.reason)
        }
        #expect(reasons(ada) == [.onlyInSource, .optedOutAndGone])
        #expect(reasons(ada.merging(["first_name": .string("Ada B")]) { $1 }) == [.onlyInSource])
        var nameless = Customers.schema
        nameless.title = []
        #expect(nameless.title(of: Record(key: "s1", values: ada)).isEmpty)
    }

    // MARK: - What other rows say

    private static let names = [FieldValue(field: "email", value: .string("ada@example.com"))]

    private func decide(_ optOuts: OptOuts, from: [String: Value], to: [String: Value], project: [String: Value]? = nil)
        -> Entry
    {
        let mapping = Customers.mapping(
            optOut: Field(name: "unsubscribed_at", column: "Out", resubscribe: [.source], isOptOut: true))
        return Reconciler(
            mapping: mapping, schema: Customers.schema, knownFields: Set(mapping.fields.map(\.name)), optOuts: optOuts
        ).decide(
            Pairing(
                link: Customers.link(from, from), source: Customers.inSource(to),
                project: Customers.inProject(project ?? from)))
    }

    private func optOuts(isDoubt: Bool) -> OptOuts {
        var optOuts = OptOuts()
        if isDoubt {
            optOuts.doubt(SuppressionTests.names, because: "cannot be read")
        } else {
            optOuts.add(SuppressionTests.names)
        }
        return optOuts
    }

    @Test("nobody is subscribed again who opted out in another row, or may have", arguments: [true, false])
    func resubscribed(isDoubt: Bool) {
        let out = ada.merging(["unsubscribed_at": .boolean(true)]) { $1 }
        let back = ada.merging(["unsubscribed_at": .boolean(false)]) { $1 }
        #expect(decide(OptOuts(), from: out, to: back).operations.map(\.kind) == [.resubscribe])
        let held = decide(optOuts(isDoubt: isDoubt), from: out, to: back)
        #expect(held.operations.isEmpty && held.quarantine?.cause == .unknown, "\(held)")
    }

    @Test("who is subscribed again by the address of somebody on the list is not")
    func resubscribedBySomebodyElsesAddress() {
        let out: [String: Value] = ["email": .string("bob@example.com"), "unsubscribed_at": .boolean(true)]
        let back: [String: Value] = ["email": .string("ada@example.com"), "unsubscribed_at": .boolean(false)]
        let own = decide(OptOuts(suppression: list("bob@example.com")), from: out, to: back)
        #expect(own.operations.map(\.kind).contains(.resubscribe), "their own opt-out is what they take back")
        let held = decide(OptOuts(suppression: list("ada@example.com")), from: out, to: back)
        #expect(held.operations.isEmpty && held.quarantine?.cause == .unknown)
    }

    @Test("a linked person gets no address of which is in doubt who opted out, unless they get no messages anyway")
    func newAddressInDoubt() {
        let before = ada.merging(["email": .string("old@example.com")]) { $1 }
        let held = decide(optOuts(isDoubt: true), from: before, to: ada)
        #expect(held.operations.isEmpty && held.quarantine?.cause == .unknown)
        let out = ["unsubscribed_at": Value.boolean(true)]
        let isOut = decide(optOuts(isDoubt: true), from: before.merging(out) { $1 }, to: ada.merging(out) { $1 })
        #expect(isOut.operations.map(\.kind) == [.update])
    }

    @Test("who is kept by a person, and made anew, is not made where it is in doubt whether they opted out")
    func keptInDoubt() {
        func kept(_ optOuts: OptOuts) -> Entry {
            var mapping = mapping
            mapping.whenGoneFromProject = .delete
            let changed = ada.merging(["first_name": .string("Adele")]) { $1 }
            var pairing = Pairing(
                link: Customers.link(ada, ada), source: Customers.inSource(changed), project: .gone)
            pairing.resolutions.record = .source
            return Reconciler(
                mapping: mapping, schema: Customers.schema, knownFields: Set(mapping.fields.map(\.name)),
                optOuts: optOuts
            ).decide(pairing)
        }
        #expect(kept(OptOuts()).operations.map(\.kind) == [.create])
        let out = kept(optOuts(isDoubt: false))
        #expect(out.operations.map(\.reason) == [.keptByPerson(goneFrom: .project), .optedOutElsewhere])
        // The row has yet to learn of it.
        #expect(out.sourceFingerprint == nil)
        #expect(kept(optOuts(isDoubt: true)).quarantine?.cause == .unknown)
    }

    @Test("what a plan did not know of an opt-out speaks against it")
    func objections() {
        let create = [
            Operation(
                side: .project, kind: .create,
                changes: [
                    FieldChange(
                        field: "email", before: .null, after: .string("ada@example.com"), origin: .null, rule: .created)
                ],
                reason: .onlyInSource)
        ]
        func objection(_ optOuts: OptOuts, _ more: [Operation] = [], _ project: Record? = nil) -> String? {
            SuppressedPeople(optOuts, Customers.schema).objection(to: create + more, project)
        }
        let out = Record(key: "p1", values: ["unsubscribed_at": .boolean(true)])
        #expect(objection(OptOuts()) == nil)
        #expect(objection(optOuts(isDoubt: false))?.contains("another row") == true)
        #expect(objection(optOuts(isDoubt: true)) == "cannot be read")
        #expect(objection(OptOuts(suppression: list("ada@example.com")))?.contains("suppression list") == true)
        let optOut = Operation(side: .project, kind: .unsubscribe, reason: .optedOutInSource)
        for optOuts in [optOuts(isDoubt: false), optOuts(isDoubt: true)] {
            #expect(objection(optOuts, [optOut]) == nil && objection(optOuts, [], out) == nil)
        }
    }
}
