import AccordCore
import AccordREST

/// Reads one resource of a description.
struct ResourceReader {
    let name: String
    let node: YAMLNode

    private static let keys = [
        "label", "title", "id", "fields", "list", "matcher", "unique", "looked up by", "identified by",
        "requires one of", "reaches", "facts", "operations",
    ]

    func resource() throws(ConfigError) -> ResourceDescription {
        let table = try node.table("the resource \(name)", keys: ResourceReader.keys)
        let (fields, members) = try fields(table.required("fields"))
        var schema = TableSchema(name: name, label: try table.required("label").name("label"), fields: fields)
        let id = try table.required("id").name("id")
        var list = ListDescription(path: "")
        // What reaches people is never listed: only the messages that come of it are.
        if let node = table["reaches"] {
            schema.sends = try sends(node)
        } else {
            list = try self.list(table.required("list"))
        }
        if let node = table["facts"] { schema.rollup = try rollup(node, schema) }
        let operations = try operations(table.required("operations"), schema, members)
        try readIdentity(table, into: &schema)
        schema.title = try known(table["title"], "title", schema)
        try check(Array(list.lookup.keys), table["list"], "lookup", schema)
        try check(list.changed.map(\.by), table["list"], "by", schema)
        try check(list.facets.keys.sorted(), table["list"], "facets", schema)
        if let days = list.days { try check([days.field], table["list"], "days", schema) }
        return ResourceDescription(schema: schema, id: id, members: members, list: list, operations: operations)
    }

    /// By what a record is recognised, and what a new one needs.
    private func readIdentity(_ table: YAMLTable, into schema: inout TableSchema) throws(ConfigError) {
        schema.matcher = try known(table["matcher"], "matcher", schema)
        schema.unique = try known(table["unique"], "unique", schema)
        schema.lookedUpBy = schema.matcher
        if let node = table["looked up by"] {
            schema.lookedUpBy = try known(node, "looked up by", schema)
            guard (1...2).contains(schema.lookedUpBy.count) else {
                throw node.expected("one or two fields for looked up by")
            }
        }
        if let first = schema.lookedUpBy.first, schema.field(first)?.role == .name {
            throw (table["looked up by"] ?? node).expected(
                "a field that holds no name as the first one of looked up by")
        }
        let content = try known(table["identified by"], "identified by", schema)
        if !content.isEmpty { schema.identity = .byContent(content) }
        schema.requiresOneOf = try known(table["requires one of"], "requires one of", schema)
    }

    // MARK: - Fields

    private func fields(
        _ node: YAMLNode
    ) throws(ConfigError) -> (fields: [FieldSchema], members: [String: FieldMembers]) {
        var fields: [FieldSchema] = []
        var members: [String: FieldMembers] = [:]
        for entry in try node.table("fields").entries {
            let table = try entry.value.table(
                "the field \(entry.key)",
                keys: ["type", "role", "read", "write", "required", "refers to", "fixed", "made from", "also sets"]
                    + TypeReader.keys
            )
            let read = try table["read"]?.texts("read") ?? [entry.key]
            let write = try table["write"]?.name("write") ?? entry.key
            let type = try TypeReader(table: table, standard: .string).type()
            do throws(PatternProblem) {
                _ = try FieldCodec(type)
            } catch {
                throw ConfigError(entry.place, error.what, next: error.next)
            }
            members[entry.key] = FieldMembers(
                read: read == ["none"] ? [] : read.map { $0.split(separator: ".").map(String.init) },
                write: write == "none" ? nil : write)
            fields.append(
                FieldSchema(
                    name: entry.key, type: type,
                    role: try table["role"]?.choice("role", of: FieldSchema.Role.self),
                    required: try table["required"]?.flag("required") ?? false,
                    refersTo: try table["refers to"]?.name("refers to"),
                    isFixed: try table["fixed"]?.flag("fixed") ?? false,
                    madeFrom: try table["made from"]?.name("made from"), alsoSets: try target(table["also sets"])))
        }
        return (fields, members)
    }

    /// `customers.location`.
    private func target(_ node: YAMLNode?) throws(ConfigError) -> FieldSchema.Target? {
        guard let node else { return nil }
        let parts = try node.name("also sets").split(separator: ".").map(String.init)
        guard parts.count == 2 else { throw node.expected("a resource and its field, such as customers.location") }
        return FieldSchema.Target(resource: parts[0], field: parts[1])
    }

    private func known(
        _ node: YAMLNode?, _ subject: String, _ schema: TableSchema
    ) throws(ConfigError) -> [String] {
        let names = try node?.texts(subject) ?? []
        try check(names, node, subject, schema)
        return names
    }

    private func check(
        _ names: [String], _ node: YAMLNode?, _ subject: String, _ schema: TableSchema
    ) throws(ConfigError) {
        let known = schema.fields.map(\.name)
        guard let odd = names.first(where: { !known.contains($0) }) else { return }
        throw ConfigError(
            node?.place ?? self.node.place,
            "\(subject) names \"\(odd)\", which is no field of a \(schema.label)"
                + Suggestion.hint(for: odd, among: known))
    }

    private func sends(_ node: YAMLNode) throws(ConfigError) -> SendSchema {
        let table = try node.table("reaches", keys: ["people", "channels", "messages"])
        let messages = try table.required("messages").table(
            "messages", keys: ["resource", "list", "ask", "channel", "scheduled", "created"])
        func name(_ key: String) throws(ConfigError) -> String { try messages.required(key).name(key) }
        return SendSchema(
            people: try table.required("people").name("people"),
            channels: try query(table.required("channels"), "channels"), messages: try name("resource"),
            list: try path(messages.required("list")), ask: try name("ask"), channel: try name("channel"),
            scheduled: try name("scheduled"), created: try name("created"))
    }

    private func rollup(_ node: YAMLNode, _ schema: TableSchema) throws(ConfigError) -> RollupSchema {
        let table = try node.table("facts", keys: ["from", "by", "at", "except", "count", "last"])
        var rollup = RollupSchema(
            from: try table.required("from").name("from"), by: try table.required("by").name("by"),
            at: try table.required("at").name("at"), except: try table["except"]?.name("except"),
            count: try table["count"]?.name("count"), last: [:])
        if let node = table["last"] { rollup.last = try query(node, "last") }
        try check(rollup.fields.sorted(), node, "facts", schema)
        return rollup
    }

    // MARK: - Lists

    private func list(_ node: YAMLNode) throws(ConfigError) -> ListDescription {
        let table = try node.table(
            "list",
            keys: ["path", "full", "also full", "facets", "choices", "changed", "lookup", "days", "paged"])
        var list = ListDescription(path: try path(table.required("path")), full: [])
        for element in try table.required("full").elements("full") { list.full.append(try query(element, "full")) }
        if let node = table["also full"] {
            for element in try node.list("also full") { list.alsoFull.append(try query(element, "also full")) }
        }
        if let node = table["facets"] {
            for entry in try node.table("facets").entries {
                let table = try entry.value.table(entry.key, keys: ["query", "control"])
                list.facets[entry.key] = ListDescription.Facet(
                    query: try query(table.required("query"), "query"),
                    control: try query(table.required("control"), "control"))
            }
        }
        if let node = table["choices"] {
            for entry in try node.table("choices").entries {
                list.choices[entry.key] = try query(entry.value, entry.key)
            }
        }
        if let node = table["changed"] {
            for element in try node.elements("changed") { list.changed.append(try changes(element)) }
        }
        if let node = table["days"] {
            let table = try node.table("days", keys: ["field", "from", "to"])
            list.days = ListDescription.Days(
                field: try table.required("field").name("field"), from: try table.required("from").name("from"),
                to: try table.required("to").name("to"))
        }
        if let node = table["paged"] { list.isPaged = try node.flag("paged") }
        if let node = table["lookup"] { list.lookup = try query(node, "lookup") }
        return list
    }

    private func changes(_ node: YAMLNode) throws(ConfigError) -> ChangeList {
        let table = try node.table("changed", keys: ["query", "by", "order", "from day", "unsettled days"])
        let list = ChangeList(
            query: try query(table.required("query"), "query"), by: try table.required("by").name("by"),
            order: try table["order"].map(order), bound: try table["from day"].map(bound),
            unsettledDays: try table["unsettled days"]?.integer("unsettled days", in: 0...3650) ?? 0)
        guard list.order != nil || list.bound != nil else {
            throw node.expected("an order, or from day: a list that has neither is the whole list")
        }
        return list
    }

    /// `documented`, or how it is found out.
    private func order(_ node: YAMLNode) throws(ConfigError) -> ChangeList.Order {
        guard node.isTable else { return ChangeList.Order(try node.choice("order", of: Grade.self)) }
        let table = try node.table("order", keys: ["known", "reversed by", "control"])
        return ChangeList.Order(
            try table.required("known").choice("known", of: Grade.self),
            reversed: try query(table.required("reversed by"), "reversed by"),
            control: try query(table.required("control"), "control"))
    }

    /// The name of a parameter, or that and how it is found out.
    private func bound(_ node: YAMLNode) throws(ConfigError) -> ChangeList.Bound {
        guard node.isTable else { return ChangeList.Bound(try node.name("from day")) }
        let table = try node.table("from day", keys: ["parameter", "known", "control"])
        return ChangeList.Bound(
            try table.required("parameter").name("parameter"),
            try table.required("known").choice("known", of: Grade.self),
            control: try query(table.required("control"), "control"))
    }

    private func query(_ node: YAMLNode, _ subject: String) throws(ConfigError) -> [String: String] {
        var query: [String: String] = [:]
        for entry in try node.table(subject).entries { query[entry.key] = try entry.value.text(entry.key) }
        return query
    }

    private func path(_ node: YAMLNode) throws(ConfigError) -> String {
        let path = try node.name("path")
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw node.expected("a path that begins with a slash")
        }
        return path
    }

    // MARK: - Operations

    private static let operationKeys = [
        "verb", "request", "known", "writes", "always", "idempotent", "answers record",
    ]

    private func operations(
        _ node: YAMLNode, _ schema: TableSchema, _ members: [String: FieldMembers]
    ) throws(ConfigError) -> [APIOperation] {
        var operations: [APIOperation] = []
        for entry in try node.table("operations").entries {
            let table = try entry.value.table("the operation \(entry.key)", keys: ResourceReader.operationKeys)
            let verb = try table.required("verb").choice("verb", of: APIOperation.Verb.self)
            let requests = try requests(table.required("request"))
            let writes = try known(table["writes"], "writes", schema)
            let always = try known(table["always"], "always", schema)
            if let odd = (writes + always).first(where: { members[$0]?.write == nil }) {
                throw ConfigError(
                    entry.place, "the operation \(entry.key) writes \(odd), which has no member to be written by",
                    next: "Give the field a \"write\"")
            }
            operations.append(
                APIOperation(
                    name: entry.key, verb: verb, requests: requests,
                    grade: try table["known"]?.choice("known", of: Grade.self) ?? .documented, writes: Set(writes),
                    always: Set(always), isIdempotent: try table["idempotent"]?.flag("idempotent") ?? true,
                    answersRecord: try table["answers record"]?.flag("answers record") ?? true))
        }
        return operations
    }

    /// One, or several of which the first that the service takes is meant.
    private func requests(_ node: YAMLNode) throws(ConfigError) -> [APIOperation.Request] {
        var requests: [APIOperation.Request] = []
        for text in try node.texts("request") {
            let words = text.split(separator: " ").map(String.init)
            guard words.count == 2, ["POST", "PUT", "PATCH", "DELETE", "GET"].contains(words[0]),
                words[1].hasPrefix("/")
            else { throw node.expected("a method and a path, such as POST /customers") }
            requests.append(APIOperation.Request(words[0], words[1]))
        }
        let named = Set(requests.map { $0.path.contains("{id}") })
        guard named.count == 1 else {
            throw node.expected("requests that all name the record by {id}, or none of them")
        }
        return requests
    }
}
