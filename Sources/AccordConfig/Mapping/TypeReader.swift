import AccordCore

/// Reads `type` and the keys that belong to one type only.
struct TypeReader {
    /// The keys of all types.
    static let keys = FieldType.definitions.reduce(into: [String]()) { keys, definition in
        keys += definition.keys.filter { !keys.contains($0) }
    }

    let table: YAMLTable
    /// Where the file names none.
    let standard: FieldType

    func type() throws(ConfigError) -> FieldType {
        let definition = try definition()
        for key in TypeReader.keys where !definition.keys.contains(key) {
            guard let node = table[key] else { continue }
            let owners = FieldType.definitions.filter { $0.keys.contains(key) }.map { $0.word }
                .joined(separator: " or ")
            throw ConfigError(
                node.place, "\"\(key)\" belongs to the type \(owners), and this is a \(definition.word)",
                next: "Write type: \(owners), or remove \"\(key)\"")
        }
        return FieldType(try definition.init(table))
    }

    private func definition() throws(ConfigError) -> any TypeDefinition.Type {
        guard let node = table["type"] else { return Swift.type(of: standard.definition) }
        let word = try node.text("type")
        guard let definition = FieldType.definitions.first(where: { $0.word == word }) else {
            throw node.wrongChoice("type", FieldType.definitions.map { $0.word })
        }
        return definition
    }
}
