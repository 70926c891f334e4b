/// Fields that the service fills by itself in a record that a create left blank.
public enum FilledFields {
    /// Moments that flow both ways, of which an entry's create says nothing: the day of signing up, say, for which the
    /// service takes today. What it makes of them is no edit of anybody's, and a blank cell stays blank. Other fields it
    /// leaves alone: what stands in one of them, somebody wrote.
    public static func of(_ entry: Entry, _ mapping: Mapping, _ schema: TableSchema) -> [String] {
        guard entry.createsInProject else { return [] }
        return mapping.fields.filter { field in
            guard field.direction == .both, !field.isOptOut, let described = schema.field(field.name) else {
                return false
            }
            return described.type.isMoment && described.role == nil
                && !entry.operations.contains { $0.changes.contains { $0.field == field.name } }
        }.map(\.name)
    }
}
