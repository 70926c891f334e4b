import AccordCore
import AccordTables

/// Whether what must follow a write will be done, before that write is made.
extension RESTTable {
    public func assurance(of kind: Operation.Kind) async throws -> Assurance {
        guard let operation = resource.operation(kind) else {
            return .refused("the API's description has no operation for it")
        }
        let (effect, request) = (resource.claim(.plain, of: operation), resource.claim(operation))
        if client.findings[effect]?.verdict == .proved { return .given }
        for claim in [effect, request] {
            if let found = refuted(claim, within: ServiceFindings.lasts) { return .refused(found.evidence) }
        }
        if kind == .unsubscribe, try await !showsOptOuts() {
            return .refused("the service does not show who opted out, so it cannot be seen whether it was done")
        }
        if client.findings[request]?.verdict != .proved, let reason = try await missing(operation) {
            note(request, .refuted, nil, reason)
            return .refused(reason)
        }
        return .open
    }

    private func showsOptOuts() async throws -> Bool {
        guard let field = resource.schema.field(.optOut)?.name, resource.list.facets[field] != nil else { return true }
        if client.findings[resource.shownClaim(field)] == nil { _ = try await listed(field) }
        guard client.findings[resource.shownClaim(field)]?.verdict == .refuted else { return true }
        if client.findings[resource.facetClaim(field)] == nil { _ = try await listed(field) }
        return client.findings[resource.facetClaim(field)]?.verdict == .proved
    }

    /// Why the service takes an operation in none of its ways; nil if it may take it.
    private func missing(_ operation: APIOperation) async throws -> String? {
        guard let key = try await firstPage(fullQuery)?.records.first?.key else { return nil }
        for way in operation.requests {
            let methods = try await client.methods(at: way.path.replacing("{id}", with: key))
            if methods?.contains(way.method) ?? true { return nil }
        }
        return "the service has no \(operation.requests.map(\.text).joined(separator: " and no ")), as it says itself"
    }
}
