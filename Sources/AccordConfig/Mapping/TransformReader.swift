import AccordCore

/// Reads `transform`: one step, or a list of steps.
enum TransformReader {
    private static let words = ["trim", "lowercase", "uppercase", "titlecase"]
    private static let tables = ["replace", "map", "split", "join", "default", "constant"]

    static func transforms(_ node: YAMLNode?) throws(ConfigError) -> [Transform] {
        guard let node else { return [] }
        guard case .list(let steps) = node.content else { return [try transform(node)] }
        var transforms: [Transform] = []
        for step in steps { transforms.append(try transform(step)) }
        for (index, step) in transforms.enumerated() where index > 0 {
            if case .join = step {
                throw ConfigError(
                    steps[index].place, "join takes whole columns, so it can only be the first transform",
                    next: "Move it to the front")
            }
        }
        return transforms
    }

    private static func transform(_ node: YAMLNode) throws(ConfigError) -> Transform {
        if case .text(let word) = node.content {
            switch word {
            case "trim": return .trim
            case "lowercase": return .lowercase
            case "uppercase": return .uppercase
            case "titlecase": return .titlecase
            default: throw node.wrongChoice("a transform", words + tables)
            }
        }
        let table = try node.table("a transform", keys: tables + ["with", "take"])
        guard let name = tables.first(where: { table[$0] != nil }), let argument = table[name] else {
            throw ConfigError(node.place, "a transform without its name", next: "It is one of \(list(words + tables))")
        }
        let allowed = [name] + companions(of: name)
        if let odd = table.entries.first(where: { !allowed.contains($0.key) }) {
            throw ConfigError(
                odd.place, "\"\(odd.key)\" does not belong to the transform \(name)",
                next: "Write each transform as an element of its own")
        }
        return try transform(name, argument, table)
    }

    private static func companions(of name: String) -> [String] {
        switch name {
        case "replace", "join": ["with"]
        case "split": ["take"]
        default: []
        }
    }

    private static func transform(
        _ name: String, _ argument: YAMLNode, _ table: YAMLTable
    ) throws(ConfigError) -> Transform {
        switch name {
        case "replace":
            return .replace(pattern: try pattern(argument), with: try table.required("with").text("with"))
        case "map":
            var texts: [String: String] = [:]
            for entry in try argument.table("map").entries {
                texts[entry.key] = try entry.value.text("what \"\(entry.key.prefix(60))\" becomes")
            }
            return .map(texts)
        case "split":
            let separator = try argument.text("split")
            guard !separator.isEmpty else { throw argument.expected("a separator for split") }
            return .split(separator: separator, index: try table["take"]?.integer("take", in: -1000...1000) ?? 0)
        case "join":
            let columns = try argument.texts("join")
            guard !columns.isEmpty else { throw argument.expected("the columns for join") }
            return .join(columns: columns, with: try table["with"]?.text("with") ?? " ")
        case "default": return .fallback(try argument.text("default"))
        default: return .constant(try argument.text("constant"))
        }
    }

    private static func pattern(_ node: YAMLNode) throws(ConfigError) -> String {
        let pattern = try node.name("replace")
        guard pattern.utf8.count <= 1000, (try? Regex(pattern)) != nil else {
            throw node.expected("a regular expression of at most 1000 characters for replace")
        }
        return pattern
    }

    private static func list(_ words: [String]) -> String { words.joined(separator: ", ") }
}
