import AccordCore

/// Reads `transform`: one step, or a list of steps.
enum TransformReader {
    static func transforms(_ node: YAMLNode?) throws(ConfigError) -> [Transform] {
        guard let node else { return [] }
        guard case .list(let steps) = node.content else { return [try transform(node)] }
        var transforms: [Transform] = []
        for step in steps { transforms.append(try transform(step)) }
        for (index, step) in transforms.enumerated() where index > 0 {
            if case .columns = step.definition.origin {
                throw ConfigError(
                    steps[index].place, "\(step.word) takes whole columns, so it can only be the first transform",
                    next: "Move it to the front")
            }
        }
        return transforms
    }

    private static let tables = Transform.definitions.filter { !$0.isWordAlone }

    private static func transform(_ node: YAMLNode) throws(ConfigError) -> Transform {
        let words = Transform.definitions.map { $0.word }
        if case .text(let word) = node.content {
            guard let definition = Transform.definitions.first(where: { $0.isWordAlone && $0.word == word }) else {
                throw node.wrongChoice("a transform", words)
            }
            return Transform(try definition.init(YAMLTable(place: node.place, subject: word, entries: [])))
        }
        let keys = tables.map { $0.word }
        let others = tables.reduce(into: [String]()) { others, definition in
            others += definition.keys.filter { !others.contains($0) }
        }
        let table = try node.table("a transform", keys: keys + others)
        guard let definition = tables.first(where: { table[$0.word] != nil }) else {
            throw ConfigError(
                node.place, "a transform without its name", next: "It is one of \(words.joined(separator: ", "))")
        }
        let allowed = [definition.word] + definition.keys
        if let odd = table.entries.first(where: { !allowed.contains($0.key) }) {
            throw ConfigError(
                odd.place, "\"\(odd.key)\" does not belong to the transform \(definition.word)",
                next: "Write each transform as an element of its own")
        }
        return Transform(try definition.init(table))
    }
}
