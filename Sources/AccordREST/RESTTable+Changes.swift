import AccordCore
import AccordTables

extension RESTTable: IncrementalTable {
    /// How often a list of changes is begun again because records left it while it was read.
    private static let mostRestarts = 3

    /// The moment of the newest change; of a list in no order, that of now: it is read from the day before on.
    public func cursor() async throws -> Cursor? {
        guard let list = changeList else { return nil }
        guard list.order != nil else { return ChangeCursor(moment: now).cursor }
        var newest: Int64?
        for query in changeQueries(list, from: CalendarDay(unixSeconds: 0)) {
            let first = try await page(1, of: query, isArchived: leavesArchivedOut).records.first
            if let moment = first?.modified { newest = max(newest ?? moment, moment) }
        }
        // One that is dated ahead of our clock says nothing of what comes before it.
        let moment = min(newest ?? 0, now)
        return ChangeCursor(moment: moment, met: moment == newest ? now : nil).cursor
    }

    /// Each list is read until what changed before the cursor's moment comes by, or to its end if it is in no order.
    public func changes(since cursor: Cursor, _ take: (RecordBatch) async throws -> Void) async throws -> Cursor {
        guard let list = changeList else {
            throw TableError.nonsense(
                request: "GET \(resource.list.path)", reason: "no list of changes is known to be one")
        }
        let since = ChangeCursor(cursor)
        let begun = now
        // What is not settled may have changed without moving in the list.
        let first = Instant.near(since.moment) - Int64(list.unsettledDays) * 86_400
        // The service bounds by calendar day, in a time zone of its own: the day before is read too.
        let day = CalendarDay(daysSinceEpoch: CalendarDay(unixSeconds: first).daysSinceEpoch - 1)
        let isOrdered = list.order != nil
        // What changes in the first list while the others are read shows the next time, so only the first one counts.
        var newest: Int64?
        for (number, query) in changeQueries(list, from: day).enumerated() {
            try await readChanges(list, query, from: first) { page in
                if number == 0, newest == nil || !isOrdered {
                    let moments = page.records.compactMap(\.modified)
                    newest = isOrdered ? page.records.first?.modified : (moments + [newest].compactMap(\.self)).max()
                }
                for batch in page.batches { try await take(batch) }
            }
        }
        return since.next(newest: newest, begun: begun, ended: now).cursor
    }

    private var now: Int64 { Int64(client.time.unixTime) }

    /// The queries of a list of changes from a day on: the one that is always read, then those that were asked for.
    func changeQueries(_ list: ChangeList, from day: CalendarDay) -> [[String: String]] {
        let bound = list.bound.map { [$0.parameter: day.description] } ?? [:]
        return ([[:]] + resource.list.chosen).map { choice in
            list.query.merging(choice) { $1 }.merging(bound) { $1 }
        }
    }

    private func readChanges(
        _ list: ChangeList, _ query: [String: String], from first: Int64, _ take: (Page) async throws -> Void
    ) async throws {
        for restart in 0...RESTTable.mostRestarts {
            let isLast = restart == RESTTable.mostRestarts
            if try await readChanges(list, query, from: first, ignoringMoves: isLast, take) { return }
        }
    }

    /// - Returns: false if records left the list meanwhile, so that others moved to a page that was already read.
    private func readChanges(
        _ list: ChangeList, _ query: [String: String], from first: Int64, ignoringMoves: Bool,
        _ take: (Page) async throws -> Void
    ) async throws -> Bool {
        var read = 0
        var previous: (total: Int?, ids: [String?]) = (nil, [])
        var hasMoved = false
        try await pages(of: query, isArchived: leavesArchivedOut) { page in
            let ids = page.records.map(\.key)
            guard ids.isEmpty || ids != previous.ids else {
                throw TableError.nonsense(
                    request: pages.request(query, page: page.number).summary,
                    reason: "it holds the same records as the page before")
            }
            if let total = page.total, let before = previous.total, total < before, !ignoringMoves {
                hasMoved = true
                return .unwanted
            }
            previous = (page.total, ids)
            read += page.records.count
            try hold(page, against: list)
            let isOver = list.order != nil && page.oldest.map { $0 < first } ?? false
            let isLast = isOver || isLast(page, read: read)
            return isLast ? .last : .more(of: page.last)
        } _: { page in
            try await take(page)
        }
        return !hasMoved
    }
}

extension Page {
    /// The moment of the change that is listed last.
    fileprivate var oldest: Int64? { records.compactMap(\.modified).last }
}

/// How far a list of changes was read: up to a second, in which more records may change than a page holds, and go on to
/// change after it was read. So that second is read again and again, whole, until it is known to be over.
///
/// The service's clock may be another than ours. But a second of it that somebody met is over some seconds later.
private struct ChangeCursor {
    /// The first second that has to be read.
    var moment: Int64
    /// By our clock, when a change of that second was there; nil if none was.
    var met: Int64?

    /// Seconds of our clock, generously.
    private static let aSecondIsOverAfter: Int64 = 10

    init(moment: Int64, met: Int64? = nil) { (self.moment, self.met) = (moment, met) }

    init(_ cursor: Cursor) {
        let parts = cursor.text.split(separator: " ").map { Int64($0) }
        self.init(moment: parts.first.flatMap(\.self) ?? 0, met: parts.dropFirst().first.flatMap(\.self))
    }

    var cursor: Cursor { Cursor(met.map { "\(moment) \($0)" } ?? "\(moment)") }

    /// - Parameters:
    ///   - newest: the moment of the newest change that a read from this cursor on found.
    ///   - begun, ended: by our clock, when that read did.
    func next(newest: Int64?, begun: Int64, ended: Int64) -> ChangeCursor {
        // A record that is dated ahead of our clock, such as a payment of tomorrow, does not hide what comes before it.
        let isAhead = newest.map { $0 > ended } ?? false
        guard let newest = newest.map({ min($0, ended) }), newest >= moment else { return self }
        if isAhead { return ChangeCursor(moment: newest, met: nil) }
        guard newest == moment, let met else { return ChangeCursor(moment: newest, met: ended) }
        return begun - met >= ChangeCursor.aSecondIsOverAfter ? ChangeCursor(moment: moment &+ 1) : self
    }
}
