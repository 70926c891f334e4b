import AccordCore
import Testing

/// Applies one kind of rules to the records of a plan, some at a time, as a plan does.
private struct RuledPlan {
    var records: [Entry]
    var notes: [PlanNote] = []
    var names = PlannedNames()
    /// What was asked for, one load after the other.
    var loads: [Needs] = []

    /// - Parameter known: the project's records by pair and name; the name is what they are looked up by.
    init(_ records: [Entry], _ context: PlanRuleContext, known: [RecordName: MirrorRecord] = [:], batch: Int = 1024) {
        self.records = records
        for index in records.indices { self.records[index].position = index + 1 }
        for var rule in Rules.ofPlans(context) {
            guard case .kinds(let kinds) = rule.scope else { continue }
            var rest = self.records.indices.filter { !self.records[$0].kinds.isDisjoint(with: kinds) }[...]
            while !rest.isEmpty {
                apply(&rule, to: rest.prefix(batch), known)
                rest = rest.dropFirst(batch)
            }
            notes += rule.notes
        }
    }

    private mutating func apply(
        _ rule: inout any PlanRule, to indices: ArraySlice<Int>, _ records: [RecordName: MirrorRecord]
    ) {
        var known = Knowledge()
        for _ in 0..<10 {
            var some = indices.map { self.records[$0] }
            do throws(Needs) {
                try rule.apply(to: &some, &names, known)
                for (index, record) in zip(indices, some) { self.records[index] = record }
                return
            } catch {
                loads.append(error)
                known.know(names: error.named, records: records)
                let byID = records.map { ($0.value.id, $0.value) }
                known.know(
                    projectIDs: error.projectIDs, links: [:], records: Dictionary(byID) { first, _ in first })
                let holders = error.values.map { value in
                    (value, records.filter { $0.key.name == value.value.description }.map(\.value.id))
                }
                known.know(values: error.values, holders: Dictionary(holders) { first, _ in first }, gone: false)
            }
        }
        Issue.record("what was loaded is asked for again and again")
    }
}

private func mirror(_ id: String, _ values: [String: Value], by field: String) -> MirrorRecord {
    MirrorRecord(
        id: id, values: values, unknown: [], modified: nil, archived: false,
        by: TableSchema(name: "records", label: "record", fields: [], lookedUpBy: [field]))
}

private func record(_ key: String, _ kind: Operation.Kind, id: String? = nil, _ values: [String: String]) -> Entry {
    var entry = Entry(label: key, sourceKey: key, projectID: id, present: [.source], bucket: .created)
    entry.operations = [
        Operation(
            side: .project, kind: kind,
            changes: values.sorted { $0.key < $1.key }.map { field, text in
                FieldChange(
                    field: field, before: .null, after: .text(text), origin: .text(text), rule: .sourceChanged)
            }, reason: .onlyInSource)
    ]
    return entry
}

@Suite("What creating a record does to another one is said beforehand")
struct SideEffectTests {
    private let context = PlanRuleContext(
        pair: "charges",
        schema: TableSchema(
            name: "charges", label: "charge",
            fields: [
                FieldSchema(name: "customer", type: .string, refersTo: "customers"),
                FieldSchema(
                    name: "store", type: .string, alsoSets: FieldSchema.Target(resource: "customers", field: "store")),
            ]), earlier: [.init(name: "people", resource: "customers", label: "customer")])

    private func charge(_ key: String, of customer: String, in store: String) -> Entry {
        record(key, .create, ["customer": customer, "store": store])
    }

    private func known(_ store: String) -> [RecordName: MirrorRecord] {
        [RecordName(pair: "people", name: "ada@x.com"): mirror("p1", ["store": .string(store)], by: "email")]
    }

    private func note(_ value: String, before: String?) -> Reason {
        .alsoSets(label: "customer", field: "store", value: value, before: before)
    }

    @Test("a record that gives another one a new value says so, and one that gives it its own does not")
    func says() {
        let plan = RuledPlan(
            [charge("c1", of: "ada@x.com", in: "pier"), charge("c2", of: "ada@x.com", in: "pier")], context,
            known: known("harbor"))
        #expect(plan.records.map(\.note) == [note("pier", before: "harbor"), nil])
        #expect(plan.notes == [.alsoSets(count: 1, record: "charge", field: "store", label: "customer")])
        let same = RuledPlan([charge("c1", of: "ada@x.com", in: "harbor")], context, known: known("harbor"))
        #expect(same.records.map(\.note) == [nil])
        #expect(same.notes.isEmpty)
    }

    @Test("records of one customer wait for each other, so that the last row's value stays", arguments: [1, 2, 1024])
    func inOrder(batch: Int) {
        let plan = RuledPlan(
            [
                charge("c1", of: "ada@x.com", in: "pier"), charge("c2", of: "bob@x.com", in: "pier"),
                charge("c3", of: "ada@x.com", in: "harbor"), charge("c4", of: "ada@x.com", in: "pier"),
            ], context, known: known("harbor"), batch: batch)
        #expect(plan.records.map(\.after) == [[], [], [1], [3]])
        #expect(
            plan.records.map(\.note) == [
                note("pier", before: "harbor"), note("pier", before: nil), note("harbor", before: "pier"),
                note("pier", before: "harbor"),
            ])
        #expect(plan.notes == [.alsoSets(count: 4, record: "charge", field: "store", label: "customer")])
    }

    @Test("what a batch needs is asked for once, and nothing of what is known already")
    func asksOnce() {
        let records = (1...9).map { charge("c\($0)", of: "p\($0 % 3)", in: "pier") }
        let plan = RuledPlan(records, context, batch: 5)
        #expect(plan.loads.map(\.named.count) == [3])
    }

    @Test("an update gives nothing away")
    func update() {
        let plan = RuledPlan(
            [record("c1", .update, id: "7", ["customer": "ada@x.com", "store": "pier"])], context, known: known("x"))
        #expect(plan.records.map(\.note) == [nil])
    }
}

@Suite("What the project will call a record is known before others name it, or not at all")
struct NamesOfRecordsTests {
    private func context(isDerived: Bool = false, earlier: [CreatedName] = []) -> PlanRuleContext {
        PlanRuleContext(
            pair: "stores",
            schema: TableSchema(
                name: "locations", label: "location", title: ["name"],
                fields: [
                    FieldSchema(name: "name", type: .string, role: .name),
                    FieldSchema(name: "slug", type: .string, madeFrom: "name"),
                    FieldSchema(name: "context", type: .string, role: .context),
                ], lookedUpBy: ["slug", "name"]), isDerived: isDerived, isReferenced: true,
            earlier: [.init(name: "before", resource: "locations", label: "location", created: earlier)])
    }

    private func store(_ key: String, _ name: String, slug: String? = nil, context: String? = nil) -> Entry {
        let given = ["name": name, "slug": slug, "context": context].compactMapValues(\.self)
        return record(key, .create, given)
    }

    private let north = [
        RecordName(pair: "stores", name: "north"): mirror("7", ["slug": .string("north")], by: "slug")
    ]

    private func awaited(_ key: String) -> String { AwaitedName(pair: "stores", key: key, label: key).text }

    @Test("a name that the service makes is awaited, one that a row gives is known")
    func awaited() {
        let plan = RuledPlan([store("s1", "Harbor Street"), store("s2", "Pier 12", slug: "pier")], context())
        #expect(plan.names.byKey == ["s1": awaited("s1"), "s2": "pier"])
        #expect(plan.names.created.map(\.key) == ["harbor street", "pier 12"])
        #expect(plan.names.created.map(\.reference) == [awaited("s1"), "pier"])
    }

    @Test("names that the service may make alike are awaited each")
    func twice() {
        let plan = RuledPlan([store("s1", "Müller"), store("s2", "Möller")], context())
        #expect(plan.names.byKey == ["s1": awaited("s1"), "s2": awaited("s2")])
        #expect(plan.records.map(\.after) == [[], []])
    }

    @Test(
        "a row that says its name gets it before the service makes one, wherever it stands",
        arguments: [false, true])
    func given(isFirst: Bool) {
        let (given, made) = (store("s1", "Elsewhere", slug: "north"), store("s2", "North"))
        let plan = RuledPlan(isFirst ? [given, made] : [made, given], context())
        #expect(plan.names.byKey == ["s1": "north", "s2": awaited("s2")])
        #expect(plan.records.map(\.after) == (isFirst ? [[], [1]] : [[2], []]))
    }

    @Test(
        "what an earlier plan creates for the same resource is not created again",
        arguments: [("customers", true), ("reviews", false), (nil, true)])
    func earlier(resource: String?, isSame: Bool) {
        let created = CreatedName(
            key: "north", context: resource.map(Value.string) ?? .null, reference: "its reference")
        let record = store("s1", "NORTH", context: "customers")
        let plan = RuledPlan([record], context(isDerived: true, earlier: [created]))
        #expect(plan.names.byKey == ["s1": isSame ? "its reference" : awaited("s1")])
        #expect(plan.records.map(\.note) == [isSame ? .createdBy(pair: "before") : nil])
        #expect(plan.records.map(\.operations.isEmpty) == [isSame])
        #expect(RuledPlan([record], context(earlier: [created])).records.map(\.operations.isEmpty) == [false])
    }

    @Test("a newly linked record keeps its name")
    func linked() {
        var entry = Entry(label: "s1", sourceKey: "s1", projectID: "7", present: [.source, .project], bucket: .linked)
        entry.link = .new(.sameValues(fields: ["slug"]))
        let plan = RuledPlan([store("s2", "North"), entry], context(), known: north)
        #expect(plan.names.byKey == ["s1": "north", "s2": awaited("s2")])
        let aside = RuledPlan([entry.quarantined(Quarantine(.ambiguous, "which?"))], context(), known: north)
        #expect(aside.names.byKey.isEmpty)
    }
}
