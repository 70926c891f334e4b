import AccordCore
import Chance
import Testing

/// A decision that needs to know more is made again from the beginning: its first half must leave nothing behind.
@Suite("Decisions that are made again")
struct DecisionsTests {
    private static let ids = (1...6).map { "p\($0)" }

    private let schema = TableSchema(
        name: "charges", label: "charge", fields: [FieldSchema(name: "email", type: .email)], matcher: ["email"])
    private var context: DecisionContext {
        let mapping = Mapping(
            resource: "charges", key: ["Id"], match: ["email"],
            fields: [Field(name: "email", column: "Mail", type: .email)])
        return DecisionContext(
            reconciler: Reconciler(mapping: mapping, schema: schema, knownFields: ["email"]), intents: OpenIntents())
    }

    /// Of the six records the last three have links, whose numbers are 4, 5 and 6.
    private var known: Knowledge {
        var known = Knowledge()
        var links: [String: Knowledge.NumberedLink] = [:]
        var records: [String: MirrorRecord] = [:]
        for (index, id) in DecisionsTests.ids.enumerated() {
            let values: [String: Value] = ["email": .string(id)]
            records[id] = MirrorRecord(
                id: id, fingerprint: Fingerprint(of: id), values: values, modified: nil, archived: false,
                matchValues: [id])
            if index >= 3 { links[id] = Knowledge.NumberedLink(number: Int64(index + 1), link: link(id)) }
            let value = FieldValue(field: "email", value: .string(id))
            known.know(values: [value], holders: [value: [id]], gone: false)
        }
        known.know(projectIDs: DecisionsTests.ids, links: links, records: records)
        return known
    }

    private func link(_ id: String) -> Link {
        Link(
            pair: "charges", sourceKey: "s-\(id)", projectID: id, sourceBase: ["email": .string(id)],
            projectBase: ["email": .string(id)])
    }

    /// One step of a decision, which changes what was decided so far in one of the ways in which it can.
    private func step(_ dice: inout Dice, _ decisions: inout Decisions, _ known: Knowledge) throws(Needs) {
        let id = dice.pick(DecisionsTests.ids)
        let record = Record(key: "row \(dice.below(50))", values: ["email": .string(id)])
        switch dice.below(4) {
        case 0: _ = MissingRecords(context).withheld(link(id), .notFoundInDoubt, nil, &decisions)
        case 1:
            let row = SourceRow(
                record: record, fingerprint: nil, place: nil, quarantine: Quarantine(.unmappable, "blank"))
            _ = try RecordsByContent(context).decide(row, pair: "charges", &decisions, known)
        default:
            let row = SourceRow(record: record, fingerprint: nil, place: nil)
            _ = try RecordsByContent(context).decide(row, pair: "charges", &decisions, known)
        }
    }

    @Test("one that needs to know more leaves nothing behind, one that does not leaves all of it", arguments: 1...40)
    func attempts(seed: UInt64) {
        var dice = Dice(seed: seed)
        let known = known
        var missing = NumberSet()
        for number in [4, 5, 6] as [Int64] { missing.insert(number) }
        var decisions = Decisions(missing: missing)
        for attempt in 1...12 {
            let before = DecisionState(decisions)
            let needsMore = dice.below(3) > 0
            let steps = 1 + dice.below(4)
            let decision = { [dice] (decisions: inout Decisions) throws(Needs) in
                var dice = dice
                for _ in 0..<steps { try step(&dice, &decisions, known) }
                if needsMore { _ = try known.record("somebody else") }
            }
            var direct = decisions
            let directly = Result { () throws(Needs) in try decision(&direct) }
            let result = Result { () throws(Needs) in try decisions.attempt(decision) }
            let needs = needsMore ? Needs(projectIDs: ["somebody else"]) : nil
            #expect(result.failure == needs && directly.failure == needs, "seed \(seed), attempt \(attempt)")
            #expect(
                DecisionState(decisions) == (needsMore ? before : DecisionState(direct)),
                "seed \(seed), attempt \(attempt)")
            _ = dice.next()
        }
    }

    @Test("a decision made again, once what it needed is known, is as if it had been made only then")
    func again() {
        var decisions = Decisions()
        var asked: [Needs] = []
        let row = SourceRow(
            record: Record(key: "row 1", values: ["email": .string("p1")]), fingerprint: nil, place: nil)
        func decide(_ known: Knowledge) -> Entry? {
            do throws(Needs) {
                return try decisions.attempt { decisions throws(Needs) in
                    _ = MissingRecords(context).withheld(link("p2"), .notFoundInDoubt, nil, &decisions)
                    return try RecordsByContent(context).decide(row, pair: "charges", &decisions, known)
                }
            } catch {
                asked.append(error)
                return nil
            }
        }
        #expect(decide(Knowledge()) == nil)
        #expect(asked == [Needs(values: [FieldValue(field: "email", value: .string("p1"))])])
        #expect(DecisionState(decisions) == DecisionState(Decisions()))
        #expect(decide(known)?.projectID == "p1")
        #expect(decisions.newlyLinked == ["p1": "row 1"])
        #expect(decisions.withheld == ["p2"])
        #expect(decisions.decided == ["p1", "p2"])
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
