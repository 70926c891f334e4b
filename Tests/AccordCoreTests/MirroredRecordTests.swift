import AccordCore
import Chance
import Testing

/// Which side is called the source makes no difference to what becomes of a record that both have.
@Suite("Swapping the sides mirrors the plan")
struct MirroredRecordTests {
    /// What both sides hold and held, and how the fields flow.
    private struct Situation {
        var fields: [Field]
        var source: [String: Value] = [:]
        var project: [String: Value] = [:]
        var sourceBase: [String: Value] = [:]
        var projectBase: [String: Value] = [:]

        init(seed: UInt64) {
            var dice = Dice(seed: seed)
            func policy() -> ConflictPolicy { ConflictPolicy.allCases.randomElement(using: &dice) ?? .manual }
            func direction() -> Direction { Direction.allCases.randomElement(using: &dice) ?? .both }
            fields = ["name", "city", "note"].map {
                Field(name: $0, column: $0, direction: direction(), conflict: policy())
            }
            fields.append(Field(name: "tags", column: "tags", type: .set(separator: ";"), conflict: policy()))
            let sides: [Set<Side>] = [[], [.source], [.project], [.source, .project]]
            fields.append(
                Field(name: "out", column: "out", resubscribe: sides.randomElement(using: &dice) ?? [], isOptOut: true))
            for field in fields {
                func value() -> Value {
                    if field.isOptOut { return [.null, .boolean(true)].randomElement(using: &dice) ?? .null }
                    if field.type.isSet { return .elements(Set(["a", "b"].filter { _ in Bool.random(using: &dice) })) }
                    return [.null, .string("1"), .string("2"), .string("3")].randomElement(using: &dice) ?? .null
                }
                source[field.name] = value()
                project[field.name] = value()
                sourceBase[field.name] = value()
                projectBase[field.name] = Bool.random(using: &dice) ? sourceBase[field.name] : value()
            }
        }

        var mirrored: Situation {
            var other = self
            swap(&other.source, &other.project)
            swap(&other.sourceBase, &other.projectBase)
            for index in other.fields.indices {
                let field = fields[index]
                other.fields[index].direction =
                    field.direction == .toProject ? .toSource : field.direction == .toSource ? .toProject : .both
                other.fields[index].conflict =
                    field.conflict == .source ? .project : field.conflict == .project ? .source : field.conflict
                other.fields[index].resubscribe = Set(field.resubscribe.map(\.other))
            }
            return other
        }

        var entry: Entry {
            let schema = TableSchema(name: "customers", label: "customer", fields: [])
            let mapping = Mapping(resource: "customers", key: ["id"], match: [], fields: fields)
            let link = Link(
                pair: "customers", sourceKey: "1", projectID: "1", sourceBase: sourceBase, projectBase: projectBase)
            return Reconciler(mapping: mapping, schema: schema, knownFields: Set(fields.map(\.name))).decide(
                Pairing(
                    link: link,
                    source: .present(Record(key: "1", values: source), fingerprint: nil, place: nil),
                    project: .present(
                        Record(key: "1", values: project), isArchived: false, fingerprint: Fingerprint(of: ""))))
        }
    }

    private func changes(_ entry: Entry, _ side: Side) -> Set<String> {
        Set(
            entry.operations.filter { $0.side == side }.flatMap(\.changes).map {
                "\($0.field): \($0.before) -> \($0.after) from \($0.origin)"
            })
    }

    @Test("a thousand records, each decided both ways round")
    func mirrored() {
        var written = 0
        for seed in 0..<1000 as Range<UInt64> {
            let situation = Situation(seed: seed)
            let (one, other) = (situation.entry, situation.mirrored.entry)
            #expect(changes(one, .source) == changes(other, .project), "seed \(seed)")
            #expect(changes(one, .project) == changes(other, .source), "seed \(seed)")
            #expect(one.conflicts.map(\.field) == other.conflicts.map(\.field), "seed \(seed)")
            #expect(one.conflicts.map(\.source) == other.conflicts.map(\.project), "seed \(seed)")
            #expect(one.agreements.map(\.field) == other.agreements.map(\.field), "seed \(seed)")
            #expect(one.bucket == other.bucket, "seed \(seed)")
            written += one.operations.count
        }
        #expect(written > 500, "these records give nothing to write")
    }
}
