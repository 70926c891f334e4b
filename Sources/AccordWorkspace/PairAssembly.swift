import AccordConfig
import AccordCore
import AccordEngine
import AccordREST
import AccordReviews
import AccordTables

/// Makes the pairs of a configuration. Each mapping is read once, however many pairs need to know it.
struct PairAssembly {
    let config: Config
    let api: APIDescription
    let client: APIClient
    /// A source may be opened to learn its columns.
    let readsSources: Bool
    /// The mappings that were read, by the name of their pair.
    private var mappings: [String: Mapping] = [:]

    init(config: Config, api: APIDescription, client: APIClient, readsSources: Bool) {
        self.config = config
        self.api = api
        self.client = client
        self.readsSources = readsSources
    }

    /// The configuration's pairs, each followed by those that are derived from it.
    ///
    /// - Parameter only: the names of the pairs that are wanted; all pairs if it is empty.
    mutating func pairs(only: [String]) async throws -> [Pair] {
        var pairs: [Pair] = []
        for settings in config.pairs where only.isEmpty || only.contains(settings.name) {
            pairs.append(try await asking(pair(settings)))
        }
        try checkReferences(pairs)
        let table = projectTable
        return pairs.flatMap { [$0.withDerivedNames(api.schemas)] + $0.derived(api.schemas, table) }
    }

    /// The configuration's other pairs that bear on some pairs: those that keep the same records, as what is linked to their
    /// rows is no other row's, and who opted out in their sources gets no messages; and those whose records they name.
    mutating func unplanned(beside pairs: [Pair]) async throws -> [Pair] {
        let resources = Set(pairs.filter { $0.sender == nil }.map(\.schema.name))
        let named = Set(pairs.flatMap { $0.mapping.fields.compactMap(\.pair) })
        let planned = Set(pairs.map(\.name))
        let keepsPeople = pairs.contains { $0.schema.field(.optOut) != nil }
        var others: [Pair] = []
        for settings in config.pairs where !planned.contains(settings.name) {
            do {
                let resource = try await mapping(settings).resource
                guard named.contains(settings.name) || resources.contains(resource) else { continue }
                others.append(try await pair(settings))
            } catch is ConfigError where !keepsPeople && !named.contains(settings.name) {
                // Whatever it keeps, it is nobody's opt-out that is missed.
                continue
            }
        }
        return others
    }

    /// A table of the project, by its schema; nil if the API has no such resource.
    private var projectTable: (TableSchema) -> (any Table)? {
        let (api, client) = (api, client)
        return { schema in
            api.resources[schema.name].map { resource in
                var resource = resource
                resource.schema = schema
                return RESTTable(client: client, resource: resource)
            }
        }
    }

    // MARK: - One pair

    private mutating func pair(_ settings: PairSettings) async throws -> Pair {
        let mapping = try await mapping(settings)
        var resource = try resource(mapping.resource, of: settings.name)
        resource.list.chosen = mapping.includes.compactMap { resource.list.choices[$0] }
        let source = settings.source.table
        return Pair(
            name: settings.name, mapping: mapping, source: source,
            project: RESTTable(client: client, resource: resource), schema: resource.schema,
            rollup: RecordRollup(of: mapping, resource.schema, api.schemas, source, projectTable))
    }

    /// A resource that a pair, or its mapping, names. Mapping files and descriptions were checked when they were read; what
    /// a program gives in place of them was not.
    private func resource(_ name: String, of pair: String) throws(ConfigError) -> ResourceDescription {
        if let resource = api.resources[name] { return resource }
        let known = api.resources.keys.sorted()
        throw ConfigError(
            file: "pair \(pair)", "there is no resource \"\(name)\"\(Suggestion.hint(for: name, among: known))",
            next: "Name one of \(known.joined(separator: ", "))")
    }

    private mutating func mapping(_ settings: PairSettings) async throws -> Mapping {
        if let known = mappings[settings.name] { return known }
        let readsSources = readsSources
        let mapping = try await settings.mapping(api: api) {
            guard readsSources else { return nil }
            // An empty file has no header; the run that reads it says so.
            return (try? await settings.source.table.schema())?.fields.map(\.name) ?? []
        }
        mappings[settings.name] = mapping
        return mapping
    }

    // MARK: - Messages to people

    /// The same pair, knowing the people whom its messages would reach; a pair of anything else as it is.
    private mutating func asking(_ pair: Pair) async throws -> Pair {
        guard let rules = pair.mapping.ask, let schema = pair.schema.sends, let fields = pair.schema.sendFields,
            let messages = api.resources[schema.messages]
        else { return pair }
        let client = client
        let sources = try await sources(schema, of: pair)
        let people = try sources.first ?? remembered(schema, of: pair)
        let requests = ReviewRequests(
            rules: rules, schema: schema, fields: fields, people: people, sources: sources,
            others: try await askers(of: schema.people).filter { $0 != pair.name }
        ) { id in
            var list = messages
            list.list = ListDescription(path: schema.list.replacing("{id}", with: id))
            return RESTTable(client: client, resource: list)
        }
        return Pair(
            name: pair.name, mapping: pair.mapping, source: pair.source, project: pair.project, schema: pair.schema,
            sender: requests)
    }

    /// The pairs of customers: through the first of them the people are known.
    private mutating func sources(_ schema: SendSchema, of requests: Pair) async throws -> [Pair] {
        var pairs: [Pair] = []
        for other in config.pairs where other.name != requests.name {
            if try await mapping(other).resource == schema.people { pairs.append(try await pair(other)) }
        }
        return pairs
    }

    /// The names of all pairs that ask some people.
    private mutating func askers(of people: String) async throws -> [String] {
        var names: [String] = []
        for pair in config.pairs {
            let resource = try await mapping(pair).resource
            if api.resources[resource]?.schema.sends?.people == people { names.append(pair.name) }
        }
        return names
    }

    /// Without a pair of customers, the people are known through a memory that is kept for this alone.
    private func remembered(_ schema: SendSchema, of requests: Pair) throws -> Pair {
        let people = try resource(schema.people, of: requests.name)
        return Pair(
            name: "\(requests.name): \(schema.people)",
            mapping: Mapping(resource: schema.people, key: requests.mapping.key, match: [], fields: []),
            source: requests.source, project: RESTTable(client: client, resource: people), schema: people.schema)
    }

    // MARK: - What they refer to

    /// A field may only name records of a pair that exists and that keeps what the field refers to.
    private func checkReferences(_ pairs: [Pair]) throws(ConfigError) {
        let known = config.pairs.map(\.name)
        for pair in pairs {
            for field in pair.mapping.fields {
                guard let name = field.pair, let place = field.place else { continue }
                guard known.contains(name) else {
                    throw ConfigError(
                        place, "there is no pair \"\(name)\"\(Suggestion.hint(for: name, among: known))",
                        next: "Write it under pairs in accord.yaml")
                }
                let wanted = pair.schema.field(field.name)?.refersTo
                if let other = pairs.first(where: { $0.name == name }), other.schema.name != wanted {
                    throw ConfigError(
                        place,
                        "\(field.name) names one of the \(wanted ?? "records"), and the pair \(name) keeps "
                            + other.schema.name)
                }
            }
        }
    }
}
