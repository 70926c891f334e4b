import AccordCore
import AccordTables

extension RESTTable: ScannableTable {
    /// A scan that was disturbed is made once more, and hands over what it had not handed over as it is now.
    public func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        try await scanPages { page in
            for batch in page.batches { try await take(batch) }
        }
    }

    /// - Parameter body: is given every page of every list, without the records that it was given before.
    func scanPages(_ body: (Page) async throws -> Void) async throws -> ScanProof {
        var given: Set<Fingerprint> = []
        func giveOnce(_ page: Page) async throws {
            var page = page
            page.records.removeAll { !given.insert($0.fingerprint).inserted }
            if !page.records.isEmpty { try await body(page) }
        }
        let first = try await scanOnce(giveOnce)
        if first.doubt == nil && !first.hasGrown { return ScanProof(count: first.count) }
        // What moved under one read is likely to hold still for the next.
        let second = try await scanOnce(giveOnce)
        if second.agrees(with: first) { return ScanProof(count: second.count) }
        let better = second.doubt != nil && first.doubt == nil ? first : second
        return ScanProof(count: better.count, incomplete: better.doubt)
    }

    private func scanOnce(_ body: (Page) async throws -> Void) async throws -> WholenessCheck {
        let list = resource.list
        var check = WholenessCheck(label: resource.schema.label)
        let full = try await readFull(&check, body)
        let total = check.total
        for query in list.chosen {
            try await readListing(full.merging(query) { $1 }, isArchived: leavesArchivedOut, &check, body)
        }
        for query in list.alsoFull {
            try await readListing(full.merging(query) { $1 }, isArchived: true, &check, body)
        }
        if !(list.chosen + list.alsoFull).isEmpty, check.doubt == nil {
            // A record that was unarchived after the first list and before the second is in neither.
            let again = try await page(1, of: full, isArchived: leavesArchivedOut)
            if again.total != total { check.noteChange(from: total, to: again.total) }
        }
        return check
    }

    /// Reads the list by the first of its queries that the service does not refuse, which is remembered.
    ///
    /// - Returns: the query.
    private func readFull(
        _ check: inout WholenessCheck, _ body: (Page) async throws -> Void
    ) async throws -> [String: String] {
        var (refused, hasBegun): (TableError?, Bool) = (nil, false)
        for query in fullQueries {
            do {
                try await readListing(query, isArchived: leavesArchivedOut, &check) { page in
                    hasBegun = true
                    try await body(page)
                }
            } catch let error as TableError where error.refusesQuestion && !hasBegun {
                refused = refused ?? error
                continue
            }
            if resource.list.full.count > 1 {
                let way = APIRequest.text(query)
                note(resource.fullClaim, .proved, way, "the list was answered in this order: \(way)")
            }
            return query
        }
        throw refused ?? .nonsense(request: "GET \(resource.list.path)", reason: "the description has no whole list")
    }

    func readListing(
        _ query: [String: String], isArchived: Bool?, _ check: inout WholenessCheck,
        _ body: (Page) async throws -> Void
    ) async throws {
        check.beginListing()
        var read = 0
        var first: [String?] = []
        var hasEnded = false
        var seen = check
        try await pages(of: query, isArchived: isArchived) { page in
            if let current = page.current, current != page.number {
                seen.note("page \(page.number) was asked for, page \(current) came")
                return .unwanted
            }
            let ids = page.records.map(\.key)
            if page.number == 1 { first = ids }
            if page.number == 2, !page.isCounted, ids == first, ids.count != client.description.pages.most {
                // The service does not cut this list into pages.
                hasEnded = true
                seen.endListing(isSingle: true)
                return .unwanted
            }
            let new = seen.add(
                ids: page.records.map { ($0.key ?? "", $0.isArchived) }, page: page.number, total: page.total)
            read += page.records.count
            if isLast(page, read: read) {
                hasEnded = true
                seen.endListing(isSingle: read == first.count && !first.isEmpty)
                return .last
            }
            // A service that goes on without end, or answers every page with the same one.
            if new == 0 { seen.note("page \(page.number) held nothing that had not come before") }
            return new == 0 ? .last : .more(of: page.last)
        } _: { page in
            try await body(page)
        }
        if !hasEnded { seen.note("the list did not end") }
        check = seen
    }
}
