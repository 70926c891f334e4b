import AccordCore
import AccordTables

extension Pair {
    /// The pairs that keep what fields with `create missing` name: their records are created before those that name them.
    ///
    /// - Parameter connector: writes a resource of the project.
    public func derived(_ api: APIDescription, _ connector: (ResourceDescription) -> any ProjectConnector) -> [Pair] {
        mapping.fields.filter(\.createsMissing).compactMap { field in
            guard let other = resource.field(field.name)?.refersTo, let described = api.resources[other] else {
                return nil
            }
            return derived(field, described, connector)
        }
    }

    private func derived(
        _ field: Field, _ described: ResourceDescription, _ connector: (ResourceDescription) -> any ProjectConnector
    ) -> Pair {
        var described = described
        // Once it is there it is the project's own affair.
        for index in described.fields.indices { described.fields[index].isFixed = true }
        let column = NamesSource.column
        let required = described.fields.filter { $0.required && !described.knownBy.prefix(1).contains($0.name) }
        var fields = described.knownBy.prefix(1).map { Field(name: $0, column: column, direction: .toSource) }
        fields += required.map { Field(name: $0.name, column: column, direction: .toProject) }
        fields += described.fields.filter { $0.role == .context }.map {
            Field(name: $0.name, column: nil, direction: .toProject, transforms: [.constant(resource.name)])
        }
        var kept = Mapping(
            resource: described.name, key: [column], match: described.knownBy, fields: fields, creates: [.project],
            whenGoneFromSource: .ignore, whenGoneFromProject: .ignore, fullReadEvery: mapping.fullReadEvery)
        kept.fingerprint = mapping.fingerprint
        return Pair(
            name: Pair.derivedName(name, field), mapping: kept, source: NamesSource(of: field, in: source, by: mapping),
            project: connector(described), isDerived: true)
    }

    /// The same, naming what its fields refer to by the pairs that keep it.
    public var withDerivedNames: Pair {
        var mapping = mapping
        for index in mapping.fields.indices where mapping.fields[index].createsMissing {
            mapping.fields[index].pair = Pair.derivedName(name, mapping.fields[index])
        }
        return Pair(
            name: name, mapping: mapping, source: source, project: project, asking: asking, computed: computed,
            isDerived: isDerived)
    }

    private static func derivedName(_ pair: String, _ field: Field) -> String { "\(pair): \(field.name)" }
}
