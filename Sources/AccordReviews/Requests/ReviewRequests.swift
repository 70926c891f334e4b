import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// Review requests: each row of a source asks its customer for a review once, or not at all.
public struct ReviewRequests: MessageSender {
    public let rules: AskRules
    let schema: SendSchema
    let fields: SendFields
    /// The pair whose memory of the project's customers is used: the user's own, or one that is kept for this alone.
    public let people: Pair
    /// All pairs of the same people: whoever opted out in the source of one of them is not asked.
    public let sources: [Pair]
    /// The names of the other pairs that ask the same people, of this run or not.
    let others: [String]
    /// What they said when this run began to send; nobody while none is sent.
    var optOuts = OptOuts()
    /// Whom the people's own mappings protect, likewise.
    var protectedPeople: Set<String> = []
    /// The people whom this run has begun to ask: of two rows that name one person only one asks them, of whichever pairs.
    var claims = Claims()
    /// Who opted out, where their records do not show it.
    private let listed = ListedPeople()
    /// One person's messages, by the person's id.
    let messages: @Sendable (String) -> any ScannableTable

    public init(
        rules: AskRules, schema: SendSchema, fields: SendFields, people: Pair, sources: [Pair],
        others: [String], messages: @escaping @Sendable (String) -> any ScannableTable
    ) {
        self.rules = rules
        self.schema = schema
        self.fields = fields
        self.people = people
        self.sources = sources
        self.others = others
        self.messages = messages
    }

    public func plan(_ pair: Pair, _ run: PlanningRun) async throws -> PairPlan {
        try await RequestPlanning(pair: pair, requests: self, run: run).plan()
    }

    /// Whom messages of a pair never reach.
    func protected(by pair: Pair, _ store: any StateStore) throws -> ProtectedPeople {
        ProtectedPeople(byMessages: pair.mapping.protected, byPeople: try protectedPeople(store))
    }

    /// Those whom the people's own mappings protect; by the ids of their records where they name keys of their sources.
    func protectedPeople(_ store: any StateStore) throws -> Set<String> {
        try sources.reduce(into: []) { people, source in
            let protected = source.mapping.protected
            if protected.isEmpty { return }
            let linked = try store.linkedRecords(source.name, sourceKeys: protected)
            people.formUnion(protected)
            people.formUnion(linked.map(\.link.link.projectID))
        }
    }

    /// What the project says of a person.
    func person(_ record: Record, isArchived: Bool) -> AskedPerson {
        AskedPerson(record, isArchived: isArchived, of: people.schema, schema)
    }

    /// Everything that the service knows to have been sent to a person, or to be sent.
    ///
    /// - Returns: nil if the list did not prove itself whole.
    func messages(to person: String) async throws -> [AskEvidence.Message]? {
        var messages: [AskEvidence.Message] = []
        let proof = try await self.messages(person).scan { batch in
            messages += batch.records.map { message in
                let record = Record(message)
                return AskEvidence.Message(
                    ask: record[schema.ask].text, channel: record[schema.channel].text,
                    scheduledAt: record[schema.scheduled].instant, createdAt: record[schema.created].instant)
            }
        }
        return proof.incomplete == nil ? messages : nil
    }

    /// A person as they are now, with what a list of its own says of them.
    func record(_ found: TableRecord, now: Int64) async throws -> Record {
        var record = Record(found, of: people.schema)
        guard let field = people.schema.field(.optOut)?.name, record.unknown.contains(field),
            let out = try await listed.keys(of: people.project, field, now: now)
        else { return record }
        if out.contains(record.key) {
            record[field] = .boolean(true)
        } else if !found.isArchived {
            record[field] = .null
        }
        return record
    }

    /// The people's records that hold a value now, as the service says.
    func find(_ field: String, _ value: Value) async throws -> [TableRecord] {
        try await people.project.searchable(by: field)?.find(field, value) ?? []
    }
}

extension Value {
    fileprivate var text: String? { isNull ? nil : description }
}

extension Record {
    /// A record of typed values.
    ///
    /// - Parameter schema: of its table; a field of it that the record leaves out is unknown.
    init(_ record: TableRecord, of schema: TableSchema? = nil) {
        let values = record.values
        let unknown = (schema?.fields ?? []).filter { $0.isReadable && values[$0.name] == nil }.map(\.name)
        self.init(key: record.key ?? "", values: values, unknown: Set(unknown), modified: record.modified)
    }
}
