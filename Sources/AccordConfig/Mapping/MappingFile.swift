import AccordCore
import AccordREST

/// A mapping file: YAML that says how a source table and a project resource correspond. See docs/mapping.md.
public enum MappingFile {
    /// - Parameters:
    ///   - path: where the file is.
    ///   - name: the path as the user wrote it, for messages.
    /// - Throws: ``ConfigError`` for a file that cannot be read, and for the first thing in it that is wrong.
    public static func load(path: String, name: String, api: APIDescription) throws(ConfigError) -> Mapping {
        try parse(TextFile.read(path: path, name: name, limit: YAMLDocument.limit), file: name, api: api)
    }

    /// - Throws: ``ConfigError`` for the first thing that is wrong, with its line.
    public static func parse(_ text: String, file: String, api: APIDescription) throws(ConfigError) -> Mapping {
        let root = try YAMLDocument.parse(text, file: file)
        let table = try MappingFile.table(root)
        _ = try MappingFile.name(table)
        let known = api.resources.keys.sorted().joined(separator: ", ")
        let node = try table.required("resource", next: "Write resource: and one of \(known)")
        let name = try node.name("resource")
        guard let resource = api.resources[name] else {
            throw node.wrongChoice("resource", api.resources.keys.sorted())
        }
        let mapping = try MappingReader(resource: resource, table: table).mapping()
        try MappingCheck(mapping: mapping, schema: resource.schema, table: table).run()
        return mapping.withFingerprint()
    }

    /// The name that a mapping file gives to the kind of table it is for; nil if it gives none.
    static func name(in text: String, file: String) throws(ConfigError) -> String? {
        try name(table(YAMLDocument.parse(text, file: file)))
    }

    private static func name(_ table: YAMLTable) throws(ConfigError) -> String? {
        try table[Key.name.rawValue]?.name("name")
    }

    private static func table(_ root: YAMLNode) throws(ConfigError) -> YAMLTable {
        try root.table("the mapping", keys: Key.allCases.map(\.rawValue))
    }

    enum Key: String, CaseIterable {
        case name = "name"
        case resource = "resource"
        case key = "key"
        case match = "match"
        case only = "only"
        case include = "include"
        case conflict = "conflict"
        case modified = "modified"
        case create = "create"
        case ask = "ask"
        case leaveOut = "leave out"
        case fullReadEvery = "full read every"
        case changed = "when changed"
        case goneFromSource = "when gone from source"
        case goneFromProject = "when gone from project"
        case guards = "guards"
        case protect = "protect"
        case fields = "fields"
    }
}

/// Makes a mapping of a table whose keys are known to be right.
struct MappingReader {
    let resource: ResourceDescription
    let table: YAMLTable
    private var schema: TableSchema { resource.schema }

    init(resource: ResourceDescription, table: YAMLTable) {
        self.resource = resource
        self.table = table
    }

    func mapping() throws(ConfigError) -> Mapping {
        let fieldsNode = try table.required("fields", next: "List the project's fields, each with its source column")
        let fields = try fields(fieldsNode)
        let key = try table.required("key", next: "Name the source column that holds each record's own id")
        var mapping = Mapping(resource: schema.name, key: try names(key, "key"), match: [], fields: fields)
        if let node = self[.match] {
            mapping.match = try names(node, "match")
        } else {
            mapping.match = schema.lookedUpBy.filter { name in fields.contains { $0.name == name } }
        }
        if let node = self[.only] { mapping.only = try filter(node) }
        if let node = self[.include] { mapping.includes = try choices(node) }
        if let node = self[.leaveOut] { mapping.leavesOut = try flags(node) }
        if let node = self[.conflict] { mapping.conflict = try node.choice("conflict") }
        if let node = self[.modified] { mapping.modified = try modified(node) }
        // What the service cannot do is not asked of it; a mapping that asks for it is refused.
        if schema.writes?.create == nil { mapping.creates = [.source] }
        if schema.writes?.kinds.contains(.archive) != true { mapping.whenGoneFromSource = .ignore }
        try readAsk(into: &mapping)
        if let node = self[.create] { mapping.creates = try sides(node, "create") }
        if let node = self[.fullReadEvery] { mapping.fullReadEvery = try days(node) }
        if let node = self[.changed] { mapping.whenChanged = try node.choice(Key.changed.rawValue) }
        if let node = self[.goneFromSource] {
            mapping.whenGoneFromSource = try node.choice(Key.goneFromSource.rawValue)
        }
        if let node = self[.goneFromProject] {
            mapping.whenGoneFromProject = try node.choice(Key.goneFromProject.rawValue)
        }
        if let node = self[.guards] { mapping.guards = try GuardsReader.guards(node) }
        if let node = self[.protect] { mapping.protected = mapping.names(try node.texts("protect"), schema) }
        return mapping
    }

    /// What reaches people is sent once and never read back: its fields flow one way.
    private func readAsk(into mapping: inout Mapping) throws(ConfigError) {
        guard let reach = schema.sends else {
            guard let node = self[.ask] else { return }
            throw ConfigError(node.place, "a \(schema.label) asks nobody", next: "Remove ask")
        }
        let next = "Write ask: {channels: [email]}"
        mapping.ask = try AskReader(node: table.required(Key.ask.rawValue, next: next), reach: reach).rules()
        mapping.creates = [.project]
        mapping.match = []
        for index in mapping.fields.indices {
            let field = mapping.fields[index]
            if field.direction == .toSource {
                throw ConfigError(
                    field.place ?? table.place,
                    "a \(schema.label) is sent and never read back, so nothing flows to the source",
                    next: "Remove the direction of \(field.name)")
            }
            mapping.fields[index].direction = .toProject
        }
    }

    private typealias Key = MappingFile.Key

    private subscript(key: Key) -> YAMLNode? { table[key.rawValue] }

    private func names(_ node: YAMLNode, _ subject: String) throws(ConfigError) -> [String] {
        let names = try node.texts(subject)
        guard !names.isEmpty, names.allSatisfy({ !$0.isEmpty }), Set(names).count == names.count else {
            throw ConfigError(node.place, "expected one or more different names for \(subject), found \(node.kind)")
        }
        return names
    }

    private func fields(_ node: YAMLNode) throws(ConfigError) -> [Field] {
        var fields: [Field] = []
        for entry in try node.table("fields").entries {
            guard let described = schema.field(entry.key) else {
                let names = schema.fields.map(\.name)
                throw ConfigError(
                    entry.place,
                    "a \(schema.label) has no field \"\(entry.key.prefix(60))\""
                        + Suggestion.hint(for: entry.key, among: names),
                    next: "Its fields are: \(names.joined(separator: ", "))")
            }
            fields.append(try FieldReader(described: described, entry: entry).field())
        }
        guard !fields.isEmpty else { throw ConfigError(node.place, "there are no fields to map") }
        return fields
    }

    private func choices(_ node: YAMLNode) throws(ConfigError) -> [String] {
        let (names, known) = (try names(node, "include"), resource.list.choices.keys.sorted())
        guard let odd = names.first(where: { !known.contains($0) }) else { return names }
        throw ConfigError(
            node.place,
            "\"\(odd.prefix(60))\" is nothing that a list of \(schema.name) leaves out"
                + Suggestion.hint(for: odd, among: known),
            next: known.isEmpty ? "Remove include" : "It can be asked for \(known.joined(separator: ", "))")
    }

    private func flags(_ node: YAMLNode) throws(ConfigError) -> [String] {
        let names = try names(node, Key.leaveOut.rawValue)
        let known = schema.fields.filter(\.type.isBoolean).map(\.name)
        guard let odd = names.first(where: { !known.contains($0) }) else { return names }
        throw ConfigError(
            node.place,
            "\"\(odd.prefix(60))\" is no field of a \(schema.label) that is true or false"
                + Suggestion.hint(for: odd, among: known),
            next: "Name such a field: \(known.joined(separator: ", "))")
    }

    private func filter(_ node: YAMLNode) throws(ConfigError) -> RowFilter {
        let table = try node.table("only", keys: ["column", "is"])
        let column = try table.required("column").name("column")
        return RowFilter(column: column, words: Set(try names(table.required("is"), "is")))
    }

    private func modified(_ node: YAMLNode) throws(ConfigError) -> ModifiedColumn {
        if case .text = node.content {
            return ModifiedColumn(column: try node.name("modified"), type: ModifiedColumn.standardType)
        }
        let table = try node.table("modified", keys: ["column", "type"] + TypeReader.keys)
        let column = try table.required("column").name("column")
        let type = try TypeReader(table: table, standard: ModifiedColumn.standardType).type()
        guard type.isMoment else {
            throw ConfigError(node.place, "modified is a date or a timestamp, not a \(type.word)")
        }
        return ModifiedColumn(column: column, type: type)
    }

    private func sides(_ node: YAMLNode, _ subject: String) throws(ConfigError) -> Set<Side> {
        switch try node.text(subject) {
        case "both": return [.source, .project]
        case "source": return [.source]
        case "project": return [.project]
        case "none": return []
        default: throw node.wrongChoice(subject, ["both", "project", "source", "none"])
        }
    }

    private func days(_ node: YAMLNode) throws(ConfigError) -> Int {
        let words = try node.text(Key.fullReadEvery.rawValue).split(separator: " ")
        guard (1...2).contains(words.count), words.count == 1 || words[1] == "days" || words[1] == "day",
            let days = Int(words[0]), (1...365).contains(days)
        else { throw node.expected("a number of days, such as 7 days (1 to 365)") }
        return days
    }
}
