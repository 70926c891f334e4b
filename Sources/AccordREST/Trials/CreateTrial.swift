import AccordCore
import AccordTables

/// The first record that is made in a project is looked for: where a second one is told from the first by what it holds,
/// one that cannot be found again could be made twice.
struct CreateTrial {
    let table: RESTTable
    let operation: APIOperation
    let change: TableChange

    private var schema: TableSchema { table.resource.schema }
    private var claim: String { table.resource.claim(.plain, of: operation) }
    private var verdict: Finding.Verdict? { table.client.findings[claim]?.verdict }

    func send(_ write: @escaping @Sendable () async throws -> TableRecord?) async throws -> TableRecord? {
        // A message to people is no trial.
        guard schema.isByContent, schema.sends == nil else { return try await write() }
        try refuse()
        guard verdict != .proved else { return try await write() }
        return try await table.client.turns.alone(claim) {
            try refuse()
            return verdict != .proved ? try await run(write) : try await write()
        }
    }

    private func refuse() throws {
        try table.refuse(claim, change, within: ServiceFindings.lasts)
    }

    private func run(_ write: @Sendable () async throws -> TableRecord?) async throws -> TableRecord? {
        let answer = try await write()
        guard let answer, let key = answer.key,
            let field = schema.lookedUpBy.first(where: table.capabilities.searchable.contains)
        else { return answer }
        let values = change.values
        let sight = try await table.awaited {
            try await table.sight(key) { try await table.find(field, values[field] ?? .null) }
        } until: { sight in
            sight.record.map { schema.isAlike($0.values, values) } ?? false
        }
        if case .unread = sight { return answer }
        let found = sight.record
        let label = "\(schema.label) \(key)"
        if let found, schema.isAlike(found.values, values) {
            table.note(claim, .proved, nil, "\(label) was made, and found again by what it holds")
        } else {
            let missing = schema.contentFields.filter { values[$0] != nil && found?.values[$0] == nil }
            let what =
                found == nil
                ? "\(label) was made, and is in no list of its \(field)"
                : "\(label) was made, and the list does not show its \(missing.joined(separator: ", "))"
            table.note(claim, .refuted, nil, "\(what): one could be made twice, so no other is made")
        }
        return answer
    }
}
