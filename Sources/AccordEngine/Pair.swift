import AccordCore
import AccordState
import AccordTables

/// One kind of record kept in agreement: a source table and a project table, with one mapping.
public struct Pair: Sendable {
    public let name: String
    public let mapping: Mapping
    public let source: any Table
    public let project: any Table
    /// What the project's records look like, as its service is described.
    public let schema: TableSchema
    /// Of pairs whose records are messages to people: plans and sends them; nil for all others.
    public let sender: (any MessageSender)?
    /// Of pairs that map fields which no record of theirs carries; nil for all others.
    public let rollup: (any Rollup)?
    /// Its source is what a field of another pair names: what nobody names any more is no loss.
    public let isDerived: Bool
    /// By the pairs that are derived from it, what the records look like that its rows name as people call them.
    public let spelled: [String: TableSchema]

    public init(
        name: String, mapping: Mapping, source: any Table, project: any Table, schema: TableSchema,
        sender: (any MessageSender)? = nil, rollup: (any Rollup)? = nil, isDerived: Bool = false,
        spelled: [String: TableSchema] = [:]
    ) {
        self.name = name
        self.mapping = mapping
        self.source = source
        self.project = project
        self.schema = schema
        self.sender = sender
        self.rollup = rollup
        self.isDerived = isDerived
        self.spelled = spelled
    }

    /// The pair through which the project is read: of messages, that of the people whom they would reach.
    public var people: Pair { sender?.people ?? self }

    /// The name of the pair that is derived from a field of this one. No configuration's pair has a colon in its name.
    public func derivedName(_ field: Field) -> String { "\(name): \(field.name)" }

    /// The name of the configuration's pair that one of a plan is, or is derived from.
    public static func configuredName(of name: String) -> String {
        name.split(separator: ":").first.map(String.init) ?? name
    }

    /// The key of its source that a person means by a text.
    public func key(typed text: String) -> String { isDerived ? NameKey.of(text) : RecordKey.of(text) ?? text }

    /// Why a plan of this pair may not be carried out.
    public func refusals(of plan: PairPlan, _ allowances: Allowances, _ store: any StateStore) throws -> [Refusal] {
        let measure = Guard.Measure(
            linked: try linkedCount(store), isFirst: try store.sourceMemory(name) == nil, renumbered: plan.renumbered)
        return Guard.check(
            pair: name, counts: plan.counts, guards: mapping.guards, measure, source: plan.source,
            project: plan.project, allowances: allowances)
    }

    /// The linked records that guards measure by.
    func linkedCount(_ store: any StateStore) throws -> Int {
        // What only others name is neither deleted nor suddenly gone, nor is what was sent.
        isDerived || sender != nil ? 0 : try store.linkedCount(name)
    }

    /// The tables of the project whose records its own name, as far as the mapping has them do so: those have to be in
    /// agreement first.
    public var refersTo: Set<String> {
        let mapped = Set(mapping.fields.map(\.name))
        var tables = Set(schema.fields.lazy.filter { mapped.contains($0.name) }.compactMap(\.refersTo))
        if let sender { tables.insert(sender.people.schema.name) }
        return tables
    }

    /// The pairs whose records its rows name by their keys, rather than by what the project calls them.
    var namedByKey: Set<String> { Set(mapping.fields.compactMap(\.pair)).filter { spelled[$0] == nil } }

    /// Equal as long as the names of other pairs' records in the source's rows mean what they meant; nil if no
    /// field holds such names. Names that come up do not change it: rows that waited for one were never settled.
    public func references(_ store: any StateStore) throws -> Fingerprint? {
        let pairs = Set(mapping.fields.compactMap(\.pair)).sorted()
        if pairs.isEmpty { return nil }
        return Fingerprint(of: try pairs.map { "\($0): \(try store.renamedCount($0))" }.joined(separator: "\n"))
    }

    /// Reads the source's rows. The records of other pairs that they name are those linked by now, and those that plans
    /// of this run are about to write.
    ///
    /// - Returns: nil if the source's columns cannot be read: reading it says why.
    /// - Throws: ``MappingProblem`` for a column that the source lacks.
    public func mapper(_ store: any StateStore, planned: [PairPlan] = []) async throws -> RecordMapper? {
        guard let schema = try? await source.schema() else { return nil }
        var names: [String: References.Names] = [:]
        for field in mapping.fields {
            guard let pair = field.pair, names[pair] == nil else { continue }
            var known = try spelled[pair].map { try spelledNames(pair, $0, store) } ?? keyedNames(pair, store)
            if let planned = planned.first(where: { $0.name == pair }) { known.move(planned.names) }
            names[pair] = known
        }
        return try RecordMapper(mapping: mapping, schema: schema, references: References(names))
    }

    private func keyedNames(_ pair: String, _ store: any StateStore) throws -> References.Names {
        var names = References.Names()
        for (key, name) in try store.linkedNames(pair) { names.add(key: key, name: name) }
        return names
    }

    /// What a link says that a name means, it means however the project calls the record by now. One that is gone is still
    /// what the rows meant that named it, so that its end reaches them.
    private func spelledNames(
        _ pair: String, _ schema: TableSchema, _ store: any StateStore
    ) throws -> References.Names {
        let records = try store.projectRecords(pair, store.projectRecordIDs(pair)).values
        let isMeant = { (record: MirrorRecord) in
            guard let context = schema.field(.context)?.name else { return true }
            return schema.isOfContext(record.values, [context: .string(self.schema.name)])
        }
        var names = References.Names(
            spelled: SpelledNames(
                records.filter(isMeant).sorted { $0.id < $1.id }.compactMap(schema.projectName), label: schema.label))
        let links = try store.links(pair, projectIDs: store.linkedProjectIDs(pair))
        let linked = try store.projectRecords(pair, links.keys)
        for (id, link) in links.sorted(by: { $0.key < $1.key }) {
            guard let record = linked[id], let slug = record.matchValues.first ?? nil else { continue }
            let spelling = schema.nameField.flatMap { link.link.sourceBase[$0] }?.description
            names.add(key: link.link.sourceKey, name: slug, text: spelling)
        }
        return names
    }
}
