import AccordCore
import AccordTables

extension RESTTable: IncrementalTable {
    /// How often a list of changes is begun again because records left it while it was read.
    private static let mostRestarts = 3

    /// The moment of the newest change, in Unix seconds.
    public func cursor() async throws -> Cursor? {
        guard resource.list.changed != nil else { return nil }
        var newest: Int64?
        for query in try changeQueries(from: CalendarDay(unixSeconds: 0)) {
            let first = try await page(1, of: query, isArchived: false).records.first
            if let moment = first?.modified { newest = max(newest ?? moment, moment) }
        }
        return Cursor(String(newest ?? 0))
    }

    /// Each list is read until what was known at the cursor's moment comes by.
    public func changes(since cursor: Cursor, _ take: (RecordBatch) async throws -> Bool) async throws -> Cursor {
        let moment = Int64(cursor.text) ?? 0
        // What is not settled may have changed without moving in the list.
        let settled = moment - Int64(resource.list.changed?.unsettledDays ?? 0) * 86_400
        // The service bounds by calendar day, in a time zone of its own: the day before is read too.
        let day = CalendarDay(daysSinceEpoch: CalendarDay(unixSeconds: settled).daysSinceEpoch - 1)
        // What changes in the first list while the others are read shows the next time, so only the first one counts.
        var newest: Int64?
        for (number, query) in try changeQueries(from: day).enumerated() {
            try await readChanges(query, until: settled) { page in
                if number == 0, newest == nil { newest = page.records.first?.modified }
                return try await take(RecordBatch(page.records))
            }
        }
        return newest.map { $0 > moment ? Cursor(String($0)) : cursor } ?? cursor
    }

    /// The queries of the lists of changes from a day on: the one that is always read, then those that were asked for.
    func changeQueries(from day: CalendarDay) throws -> [[String: String]] {
        guard let changed = resource.list.changed else {
            throw TableError.nonsense(
                request: "GET \(resource.list.path)", reason: "the API's description has no list of changes")
        }
        return ([[:]] + resource.list.chosen).map { choice in
            changed.query.merging(choice) { $1 }.merging([changed.fromDay: day.description]) { $1 }
        }
    }

    /// - Parameters:
    ///   - settled: the moment behind which nothing can have changed.
    ///   - take: answers whether every record of the page was known exactly as it is.
    private func readChanges(
        _ query: [String: String], until settled: Int64, _ take: (Page) async throws -> Bool
    ) async throws {
        for restart in 0...RESTTable.mostRestarts {
            let isLast = restart == RESTTable.mostRestarts
            if try await readChanges(query, until: settled, ignoringMoves: isLast, take) { return }
        }
    }

    /// - Returns: false if records left the list meanwhile, so that others moved to a page that was already read.
    private func readChanges(
        _ query: [String: String], until settled: Int64, ignoringMoves: Bool, _ take: (Page) async throws -> Bool
    ) async throws -> Bool {
        var read = 0
        var previous: (total: Int?, ids: [String?]) = (nil, [])
        var hasMoved = false
        try await pages(of: query, isArchived: false) { page in
            let ids = page.records.map(\.key)
            guard ids.isEmpty || ids != previous.ids else {
                throw TableError.nonsense(
                    request: pages.request(query, page: page.number).summary,
                    reason: "it holds the same records as the page before")
            }
            if let total = page.total, let before = previous.total, total < before, !ignoringMoves {
                hasMoved = true
                return .void
            }
            previous = (page.total, ids)
            read += page.records.count
            if isLast(page, read: read) { return .last }
            return page.oldest.map { $0 > settled } ?? true ? .more(of: page.last) : .open
        } _: { page in
            let isKnown = try await take(page)
            return page.oldest.map { $0 > settled || ($0 == settled && !isKnown) } ?? true
        }
        return !hasMoved
    }
}

extension Page {
    /// The moment of the change that is listed last.
    fileprivate var oldest: Int64? { records.compactMap(\.modified).last }
}
