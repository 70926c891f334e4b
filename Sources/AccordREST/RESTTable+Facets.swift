import AccordCore
import AccordTables

/// What records do not show themselves, and a list of those of which it is true does.
extension RESTTable {
    public func listed(_ field: String) async throws -> Set<String>? {
        guard let facet = resource.list.facets[field] else { return nil }
        let shown = resource.shownClaim(field)
        // What the list holds shows it.
        if client.findings[shown] == nil { _ = try await page(1, of: fullQuery, isArchived: leavesArchivedOut) }
        guard client.findings[shown]?.verdict == .refuted || isUnlisted(field) else { return nil }
        let claim = resource.facetClaim(field)
        if isOpen(claim) { try await probe(facet, claim) }
        guard client.findings[claim]?.verdict == .proved else { return nil }
        return try await keys(of: facet)
    }

    /// Records show it, and the list of changes does not show that it changed.
    private func isUnlisted(_ field: String) -> Bool {
        let kinds: [Operation.Kind] = resource.schema.field(field)?.role == .optOut ? [.unsubscribe, .resubscribe] : []
        return kinds.compactMap(resource.operation).contains {
            client.findings[resource.listedClaim($0)]?.verdict == .refuted
        }
    }

    private func probe(_ facet: ListDescription.Facet, _ claim: String) async throws {
        func ask(_ query: [String: String]) async throws -> [String?]? {
            try await firstPage(fullQuery.merging(query) { $1 })?.records.map(\.key)
        }
        let (asked, other) = (APIRequest.text(facet.query), APIRequest.text(facet.control))
        let before = try await ask(facet.control)
        guard let found = try await ask(facet.query) else { return note(claim, .refuted, nil, "\(asked) was refused") }
        guard let before else { return note(claim, .proved, nil, "\(asked) was answered, \(other) was refused") }
        if found == before {
            return found.isEmpty ? () : note(claim, .refuted, nil, "\(asked) was answered like \(other)")
        }
        // What differs only because somebody came or went in between proves nothing.
        guard try await ask(facet.control) == before else { return }
        note(claim, .proved, nil, "\(asked) was answered otherwise than \(other)")
    }

    /// - Throws: ``TableError/nonsense(request:reason:)`` if it cannot be read whole.
    private func keys(of facet: ListDescription.Facet) async throws -> Set<String> {
        var doubt: String?
        for _ in 0..<2 {
            var check = WholenessCheck(label: resource.schema.label)
            var keys: Set<String> = []
            try await readListing(fullQuery.merging(facet.query) { $1 }, isArchived: nil, &check) { page in
                keys.formUnion(page.records.compactMap(\.key))
            }
            if check.doubt == nil { return keys }
            doubt = check.doubt
        }
        throw TableError.nonsense(
            request: "GET \(resource.list.path) (\(APIRequest.text(facet.query)))", reason: doubt ?? "it is not whole")
    }
}
