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
        guard let project = table(described) else { return nil }
        let required = described.fields.filter { $0.required && !described.lookedUpBy.prefix(1).contains($0.name) }
        var fields = described.lookedUpBy.prefix(1).map {
            Field(name: $0, column: NamesTable.slugColumn, direction: .toSource, isGivenOnce: true)
        }
        fields += required.map {
            Field(name: $0.name, column: NamesTable.nameColumn, direction: .toProject, isGivenOnce: true)
        }
        fields += described.fields.filter { $0.role == .context }.map {
            Field(
                name: $0.name, column: nil, direction: .toProject, transforms: [.constant(schema.name)],
                isGivenOnce: true)
        }
        var kept = Mapping(
            resource: described.name, key: [NamesTable.nameColumn], match: described.lookedUpBy, fields: fields,
            creates: [.project],
            whenGoneFromSource: .ignore, whenGoneFromProject: .ignore, fullReadEvery: mapping.fullReadEvery)
        kept.fingerprint = mapping.fingerprint
        return Pair(
            name: derivedName(field), mapping: kept, source: NamesTable(of: field, in: source, by: mapping),
            project: project, schema: described, isDerived: true)
    }

    /// The same, naming what its fields refer to by the pairs that keep it.
    public var withDerivedNames: Pair {
        var mapping = mapping
        for index in mapping.fields.indices where mapping.fields[index].createsMissing {
            mapping.fields[index].pair = derivedName(mapping.fields[index])
        }
        return Pair(
            name: name, mapping: mapping, source: source, project: project, schema: schema, sender: sender,
            rollup: rollup, isDerived: isDerived)
    }
}
