import AccordCore
import Chance
import Testing

/// What a state knows of a pair, from which a decision loads what it asks for.
struct KnownWorld {
    var records: [MirrorRecord] = []
    var links: [Knowledge.NumberedLink] = []
    /// Says how values are compared; without one they are as they are.
    var schema = TableSchema(name: "records", label: "record", fields: [])

    /// Adds a project record.
    mutating func add(
        _ id: String, _ values: [String: Value], unknown: Set<String> = [], isGone: Bool = false,
        isArchived: Bool = false
    ) {
        records.append(
            MirrorRecord(
                id: id, fingerprint: Fingerprint(of: values, isArchived: isArchived), values: values, unknown: unknown,
                modified: nil, archived: isArchived, matchValues: [], gone: isGone))
    }

    /// Adds the link of a record that both sides agreed on.
    @discardableResult
    mutating func link(_ key: String, _ id: String, base: [String: Value]? = nil) -> Knowledge.NumberedLink {
        let base = base ?? records.first { $0.id == id }?.values ?? [:]
        let link = Knowledge.NumberedLink(
            number: Int64(links.count + 1),
            link: Link(pair: "customers", sourceKey: key, projectID: id, sourceBase: base, projectBase: base))
        links.append(link)
        return link
    }

    /// Answers what was asked.
    func load(_ needs: Needs, into known: inout Knowledge) {
        let asked = links.filter { needs.sourceKeys.contains($0.link.sourceKey) }
        known.know(
            sourceKeys: needs.sourceKeys,
            linked: asked.map { link in
                Knowledge.LinkedRecord(link: link, record: records.first { $0.id == link.link.projectID })
            })
        let found = links.filter { needs.projectIDs.contains($0.link.projectID) }.map { ($0.link.projectID, $0) }
        let wanted = records.filter { needs.projectIDs.contains($0.id) }.map { ($0.id, $0) }
        known.know(
            projectIDs: needs.projectIDs, links: Dictionary(found, uniquingKeysWith: { first, _ in first }),
            records: Dictionary(wanted, uniquingKeysWith: { first, _ in first }))
        known.know(values: needs.values, holders: holders(of: needs.values, gone: false), gone: false)
        known.know(values: needs.pastValues, holders: holders(of: needs.pastValues, gone: true), gone: true)
    }

    private func holders(of values: Set<FieldValue>, gone: Bool) -> [FieldValue: [String]] {
        values.reduce(into: [:]) { holders, value in
            holders[value] = records.filter { (gone || !$0.gone) && schema.lookup(value.field, in: $0.values) == value }
                .map(\.id)
        }
    }

    /// Everything that could be asked about some values and keys, besides what the records themselves hold.
    func everything(values: Set<FieldValue> = [], keys: Set<String> = []) -> Knowledge {
        var needs = Needs(sourceKeys: keys, values: values)
        for record in records {
            needs.projectIDs.insert(record.id)
            for (field, value) in record.values { needs.values.insert(FieldValue(field: field, value: value)) }
        }
        for link in links {
            needs.sourceKeys.insert(link.link.sourceKey)
            needs.projectIDs.insert(link.link.projectID)
            for (field, value) in link.link.sourceBase { needs.values.insert(FieldValue(field: field, value: value)) }
        }
        needs.pastValues = needs.values
        var known = Knowledge()
        load(needs, into: &known)
        return known
    }

    /// Decides with nothing loaded before, loading what is asked for.
    ///
    /// - Returns: the decision, and how often something was asked for.
    func decide<T>(
        _ decisions: inout Decisions, _ decision: (inout Decisions, Knowledge) throws(Needs) -> T
    ) -> (decision: T?, loads: Int) {
        var known = Knowledge()
        for loads in 0..<200 {
            let before = DecisionState(decisions)
            do throws(Needs) {
                let known = known
                return (try decisions.attempt { (decisions) throws(Needs) in try decision(&decisions, known) }, loads)
            } catch {
                #expect(DecisionState(decisions) == before, "a decision that needs to know more leaves nothing behind")
                #expect(!error.isEmpty)
                load(error, into: &known)
            }
        }
        Issue.record("what was loaded is asked for again and again")
        return (nil, 200)
    }
}

/// What was decided so far, to be compared.
struct DecisionState: Hashable {
    var newlyLinked: [String: String]
    var decided: Set<String>
    var withheld: Set<String>
    var missing: [Int64]
    var missingCount: Int
    var unidentified: [UnidentifiedRow]

    init(_ decisions: Decisions) {
        newlyLinked = decisions.newlyLinked
        decided = decisions.decided
        withheld = decisions.withheld
        missing = decisions.missing.numbers
        missingCount = decisions.missing.count
        unidentified = decisions.unidentified
    }

    /// Without the order in which rows were set aside.
    var unordered: DecisionState {
        var state = self
        state.unidentified.sort { ($0.place?.line ?? 0) < ($1.place?.line ?? 0) }
        return state
    }
}

extension Decisions {
    init(missing numbers: [Int64], unidentified: [UnidentifiedRow] = []) {
        var missing = NumberSet()
        for number in numbers { missing.insert(number) }
        self.init(missing: missing, unidentified: unidentified)
    }
}

/// Values, rows and contexts of customers, short to write.
enum Deciding {
    static func person(_ email: String? = nil, _ phone: String? = nil, name: String? = "Ada") -> [String: Value] {
        let values = [("first_name", name), ("email", email), ("phone", phone)]
        return values.reduce(into: [:]) { if let text = $1.1 { $0[$1.0] = .text(text) } }
    }

    static func row(
        _ key: String, _ line: Int, _ values: [String: Value], _ quarantine: Quarantine? = nil
    ) -> SourceRow {
        SourceRow(
            record: Record(key: key, values: values), fingerprint: Fingerprint(of: key),
            place: Place(file: "crm.csv", line: line), quarantine: quarantine)
    }

    static func value(_ field: String, _ text: String) -> FieldValue { FieldValue(field: field, value: .text(text)) }

    static func context(
        _ intents: [Entry] = [], resolved: [String: [ResolvedConflict]] = [:], doubt: String? = nil,
        leftOut: Set<String> = [], schema: TableSchema = Customers.schema, mapping: Mapping = mapping(),
        isOneText: Bool = false
    ) -> DecisionContext {
        DecisionContext(
            reconciler: Reconciler(
                mapping: mapping, schema: schema, knownFields: Set(mapping.fields.map(\.name))),
            intents: OpenIntents(intents), resolved: resolved, sourceDoubt: doubt, leftOutKeys: leftOut,
            isOneText: isOneText)
    }

    /// Records are created and deleted on both sides.
    static func mapping() -> Mapping {
        var mapping = Customers.mapping()
        mapping.creates = [.source, .project]
        mapping.whenGoneFromSource = .delete
        mapping.whenGoneFromProject = .delete
        return mapping
    }

    /// What was decided before: some project records are linked already, by no link of the state.
    static func decisions(
        missing: [Int64] = [], newlyLinked: [String: String] = [:], unidentified: [UnidentifiedRow] = [],
        _ world: KnownWorld
    ) throws -> Decisions {
        var decisions = Decisions(missing: missing, unidentified: unidentified)
        for (id, key) in newlyLinked.sorted(by: { $0.key < $1.key }) {
            let values = try #require(world.records.first { $0.id == id }).values
            let context = context([begun(key, values)])
            let intent = try #require(context.intents.bySourceKey[key])
            let link = world.decide(&decisions) { (decisions, known) throws(Needs) in
                try StoppedRuns(context).linkCreated(
                    key, intent, row: row(key, 1, values), pair: "customers", &decisions, known)
            }
            try #require(link.decision != nil && decisions.newlyLinked[id] == key)
        }
        return decisions
    }

    /// A create that a stopped run had begun.
    static func begun(_ key: String, _ values: [String: Value], _ context: DecisionContext = context()) -> Entry {
        context.reconciler.decide(
            onlyInSource: Record(key: key, values: values), fingerprint: nil, place: Customers.place)
    }
}

extension Entry {
    /// What became of it, in a line: bucket, key, id, and how the link came about or why it is set aside.
    var outcome: String {
        var words = ["\(bucket.rawValue) \(sourceKey ?? "-")/\(projectID ?? "-")"]
        switch link {
        case .none: break
        case .new(let reason): words.append("new \(reason)")
        case .moved(let key): words.append("moved from \(key)")
        case .state(let state): words.append("state \(state.rawValue)")
        case .removed: words.append("removed")
        }
        if let quarantine { words.append(quarantine.cause.rawValue) }
        return words.joined(separator: " ")
    }
}
