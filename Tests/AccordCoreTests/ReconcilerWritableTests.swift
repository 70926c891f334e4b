import AccordCore
import Testing

@Suite("What the service takes with which operation")
struct ReconcilerWritableTests {
    /// The colour is given once and for all, the notes have an operation of their own.
    private static let schema: TableSchema = {
        var schema = Customers.schema
        schema.writes = TableSchema.Writes(
            create: ["first_name", "email", "phone", "color"], updates: [["first_name", "email", "phone"], ["notes"]],
            kinds: [.create, .update, .unsubscribe])
        return schema
    }()

    private static let mapping = Customers.mapping([
        Field(name: "color", column: "Color"), Field(name: "notes", column: "Notes"),
    ])

    private static let base: [String: Value] = [
        "first_name": .string("Ada"), "email": .string("ada@x.com"), "color": .string("red"), "notes": .string("old"),
    ]

    private let reconciler = Reconciler(
        mapping: mapping, schema: schema, knownFields: Set(mapping.fields.map(\.name)))

    private func decide(source: [String: Value] = [:], project: [String: Value] = [:]) -> Entry {
        let base = ReconcilerWritableTests.base
        return reconciler.decide(
            Pairing(
                link: Customers.link(base, base), source: Customers.inSource(base.merging(source) { $1 }),
                project: Customers.inProject(base.merging(project) { $1 })))
    }

    private func create(_ values: [String: Value]) -> [String] {
        reconciler.decide(onlyInSource: Record(key: "s9", values: values), fingerprint: nil, place: nil).deeds
    }

    @Test("What no create takes is written after it")
    func afterCreate() {
        var values = ReconcilerWritableTests.base
        let created =
            "project create color: (empty) -> red (created), email: (empty) -> ada@x.com (created), "
            + "first_name: (empty) -> Ada (created)"
        let noted = "project update notes: (empty) -> old (created)"
        #expect(create(values) == [created, noted])
        values["unsubscribed_at"] = .boolean(true)
        let unsubscribed = "project unsubscribe unsubscribed_at: (empty) -> yes (created)"
        #expect(Set(create(values)) == [created, noted, unsubscribed] && create(values).first == created)
        values["notes"] = .null
        #expect(create(values) == [created, unsubscribed])
    }

    @Test("What several operations write together is one change of the record")
    func together() {
        #expect(
            decide(source: ["first_name": .string("Eva"), "notes": .string("new")]).deeds == [
                "project update first_name: Ada -> Eva (source-changed), notes: old -> new (source-changed)"
            ])
    }

    @Test("A field that cannot be changed once it is there is not sent, and a person is told which")
    func fixed() {
        let entry = decide(source: ["color": .string("blue"), "notes": .string("new")])
        #expect(entry.deeds.isEmpty && entry.memories.isEmpty)
        #expect(
            entry.quarantine
                == Quarantine(
                    .wouldBeRefused,
                    "color of a customer cannot be changed once it is there; put it back, or delete the customer and "
                        + "create it anew"))
        // The source may follow the project, whatever the service takes.
        #expect(
            decide(project: ["color": .string("blue")]).deeds == ["source update color: red -> blue (project-changed)"])
        #expect(decide(source: ["color": .string("blue")], project: ["color": .string("blue")]).quarantine == nil)
    }
}
