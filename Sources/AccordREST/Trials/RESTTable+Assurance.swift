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
            if let found = client.findings[claim], found.verdict == .refuted, isRecent(found) {
                return .refused(found.evidence)
            }
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

    private func isRecent(_ found: Finding) -> Bool {
        Int64(client.time.unixTime) - found.at < ServiceFindings.lasts
    }

    private func showsOptOuts() async throws -> Bool {
        guard let field = resource.schema.field(.optOut)?.name, resource.list.facets[field] != nil else { return true }
        if client.findings[resource.shownClaim(field)] == nil { _ = try await listed(field) }
        guard client.findings[resource.shownClaim(field)]?.verdict == .refuted else { return true }
        if client.findings[resource.facetClaim(field)] == nil { _ = try await listed(field) }
        return client.findings[resource.facetClaim(field)]?.verdict == .proved
    }

    /// Why the service has none of an operation's addresses; nil if it may have one.
    private func missing(_ operation: APIOperation) async throws -> String? {
        guard let key = try await firstPage(fullQuery)?.records.first?.key else { return nil }
        let paths = Set(operation.requests.map(\.path))
        for path in paths.sorted() {
            let path = path.replacing("{id}", with: key)
            do {
                try await client.send(APIRequest(method: "OPTIONS", path: path, isIdempotent: true)) { _ in }
                return nil
            } catch let error as TableError where error.isNotFound {
                continue
            } catch let error as TableError where !error.isFinal {
                return nil
            }
        }
        return "the service has no \(paths.sorted().joined(separator: " and no ")) (OPTIONS: 404)"
    }
}
