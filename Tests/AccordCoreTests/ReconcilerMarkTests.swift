import AccordCore
import Testing

/// A source that keeps what the project no longer has.
@Suite("What is gone from the project and marked in the source")
struct ReconcilerMarkTests {
    private let reconciler: Reconciler = {
        var schema = Customers.schema
        schema.fields.append(
            FieldSchema(name: "gone", type: .boolean(yes: [], no: []), role: .gone, isWritable: false))
        var mapping = Customers.mapping([
            Field(name: "gone", column: "Gone", type: .boolean(yes: ["yes"], no: ["no"]), direction: .toSource)
        ])
        mapping.whenGoneFromProject = .mark
        return Reconciler(mapping: mapping, schema: schema, knownFields: Set(mapping.fields.map(\.name)))
    }()

    private static let ada: [String: Value] = ["first_name": .string("Ada"), "email": .string("ada@x.com")]

    private func decide(_ row: [String: Value], base: [String: Value], _ project: Pairing.ProjectSide) -> Entry {
        let both = ReconcilerMarkTests.ada
        return reconciler.decide(
            Pairing(
                link: Customers.link(both.merging(base) { $1 }, both.merging(base) { $1 }),
                source: Customers.inSource(both.merging(row) { $1 }), project: project))
    }

    @Test("It is marked once, edited rows too, and nothing else is done to it")
    func marked() {
        let entry = decide(["first_name": .string("Edited")], base: [:], .gone)
        #expect(entry.deeds == ["source update gone: (empty) -> yes (project-changed)"])
        let again = decide(["gone": .boolean(true)], base: ["gone": .boolean(true)], .gone)
        #expect(again.deeds.isEmpty && again.bucket == .leftAlone)
    }

    @Test("One that comes back loses the mark")
    func back() {
        let marked: [String: Value] = ["gone": .boolean(true)]
        let entry = decide(marked, base: marked, Customers.inProject(ReconcilerMarkTests.ada))
        #expect(entry.deeds == ["source update gone: yes -> (empty) (project-changed)"])
    }
}
