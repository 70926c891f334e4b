import AccordCore
import AccordTables

extension RESTConnector {
    /// The most pages of one list: a list that never ends is no list.
    private static let mostPages = 1_000_000
    /// The most pages of a lookup: what a search finds beyond them is not what was meant.
    private static let mostLookupPages = 10
    /// How often a list of changes is begun again because records left it while it was read.
    private static let mostRestarts = 3

    // MARK: - Everything

    public func readAll(_ page: (ProjectPage) async throws -> Void) async throws -> ProjectReport {
        let (first, isCalm) = try await readWhole(page)
        if isCalm && first.incomplete == nil { return first }
        // What moved under one read is likely to hold still for the next.
        let (second, _) = try await readWhole(page)
        return second.incomplete != nil && first.incomplete == nil ? first : second
    }

    private func readWhole(
        _ body: (ProjectPage) async throws -> Void
    ) async throws -> (report: ProjectReport, isCalm: Bool) {
        var certificate = Certificate(label: resource.label)
        try await readListing(resource.list.full, isArchived: false, &certificate, body)
        guard !(resource.list.chosen + resource.list.alsoFull).isEmpty else {
            return (
                ProjectReport(count: certificate.count, incomplete: certificate.doubt), isCalm: !certificate.hasGrown
            )
        }
        let total = certificate.total
        for query in resource.list.chosen {
            let whole = resource.list.full.merging(query) { $1 }
            try await readListing(whole, isArchived: false, &certificate, body)
        }
        for query in resource.list.alsoFull {
            try await readListing(query, isArchived: true, &certificate, body)
        }
        if certificate.doubt == nil {
            // A record that was unarchived after the first list and before the second is in neither.
            let again = try await self.page(1, of: resource.list.full, isArchived: false)
            if again.total != total { certificate.noteChange(from: total, to: again.total) }
        }
        return (ProjectReport(count: certificate.count, incomplete: certificate.doubt), isCalm: !certificate.hasGrown)
    }

    private func readListing(
        _ query: [String: String], isArchived: Bool, _ certificate: inout Certificate,
        _ body: (ProjectPage) async throws -> Void
    ) async throws {
        certificate.beginListing()
        var read = 0
        for number in 1...RESTConnector.mostPages {
            let page = try await self.page(number, of: query, isArchived: isArchived)
            if let current = page.current, current != number {
                certificate.note("page \(number) was asked for, page \(current) came")
                break
            }
            let new = certificate.add(
                ids: page.records.map { ($0.record.key, $0.isArchived) }, page: number, total: page.total)
            read += page.records.count
            try await body(ProjectPage(records: page.records, total: page.total))
            if isLast(page, read: read) {
                return certificate.endListing(isSingle: number == 1 && !page.records.isEmpty)
            }
            // A service that goes on without end, or answers every page with the same one.
            if new == 0 { certificate.note("page \(number) held nothing that had not come before") }
            if new == 0 || number == RESTConnector.mostPages { break }
        }
        certificate.note("the list did not end")
    }

    private func isLast(_ page: Page, read: Int) -> Bool {
        if page.records.isEmpty || !resource.list.isPaged { return true }
        if let last = page.last { return page.number >= last }
        if let total = page.total { return read >= total }
        return page.records.count != client.description.pages.most
    }

    // MARK: - What changed

    public func readChanged(since day: CalendarDay, _ body: (ProjectPage) async throws -> Reading) async throws {
        guard let changed = resource.list.changed else {
            throw TableError.nonsense(
                request: "GET \(resource.list.path)", reason: "the API's description has no list of changes")
        }
        for choice in [[:]] + resource.list.chosen {
            var query = changed.query.merging(choice) { $1 }
            query[changed.fromDay] = day.description
            try await readChanges(query, body)
        }
    }

    private func readChanges(
        _ query: [String: String], _ body: (ProjectPage) async throws -> Reading
    ) async throws {
        for restart in 0...RESTConnector.mostRestarts {
            let isLast = restart == RESTConnector.mostRestarts
            if try await readChanges(query, ignoringMoves: isLast, body) { return }
        }
    }

    /// - Returns: false if records left the list meanwhile, so that others moved to a page that was already read.
    private func readChanges(
        _ query: [String: String], ignoringMoves: Bool, _ body: (ProjectPage) async throws -> Reading
    ) async throws -> Bool {
        var read = 0
        var previous: (total: Int?, ids: [String]) = (nil, [])
        for number in 1...RESTConnector.mostPages {
            let page = try await self.page(number, of: query, isArchived: false)
            let ids = page.records.map(\.record.key)
            guard ids.isEmpty || ids != previous.ids else {
                throw TableError.nonsense(
                    request: pages.request(query, page: number).summary,
                    reason: "it holds the same records as the page before")
            }
            if let total = page.total, let before = previous.total, total < before, !ignoringMoves { return false }
            read += page.records.count
            let reading = try await body(ProjectPage(records: page.records, total: page.total))
            if case .enough = reading { return true }
            if isLast(page, read: read) { return true }
            previous = (page.total, ids)
        }
        return true
    }

    // MARK: - One value

    public func find(_ field: String, _ value: Value) async throws -> [ProjectRecord] {
        guard !value.isNull else { return [] }
        if let days = resource.list.days, days.field == field { return try await onDay(of: value, days) }
        guard let parameter = resource.list.lookup[field] else { return try await scan(field, value) }
        let plain = try await lookUp([:], parameter, field, value, isArchived: false)
        guard plain.isEmpty else { return plain }
        // Lists leave some records out, which the service's matcher finds all the same.
        var found: [String: ProjectRecord] = [:]
        for query in resource.list.alsoFull {
            for record in try await lookUp(query, parameter, field, value, isArchived: true) {
                found[record.record.key] = record
            }
        }
        return found.values.sorted { $0.record.key < $1.record.key }
    }

    /// The records with a moment, of the day before to the day after it: which day it is depends on the service's clock.
    private func onDay(of value: Value, _ days: ListDescription.Days) async throws -> [ProjectRecord] {
        let day: CalendarDay
        switch value {
        case .timestamp(let seconds): day = CalendarDay(unixSeconds: seconds)
        case .date(let date): day = date
        default: return []
        }
        let query = [
            days.from: CalendarDay(daysSinceEpoch: day.daysSinceEpoch - 1).description,
            days.to: CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1).description,
        ]
        var found: [String: ProjectRecord] = [:]
        var read = 0
        for number in 1...RESTConnector.mostPages {
            let page = try await self.page(
                number, of: resource.list.full.merging(query) { $1 }, isArchived: false)
            for record in page.records where record.record[days.field].means(value) {
                found[record.record.key] = record
            }
            read += page.records.count
            if isLast(page, read: read) { break }
        }
        return found.values.sorted { $0.record.key < $1.record.key }
    }

    /// The API has no search by this field: the whole list is looked through.
    private func scan(_ field: String, _ value: Value) async throws -> [ProjectRecord] {
        var found: [ProjectRecord] = []
        _ = try await readAll { page in
            for record in page.records where record.record[field].means(value) {
                if !found.contains(where: { $0.record.key == record.record.key }) { found.append(record) }
            }
        }
        return found
    }

    private func lookUp(
        _ query: [String: String], _ parameter: String, _ field: String, _ value: Value, isArchived: Bool
    ) async throws -> [ProjectRecord] {
        var query = query
        query[parameter] = RESTConnector.queryText(value)
        var found: [ProjectRecord] = []
        var read = 0
        for number in 1...RESTConnector.mostLookupPages {
            let page = try await self.page(number, of: query, isArchived: isArchived)
            // A search finds more than was asked for.
            for record in page.records where record.record[field].means(value) {
                if !found.contains(where: { $0.record.key == record.record.key }) { found.append(record) }
            }
            read += page.records.count
            if isLast(page, read: read) { break }
        }
        return found
    }

    private static func queryText(_ value: Value) -> String {
        switch value {
        case .boolean(let flag): flag ? "1" : "0"
        case .timestamp(let seconds): String(seconds)
        default: value.description
        }
    }
}
