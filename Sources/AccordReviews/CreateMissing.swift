import AccordCore
import AccordEngine
import AccordTables

extension Pair {
    /// The pairs that keep what fields with `create missing` name: their records are created before those that name them.
    ///
    /// - Parameters:
    ///   - schemas: of all tables of the project, by name.
    ///   - table: makes a table of the project of its schema.
    public func derived(
        _ schemas: [String: TableSchema], _ table: (TableSchema) -> (any Table)?
    ) -> [Pair] {
        mapping.fields.filter(\.createsMissing).compactMap { field in
            guard let other = schema.field(field.name)?.refersTo, let described = schemas[other] else { return nil }
            return derived(field, described, table)
        }
    }

    private func derived(_ field: Field, _ described: TableSchema, _ table: (TableSchema) -> (any Table)?) -> Pair? {
        guard let project = table(described), let name = described.nameField, let slug = described.lookedUpBy.first
        else { return nil }
        var fields = [
            Field(name: slug, column: NamesTable.slugColumn, direction: .toSource, isGivenOnce: true),
            Field(name: name, column: NamesTable.nameColumn, direction: .toProject, isGivenOnce: true),
        ]
        fields += described.fields.filter { $0.role == .context }.map {
            Field(
                name: $0.name, column: nil, direction: .toProject, transforms: [.constant(schema.name)],
                isGivenOnce: true)
        }
        var kept = Mapping(
            resource: described.name, key: [NamesTable.keyColumn], match: [slug, name], fields: fields,
            creates: [.project],
            whenGoneFromSource: .ignore, whenGoneFromProject: .ignore, fullReadEvery: mapping.fullReadEvery)
        kept.fingerprint = mapping.fingerprint
        return Pair(
            name: derivedName(field), mapping: kept, source: NamesTable(of: field, in: source, by: mapping),
            project: project, schema: described, isDerived: true)
    }

    /// The same, naming what its fields refer to by the pairs that keep it.
    ///
    /// - Parameter schemas: of all tables of the project, by name.
    public func withDerivedNames(_ schemas: [String: TableSchema]) -> Pair {
        var (mapping, spelled) = (mapping, [String: TableSchema]())
        for index in mapping.fields.indices where mapping.fields[index].createsMissing {
            let field = mapping.fields[index]
            guard let other = schema.field(field.name)?.refersTo, let described = schemas[other] else { continue }
            mapping.fields[index].pair = derivedName(field)
            spelled[derivedName(field)] = described
        }
        return Pair(
            name: name, mapping: mapping, source: source, project: project, schema: schema, sender: sender,
            rollup: rollup, isDerived: isDerived, spelled: spelled)
    }
}
