import AccordCore

extension Mapping {
    /// What records are called that a person names in the mapping: by a key, or by what a field holds that the project
    /// looks its records up by. Each text is read as the data is.
    func names(_ texts: [String], _ schema: TableSchema) -> Set<String> {
        let types = Set(fields.map(\.type) + schema.lookedUpBy.compactMap { schema.field($0)?.type })
        // A pattern that means nothing is said where its field is read.
        let codecs = types.compactMap { try? FieldCodec($0) }
        var names = Set(texts.compactMap(RecordKey.of))
        for text in texts {
            for case .string(let name)? in codecs.map({ try? $0.parse(text) }) { names.insert(name) }
        }
        return names
    }
}
