import AccordCore
import AccordState
import AccordTables

/// Finding records of the project one by one, by what they were last known by.
extension Pair {
    /// Of records that are identified by content, the field by which they can be found.
    var contentLookup: (field: String, table: any SearchableTable)? {
        guard schema.isByContent else { return nil }
        return schema.lookedUpBy.lazy.compactMap { field in
            project.searchable(by: field).map { (field, $0) }
        }.first
    }

    var canBeLookedFor: Bool {
        contentLookup != nil
            || !schema.isByContent && schema.lookedUpBy.contains { project.searchable(by: $0) != nil }
    }

    /// The values of a record by which it can be found, in the order of the schema.
    func lookups(of record: MirrorRecord) -> [(field: String, value: Value, table: any SearchableTable)] {
        let fields = schema.isByContent ? [contentLookup?.field].compactMap(\.self) : schema.lookedUpBy
        return fields.compactMap { field in
            guard let value = record.values[field], !value.isNull, let table = project.searchable(by: field) else {
                return nil
            }
            return (field, value, table)
        }
    }

    /// The record as the service has it, if it is found by the first of what it was last known by.
    func present(_ record: MirrorRecord) async throws -> TableRecord? {
        guard let (field, value, table) = lookups(of: record).first else { return nil }
        return try await table.find(field, value).first { $0.key == record.id }
    }
}
